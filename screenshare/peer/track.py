"""Encoded frames on their way into one aiortc sender."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import cast

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame

_TIME_BASE = Fraction(1, VIDEO_CLOCK_HZ)


class EncodedTrack(MediaStreamTrack):
    """A video track whose frames are already encoded; aiortc only packetises them.

    ``take`` returns the next frame of this viewer's queue, or None; the queue and its overflow
    policy belong to the fan-out. Call ``wake`` after something was queued.
    """

    kind = "video"

    def __init__(self, take: Callable[[], EncodedFrame | None]) -> None:
        super().__init__()
        self._take = take
        self._filled = asyncio.Event()

    def wake(self) -> None:
        self._filled.set()

    async def recv(self) -> av.Packet[av.VideoStream]:
        """Return the next frame as soon as there is one; a still screen waits here for ever."""
        while self.readyState == "live":
            frame = self._take()
            if frame is not None:
                packet = cast("av.Packet[av.VideoStream]", av.Packet(frame.data))
                packet.pts = frame.pts
                packet.time_base = _TIME_BASE
                return packet
            self._filled.clear()
            await self._filled.wait()
        raise MediaStreamError
