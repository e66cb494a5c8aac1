"""What passed from clipboard to clipboard, to be told: sizes and kinds, never contents (sans-IO).

A viewer may fetch the clipboard many times a second. The first of each direction is told at once, and what
follows within ``REST_S`` in one sum: whoever writes it down is not flooded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from screenshare.protocol.fields import ClipFormat

REST_S: Final = 10.0

# As the host sees it.
Toward = Literal["host", "viewer"]


@dataclass(frozen=True, slots=True)
class Passed:
    """What came from a viewer to the host's clipboard, or went from there to him."""

    viewer: str
    toward: Toward
    times: int
    sizes: Mapping[ClipFormat, int]
    """Bytes of each kind, over all times."""


@dataclass(slots=True)
class _Sum:
    told_at: float
    times: int = 0
    sizes: dict[ClipFormat, int] = field(default_factory=dict)

    def add(self, sizes: Mapping[ClipFormat, int]) -> None:
        self.times += 1
        for name, size in sizes.items():
            self.sizes[name] = self.sizes.get(name, 0) + size


@dataclass(slots=True)
class Tally:
    """One share's sums; two for each viewer who is here."""

    _sums: dict[tuple[str, Toward], _Sum] = field(default_factory=dict)

    def passed(
        self, viewer: str, toward: Toward, sizes: Mapping[ClipFormat, int], now: float
    ) -> list[Passed]:
        """Count one transfer; return what is to be told now."""
        sum_ = self._sums.get((viewer, toward))
        if sum_ is None:
            self._sums[viewer, toward] = _Sum(now)
            return [Passed(viewer, toward, 1, dict(sizes))]
        sum_.add(sizes)
        return []

    def forget(self, viewer: str) -> list[Passed]:
        """Tell what is left of a viewer who goes."""
        return [told for key in list(self._sums) if key[0] == viewer for told in self._tell(key)]

    @property
    def deadline(self) -> float | None:
        """The next moment at which ``expire`` has something to do."""
        return min((sum_.told_at + REST_S for sum_ in self._sums.values()), default=None)

    def expire(self, now: float) -> list[Passed]:
        """Let time pass; call when ``deadline`` is reached."""
        rested = [key for key, sum_ in self._sums.items() if now >= sum_.told_at + REST_S]
        told = [passed for key in rested for passed in self._tell(key)]
        for passed in told:  # it goes on, perhaps
            self._sums[passed.viewer, passed.toward] = _Sum(now)
        return told

    def _tell(self, key: tuple[str, Toward]) -> list[Passed]:
        sum_ = self._sums.pop(key)
        return [Passed(*key, sum_.times, sum_.sizes)] if sum_.times else []
