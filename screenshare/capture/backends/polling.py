"""Anywhere mss works: look at a steady rate and compare with the look before."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from screenshare.capture.backends.pixels import Hidden, OutsideDisplay, Pixels
from screenshare.capture.canvas import followed
from screenshare.capture.cursor import CursorImage
from screenshare.capture.rectangles import tidy
from screenshare.capture.source import CaptureWarning
from screenshare.clock import monotonic_s
from screenshare.errors import CaptureLost
from screenshare.media import CursorState, Monitor, Patch, Region

RATE_HZ = 25.0
BAND_ROWS = 64
# Columns of a band that stay equal over this width part two changes.
GAP_PX = 64
# mss keeps the first layout it saw, so the layout is read anew this often.
LAYOUT_CHECK_S = 1.0
LAYOUT_ATTEMPTS = 5

Picture = npt.NDArray[np.uint32]  # (height, width), one BGRX pixel an item


class CursorReader(Protocol):
    """Where the platform can tell the cursor apart from the screen."""

    def read(self) -> tuple[CursorImage, int, int]:
        """Return the image and the display coordinates that it points at."""
        ...

    def close(self) -> None: ...


class ClosableHidden(Hidden, Protocol):
    """Hidden places that the source closes with itself."""

    def close(self) -> None: ...


class PollingSource:
    """A ScreenSource that grabs at ``rate_hz`` and compares bands of rows."""

    def __init__(
        self,
        display: str | None,
        monitor: Monitor,
        *,
        rate_hz: float = RATE_HZ,
        warnings: tuple[CaptureWarning, ...] = (),
        hidden: ClosableHidden | None = None,
    ) -> None:
        """Raise CaptureUnavailable without a display; ``warnings`` come before this source's own."""
        self._hidden = hidden
        self._pixels = Pixels(display, hidden)
        self._monitor = monitor
        self._period_s = 1 / rate_hz
        self._cursor_reader = _cursor_reader(display)
        self._opening_warnings = list(warnings)
        if self._cursor_reader is None:
            self._opening_warnings.append(
                CaptureWarning("no-cursor", "Viewers do not see the mouse cursor.", "none on this system yet")
            )
        self._woken = threading.Event()
        self._picture: Picture | None = None
        self._cursor: tuple[CursorImage, int, int] | None = None
        self._draws_cursor, self._has_cursor_news = True, False
        self._shape: CursorImage | None = None
        self._shape_id = 0
        self._pending: list[Region] = []
        self._seen_at: float | None = None
        self._next_look = self._next_layout_check = 0.0

    @property
    def monitor(self) -> Monitor:
        return self._monitor

    @property
    def monitors(self) -> list[Monitor]:
        return self._pixels.monitors

    @property
    def warnings(self) -> list[CaptureWarning]:
        return self._opening_warnings + self._pixels.warnings

    def wait(self, timeout_s: float) -> float | None:
        deadline = monotonic_s() + timeout_s
        while True:
            now = monotonic_s()
            if now >= self._next_look:
                self._look()
            if self._pending or self._has_cursor_news:
                return self._seen_at or now
            if now >= deadline:
                return None
            if self._woken.wait(max(0.0, min(deadline, self._next_look) - monotonic_s())):
                self._woken.clear()
                return None

    def grab(self, *, whole: bool = False) -> list[Patch]:
        if whole or self._picture is None:
            self._look()
        place = self._monitor.region
        if whole:
            self._pending = [Region(0, 0, place.width, place.height)]
        regions, self._pending, self._seen_at = self._pending, [], None
        return [self._patch(region) for region in tidy(regions, place.width, place.height)]

    @property
    def is_damaged(self) -> bool:
        return bool(self._pending)

    def draw_cursor(self, is_drawn: bool) -> None:
        if is_drawn == self._draws_cursor:
            return
        self._draws_cursor, self._has_cursor_news = is_drawn, True
        self._shape = None
        if self._cursor is not None:
            self._pending.append(self._box(self._cursor))

    def take_cursor(self) -> CursorState | None:
        if self._cursor is None or not self._has_cursor_news:
            return None
        self._has_cursor_news = False
        if self._draws_cursor:
            return CursorState(None, None)
        image, x, y = self._cursor
        is_new_shape = image is not self._shape
        self._shape, self._shape_id = image, self._shape_id + is_new_shape
        return image.state(x, y, self._monitor.region, new_id=self._shape_id if is_new_shape else None)

    def read(self, regions: Sequence[Region]) -> list[Patch]:
        return [self._patch(region) for region in regions] if self._picture is not None else []

    def skip(self) -> None:
        """Nothing piles up: there are no events."""

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        self._pixels.close()
        if self._hidden is not None:
            self._hidden.close()
        if self._cursor_reader is not None:
            self._cursor_reader.close()

    def _look(self) -> None:
        """Take a picture, and note in ``_pending`` where it differs from the one before."""
        now = monotonic_s()
        self._next_look = now + self._period_s
        place, raw = self._grab_monitor(now)
        picture = np.frombuffer(raw, np.uint32).reshape(place.height, place.width)
        if self._picture is None or self._picture.shape != picture.shape:
            self._pending = [Region(0, 0, place.width, place.height)]
        else:
            self._pending += changed_regions(self._picture, picture)
        self._picture = picture
        self._note_cursor()
        self._pending = tidy(self._pending, place.width, place.height)
        if self._pending and self._seen_at is None:
            self._seen_at = now

    def _grab_monitor(self, now: float) -> tuple[Region, bytearray]:
        if now >= self._next_layout_check:
            self._next_layout_check = now + LAYOUT_CHECK_S
            self._refresh_layout()
        for _ in range(LAYOUT_ATTEMPTS):
            try:
                return self._monitor.region, self._pixels.grab_of(self._monitor, self._monitor.region)
            except OutsideDisplay:
                self._refresh_layout()
        raise CaptureLost("the display refuses to be read", hint="is another program changing its mode?")

    def _refresh_layout(self) -> None:
        self._pixels.refresh()
        before, self._monitor = self._monitor, followed(self._pixels.monitors, self._monitor)
        if self._monitor.region != before.region:
            self._picture = None

    def _note_cursor(self) -> None:
        if self._cursor_reader is None:
            return
        before, self._cursor = self._cursor, self._cursor_reader.read()
        if before == self._cursor:
            return
        if not self._draws_cursor:
            self._has_cursor_news = True
        else:
            self._pending += [self._box(cursor) for cursor in (before, self._cursor) if cursor is not None]

    def _box(self, cursor: tuple[CursorImage, int, int]) -> Region:
        image, x, y = cursor
        return image.box(x, y).moved(-self._monitor.region.x, -self._monitor.region.y)

    def _patch(self, region: Region) -> Patch:
        """Copy ``region`` out of the last picture, which itself stays free of the cursor."""
        assert self._picture is not None  # noqa: S101  _pending holds regions of a picture
        place = self._monitor.region
        pixels = bytearray(self._picture[region.y : region.bottom, region.x : region.right].tobytes())
        if self._draws_cursor and self._cursor is not None:
            image, x, y = self._cursor
            image.draw(pixels, region, x - place.x, y - place.y)
        return Patch(region, pixels, region.width * 4)


def changed_regions(before: Picture, after: Picture) -> list[Region]:
    """Return boxes around the pixels that differ, at most one row of boxes a band.

    Args:
        before, after: (height, width) uint32, equal shapes.
    """
    regions = []
    for top in range(0, before.shape[0], BAND_ROWS):
        differs = before[top : top + BAND_ROWS] != after[top : top + BAND_ROWS]
        if not differs.any():
            continue
        columns = np.flatnonzero(differs.any(axis=0))
        for run in np.split(columns, np.flatnonzero(np.diff(columns) > GAP_PX) + 1):
            left, right = int(run[0]), int(run[-1]) + 1
            rows = np.flatnonzero(differs[:, left:right].any(axis=1))
            first, last = int(rows[0]), int(rows[-1])
            regions.append(Region(left, top + first, right - left, last - first + 1))
    return regions


def _cursor_reader(display: str | None) -> CursorReader | None:
    """Return the X server's cursor; GDI and CoreGraphics through mss show none."""
    if sys.platform != "linux":
        return None
    # Here and not above: python-xlib is not installed on other systems.
    from screenshare.capture.backends.x11_cursor import open_cursor

    return open_cursor(display)
