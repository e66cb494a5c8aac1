"""Which forms of video an offer gets: all that its browser decodes and the host encodes."""

from __future__ import annotations

import re

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription

from screenshare.errors import NoCommonCodec
from screenshare.media import VideoFormat
from screenshare.peer.connection import Callbacks, Connection

H264_MODE_1 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
# Payload types as Chromium gives them.
VP8 = {96: ("VP8", None), 97: ("rtx", "apt=96")}
BASELINE = {108: ("H264", H264_MODE_1 + "42e01f"), 109: ("rtx", "apt=108")}
FULL_CHROMA = {37: ("H264", H264_MODE_1 + "f4001f"), 38: ("rtx", "apt=37")}
MODE_0 = {114: ("H264", "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f")}
HIGH = {116: ("H264", H264_MODE_1 + "64001f")}
FEEDBACK = ("nack", "nack pli", "goog-remb")


def ignore(*_: object) -> None:
    """Nobody is told anything here."""


@pytest.fixture
async def connection():
    nobody = Callbacks(
        up=ignore,
        lost=ignore,
        received=ignore,
        keyframe_wanted=ignore,
        video_ready=ignore,
        path_measured=ignore,
        picture_drained=ignore,
        clip_drained=ignore,
    )
    connection = Connection(
        attempt=1, address="127.0.0.1", ice_servers=(), take_frame=lambda: None, callbacks=nobody
    )
    yield connection
    await connection.close()


async def offer_of(codecs: dict[int, tuple[str, str | None]]) -> str:
    """Return a real offer whose video knows these codecs and no others."""
    viewer = RTCPeerConnection()
    viewer.addTransceiver("video", direction="recvonly")
    viewer.createDataChannel("session", negotiated=True, id=0)
    await viewer.setLocalDescription(RTCSessionDescription((await viewer.createOffer()).sdp, "offer"))
    sdp = viewer.localDescription.sdp
    await viewer.close()
    sdp = re.sub(r"a=(rtpmap|fmtp|rtcp-fb):.*\r\n", "", sdp)
    lines = []
    for payload_type, (name, parameters) in codecs.items():
        lines.append(f"a=rtpmap:{payload_type} {name}/90000")
        if name != "rtx":
            lines += [f"a=rtcp-fb:{payload_type} {feedback}" for feedback in FEEDBACK]
        if parameters:
            lines.append(f"a=fmtp:{payload_type} {parameters}")
    numbers = " ".join(map(str, codecs))
    return re.sub(
        r"(m=video \d+ \S+) [\d ]+\r\n", rf"\1 {numbers}" + "\r\n" + "\r\n".join(lines) + "\r\n", sdp
    )


def answered(sdp: str) -> dict[int, str]:
    media = next(m for m in SessionDescription.parse(sdp).media if m.kind == "video")
    return {
        codec.payloadType: f"{codec.name} {codec.parameters.get('profile-level-id', '')}".strip()
        for codec in media.rtp.codecs
        if codec.name != "rtx"
    }


async def test_all_that_a_chromium_decodes_is_agreed_to_under_its_numbers(connection):
    answer = await connection.answer(await offer_of(VP8 | HIGH | BASELINE | MODE_0 | FULL_CHROMA))
    assert connection.formats == {VideoFormat.H264, VideoFormat.H264_444, VideoFormat.VP8}
    assert answered(answer) == {96: "VP8", 108: "H264 42e01f", 37: "H264 f4001f"}


@pytest.mark.parametrize(
    ("codecs", "form"),
    [
        (VP8, VideoFormat.VP8),
        (VP8 | MODE_0 | HIGH, VideoFormat.VP8),
        (BASELINE, VideoFormat.H264),
        (FULL_CHROMA, VideoFormat.H264_444),
    ],
    ids=["no H.264", "no H.264 that we make", "baseline alone", "full chroma alone"],
)
async def test_a_browser_gets_the_one_form_that_it_decodes(connection, codecs, form):
    await connection.answer(await offer_of(codecs))
    assert connection.formats == {form}


@pytest.mark.parametrize(
    "codecs",
    [MODE_0, HIGH, {98: ("VP9", "profile-id=0")}, {45: ("AV1", None)}],
    ids=["single packets", "High", "VP9", "AV1"],
)
async def test_a_browser_that_decodes_no_form_of_ours_is_told_so(connection, codecs):
    with pytest.raises(NoCommonCodec) as told:
        await connection.answer(await offer_of(codecs))
    assert "Firefox" in str(told.value.hint)


async def test_the_browser_begins_the_handshake(connection):
    answer = await connection.answer(await offer_of(VP8))
    assert "a=setup:passive" in answer
    assert "a=setup:active" not in answer
