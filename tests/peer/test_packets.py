"""What is cut into packets is put together again by the receiving side of aiortc."""

from __future__ import annotations

import random

import pytest
from aiortc.codecs import CODECS, depayload
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from screenshare.media import EncodedFrame, VideoFormat
from screenshare.peer.packets import packetize

LARGEST_PAYLOAD = 1_300
START = b"\0\0\0\1"


def codec_of(video_format: VideoFormat) -> RTCRtpCodecParameters:
    name = "VP8" if video_format is VideoFormat.VP8 else "H264"
    return next(codec for codec in CODECS["video"] if codec.name == name)


def frame(data: bytes, video_format: VideoFormat) -> EncodedFrame:
    return EncodedFrame(data, 1, True, 640, 480, 0.0, format=video_format)


def unit(header: int, size: int) -> bytes:
    """One NAL unit; no zero bytes, as emulation prevention keeps start codes out of a real one."""
    return bytes((header,)) + bytes(random.Random(size).choices(range(1, 256), k=size))


def received(of: EncodedFrame) -> bytes:
    codec = codec_of(of.format)
    return b"".join(depayload(codec, payload) for payload in packetize(of))


@pytest.mark.parametrize("size", [1, 1_299, 1_300, 1_301, 2_600, 100_003])
def test_a_vp8_frame_comes_out_as_it_went_in(size):
    data = random.Random(size).randbytes(size)
    sent = frame(data, VideoFormat.VP8)
    assert received(sent) == data
    assert max(map(len, packetize(sent))) <= LARGEST_PAYLOAD


def test_a_vp8_picture_begins_in_its_first_packet_alone():
    payloads = packetize(frame(bytes(5_000), VideoFormat.VP8))
    starts = [VpxPayloadDescriptor.parse(payload)[0].partition_start for payload in payloads]
    assert starts == [1] + [0] * (len(payloads) - 1)


@pytest.mark.parametrize("video_format", [VideoFormat.H264, VideoFormat.H264_444])
@pytest.mark.parametrize(
    "sizes", [(20,), (20, 6, 40), (20, 6, 5_000), (20, 6, 1_299, 1_300, 90_001), (2_000, 3, 2_000)]
)
def test_h264_units_come_out_as_they_went_in(video_format, sizes):
    data = b"".join(START + unit(0x67, size) for size in sizes)
    sent = frame(data, video_format)
    assert received(sent) == data
    assert max(map(len, packetize(sent))) <= LARGEST_PAYLOAD
