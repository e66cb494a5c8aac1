"""A small JPEG of a whole screen, for eyes that only want to know what is shown."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.video.reformatter import Interpolation

from screenshare.media import Patch

# mjpeg's quantiser: 2 is best, 31 is worst.
_QUANTISER: Final = 4
_ENOUGH_BITS: Final = 50_000_000


def thumbnail(patch: Patch, max_width: int) -> bytes:
    """Return ``patch`` as a JPEG that is at most ``max_width`` pixels wide."""
    width, height = patch.region.width, patch.region.height
    rows = np.frombuffer(patch.pixels, np.uint8, height * patch.stride_bytes).reshape(height, -1)
    pixels = np.ascontiguousarray(rows[:, : width * 4]).reshape(height, width, 4)
    share = min(1.0, max_width / width)
    # Chroma has half the resolution: both edges are even.
    small = [max(2, round(edge * share) // 2 * 2) for edge in (width, height)]
    frame = av.VideoFrame.from_ndarray(pixels, format="bgra").reformat(
        width=small[0], height=small[1], format="yuvj420p", interpolation=Interpolation.AREA
    )
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = small
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1)
    encoder.qmin = encoder.qmax = _QUANTISER
    encoder.bit_rate = _ENOUGH_BITS
    return b"".join(bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None)))
