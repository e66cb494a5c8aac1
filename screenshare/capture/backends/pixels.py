"""Raw pixels of a display through mss, with its failures told as ours."""

from __future__ import annotations

import contextlib
import sys
from typing import Protocol

import mss
from mss.exception import ScreenShotError

from screenshare.capture.canvas import as_one
from screenshare.capture.masks import paint_over, set_into
from screenshare.capture.source import CaptureWarning
from screenshare.errors import CaptureLost, CaptureUnavailable
from screenshare.media import Monitor, Region

# mss tells a dead X connection by a failed assertion (xcbhelpers.py, reply()).
_MSS_FAILURES = (ScreenShotError, AssertionError, OSError)


class Hidden(Protocol):
    """What must never leave this room."""

    def places(self) -> list[Region]:
        """Return all places that were hidden at any time since the last call."""
        ...


class Pixels:
    """An open way to the pixels of one display; used by one thread."""

    def __init__(self, display: str | None, hidden: Hidden | None = None) -> None:
        """Raise CaptureUnavailable when ``display`` (None: the environment's) cannot be opened.

        ``hidden`` is painted over in all that is grabbed; whoever gives it closes it.
        """
        self._display = display
        self._hidden = hidden
        self._screen = _open(display)
        self._is_open = True
        self.monitors = _monitors(self._screen)

    def refresh(self) -> None:
        """Read the layout anew: mss keeps its monitors and its buffer for ever.

        Raises:
            CaptureLost: the display went away.
        """
        self.close()
        try:
            self._screen = _open(self._display)
            self._is_open = True
            self.monitors = _monitors(self._screen)
        except CaptureUnavailable as exc:
            raise _lost() from exc

    def grab(self, region: Region) -> bytearray:
        """Return BGRX rows of ``region`` (coordinates of the whole display), without padding.

        Raises:
            OutsideDisplay: the display's layout changed; ``refresh`` and try again.
            CaptureLost: the display went away.
        """
        box = {"left": region.x, "top": region.y, "width": region.width, "height": region.height}
        try:
            pixels = self._screen.grab(box).raw
        except ScreenShotError as exc:
            raise OutsideDisplay(str(exc)) from exc
        except (AssertionError, OSError) as exc:
            raise _lost() from exc
        if self._hidden is not None:
            paint_over(pixels, region, self._hidden.places())
        return pixels

    def grab_of(self, monitor: Monitor, region: Region) -> bytearray:
        """Do as ``grab`` for ``region`` of ``monitor``; outside the display a free one is flat."""
        inside = region.intersection(as_one(self.monitors).region)
        if inside == region or not monitor.is_free:
            return self.grab(region)
        return set_into(region, inside, b"" if inside.is_empty else self.grab(inside))

    @property
    def warnings(self) -> list[CaptureWarning]:
        """What makes grabs slow; known after the first one."""
        # mss reports success there as well, in this very sentence.
        notes = [note for note in self._screen.performance_status if "working correctly" not in note]
        return [
            CaptureWarning(
                "capture-slow",
                f"The screen is read the slow way: {note}",
                "run the host on the machine whose screen it shares, on an X server with MIT-SHM 1.2",
            )
            for note in notes
        ]

    def close(self) -> None:
        # mss frees the connection and then raises when the server had gone first;
        # a second close() would free it again and take the process down.
        if not self._is_open:
            return
        self._is_open = False
        with contextlib.suppress(ScreenShotError):
            self._screen.close()


class OutsideDisplay(Exception):
    """The display refused a grab, most likely because it shrank a moment ago."""


def _open(display: str | None) -> mss.MSS:
    try:
        return mss.MSS(display=display) if sys.platform == "linux" else mss.MSS()
    except _MSS_FAILURES as exc:
        raise CaptureUnavailable(
            f"cannot open the display {display or 'of this session'}: {exc}",
            hint="start the host inside a graphical session, or name one with --display :N",
        ) from exc


def _monitors(screen: mss.MSS) -> list[Monitor]:
    """Return the monitors, exactly one of them primary; the whole display where it knows none."""
    try:
        known = screen.monitors
    except _MSS_FAILURES as exc:
        raise CaptureUnavailable(f"the display names no monitors: {exc}", hint="is it still there?") from exc
    boxes = known[1:] or known[:1]
    primary = next((index for index, box in enumerate(boxes) if box.get("is_primary")), 0)
    return [
        Monitor(
            id=index + 1,
            name=str(box.get("name") or box.get("output") or f"Monitor {index + 1}"),
            region=Region(box["left"], box["top"], box["width"], box["height"]),
            is_primary=index == primary,
        )
        for index, box in enumerate(boxes)
    ]


def _lost() -> CaptureLost:
    return CaptureLost("the display went away while it was shared", hint="log in again and share anew")
