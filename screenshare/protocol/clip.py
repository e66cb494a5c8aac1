"""Contents of a clipboard on channel ``clipboard``, either way, in pieces, big-endian.

``ClipBegun`` tells what comes, then as many ``ClipPiece`` as it takes bring its parts one after the other;
the next ``ClipBegun`` gives up what has not come to its end. The viewer numbers what he sends, and the host
answers ``clipboard.taken`` or ``clipboard.refused``; what the host sends has the number of the viewer's
``clipboard.fetch``. Pieces are small, and few of them wait, so that a keystroke never waits behind them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast, get_args

from screenshare.errors import MalformedMessage, MessageTooLarge
from screenshare.protocol.fields import ClipFormat, RequestId

MAX_CLIP_BYTES: Final = 8_192  # of one message
FORMATS: Final = cast("tuple[ClipFormat, ...]", get_args(ClipFormat))

_BEGUN, _PIECE = 1, 2
_HEAD = struct.Struct("!BI")
_PART = struct.Struct("!BI")
PIECE_BYTES: Final = MAX_CLIP_BYTES - _HEAD.size
_LAST_NUMBER: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipBegun:
    """The contents ``id`` come now: each format at most once, in the order of their pieces, in bytes.

    ``text`` and ``html`` are UTF-8.
    """

    id: RequestId
    parts: tuple[tuple[ClipFormat, int], ...]

    @property
    def size(self) -> int:
        return sum(size for _, size in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipPiece:
    """The next bytes of the contents ``id``."""

    id: RequestId
    data: bytes


def pack_begun(begun: ClipBegun) -> bytes:
    """Return kind u8, id u32, and for each part format u8 (1 text, 2 html, 3 png), size u32."""
    parts = (_PART.pack(1 + FORMATS.index(name), size) for name, size in begun.parts)
    return b"".join((_HEAD.pack(_BEGUN, begun.id), *parts))


def pack_pieces(id_: RequestId, data: bytes) -> Iterator[bytes]:
    """Yield ``data`` in messages: kind u8, id u32, bytes."""
    for start in range(0, len(data), PIECE_BYTES):
        yield _HEAD.pack(_PIECE, id_) + data[start : start + PIECE_BYTES]


def unpack_clip(data: bytes) -> ClipBegun | ClipPiece:
    """Return the message in ``data``.

    Raises:
        MessageTooLarge: more than ``MAX_CLIP_BYTES``.
        MalformedMessage: no message.
    """
    if len(data) > MAX_CLIP_BYTES:
        raise MessageTooLarge(f"{len(data)} bytes, at most {MAX_CLIP_BYTES} are allowed")
    if len(data) <= _HEAD.size:
        raise MalformedMessage("too short for clipboard contents")
    kind, number = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    if number > _LAST_NUMBER:
        raise MalformedMessage(f"clipboard contents count up to {_LAST_NUMBER}")
    if kind == _PIECE:
        return ClipPiece(id=number, data=body)
    if kind == _BEGUN:
        return ClipBegun(id=number, parts=_unpack_parts(body))
    raise MalformedMessage("no message of channel clipboard begins so")


def _unpack_parts(body: bytes) -> tuple[tuple[ClipFormat, int], ...]:
    if len(body) % _PART.size or len(body) > len(FORMATS) * _PART.size:
        raise MalformedMessage(f"clipboard contents have 1 to {len(FORMATS)} parts")
    numbers = list(_PART.iter_unpack(body))
    kinds = [kind for kind, _ in numbers]
    if not all(1 <= kind <= len(FORMATS) for kind in kinds) or len(set(kinds)) != len(kinds):
        raise MalformedMessage("clipboard contents have each format once, and no other")
    if not all(size for _, size in numbers):
        raise MalformedMessage("a part of clipboard contents is empty")
    return tuple((FORMATS[kind - 1], size) for kind, size in numbers)
