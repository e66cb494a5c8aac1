"""A screen that changes when a test says so."""

from __future__ import annotations

import threading

from screenshare.capture.source import CaptureWarning
from screenshare.clock import monotonic_s
from screenshare.media import CursorState, Monitor, Patch, Region

SMALL = Monitor(id=1, name="screen", region=Region(0, 0, 64, 48), is_primary=True)


class HandSource:
    """A screen that changes when the test says so; the feed's thread waits here."""

    def __init__(self) -> None:
        self.monitor = SMALL
        self.monitors = [SMALL]
        self.warnings: list[CaptureWarning] = []
        self.waits: list[float] = []  # how long the feed was ready to wait, each time
        self.grabs: list[bool] = []  # whether the whole screen was asked for, each time
        self.skips = 0
        self.is_closed = False
        self.draws_cursor = True
        self.cursor: CursorState | None = None
        self.changes_always = False
        self.error: Exception | None = None
        self._shade = 0
        self._seen_at: float | None = None
        self._is_woken = False
        self._changed = threading.Condition()

    # --- said by the test ------------------------------------------------------------------------------

    def change(self, monitor: Monitor | None = None) -> None:
        with self._changed:
            self.monitor = monitor or self.monitor
            self.monitors = [self.monitor]
            self._seen_at = monotonic_s()
            self._changed.notify()

    def fail(self, error: Exception) -> None:
        with self._changed:
            self.error = error
            self._changed.notify()

    # --- the port --------------------------------------------------------------------------------------

    def wait(self, timeout_s: float) -> float | None:
        with self._changed:
            self.waits.append(timeout_s)
            if not self.changes_always:
                self._changed.wait_for(lambda: self._seen_at or self._is_woken or self.error, timeout_s)
            self._is_woken = False
            if self.error is not None:
                raise self.error
            return monotonic_s() if self.changes_always else self._seen_at

    def grab(self, *, whole: bool = False) -> list[Patch]:
        self.grabs.append(whole)
        self._seen_at = None
        self._shade = (self._shade + 40) % 256
        width, height = self.monitor.region.width, self.monitor.region.height
        return [
            Patch(Region(0, 0, width, height), bytearray([self._shade] * (width * height * 4)), width * 4)
        ]

    @property
    def is_damaged(self) -> bool:
        return self.changes_always or self._seen_at is not None

    def draw_cursor(self, is_drawn: bool) -> None:
        self.draws_cursor = is_drawn

    def take_cursor(self) -> CursorState | None:
        cursor, self.cursor = self.cursor, None
        return cursor

    def read(self, regions: list[Region]) -> list[Patch]:
        return [Patch(r, bytearray([self._shade] * (r.width * r.height * 4)), r.width * 4) for r in regions]

    def skip(self) -> None:
        self.skips += 1

    def wake(self) -> None:
        with self._changed:
            self._is_woken = True
            self._changed.notify()

    def close(self) -> None:
        self.is_closed = True
