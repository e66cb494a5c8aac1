"""What comes in, what goes out: sizes, loops, and who is told what became of it."""

from __future__ import annotations

import struct
import zlib

import pytest

from screenshare.clipboard.clip import Clip
from screenshare.clipboard.exchange import (
    IDLE_LIMIT_S,
    LOOK_INTERVAL_S,
    AnswerClip,
    Exchange,
    OfferClip,
    ReadClipboard,
    SendClip,
    WriteClipboard,
)
from screenshare.protocol.clip import ClipBegun, ClipPiece
from screenshare.protocol.messages import (
    ClipboardFetch,
    ClipboardOffered,
    ClipboardRefused,
    ClipboardTaken,
    ClipPart,
)
from screenshare.session.permitted import PermittedClip

LIMIT = 1000
HELLO = Clip({"text": b"hello"})


def png(width=1, height=1):
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack("!I", len(head)) + chunk + struct.pack("!I", zlib.crc32(chunk))


class Bench:
    """An exchange and its clock."""

    def __init__(self):
        self.now = 100.0
        self.exchange = Exchange(LIMIT)

    def say(self, viewer, message):
        return self.exchange.receive(PermittedClip(viewer, message), self.now)

    def send(self, viewer="v1", id_=1, **parts):
        """Send contents whole; return the effects of the last piece."""
        self.say(viewer, ClipBegun(id=id_, parts=tuple((name, len(data)) for name, data in parts.items())))
        return self.say(viewer, ClipPiece(id=id_, data=b"".join(parts.values())))

    def put(self, viewer="v1", id_=1, **parts):
        """Send contents, and have the host's clipboard take them."""
        (write,) = self.send(viewer, id_, **parts)
        return self.exchange.written(write.number, is_done=True)

    def look(self, clip):
        """Let the host's clipboard be looked at, when that may be, and be ``clip``."""
        self.now += LOOK_INTERVAL_S
        assert self.exchange.look(self.now) == [ReadClipboard()]
        return self.exchange.seen(clip)


@pytest.fixture
def bench():
    return Bench()


def refused(viewer, id_, reason):
    return AnswerClip(viewer, ClipboardRefused(re=id_, reason=reason))


def offered(by=None, **sizes):
    parts = [ClipPart(format=name, bytes=size) for name, size in sizes.items()]
    return OfferClip(ClipboardOffered(parts=parts), by)


# --- in ----------------------------------------------------------------------------------------------


def test_contents_are_written_when_their_last_piece_is_there_and_then_it_is_told(bench):
    bench.say("v1", ClipBegun(id=3, parts=(("text", 5), ("html", 4))))
    assert bench.say("v1", ClipPiece(id=3, data=b"hell")) == []
    (write,) = bench.say("v1", ClipPiece(id=3, data=b"o<b>x"))
    assert write.clip == Clip({"text": b"hello", "html": b"<b>x"})
    taken = AnswerClip("v1", ClipboardTaken(re=3))
    assert bench.exchange.written(write.number, is_done=True) == [taken, offered("v1", text=5, html=4)]


def test_contents_beyond_the_limit_are_refused_before_they_come(bench):
    begun = ClipBegun(id=3, parts=(("text", LIMIT), ("html", 1)))
    assert bench.say("v1", begun) == [refused("v1", 3, "too-large")]
    assert bench.say("v1", ClipPiece(id=3, data=b"x" * 100)) == []


def test_more_than_was_told_is_not_taken(bench):
    bench.say("v1", ClipBegun(id=3, parts=(("text", 5),)))
    assert bench.say("v1", ClipPiece(id=3, data=b"hello!")) == [refused("v1", 3, "unusable")]
    assert bench.say("v1", ClipPiece(id=3, data=b"hello")) == []


def test_newer_contents_replace_those_on_their_way_whoever_sends_them(bench):
    bench.say("v1", ClipBegun(id=3, parts=(("text", 5),)))
    assert bench.say("v2", ClipBegun(id=9, parts=(("text", 2),))) == [refused("v1", 3, "replaced")]
    assert bench.say("v1", ClipPiece(id=3, data=b"hello")) == []
    assert bench.say("v2", ClipPiece(id=9, data=b"hi")) == [WriteClipboard(1, Clip({"text": b"hi"}))]


def test_newer_contents_replace_those_that_wait_for_the_clipboard(bench):
    bench.send("v1", 3, text=b"old")
    effects = bench.send("v2", 4, text=b"new")
    assert effects == [refused("v1", 3, "replaced"), WriteClipboard(2, Clip({"text": b"new"}))]
    assert bench.exchange.written(1, is_done=True) == []
    assert bench.exchange.written(2, is_done=True)[0] == AnswerClip("v2", ClipboardTaken(re=4))


def test_contents_of_which_nothing_more_comes_are_given_up(bench):
    bench.say("v1", ClipBegun(id=3, parts=(("text", 5),)))
    bench.now += IDLE_LIMIT_S - 1
    bench.say("v1", ClipPiece(id=3, data=b"hell"))
    assert bench.exchange.deadline == bench.now + IDLE_LIMIT_S
    assert bench.exchange.expire(bench.now + IDLE_LIMIT_S) == [refused("v1", 3, "stopped")]
    assert bench.exchange.deadline is None
    assert bench.say("v1", ClipPiece(id=3, data=b"o")) == []


def test_a_clipboard_that_does_not_take_them_is_told(bench):
    (write,) = bench.send("v1", 3, text=b"hi")
    assert bench.exchange.written(write.number, is_done=False) == [refused("v1", 3, "failed")]


@pytest.mark.parametrize(
    "parts",
    [
        {"text": b"\xff\xfe"},
        {"html": b"\xc3"},
        {"png": b"GIF89a" + bytes(40)},
        {"png": png()[:20]},
        {"png": png(0, 10)},
        {"png": png(20_000, 20_000)},
    ],
    ids=["no text", "half a character", "a GIF", "half a PNG", "an empty PNG", "a PNG of gigabytes"],
)
def test_what_no_program_should_have_to_paste_is_refused(bench, parts):
    assert bench.send("v1", 3, **parts) == [refused("v1", 3, "unusable")]


def test_text_comes_without_nul_and_with_the_hosts_line_ends(bench):
    (write,) = bench.send(text="ä\r\nb\0c\n".encode())
    assert write.clip.parts["text"] == "ä\nbc\n".encode()


TRICKY = "ä\r\nb\0c\r\0\n\r\r\nd\r💡\r".encode()


@pytest.mark.parametrize("size", range(1, len(TRICKY)))
def test_wherever_contents_are_cut_they_come_as_if_they_were_whole(bench, size):
    parts = {"text": TRICKY, "html": TRICKY, "png": png()}
    bench.say("v1", ClipBegun(id=1, parts=tuple((name, len(data)) for name, data in parts.items())))
    whole = b"".join(parts.values())
    for start in range(0, len(whole), size):
        effects = bench.say("v1", ClipPiece(id=1, data=whole[start : start + size]))
    clean = "ä\nbc\n\r\nd\r💡\r".encode()
    assert effects == [WriteClipboard(1, Clip({"text": clean, "html": clean, "png": png()}))]


def test_a_picture_comes_as_it_is(bench):
    (write,) = bench.send(png=png(640, 480))
    assert write.clip.parts["png"] == png(640, 480)


def test_nothing_of_who_left_or_may_no_longer_is_written(bench):
    bench.say("v1", ClipBegun(id=3, parts=(("text", 5),)))
    assert bench.exchange.forget("v1") == [refused("v1", 3, "stopped")]
    assert bench.say("v1", ClipPiece(id=3, data=b"hello")) == []
    assert bench.exchange.forget("v1") == []


# --- out ---------------------------------------------------------------------------------------------


def test_who_asks_gets_what_is_there_now(bench):
    assert bench.say("v1", ClipboardFetch(id=5)) == [ReadClipboard()]
    assert bench.exchange.seen(HELLO) == [SendClip("v1", 5, HELLO)]


def test_one_reading_serves_all_who_ask_meanwhile_and_the_last_question_of_each(bench):
    bench.say("v1", ClipboardFetch(id=5))
    assert bench.say("v2", ClipboardFetch(id=1)) == []
    assert bench.say("v1", ClipboardFetch(id=6)) == []
    assert bench.exchange.seen(HELLO) == [SendClip("v1", 6, HELLO), SendClip("v2", 1, HELLO)]


def test_who_left_while_it_was_read_gets_nothing(bench):
    bench.say("v1", ClipboardFetch(id=5))
    assert bench.exchange.forget("v1") == [refused("v1", 5, "stopped")]
    assert bench.exchange.seen(HELLO) == []


@pytest.mark.parametrize(("clip", "reason"), [(Clip(), "empty"), (Clip({}, ("png",)), "too-large")])
def test_where_nothing_can_be_sent_the_reason_is_told(bench, clip, reason):
    bench.say("v1", ClipboardFetch(id=5))
    assert bench.exchange.seen(clip) == [refused("v1", 5, reason)]


def test_what_was_copied_at_the_host_is_offered_and_not_sent(bench):
    assert bench.look(HELLO) == [offered(text=5)]


def test_what_is_too_large_is_told_beside_what_is_not(bench):
    (offer,) = bench.look(Clip({"text": b"x"}, ("png",)))
    assert offer.offer == ClipboardOffered(parts=[ClipPart(format="text", bytes=1)], too_large=["png"])


def test_an_empty_or_secret_clipboard_is_not_offered(bench):
    assert bench.look(Clip()) == []


def test_who_asks_without_a_change_has_nobody_else_told(bench):
    bench.say("v1", ClipboardFetch(id=5))
    assert not [e for e in bench.exchange.seen(HELLO) if isinstance(e, OfferClip)]


def test_a_clipboard_that_changes_all_the_time_is_looked_at_in_peace(bench):
    bench.look(HELLO)
    looks = 0
    for _ in range(1000):
        bench.now += 0.001
        effects = bench.exchange.look(bench.now)
        if bench.exchange.deadline is not None and bench.now >= bench.exchange.deadline:
            effects += bench.exchange.expire(bench.now)
        if ReadClipboard() in effects:
            looks += 1
            bench.exchange.seen(HELLO)
    assert looks <= 1 / LOOK_INTERVAL_S + 1


def test_the_last_of_many_changes_is_seen(bench):
    bench.look(HELLO)
    assert bench.exchange.look(bench.now) == []
    at = bench.exchange.deadline
    assert at is not None
    assert bench.exchange.expire(at) == [ReadClipboard()]
    assert bench.exchange.seen(Clip({"text": b"last"})) == [offered(text=4)]


def test_a_change_while_the_clipboard_is_read_is_looked_at_afterwards(bench):
    bench.say("v1", ClipboardFetch(id=5))
    assert bench.exchange.look(bench.now) == []
    bench.exchange.seen(HELLO)
    assert bench.exchange.expire(bench.exchange.deadline) == [ReadClipboard()]
    assert bench.exchange.seen(Clip({"text": b"new"})) == [offered(text=3)]


# --- loops -------------------------------------------------------------------------------------------


def test_what_a_viewer_put_there_does_not_come_back_when_a_program_keeps_it(bench):
    bench.put(text=b"hello", html=b"<b>hello")
    assert bench.look(Clip({"text": b"hello", "html": b"<b>hello"})) == []
    assert bench.look(HELLO) == []


def test_something_new_with_the_same_text_is_no_echo(bench):
    bench.put(text=b"hello")
    assert bench.look(Clip({"text": b"hello", "html": b"<i>"})) == [offered(text=5, html=3)]


def test_the_same_text_copied_again_after_another_is_news(bench):
    bench.put(text=b"hello")
    assert bench.look(Clip({"text": b"other"})) == [offered(text=5)]
    assert bench.look(HELLO) == [offered(text=5)]


def test_no_log_shows_what_a_clip_has():
    assert "hello" not in repr(HELLO)
    assert "5 bytes" in repr(HELLO)
