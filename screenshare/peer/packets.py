"""Sans-IO: an encoded frame as RTP payloads, cut once for all viewers, and what was sent lately."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from screenshare.media import EncodedFrame, VideoFormat

# With RTP, SRTP, UDP and IPv6 around it a payload still passes tunnels of 1,280 bytes and a relay.
MAX_PAYLOAD_BYTES: Final = 1_160
# The newest frame of each rendition: viewers who are free take it in the same turn of the loop.
_SHARED_FRAMES: Final = 8

_STAP_A: Final = 24
_FU_A: Final = 28
_FU_START: Final = 0x80
_FU_END: Final = 0x40
_VP8_START: Final = b"\x10"
_VP8_GOES_ON: Final = b"\x00"

# What may be asked for again: longer than a viewer waits, and at most a few keyframes.
HISTORY_S: Final = 3.0
HISTORY_BYTES: Final = 4_000_000


@lru_cache(maxsize=_SHARED_FRAMES)
def payloads(frame: EncodedFrame) -> tuple[bytes, ...]:
    """Return the RTP payloads of ``frame`` (RFC 6184 mode 1, RFC 7741); viewers share them."""
    if frame.format is VideoFormat.VP8:
        pieces = _pieces(frame.data, MAX_PAYLOAD_BYTES - 1)
        return tuple((_VP8_GOES_ON if i else _VP8_START) + piece for i, piece in enumerate(pieces))
    return tuple(_h264_payloads(_nal_units(frame.data)))


def _nal_units(data: bytes) -> Iterator[bytes]:
    """Yield what stands between Annex B's start codes; a zero before one belongs to it."""
    start = data.find(b"\0\0\1")
    while start >= 0:
        end = data.find(b"\0\0\1", start + 3)
        unit = data[start + 3 : end if end >= 0 else len(data)]
        if unit := unit.rstrip(b"\0"):
            yield unit
        start = end


def _h264_payloads(units: Iterator[bytes]) -> Iterator[bytes]:
    small: list[bytes] = []
    small_bytes = 1
    for unit in units:
        if small and small_bytes + 2 + len(unit) > MAX_PAYLOAD_BYTES:
            yield _aggregated(small)
            small, small_bytes = [], 1
        if len(unit) > MAX_PAYLOAD_BYTES:
            yield from _fragments(unit)
        else:
            small.append(unit)
            small_bytes += 2 + len(unit)
    if small:
        yield _aggregated(small)


def _aggregated(units: Sequence[bytes]) -> bytes:
    if len(units) == 1:
        return units[0]
    importance = max(unit[0] & 0x60 for unit in units)
    return bytes([importance | _STAP_A]) + b"".join(len(u).to_bytes(2, "big") + u for u in units)


def _fragments(unit: bytes) -> Iterator[bytes]:
    indicator, kind = unit[0] & 0xE0 | _FU_A, unit[0] & 0x1F
    pieces = _pieces(unit[1:], MAX_PAYLOAD_BYTES - 2)
    for i, piece in enumerate(pieces):
        edge = _FU_START if i == 0 else _FU_END if i == len(pieces) - 1 else 0
        yield bytes([indicator, edge | kind]) + piece


def _pieces(data: bytes, room: int) -> list[bytes]:
    """Cut ``data`` into as few pieces as fit, all about as long."""
    count = -(-len(data) // room)
    edges = [len(data) * i // count for i in range(count + 1)] if count else []
    return [data[start:end] for start, end in zip(edges, edges[1:], strict=False)]


@dataclass(frozen=True, slots=True)
class SentFrame:
    """One frame as one viewer got it: its payloads, which are everybody's, and his numbers."""

    first_sequence: int
    payloads: tuple[bytes, ...]
    timestamp: int
    payload_type: int
    rtx_payload_type: int | None
    at: float
    size_bytes: int


@dataclass(slots=True)
class History:
    """What one viewer may ask for again; the oldest goes first, by age and by bytes."""

    _frames: deque[SentFrame] = field(default_factory=deque)
    _bytes: int = 0

    def add(self, frame: SentFrame) -> None:
        self._frames.append(frame)
        self._bytes += frame.size_bytes
        while len(self._frames) > 1 and (
            self._bytes > HISTORY_BYTES or self._frames[0].at < frame.at - HISTORY_S
        ):
            self._bytes -= self._frames.popleft().size_bytes

    def find(self, sequence: int) -> tuple[SentFrame, int] | None:
        """Return the frame with this packet and the packet's place in it; None: it is gone."""
        for frame in reversed(self._frames):
            place = (sequence - frame.first_sequence) & 0xFFFF
            if place < len(frame.payloads):
                return frame, place
        return None
