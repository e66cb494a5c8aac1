"""Pure: which places of the display no viewer may see, and how they are painted over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from screenshare.media import Region

# Pixels of a window stay for a moment where it was: until the window below has been drawn anew, or
# until a compositor has shown its next frame.
LINGER_S: Final = 0.3
# A window that is dragged leaves many places behind; beyond this the oldest become one.
MAX_PLACES_LEFT: Final = 32
MAX_CHANGES: Final = 64
_COLOUR: Final = np.frombuffer(bytes((0x48, 0x42, 0x3E, 0xFF)), np.uint32)[0]  # BGRX, a calm grey


class Masks:
    """The places to paint over: where hidden windows are, and where they were a moment ago."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._titles = [title.casefold() for title in titles]
        self._places: dict[int, Region] = {}
        self._left: list[tuple[Region, float]] = []
        self._changes: list[Region] = []

    def hides(self, title: str) -> bool:
        """Tell whether a window of this title is hidden: one of the words is part of it, in any case."""
        folded = title.casefold()
        return any(word in folded for word in self._titles)

    def put(self, window: int, place: Region | None, now: float) -> None:
        """Note where the hidden ``window`` is from now on; None: nowhere, or it is hidden no more."""
        before = self._places.get(window)
        if place == before:
            return
        if before is not None:
            del self._places[window]
            self._left.append((before, now + LINGER_S))
            if len(self._left) > MAX_PLACES_LEFT:
                (oldest, _), (older, until) = self._left[:2]
                self._left[:2] = [(oldest.bounding(older), until)]
        if place is not None:
            self._places[window] = place
            self._note_change(place)

    def places(self, now: float) -> list[Region]:
        """Return what to paint over in pixels read since the last call; an outlived place is in it once."""
        places = [*self._places.values(), *(place for place, _ in self._left)]
        for place, until in self._left:
            if until <= now:
                self._note_change(place)
        self._left = [(place, until) for place, until in self._left if until > now]
        return places

    @property
    def due_at(self) -> float:
        """When ``places`` lets go of one; infinite without one."""
        return min((until for _, until in self._left), default=float("inf"))

    @property
    def has_changes(self) -> bool:
        return bool(self._changes)

    def take_changes(self) -> list[Region]:
        """Return what has been covered or uncovered since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def _note_change(self, place: Region) -> None:
        self._changes.append(place)
        if len(self._changes) > MAX_CHANGES:
            self._changes[:2] = [self._changes[0].bounding(self._changes[1])]


def set_into(region: Region, inside: Region, pixels: bytes | bytearray) -> bytearray:
    """Return the BGRX rows of ``region``: ``pixels`` where ``inside`` is, flat around it."""
    rows = np.full((region.height, region.width), _COLOUR, np.uint32)
    left, top = inside.x - region.x, inside.y - region.y
    if not inside.is_empty:
        rows[top : top + inside.height, left : left + inside.width] = np.frombuffer(
            pixels, np.uint32
        ).reshape(inside.height, inside.width)
    return bytearray(rows.tobytes())


def paint_over(pixels: bytearray, region: Region, places: Sequence[Region]) -> None:
    """Paint ``places`` over in the BGRX rows of ``region``; both in coordinates of the display."""
    rows = np.frombuffer(pixels, np.uint32).reshape(region.height, region.width)
    for place in places:
        hit = place.intersection(region)
        if not hit.is_empty:
            left, top = hit.x - region.x, hit.y - region.y
            rows[top : top + hit.height, left : left + hit.width] = _COLOUR
