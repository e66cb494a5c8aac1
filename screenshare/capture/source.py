"""The port of this room: one monitor as a stream of changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from screenshare.media import CursorState, Monitor, Patch, Region


@dataclass(frozen=True, slots=True)
class CaptureWarning:
    """Something that works less well than it could; the host says it aloud."""

    code: str
    message: str
    hint: str


class ScreenSource(Protocol):
    """One monitor as a stream of changes. One thread uses it; only ``wake`` may be called from another.

    Every region it hands out starts at even coordinates and has even edges,
    except where the monitor itself ends at an odd one: a 4:2:0 chroma sample
    then never needs pixels of a neighbouring patch.
    """

    @property
    def monitor(self) -> Monitor:
        """Present geometry; changes in ``grab`` alone, when the display's layout did.

        A monitor that vanished is replaced by the primary one.
        """
        ...

    @property
    def monitors(self) -> list[Monitor]:
        """All monitors of the display, by the same rule."""
        ...

    @property
    def warnings(self) -> list[CaptureWarning]:
        """What falls short of the best way to capture here; complete after the first ``grab``."""
        ...

    def wait(self, timeout_s: float) -> float | None:
        """Block until pixels changed, ``wake`` was called or the time is over.

        Returns:
            Monotonic seconds at which the change was seen; None without one.
            A change stays pending until ``grab``.

        Raises:
            CaptureLost: the display went away.
        """
        ...

    def grab(self, *, whole: bool = False) -> list[Patch]:
        """Take the changed rectangles, or the whole monitor; far-apart ones stay apart.

        The list may be empty: the pointer moved on another monitor, or the
        change was already in the grab before. After a change of geometry it is
        the whole monitor, whatever ``whole`` says.

        Raises:
            CaptureLost: the display went away.
        """
        ...

    @property
    def is_damaged(self) -> bool:
        """Whether ``grab`` has anything to take; ``wait`` also returns when only the pointer has changed."""
        ...

    def draw_cursor(self, is_drawn: bool) -> None:
        """Draw the pointer into what is grabbed and read, as at the start; or leave it to ``take_cursor``."""
        ...

    def take_cursor(self) -> CursorState | None:
        """Return the pointer if it has changed since the last call; never one that is drawn.

        Where the platform cannot tell it, there is none.

        Raises:
            CaptureLost: the display went away.
        """
        ...

    def read(self, regions: Sequence[Region]) -> list[Patch]:
        """Take ``regions`` as they are now; what counts as changed stays so.

        The list is empty when the display's layout has just changed: ``grab`` follows it.

        Raises:
            CaptureLost: the display went away.
        """
        ...

    def skip(self) -> None:
        """Note what has changed without taking it, where nobody wants pixels for long: nothing piles up.

        Raises:
            CaptureLost: the display went away.
        """
        ...

    def wake(self) -> None:
        """End a ``wait`` now, or the next one if none is running."""
        ...

    def close(self) -> None:
        """Give everything back; allowed after ``CaptureLost`` and more than once."""
        ...
