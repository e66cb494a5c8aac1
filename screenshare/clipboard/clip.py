"""What a clipboard holds (pure)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from screenshare.protocol.fields import ClipFormat

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
