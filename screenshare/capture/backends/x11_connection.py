"""One python-xlib connection of a capture, with the cursor's image and place."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from typing import Final

from Xlib import error
from Xlib.display import Display
from Xlib.ext import xfixes
from Xlib.protocol import request

from screenshare.capture.backends.x11_words import EXTENSION, CreateRegion, FetchRegion, GetCursorImage
from screenshare.capture.cursor import CursorImage
from screenshare.errors import CaptureLost, CaptureUnavailable

log = logging.getLogger(__name__)

_RESET_S: Final = 0.3
# python-xlib's errors share no base: a closed socket, a refused request.
_FAILURES = (error.ConnectionClosedError, error.XError, OSError)


def _open(name: str | None) -> Display:
    """Connect; once more after a moment where the server was just closing.

    A server without -noreset starts over when its last client leaves, as ours did after it had read
    the monitors, and refuses whoever comes meanwhile.
    """
    try:
        return Display(name)
    except error.ConnectionClosedError:
        time.sleep(_RESET_S)
        return Display(name)


class Connection:
    """Round trips to one X server; used by one thread."""

    def __init__(self, display: str | None) -> None:
        """Raise CaptureUnavailable when ``display`` (None: the environment's) cannot be opened."""
        try:
            self.display = _open(display)
        except (error.DisplayError, error.ConnectionClosedError, error.XauthError, OSError) as exc:
            raise CaptureUnavailable(
                f"cannot open the X display {display or 'of this session'}: {exc}",
                hint="start the host inside a graphical session, or name one with --display :N",
            ) from exc
        # python-xlib prints to standard error otherwise.
        self.display.set_error_handler(lambda fault, _: log.debug("X error: %s", fault))
        self.root = self.display.screen().root
        self.has_fixes = bool(self.display.has_extension(EXTENSION))
        self._opcode = 0
        if self.has_fixes:
            # Regions need version 2, and the server speaks 1 to who never asked.
            self.display.xfixes_query_version()
            self._opcode = self.display.display.get_extension_major(EXTENSION)

    def has(self, extension: str) -> bool:
        return bool(self.display.has_extension(extension))

    def watch_cursor_shape(self) -> None:
        """Ask for DisplayCursorNotify events."""
        self.display.xfixes_select_cursor_input(self.root, xfixes.XFixesDisplayCursorNotifyMask)

    def event_codes(self) -> list[int]:
        """Return the types of the events that have arrived; never waits."""
        # pending_events() reads the socket, and a read can bring more than the socket's poll told.
        # Types, not classes: python-xlib clones each event class for each connection.
        return [self.display.next_event().type for _ in range(self.display.pending_events())]

    def code(self, event: str) -> int:
        """Return the type that this server gave to an extension's ``event``."""
        code = getattr(self.display.extension_event, event)
        return int(code[0] if isinstance(code, tuple) else code)  # a tuple: type and sub-type

    def create_region(self) -> int:
        region = int(self.display.display.allocate_resource_id())
        CreateRegion(display=self.display.display, opcode=self._opcode, region=region)
        return region

    def ask_region(self, region: int) -> FetchRegion:
        """Send the request; its ``reply()`` waits."""
        return FetchRegion(display=self.display.display, defer=True, opcode=self._opcode, region=region)

    def ask_pointer(self) -> request.QueryPointer:
        """Send the request; its ``reply()`` waits, then ``root_x`` and ``root_y`` tell the place."""
        return request.QueryPointer(display=self.display.display, defer=True, window=self.root)

    def pointer(self) -> tuple[int, int]:
        asked = self.ask_pointer()
        asked.reply()
        return asked.root_x, asked.root_y

    def cursor_image(self) -> CursorImage:
        return GetCursorImage(display=self.display.display, opcode=self._opcode).image()

    def close(self) -> None:
        with contextlib.suppress(*_FAILURES):  # a server that went first left nothing to close
            self.display.close()


@contextlib.contextmanager
def lost_when_gone() -> Iterator[None]:
    """Tell every way in which the server can leave us as CaptureLost."""
    try:
        yield
    except _FAILURES as exc:
        raise CaptureLost(
            f"the X display went away while it was shared: {exc}", hint="log in again and share anew"
        ) from exc
