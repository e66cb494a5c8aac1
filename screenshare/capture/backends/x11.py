"""X11: XDamage tells what changed, XFixes and XInput the cursor, RandR the layout, mss grabs."""

from __future__ import annotations

import math
import os
import select
from collections.abc import Sequence

from Xlib import X
from Xlib.ext import damage, ge, randr, xinput

from screenshare.capture.backends.pixels import OutsideDisplay, Pixels
from screenshare.capture.backends.x11_connection import Connection, lost_when_gone
from screenshare.capture.backends.x11_windows import ShownMoved, WindowMasks
from screenshare.capture.canvas import followed, window
from screenshare.capture.cursor import CursorImage
from screenshare.capture.rectangles import tidy
from screenshare.capture.source import CaptureWarning
from screenshare.clock import monotonic_s
from screenshare.errors import BackendError, CaptureLost
from screenshare.media import CursorState, Monitor, Patch, Region

# XInput tells each move, except a warp over a window that takes its motion
# events for itself: this look catches it.
POINTER_CHECK_S = 1.0
# Without XInput it is the only way to see the pointer move.
POINTER_CHECK_WITHOUT_XINPUT_S = 1 / 30
# A pointer that is drawn elsewhere is told this often at most; more than a display shows is waste.
POINTER_SPACING_S = 1 / 60
# The layout may change again between two attempts, while a desktop rearranges itself.
LAYOUT_ATTEMPTS = 5


class DamageMissing(BackendError):
    """This X server cannot tell what changed."""


class X11Source:
    """A ScreenSource on XDamage.

    The damage object reports only that it is no longer empty; the exact
    rectangles are fetched as a region. Reporting every rectangle as an event
    costs python-xlib 40 µs each, and a scrolling terminal sends thousands.
    """

    def __init__(self, display: str | None, monitor: Monitor, hidden: WindowMasks | None = None) -> None:
        """Raise CaptureUnavailable without a display, DamageMissing without XDamage or XFixes."""
        self._hidden = hidden
        self._connection = Connection(display)
        if not self._connection.has_fixes or not self._connection.has(damage.extname):
            self._connection.close()
            raise DamageMissing("this X server has no XDamage or no XFixes extension")
        self._monitor = monitor
        self._closed = False
        # Whoever opens a source has no picture yet: the whole monitor counts as changed.
        self._whole = self._damaged = True
        self._pointer_moved = self._shape_changed = self._layout_changed = False
        self._seen_at: float | None = monotonic_s()
        self._next_pointer_check = self._next_pointer_at = 0.0
        self._draws_cursor, self._is_cursor_untold = True, False
        self._shape_id = 0
        self._repaint: list[Region] = []
        try:
            self._pixels = Pixels(display, hidden)
            with lost_when_gone():
                self._subscribe()
                self._cursor_image = self._connection.cursor_image()
                self._drawn_cursor = (self._cursor_image, *self._connection.pointer())
                server_handle = self._connection.display.fileno()
        except BackendError:
            self._connection.close()
            raise
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_reader, False)
        os.set_blocking(self._wake_writer, False)
        self._poll = select.poll()
        self._poll.register(server_handle, select.POLLIN)
        self._poll.register(self._wake_reader, select.POLLIN)
        if hidden is not None:
            self._poll.register(hidden.fileno(), select.POLLIN)

    @property
    def monitor(self) -> Monitor:
        return self._monitor

    @property
    def monitors(self) -> list[Monitor]:
        return self._pixels.monitors

    @property
    def warnings(self) -> list[CaptureWarning]:
        return self._pixels.warnings

    def wait(self, timeout_s: float) -> float | None:
        deadline = monotonic_s() + timeout_s
        with lost_when_gone():
            while True:
                self._read_events()
                now = monotonic_s()
                if not self._has_change and now >= self._next_pointer_check:
                    self._check_pointer(now)
                if self.is_damaged or self._is_pointer_due(now):
                    return self._seen_at or now
                if now >= deadline:
                    return None
                until = min(deadline, self._next_pointer_check)
                if self._hidden is not None:
                    until = min(until, self._hidden.due_at)
                if self._pointer_moved:
                    until = min(until, self._next_pointer_at)
                if self._sleep(until - now):
                    return self._seen_at if self.is_damaged else None

    def grab(self, *, whole: bool = False) -> list[Patch]:
        self._whole |= whole
        for _ in range(LAYOUT_ATTEMPTS):
            if self._layout_changed:
                self._refresh_layout()
            self._follow_shown()
            try:
                with lost_when_gone():
                    patches = self._grab()
            except OutsideDisplay:
                self._layout_changed = self._whole = True
            except ShownMoved:
                self._whole = True
            else:
                self._whole = False
                return patches
        if not self._layout_changed:  # the shown window moves without a rest
            self._damaged = True
            return []
        raise CaptureLost("the display refuses to be read", hint="is another program changing its mode?")

    @property
    def is_damaged(self) -> bool:
        is_drawn_anew = self._draws_cursor and (self._pointer_moved or self._shape_changed)
        has_masks = self._hidden is not None and self._hidden.has_changes
        return self._damaged or self._whole or self._layout_changed or is_drawn_anew or has_masks

    def draw_cursor(self, is_drawn: bool) -> None:
        if is_drawn == self._draws_cursor:
            return
        image, x, y = self._drawn_cursor
        self._repaint.append(image.box(x, y))
        self._draws_cursor = is_drawn
        self._damaged = self._is_cursor_untold = True
        self._next_pointer_at = 0.0

    def take_cursor(self) -> CursorState | None:
        if not self._is_pointer_due(now := monotonic_s()):
            return None
        self._next_pointer_at = now + POINTER_SPACING_S
        if self._draws_cursor:
            self._is_cursor_untold = False
            return CursorState(None, None)
        is_new_shape = self._shape_changed or self._is_cursor_untold
        self._pointer_moved = self._is_cursor_untold = False
        with lost_when_gone():
            image, x, y = self._drawn_cursor = self._read_cursor()
        if not self.is_damaged:
            self._seen_at = None
        self._shape_id += is_new_shape
        return image.state(x, y, self._monitor.region, new_id=self._shape_id if is_new_shape else None)

    def read(self, regions: Sequence[Region]) -> list[Patch]:
        try:
            with lost_when_gone():
                return [self._patch(region) for region in regions]
        except OutsideDisplay:
            self._layout_changed = True
        except ShownMoved:
            self._whole = True
        return []

    def skip(self) -> None:
        with lost_when_gone():
            self._read_events()

    def wake(self) -> None:
        try:
            os.write(self._wake_writer, b"w")
        except BlockingIOError:
            return  # full of wake-ups already

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._connection.close()
        self._pixels.close()
        if self._hidden is not None:
            self._hidden.close()
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def _subscribe(self) -> None:
        connection = self._connection
        display, root = connection.display, connection.root
        display.damage_query_version()
        self._damage = root.damage_create(damage.DamageReportNonEmpty)
        self._region = connection.create_region()
        connection.watch_cursor_shape()
        self._damage_code = connection.code("DamageNotify")
        self._shape_code = connection.code("DisplayCursorNotify")
        # RandR 1.5 monitors have no event of their own: the root's ConfigureNotify tells.
        root.change_attributes(event_mask=X.StructureNotifyMask)
        self._layout_codes = {X.ConfigureNotify}
        if connection.has(randr.extname):
            self._layout_codes |= {connection.code("ScreenChangeNotify"), connection.code("CrtcChangeNotify")}
            root.xrandr_select_input(
                randr.RRScreenChangeNotifyMask | randr.RRCrtcChangeNotifyMask | randr.RROutputChangeNotifyMask
            )
        self._pointer_check_s = POINTER_CHECK_WITHOUT_XINPUT_S
        if connection.has(xinput.extname):
            display.xinput_query_version()
            # Raw motion comes also during grabs; plain motion comes also for most warps.
            moves = xinput.RawMotionMask | xinput.MotionMask
            root.xinput_select_events([(xinput.AllMasterDevices, moves)])
            self._pointer_check_s = POINTER_CHECK_S
        # Without this flush the requests stay in python-xlib until the first round trip.
        display.sync()

    @property
    def _has_change(self) -> bool:
        return self.is_damaged or self._pointer_moved or self._shape_changed

    def _is_pointer_due(self, now: float) -> bool:
        """Tell whether ``take_cursor`` has something to say by now."""
        if self._draws_cursor:
            return self._is_cursor_untold
        has_news = self._pointer_moved or self._shape_changed or self._is_cursor_untold
        return has_news and now >= self._next_pointer_at

    def _read_events(self) -> None:
        for code in self._connection.event_codes():
            if code == self._damage_code:
                self._damaged = True
            elif code == ge.GenericEventCode:
                self._pointer_moved = True
            elif code == self._shape_code:
                self._shape_changed = True
            elif code in self._layout_codes:
                self._layout_changed = True
        if self._hidden is not None:
            self._hidden.follow()
            self._whole |= self._shown_elsewhere is not None
        if self._has_change and self._seen_at is None:
            self._seen_at = monotonic_s()

    def _check_pointer(self, now: float) -> None:
        self._next_pointer_check = now + self._pointer_check_s
        if self._connection.pointer() != self._drawn_cursor[1:]:
            self._pointer_moved = True
            self._seen_at = now

    def _sleep(self, limit_s: float) -> bool:
        """Wait for the server; return True when ``wake`` ended it."""
        ready = self._poll.poll(max(0, math.ceil(limit_s * 1000)))
        if not any(handle == self._wake_reader for handle, _ in ready):
            return False
        os.read(self._wake_reader, 65_536)
        self._read_events()
        return True

    def _refresh_layout(self) -> None:
        """Follow the display's new layout."""
        self._layout_changed = False
        self._pixels.refresh()
        before, self._monitor = self._monitor, followed(self._pixels.monitors, self._monitor)
        self._whole |= self._monitor.region != before.region

    @property
    def _shown_elsewhere(self) -> Monitor | None:
        """The window that is shown alone as it is now, if that is not what ``monitor`` says."""
        if self._monitor.kind != "window" or self._hidden is None or self._hidden.shown is None:
            return None
        shown = self._hidden.shown
        now = window(shown.id, shown.title, shown.place)
        return None if now == self._monitor else now

    def _follow_shown(self) -> None:
        """Follow the window that is shown alone."""
        if (now := self._shown_elsewhere) is not None:
            self._whole |= now.region != self._monitor.region
            self._monitor = now

    def _grab(self) -> list[Patch]:
        place = self._monitor.region
        regions = [region.moved(-place.x, -place.y) for region in self._take_changes()]
        if self._whole:
            regions = [Region(0, 0, place.width, place.height)]
        return [self._patch(region) for region in tidy(regions, place.width, place.height)]

    def _patch(self, region: Region) -> Patch:
        place = self._monitor.region
        pixels = self._pixels.grab_of(self._monitor, region.moved(place.x, place.y))
        if self._draws_cursor:
            image, x, y = self._drawn_cursor
            image.draw(pixels, region, x - place.x, y - place.y)
        return Patch(region, pixels, region.width * 4)

    def _take_changes(self) -> list[Region]:
        """Return what changed on the display since the last call, a drawn cursor's places among it.

        The damage is emptied first and the pixels are read after the reply has
        come: what is drawn in between is seen twice, in the other order it
        would be lost.
        """
        self._damaged = False
        self._seen_at = None
        self._connection.display.damage_subtract(self._damage, X.NONE, self._region)
        asked = self._connection.ask_region(self._region)
        if self._draws_cursor:
            self._repaint += self._follow_cursor()  # its reply comes after the region's: one round trip
        asked.reply()
        if self._hidden is not None:
            self._repaint += self._hidden.take_changes()
        regions, self._repaint = asked.regions() + self._repaint, []
        return regions

    def _follow_cursor(self) -> list[Region]:
        """Read the cursor that is drawn; return where it was and where it is now, if that differs."""
        self._pointer_moved = False
        before, self._drawn_cursor = self._drawn_cursor, self._read_cursor()
        if before == self._drawn_cursor:
            return []
        return [image.box(x, y) for image, x, y in (before, self._drawn_cursor)]

    def _read_cursor(self) -> tuple[CursorImage, int, int]:
        """Return the cursor as it is now."""
        asked = self._connection.ask_pointer()
        if self._shape_changed:
            self._shape_changed = False
            self._cursor_image = self._connection.cursor_image()
        asked.reply()
        return self._cursor_image, asked.root_x, asked.root_y
