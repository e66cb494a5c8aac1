"""A viewer who means harm: whatever he sends, the host lives, nothing is injected, others see on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import re
import socket
import struct
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiortc.rtcsctptransport import SCTP_DATA_LAST_FRAG, DataChunk

from integration.peers import AiortcViewer, Desk, Share, until
from screenshare.peer.seams_sctp import MOST_UNFINISHED_BYTES
from screenshare.protocol.console import RecordingStart
from screenshare.signaling.lobby import MAX_ERRORS

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "wire.json").read_text())
BIG = 262_144
DATAGRAMS = int(os.environ.get("SCREENSHARE_DATAGRAMS", "20000"))
WEBRTC_DCEP, WEBRTC_STRING = 50, 51  # SCTP payload protocol identifiers (RFC 8831 §8)
AWAY = (200, 600)


def vectors(channel: str) -> list[dict[str, Any]]:
    """Return one of each message of a channel, as the protocol's own vectors have them."""
    return [v["json"] for v in VECTORS["messages"] if v["channel"] == channel]


@dataclass
class Siege:
    """A share with an honest viewer, Ben, and one who means harm, Eve; neither controls."""

    share: Share
    ben: AiortcViewer
    eve: AiortcViewer
    desk: Desk
    pointer: tuple[int, int]

    async def holds(self) -> None:
        """Check that nothing was injected and that the share goes on for Ben, picture and all."""
        assert (self.desk.held_keys, self.desk.held_buttons) == ([], 0)
        assert self.desk.pointer == self.pointer
        await self.ben.is_heard()
        assert self.share.viewers[self.ben.id] == "live"
        self.desk.paint("#208040")
        await self.ben.sees("#208040", *AWAY)
        assert self.share.host.failure is None
        assert {"inject", "screen-feed"} <= {thread.name for thread in threading.enumerate()}


@pytest.fixture
async def siege(start_host, new_viewer, desk, caplog) -> AsyncIterator[Siege]:
    share = await start_host(allow="view")
    ben = await new_viewer(share.link, name="Ben").join()
    eve = await new_viewer(share.link, name="Eve").join()
    yield Siege(share, ben, eve, desk, desk.pointer)
    assert not [record for record in caplog.records if record.name == "asyncio"], "an exception nobody caught"


# --- on the data channels ------------------------------------------------------------------------------


async def test_every_input_message_without_control_is_refused(siege):
    messages = [message for message in vectors("input") if message["type"] != "path.resume"]
    for message in messages:
        siege.eve.channels["input"].send(json.dumps(message))
    siege.eve.move(1, 1)
    refused = len(messages) + 1
    await until(lambda: len(siege.eve.said.errors) == refused, f"{refused} refusals")
    assert set(siege.eve.said.errors) == {"not-permitted"}
    assert siege.share.refusals == {"not-permitted": refused}
    await siege.holds()


@pytest.mark.parametrize("channel", ["session", "input"])
async def test_what_is_no_message_of_a_channel_gets_a_typed_error(siege, channel):
    nonsense = {
        "": "malformed",
        "{": "malformed",
        "null": "malformed",
        "[]": "malformed",
        "{}": "malformed",
        "[" * 3000: "malformed",
        '{"type": 7}': "malformed",
        '{"type": "root.shell"}': "unknown-type",
        '{"type": "session.described"}': "unknown-type",
        '{"type": "control.request", "id": -1}': "malformed",
        '{"type": "key.press", "seq": 1, "code": "../A", "key": "a"}': "malformed",
        '{"type": "text.type", "seq": 1, "text": ""}': "malformed",
        '{"type": "wheel.turn", "seq": 1, "dx": 1e99, "dy": 0, "monitor": 1, "x": 0, "y": 0}': "malformed",
    }
    own = {"session": "control", "input": r"key|text|wheel"}[channel]
    expected = []
    for text, code in nonsense.items():
        kind = re.search(r'"type": "(\w+)\.', text)
        is_foreign = kind is not None and re.fullmatch(own, kind[1]) is None
        siege.eve.channels[channel].send(text)
        expected.append("unknown-type" if is_foreign else code)
    await until(lambda: len(siege.eve.said.errors) == len(expected), "an error for each")
    assert siege.eve.said.errors == expected
    await siege.holds()


def stranger_says(chance: random.Random) -> bytes:
    """Return a datagram that begins as STUN, DTLS, RTP or RTCP does (RFC 7983), or as nothing known."""
    rest = chance.randbytes(chance.choice([0, 1, 19, 60, 1200, 1472]))
    match chance.randrange(5):
        case 0:  # a binding request, or what looks like one
            return struct.pack("!HHI", chance.choice([1, 0x101, 0x111, 3]), len(rest), 0x2112A442) + rest
        case 1:
            return bytes([chance.randrange(20, 64)]) + b"\xfe\xfd" + rest
        case 2:
            return bytes([128 + chance.randrange(64), chance.randrange(256)]) + rest
        case 3:
            return struct.pack("!BBH", 0x81, chance.choice([200, 201, 205, 206]), len(rest) // 4) + rest
        case _:
            return rest


async def test_a_flood_of_datagrams_from_strangers_disturbs_nobody(siege):
    chance = random.Random(20261123)
    sdp = siege.eve.pc.remoteDescription.sdp
    places = {(m[1], int(m[2])) for m in re.finditer(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", sdp)}
    assert places
    for address, port in places:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as stranger:
            stranger.setblocking(False)
            for number in range(DATAGRAMS // len(places)):
                with contextlib.suppress(BlockingIOError, PermissionError):
                    stranger.sendto(stranger_says(chance), (address, port))
                if number % 50 == 0:
                    await asyncio.sleep(0)
    await siege.holds()


async def test_messages_of_one_channel_count_on_no_other(siege):
    siege.eve.say("input", "control.request", id=1)
    siege.eve.say("session", "key.press", seq=1, code="KeyA", key="a")
    await until(lambda: siege.eve.said.errors == ["unknown-type"] * 2, "two refusals")
    assert siege.share.heard.of("control.requested") == []
    await siege.holds()


@pytest.mark.parametrize("channel", ["session", "input"])
async def test_a_quarter_of_a_megabyte_is_refused(siege, channel):
    siege.eve.send_raw(channel, "x" * BIG)
    siege.eve.send_raw(channel, bytes(BIG))
    await until(lambda: siege.eve.said.errors == ["too-large"] * 2, "two refusals")
    await siege.holds()


async def test_a_quarter_of_a_megabyte_of_pointer_is_lost_or_refused(siege):
    siege.eve.send_raw("pointer", bytes(BIG))  # unreliable: a piece that is lost takes the rest with it
    await siege.eve.is_heard()
    assert set(siege.eve.said.errors) <= {"malformed"}
    await siege.holds()


@pytest.mark.parametrize("channel", ["session", "input", "pointer"])
async def test_binary_garbage_is_refused_on_every_channel(siege, channel):
    garbage = [b"", b"\0", b"\xff" * 8, b"\xff" * 10, bytes(range(256)), b"\0\0\0\1\x41\0\0\0\0"]
    for data in garbage:
        siege.eve.send_raw(channel, data)
    await until(lambda: len(siege.eve.said.errors) == len(garbage), "a refusal for each")
    assert set(siege.eve.said.errors) == {"malformed"}
    assert siege.share.refusals == {"malformed": len(garbage)}
    await siege.holds()


async def test_a_flood_is_answered_for_a_while_and_then_shown_the_door(siege):
    for _ in range(3000):
        siege.eve.channels["input"].send('{"type": "key.press", "seq": 1, "code": "KeyA", "key": "a"}')
    left = await siege.share.heard.expect("viewer.left", id=siege.eve.id)
    assert left["reason"] == "failed"
    assert (await siege.eve.signals.expect("share.ended"))["reason"] == "failed"
    await siege.eve.socket_closed()
    assert len(siege.eve.said.errors) <= 40
    assert siege.share.refusals["not-permitted"] >= 400
    assert siege.share.viewers == {siege.ben.id: "live"}
    await siege.holds()


async def test_thousands_of_allowed_messages_are_borne(siege):
    for _ in range(2000):
        siege.eve.say("session", "heartbeat.beat", seq=1)
    for number in range(200):
        siege.eve.say("session", "control.request", id=number)
    await siege.eve.is_heard()
    await siege.holds()
    assert [v.asks is not None for v in siege.share.host._describe_state().viewers] == [False, True]


async def test_who_opens_channels_of_his_own_is_cut_off(siege):
    extra = [siege.eve.pc.createDataChannel(f"evil{number}") for number in range(20)]
    for channel in extra:
        channel.on("open", lambda channel=channel: channel.send('{"type": "control.request", "id": 1}'))
    await until(lambda: siege.share.viewers[siege.eve.id] == "reconnecting", "Eve's path is closed")
    assert siege.share.heard.of("control.requested") == []
    await siege.holds()


async def test_who_sends_a_message_that_never_ends_is_cut_off(siege):
    sctp = siege.eve.pc.sctp
    send_chunk = sctp._send_chunk

    async def send_without_end(chunk):
        if isinstance(chunk, DataChunk):
            chunk.flags &= ~SCTP_DATA_LAST_FRAG
        await send_chunk(chunk)

    sctp._send_chunk = send_without_end
    for _ in range(2 * MOST_UNFINISHED_BYTES // 16_384):
        siege.eve.send_raw("session", bytes(16_384))
    await until(lambda: siege.share.viewers[siege.eve.id] == "reconnecting", "Eve's path is closed")
    await siege.holds()


@pytest.mark.parametrize(
    ("ppid", "data"),
    [
        (WEBRTC_STRING, b"\xff\xfe\xfd"),
        (WEBRTC_DCEP, b"\x03" + bytes(11)),
        (WEBRTC_DCEP, b"\x02"),
        (WEBRTC_DCEP, b"\x03" + bytes(7) + b"\xff\xff\xff\xff"),
        (999, b"?"),
    ],
    ids=["broken UTF-8", "open of an open channel", "ack", "open with wrong lengths", "unknown protocol"],
)
async def test_what_breaks_the_channel_layer_itself_costs_its_sender_alone(siege, ppid, data, caplog):
    sctp = siege.eve.pc.sctp
    sctp._data_channel_queue.append((siege.eve.channels["input"], ppid, data))
    await sctp._data_channel_flush()
    await siege.holds()
    caplog.clear()  # aiortc logs what it could not read


# --- on the socket -------------------------------------------------------------------------------------


async def test_after_admission_nothing_can_be_asked_for_twice(siege):
    room = json.dumps({"type": "room.enter", "room": siege.eve.room})
    proof = json.dumps({"type": "knock.prove", "nonce": "n", "proof": "abc"})
    for frame in (room, proof):
        await siege.eve.signal_raw(frame)
        assert (await siege.eve.signals.expect("error"))["code"] == "out-of-order"
    for message in (
        {"type": "knock.request"},
        {"type": "peer.candidate", "attempt": 99, "candidate": None},
    ):
        await siege.eve.signal(**message)
        assert (await siege.eve.signals.expect("error"))["code"] == "out-of-order"
    assert siege.share.refusals == {"out-of-order": 4}
    assert len(siege.share.viewers) == 2
    await siege.holds()


async def test_a_hundred_candidates_are_too_many(siege):
    for number in range(100):
        await siege.eve.signal(
            type="peer.candidate",
            attempt=1,
            mid="0",
            candidate=f"candidate:{number} 1 udp 1 203.0.113.9 {1000 + number} typ host",
        )
    await siege.eve.socket_closed()
    assert 0 < len(siege.eve.signals.errors) <= MAX_ERRORS
    await siege.holds()


@pytest.mark.parametrize(
    "candidate",
    [
        "",
        "candidate:",
        "candidate:1 1 udp x y z",
        "\0" * 100,
        "a" * 1024,
        "candidate:1 1 tcp 1 ::1 0 typ host",
    ],
)
async def test_a_candidate_that_is_none_is_one_path_less(siege, candidate):
    await siege.eve.signal(type="peer.candidate", attempt=1, mid="0", candidate=candidate)
    await siege.eve.is_heard()
    await siege.holds()


async def test_candidates_before_any_offer_are_out_of_order(start_host, new_viewer):
    share = await start_host(allow="view")
    eve = new_viewer(share.link)
    await eve.knock()
    await eve.admission()
    await eve.signal(type="peer.candidate", attempt=1, candidate=None)
    assert (await eve.signals.expect("error"))["code"] == "out-of-order"


def with_unknown_codecs(sdp: str) -> str:
    """Let an offer know nothing that the host can send."""
    return re.sub(r"(VP8|H264)/90000", "XYZ/90000", sdp)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda _: "hello", "malformed"),
        (lambda _: "v=0", "malformed"),
        (lambda sdp: sdp[: len(sdp) // 2], "malformed"),
        (lambda sdp: re.sub(r"a=fingerprint:.*\r\n", "", sdp), "malformed"),
        (lambda sdp: re.sub(r"a=ice-(ufrag|pwd):.*\r\n", "", sdp), "malformed"),
        (lambda sdp: sdp + "m=audio 9 UDP/TLS/RTP/SAVPF\r\n" * 500, "malformed"),
        (with_unknown_codecs, "no-common-codec"),
    ],
    ids=["text", "v=0", "half", "no fingerprint", "no ICE", "500 sections", "no common codec"],
)
async def test_an_offer_that_cannot_be_used_gets_a_typed_error_and_leaves_nothing(
    start_host, new_viewer, spoil, code
):
    share = await start_host(allow="view")
    eve = new_viewer(share.link, name="Eve")
    await eve.knock()
    await eve.admission()
    await eve.send_offer(spoil(await eve.offer()))
    error = await eve.signals.expect("error")
    assert error["code"] == code
    assert share.refusals == {error["code"]: 1}
    await until(lambda: share.host._conductor._peers == {}, "no connection is left")
    await eve.pc.close()
    await eve.dial()  # the same viewer may try again
    assert share.viewers == {eve.id: "live"}


async def test_an_offer_without_video_is_refused(start_host, new_viewer):
    share = await start_host(allow="view")
    eve = new_viewer(share.link, name="Eve")
    await eve.knock()
    await eve.admission()
    await eve.send_offer(await eve.offer(with_video=False))
    assert (await eve.signals.expect("error"))["code"] == "malformed"
    await until(lambda: share.host._conductor._peers == {}, "no connection is left")


async def test_an_oversize_message_ends_the_socket_but_not_the_session(siege):
    await siege.eve.signal_raw("x" * BIG)
    await siege.eve.socket_closed()
    await siege.eve.is_heard()
    await siege.holds()


async def test_nothing_but_nonsense_on_the_socket_ends_it_but_not_the_session(siege):
    for data in ["{", b"\xff\xff", "null", '{"type": "share.ended"}', "\0"] * (MAX_ERRORS // 5):
        await siege.eve.signal_raw(data)
    await siege.eve.socket_closed()
    assert len(siege.eve.signals.errors) == MAX_ERRORS
    await siege.eve.is_heard()
    await siege.holds()


async def test_a_viewer_who_dials_again_and_again_keeps_one_connection(siege):
    for _ in range(5):
        await siege.eve.pc.close()
        await siege.eve.dial()
    assert len(siege.share.host._conductor._peers) == 2
    assert siege.share.viewers == {siege.ben.id: "live", siege.eve.id: "live"}
    await siege.holds()


async def test_host_commands_are_no_words_of_a_viewer(siege, tmp_path):
    for channel in ("session", "input"):
        siege.eve.channels[channel].send(json.dumps({"do": "control.grant", "id": siege.eve.id}))
    await siege.eve.signal(do="recording.start", path=str(tmp_path / "stolen.mp4"))
    await siege.eve.signals.expect("error")
    await until(lambda: siege.eve.said.errors == ["malformed"] * 2, "two refusals")
    assert list(tmp_path.glob("*.mp4")) == []
    await siege.holds()


async def test_a_name_full_of_control_characters_reaches_the_host_as_plain_text(start_host, new_viewer):
    share = await start_host()
    eve = new_viewer(share.link, name="\x1b[2J\u202eeve\r\n<b>")
    await eve.knock()
    assert (await share.heard.expect("viewer.knocked"))["name"] == "eve <b>"


async def test_a_recording_goes_on_under_attack(siege, tmp_path):
    path = tmp_path / "siege.mp4"
    siege.share.do(RecordingStart(path=str(path)))
    await siege.share.heard.expect("recording.started")
    await until(lambda: siege.share.host._recordings.description.bytes, "the first seconds on the disk")
    for _ in range(500):
        siege.eve.send_raw("pointer", b"?")
    await siege.share.heard.expect("viewer.left", id=siege.eve.id)
    await siege.holds()
    await siege.share.stop()
    assert (await siege.share.heard.expect("recording.stopped"))["bytes"] == path.stat().st_size > 0
