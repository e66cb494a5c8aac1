"""Where a pointer is, in nine bytes, big-endian: the one message that comes by the hundred.

A viewer tells where he moves (``PointerMove``), the host where its own pointer is (``PointerPlace``).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from screenshare.errors import MalformedMessage
from screenshare.protocol.fields import Fraction16, MonitorChoice, Sequence

_FORMAT = struct.Struct("!IBHH")
POINTER_BYTES = _FORMAT.size
_LAST_FRACTION = 65_535
_LAST_MONITOR, _NOWHERE = 64, 255


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerMove:
    """The pointer is here: ``x`` and ``y`` run from 0 (first pixel) to 65535 (last) of ``monitor``."""

    seq: Sequence
    monitor: MonitorChoice
    x: Fraction16
    y: Fraction16


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerPlace:
    """The host's pointer is here; ``monitor`` None: on none that is shown, or nowhere to be seen.

    ``seq`` counts up with each place, mod 2**32: they may overtake each other.
    """

    seq: Sequence
    monitor: MonitorChoice | None
    x: Fraction16 = 0
    y: Fraction16 = 0


def fraction16(pixel: int, count: int) -> Fraction16:
    """Return where ``pixel`` lies among ``count`` of them; one outside is moved to the edge."""
    return round(min(max(pixel, 0), count - 1) * _LAST_FRACTION / (count - 1)) if count > 1 else 0


def pack_place(place: PointerPlace) -> bytes:
    """Return seq u32, monitor u8 (255 for none), x u16, y u16."""
    return _FORMAT.pack(place.seq, _NOWHERE if place.monitor is None else place.monitor, place.x, place.y)


def pack_pointer(move: PointerMove) -> bytes:
    """Return seq u32, monitor u8, x u16, y u16."""
    return _FORMAT.pack(move.seq, move.monitor, move.x, move.y)


def unpack_pointer(data: bytes) -> PointerMove:
    """Return the move in ``data``, or raise MalformedMessage."""
    if len(data) != POINTER_BYTES:
        raise MalformedMessage(f"a pointer move has {POINTER_BYTES} bytes, not {len(data)}")
    seq, monitor, x, y = _FORMAT.unpack(data)
    if monitor > _LAST_MONITOR:
        raise MalformedMessage(f"monitors count up to {_LAST_MONITOR}")
    return PointerMove(seq=seq, monitor=monitor, x=x, y=y)
