"""Encoded frames cut into RTP payloads, once for all viewers (H.264: RFC 6184, VP8: RFC 7741)."""

from __future__ import annotations

import functools
from typing import Final

from screenshare.media import EncodedFrame, VideoFormat
from screenshare.peer import seams

# Frames whose payloads are kept for those viewers who have not sent them yet.
_KEPT_FRAMES: Final = 64


@functools.lru_cache(maxsize=_KEPT_FRAMES)
def packetize(frame: EncodedFrame) -> tuple[bytes, ...]:
    """Return the payloads of ``frame``, at most 1300 bytes each; the last one ends the picture."""
    if frame.format is VideoFormat.VP8:
        return seams.vp8_payloads(frame.data)
    return seams.h264_payloads(frame.data)
