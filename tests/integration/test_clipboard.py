"""Clipboards through a real host, real connections and real programs on the host's display."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import struct
import subprocess
import zlib

import pytest
from Xlib.display import Display

from integration.peers import AiortcViewer, until
from screenshare.capability import Capability
from screenshare.protocol.clip import ClipBegun, pack_begun, pack_pieces, unpack_clip
from screenshare.protocol.console import CapabilitySet, ReceiptList, SharePause

TEXT = "Grüße, 漢字 😀"
PNG_HEAD = b"\x89PNG\r\n\x1a\n" + struct.pack("!I4sIIBBBBB", 13, b"IHDR", 640, 480, 8, 2, 0, 0, 0)
PNG = PNG_HEAD + struct.pack("!I", zlib.crc32(PNG_HEAD[12:])) + random.Random(2).randbytes(400_000)


class Clipper:
    """A viewer's side of channel ``clipboard``, written from the protocol's words alone."""

    def __init__(self, viewer: AiortcViewer) -> None:
        self.viewer = viewer
        self.begun: ClipBegun | None = None
        self.data = b""
        viewer.channels["clipboard"].on("message", self._take)

    def _take(self, data: bytes) -> None:
        message = unpack_clip(data)
        if isinstance(message, ClipBegun):
            self.begun, self.data = message, b""
        else:
            assert self.begun is not None
            assert message.id == self.begun.id
            self.data += message.data

    def send(self, id_: int, **parts: bytes) -> None:
        """Send contents whole, whatever waits."""
        channel = self.viewer.channels["clipboard"]
        channel.send(pack_begun(ClipBegun(id=id_, parts=tuple((n, len(d)) for n, d in parts.items()))))
        for data in parts.values():
            for piece in pack_pieces(id_, data):
                channel.send(piece)

    async def fetch(self, id_: int) -> dict[str, bytes]:
        """Ask for what the host's clipboard has, and return it when it is here."""
        self.viewer.say("session", "clipboard.fetch", id=id_)
        await until(
            lambda: self.begun is not None and self.begun.id == id_ and len(self.data) >= self.begun.size,
            "the host's clipboard has come",
        )
        assert self.begun is not None
        parts, start = {}, 0
        for name, size in self.begun.parts:
            parts[name] = self.data[start : start + size]
            start += size
        return parts


def owner_of(name: str) -> int:
    """Return the window that owns the clipboard, 0 for none."""
    display = Display(name)
    owner = display.get_selection_owner(display.intern_atom("CLIPBOARD"))
    display.close()
    return 0 if isinstance(owner, int) else int(owner.id)


async def xclip(display: str, *flags: str, data: bytes | None = None) -> bytes:
    """Copy (``-i``) or paste (``-o``) on the host's display, as another program."""
    process = await asyncio.create_subprocess_exec(
        *("xclip", "-selection", "clipboard", *flags),
        env=os.environ | {"DISPLAY": display},
        stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
        # One that copies stays behind to be asked; it must not hold a pipe of ours.
        stdout=subprocess.PIPE if data is None else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    before = owner_of(display)
    async with asyncio.timeout(10):
        out, _ = await process.communicate(data)
    if data is not None:
        # xclip goes to the background before the X server has heard of it.
        await until(lambda: owner_of(display) != before, "it owns the clipboard")
    return out or b""


@pytest.fixture
def start_clipping(start_host, new_viewer):
    async def start(*, allow="view,clipboard", **options):
        share = await start_host(allow=allow, **options)
        viewer = await new_viewer(share.link).join()
        return share, viewer, Clipper(viewer)

    return start


async def test_what_a_viewer_sends_is_pasted_by_programs_at_the_host(start_clipping, x_display):
    _, viewer, clipper = await start_clipping()
    clipper.send(1, text=TEXT.encode(), html=b"<b>x", png=PNG)
    await viewer.said.expect("clipboard.taken", re=1)
    assert await xclip(x_display, "-o", "-t", "UTF8_STRING") == TEXT.encode()
    assert (await xclip(x_display, "-o", "-t", "text/html")).endswith(b"<b>x")
    assert await xclip(x_display, "-o", "-t", "image/png") == PNG


@pytest.mark.parametrize(
    ("target", "name", "data"),
    [("UTF8_STRING", "text", TEXT.encode()), ("text/html", "html", b"<i>y"), ("image/png", "png", PNG)],
)
async def test_what_a_program_copies_is_offered_and_comes_when_asked_for(
    start_clipping, x_display, target, name, data
):
    _, viewer, clipper = await start_clipping()
    await xclip(x_display, "-i", "-t", target, data=data)
    offered = await viewer.said.expect("clipboard.offered")
    assert offered["parts"] == [{"format": name, "bytes": len(data)}]
    assert clipper.begun is None
    assert await clipper.fetch(5) == {name: data}


async def test_sizes_and_kinds_are_told_and_written_down_and_no_contents(start_clipping, x_display, tmp_path):
    share, viewer, clipper = await start_clipping(audit=tmp_path / "audit.jsonl")
    await xclip(x_display, "-i", "-t", "UTF8_STRING", data=b"hunter2 of the host")
    await viewer.said.expect("clipboard.offered")
    await clipper.fetch(1)
    clipper.send(2, text=b"hunter2 of the viewer")
    await viewer.said.expect("clipboard.taken", re=2)
    passed = [await share.heard.expect("clipboard.passed") for _ in range(2)]
    assert [(each["toward"], each["times"], each["bytes"]) for each in passed] == [
        ("viewer", 1, {"text": 19}),
        ("host", 1, {"text": 21}),
    ]
    share.do(ReceiptList())
    (receipt,) = (await share.heard.expect("receipts.listed"))["receipts"]
    assert (receipt["taken_bytes"], receipt["given_bytes"], "until" in receipt) == (19, 21, False)
    await share.stop()
    written = (tmp_path / "audit.jsonl").read_text()
    assert written.count('"clipboard.passed"') == 2
    assert "hunter2" not in written


async def test_what_a_viewer_sent_is_not_offered_to_him_but_to_the_others(
    start_clipping, new_viewer, x_display
):
    share, ana, clipper = await start_clipping()
    ben = await new_viewer(share.link, name="Ben").join()
    clipper.send(1, text=b"from Ana")
    await ben.said.expect("clipboard.offered")
    # A program that keeps what was copied takes it over as it is.
    await xclip(x_display, "-i", "-t", "UTF8_STRING", data=b"from Ana")
    await xclip(x_display, "-i", "-t", "UTF8_STRING", data=b"from the host")
    assert (await ana.said.expect("clipboard.offered"))["parts"] == [{"format": "text", "bytes": 13}]
    assert len(ana.said.of("clipboard.offered")) == 1
    assert await Clipper(ben).fetch(1) == {"text": b"from the host"}


async def test_nothing_leaves_before_it_is_granted_and_nothing_old_with_the_grant(start_clipping, x_display):
    share, viewer, clipper = await start_clipping(allow="view")
    await xclip(x_display, "-i", "-t", "UTF8_STRING", data=b"from before")
    viewer.say("session", "clipboard.fetch", id=1)
    await until(lambda: viewer.said.errors == ["not-permitted"], "a refusal")
    share.do(CapabilitySet(id=viewer.id, capability=Capability.CLIPBOARD, granted=True))
    await viewer.said.expect("session.described", granted=["clipboard", "view"])
    await viewer.is_heard()
    viewer.say("session", "clipboard.fetch", id=2)
    assert (await viewer.said.expect("clipboard.refused", re=2))["reason"] == "private"
    assert viewer.said.of("clipboard.offered") == []
    assert clipper.begun is None
    await xclip(x_display, "-i", "-t", "UTF8_STRING", data=b"from now on")
    assert (await viewer.said.expect("clipboard.offered"))["parts"] == [{"format": "text", "bytes": 11}]


async def test_hand_made_messages_without_the_right_change_nothing(start_clipping, x_display):
    share, viewer, clipper = await start_clipping(allow="view,control")
    await viewer.take_control()
    await xclip(x_display, "-i", "-t", "UTF8_STRING", data=b"the host's own")
    clipper.send(1, text=b"planted")
    viewer.send_raw("clipboard", pack_begun(ClipBegun(id=2, parts=(("png", 2**32 - 1),))))
    viewer.send_raw("clipboard", json.dumps({"type": "clipboard.fetch", "id": 3}))
    viewer.send_raw("clipboard", b"\xff" * 100)
    viewer.send_raw("clipboard", b"\2" + bytes(9000))
    viewer.say("session", "clipboard.fetch", id=4)
    refused = ["malformed", "malformed", "not-permitted", "not-permitted", "not-permitted", "not-permitted"]
    await until(lambda: sorted(viewer.said.errors) == [*refused, "too-large"], "every message is refused")
    assert await xclip(x_display, "-o", "-t", "UTF8_STRING") == b"the host's own"
    assert clipper.begun is None
    assert viewer.said.of("clipboard.offered") == []
    assert share.viewers[viewer.id] == "live"


@pytest.mark.parametrize("direction", ["in", "out", "off"])
async def test_a_closed_direction_is_closed(start_clipping, x_display, direction):
    _, viewer, clipper = await start_clipping(clipboard=direction)
    await xclip(x_display, "-i", "-t", "UTF8_STRING", data=b"the host's own")
    if direction == "out":
        await viewer.said.expect("clipboard.offered")
    clipper.send(1, text=b"sent")
    viewer.say("session", "clipboard.fetch", id=2)
    if direction == "in":
        await viewer.said.expect("clipboard.taken", re=1)
    await viewer.is_heard()
    expected = b"sent" if direction == "in" else b"the host's own"
    assert await xclip(x_display, "-o", "-t", "UTF8_STRING") == expected
    if direction == "out":
        await until(lambda: clipper.data == b"the host's own", "the host's clipboard has come")
    else:
        assert viewer.said.of("clipboard.offered") == []
        assert clipper.begun is None
    assert viewer.said.of("session.described")[-1]["clipboard"]["direction"] == direction


async def test_what_is_too_large_is_told_both_ways(start_clipping, x_display):
    _, viewer, clipper = await start_clipping(clipboard_limit=2**16)
    clipper.send(1, text=b"x" * (2**16 + 1))
    assert (await viewer.said.expect("clipboard.refused", re=1))["reason"] == "too-large"
    await xclip(x_display, "-i", "-t", "image/png", data=PNG)
    assert (await viewer.said.expect("clipboard.offered"))["too_large"] == ["png"]
    viewer.say("session", "clipboard.fetch", id=2)
    assert (await viewer.said.expect("clipboard.refused", re=2))["reason"] == "too-large"
    assert viewer.said.of("session.described")[-1]["clipboard"]["limit_bytes"] == 2**16


async def test_a_pause_stops_what_is_on_its_way(start_clipping, x_display):
    share, viewer, clipper = await start_clipping()
    await xclip(x_display, "-i", "-t", "image/png", data=PNG)
    await viewer.said.expect("clipboard.offered")
    viewer.say("session", "clipboard.fetch", id=1)
    await until(lambda: clipper.data, "the first piece")
    share.do(SharePause())
    assert (await viewer.said.expect("clipboard.refused", re=1))["reason"] == "stopped"
    await viewer.is_heard()
    assert len(clipper.data) < len(PNG)


async def test_a_viewer_who_goes_away_in_the_middle_leaves_nothing(start_clipping, new_viewer, x_display):
    share, viewer, clipper = await start_clipping()
    begun = pack_begun(ClipBegun(id=1, parts=(("text", 100_000),)))
    viewer.channels["clipboard"].send(begun)
    viewer.say("session", "session.leave")
    await share.heard.expect("viewer.left")
    ben = Clipper(await new_viewer(share.link, name="Ben").join())
    ben.send(1, text=b"from Ben")
    await ben.viewer.said.expect("clipboard.taken", re=1)
    assert await xclip(x_display, "-o", "-t", "UTF8_STRING") == b"from Ben"
    assert clipper.begun is None


async def test_a_display_that_cannot_be_asked_is_said_and_sharing_goes_on(
    start_host, new_viewer, monkeypatch
):
    from screenshare.errors import ClipboardUnavailable
    from screenshare.host import agent

    def refuse(display, *, limit_bytes):
        raise ClipboardUnavailable("no such thing here")

    monkeypatch.setattr(agent, "open_clipboard", refuse)
    share = await start_host(allow="view,clipboard")
    warning = await share.heard.expect("warning", code="no-clipboard")
    assert "no such thing here" in warning["message"]
    viewer = await new_viewer(share.link).join()
    assert viewer.said.of("session.described")[-1]["clipboard"]["direction"] == "off"


async def test_no_log_tells_what_is_on_a_clipboard(start_clipping, x_display, caplog):
    caplog.set_level(logging.DEBUG, "screenshare")
    _, viewer, clipper = await start_clipping()
    clipper.send(1, text=b"s3cret-in", html=b"s3cret-html")
    await viewer.said.expect("clipboard.taken", re=1)
    await xclip(x_display, "-i", "-t", "UTF8_STRING", data=b"s3cret-out")
    await viewer.said.expect("clipboard.offered")
    await clipper.fetch(2)
    assert "s3cret" not in caplog.text
