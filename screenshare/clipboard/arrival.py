"""Contents that come in pieces, made fit to be pasted here as they come (sans-IO).

At the end nothing is left to be done with the whole: 64 MB would hold up the loop for a tenth of a second.
"""

from __future__ import annotations

import codecs
import io
import struct
from collections.abc import Sequence
from typing import Final, Protocol

from screenshare.clipboard.clip import Clip
from screenshare.errors import MalformedMessage
from screenshare.protocol.fields import ClipFormat

# Signature, length and name of the first chunk, then width and height (PNG, third edition, §5.2 and §11.2.1).
_PNG_HEAD: Final = struct.Struct("!8s4x4sII")
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# A small file may unfold to gigabytes in the program that pastes it.
MOST_PIXELS: Final = 100_000_000


class _Part(Protocol):
    """One format; both raise MalformedMessage for what no program should have to paste."""

    def add(self, piece: bytes) -> None: ...

    def end(self) -> bytes: ...


class _Text:
    """UTF-8, with the host's line ends: browsers on Windows end lines in two characters."""

    def __init__(self) -> None:
        self._whole = io.BytesIO()  # gives its bytes away without a copy
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._carried = b""  # a carriage return at the end of a piece, until it is known what follows

    def add(self, piece: bytes) -> None:
        self._check(piece)
        # A NUL ends text for most programs.
        piece = self._carried + piece.replace(b"\0", b"")
        self._carried = b"\r" if piece.endswith(b"\r") else b""
        self._whole.write(piece.removesuffix(b"\r").replace(b"\r\n", b"\n"))

    def end(self) -> bytes:
        self._check(b"", is_last=True)
        self._whole.write(self._carried)
        return self._whole.getvalue()

    def _check(self, piece: bytes, *, is_last: bool = False) -> None:
        try:
            self._decoder.decode(piece, is_last)
        except UnicodeDecodeError as exc:
            raise MalformedMessage("the text on the clipboard is not UTF-8") from exc


class _Png:
    def __init__(self) -> None:
        self._whole = io.BytesIO()

    def add(self, piece: bytes) -> None:
        self._whole.write(piece)

    def end(self) -> bytes:
        data = self._whole.getvalue()
        if len(data) < _PNG_HEAD.size:
            raise MalformedMessage("the picture on the clipboard is no PNG")
        signature, chunk, width, height = _PNG_HEAD.unpack_from(data)
        if signature != _PNG_SIGNATURE or chunk != b"IHDR" or not 0 < width * height <= MOST_PIXELS:
            raise MalformedMessage("the picture on the clipboard is no PNG, or too large")
        return data


class Arrival:
    """One clip on its way; ``sizes``: its formats in the order in which they come, in bytes."""

    def __init__(self, sizes: Sequence[tuple[ClipFormat, int]]) -> None:
        self._to_come = list(reversed(sizes))
        self._part = _part(self._to_come[-1][0])
        self._missing = self._to_come[-1][1]
        self._parts: dict[ClipFormat, bytes] = {}

    def add(self, piece: bytes) -> Clip | None:
        """Take the next bytes; return the clip with the last of them.

        Raises:
            MalformedMessage: more than was told, or what no program should have to paste.
        """
        while piece and self._to_come:
            here, piece = piece[: self._missing], piece[self._missing :]
            self._part.add(here)
            self._missing -= len(here)
            if not self._missing:
                self._next()
        if piece:
            raise MalformedMessage("more contents than was told")
        return None if self._to_come else Clip(self._parts)

    def _next(self) -> None:
        name, _ = self._to_come.pop()
        self._parts[name] = self._part.end()
        if self._to_come:
            name, self._missing = self._to_come[-1]
            self._part = _part(name)


def _part(name: ClipFormat) -> _Part:
    return _Png() if name == "png" else _Text()
