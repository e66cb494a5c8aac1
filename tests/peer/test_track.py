"""Encoded frames enter the sender in order, at once, and never wait for a clock."""

from __future__ import annotations

import asyncio
from collections import deque
from fractions import Fraction

import pytest
from aiortc.mediastreams import MediaStreamError

from screenshare.media import EncodedFrame
from screenshare.peer.track import EncodedTrack


def frame(pts: int) -> EncodedFrame:
    return EncodedFrame(
        data=b"\0\0\0\1\x65" + bytes([pts]), pts=pts, is_keyframe=True, width=2, height=2, captured_at=0.0
    )


async def test_a_waiting_sender_gets_a_frame_as_soon_as_it_is_there():
    frames: deque[EncodedFrame] = deque()
    track = EncodedTrack(lambda: frames.popleft() if frames else None)
    receiving = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    assert not receiving.done()
    frames += [frame(1), frame(2)]
    track.wake()
    first, second = await receiving, await track.recv()
    assert (bytes(first), first.pts, first.time_base) == (frame(1).data, 1, Fraction(1, 90_000))
    assert second.pts == 2


async def test_a_stopped_track_ends_its_sender():
    track = EncodedTrack(lambda: None)
    receiving = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    track.stop()
    track.wake()
    with pytest.raises(MediaStreamError):
        await receiving
