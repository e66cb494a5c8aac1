"""What a clipboard holds, and what of it is fit to be passed on (pure)."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from screenshare.errors import MalformedMessage
from screenshare.protocol.fields import ClipFormat

# Signature, length and name of the first chunk, then width and height (PNG, third edition, §5.2 and §11.2.1).
_PNG_HEAD: Final = struct.Struct("!8s4x4sII")
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# A small file may unfold to gigabytes in the program that pastes it.
MOST_PIXELS: Final = 100_000_000


Digests = frozenset[tuple[ClipFormat, bytes]]


@dataclass(frozen=True)
class Clip:
    """Formats of one thing that was copied; text and HTML in UTF-8.

    ``too_large``: formats that it has, too, and that are beyond the limit.
    """

    parts: Mapping[ClipFormat, bytes] = field(default_factory=dict)
    too_large: tuple[ClipFormat, ...] = ()

    def __repr__(self) -> str:
        """Tell sizes alone: contents of clipboards are in no log."""
        return f"Clip({', '.join(f'{name}: {len(data)} bytes' for name, data in self.parts.items())})"

    @property
    def size(self) -> int:
        return sum(map(len, self.parts.values()))

    @property
    def is_empty(self) -> bool:
        return not self.parts and not self.too_large

    @cached_property
    def digests(self) -> Digests:
        """What tells it from others without its contents; a tenth of a second for 64 MB, once."""
        return frozenset((name, hashlib.sha256(data).digest()) for name, data in self.parts.items())


def is_echo(clip: Clip, of: Digests) -> bool:
    """Tell whether ``clip`` is what we put there ourselves.

    Programs that keep what was copied (clipboard managers) take it over, and may leave formats out.
    """
    return bool(clip.parts) and clip.digests <= of


def usable(parts: Mapping[ClipFormat, bytes]) -> Clip:
    """Return what somebody sent as a clip that programs here can paste.

    Raises:
        MalformedMessage: text that is none, or a picture that is none or too large to be unfolded.
    """
    return Clip(
        {name: _usable_png(data) if name == "png" else _usable_text(data) for name, data in parts.items()}
    )


def _usable_text(data: bytes) -> bytes:
    # The loop waits for this: 28 ms for 64 MB of ASCII, and 160 where it is made text and bytes again.
    try:
        if not data.isascii():
            data.decode()
    except UnicodeDecodeError as exc:
        raise MalformedMessage("the text on the clipboard is not UTF-8") from exc
    # A NUL ends text for most programs, and browsers on Windows end lines in two characters.
    data = data.replace(b"\0", b"")
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def _usable_png(data: bytes) -> bytes:
    if len(data) < _PNG_HEAD.size:
        raise MalformedMessage("the picture on the clipboard is no PNG")
    signature, chunk, width, height = _PNG_HEAD.unpack_from(data)
    if signature != _PNG_SIGNATURE or chunk != b"IHDR" or not 0 < width * height <= MOST_PIXELS:
        raise MalformedMessage("the picture on the clipboard is no PNG, or too large")
    return data
