"""The X cursor for a source that does not listen to the X server otherwise."""

from __future__ import annotations

from screenshare.capture.backends.x11_connection import Connection, lost_when_gone
from screenshare.capture.cursor import CursorImage


class X11Cursor:
    """The cursor of one X server; asks for the image only when it changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._shape_code = connection.code("DisplayCursorNotify")
        with lost_when_gone():
            connection.watch_cursor_shape()
            self._image = connection.cursor_image()

    def read(self) -> tuple[CursorImage, int, int]:
        """Return the image and the display coordinates it points at; raise CaptureLost."""
        with lost_when_gone():
            if self._shape_code in self._connection.event_codes():
                self._image = self._connection.cursor_image()
            return self._image, *self._connection.pointer()

    def close(self) -> None:
        self._connection.close()


def open_cursor(display: str | None) -> X11Cursor | None:
    """Return the display's cursor, or None when its server has no XFixes."""
    connection = Connection(display)
    if connection.has_fixes:
        return X11Cursor(connection)
    connection.close()
    return None
