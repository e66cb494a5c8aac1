"""Exact pixels beside the video: the messages of channel ``picture``, host to viewer, big-endian.

The video is quick to change and never quite exact. Small changes, and everything that has come to
rest, go to a viewer as the very pixels of the screen, deflated (RFC 1951). He composes both:

* A video frame whose RTP timestamp has ``KEEP_BIT`` shows nothing that these messages did not bring
  before: he keeps the picture he has. Any other frame he shows as it comes.
* ``PictureComposed`` is applied once the video frame ``after`` has been decoded: the rectangles
  ``stale`` are copied from the newest video frame into his own picture, the ``tiles`` are written
  over them, and the result is shown unless a newer frame than ``at`` is on the screen already.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from screenshare.media import Region

# The lowest bit of an RTP timestamp, 11 µs, says "keep your picture".
KEEP_BIT: Final = 1
COMPOSED: Final = 1
SUSPENDED: Final = 2
MAX_RECTANGLES: Final = 255

_HEAD = struct.Struct("!BIIBB")
_RECTANGLE = struct.Struct("!HHHH")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureComposed:
    """Make one picture of the video frame ``after`` and exact pixels.

    ``after`` and ``at`` are RTP timestamps (90 kHz, mod 2³²). ``pixels`` is raw deflate of the tiles one
    after the other, each row by row, BGRX, 4 bytes a pixel.
    """

    after: int
    at: int
    stale: Sequence[Region]
    tiles: Sequence[Region]
    pixels: bytes


def pack_composed(message: PictureComposed) -> bytes:
    """Return kind u8, after u32, at u32, two counts u8, the rectangles, the pixels."""
    head = _HEAD.pack(
        COMPOSED,
        message.after & 0xFFFFFFFF,
        message.at & 0xFFFFFFFF,
        len(message.stale),
        len(message.tiles),
    )
    rectangles = (_RECTANGLE.pack(r.x, r.y, r.width, r.height) for r in (*message.stale, *message.tiles))
    return b"".join((head, *rectangles, message.pixels))


def pack_suspended() -> bytes:
    """Return the message "no more exact pixels for now: show every video frame"."""
    return bytes((SUSPENDED,))
