"""Which windows are on an X display, for a person to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from Xlib import X, error
from Xlib.xobject.drawable import Window as XWindow

from screenshare.capture.backends.x11_connection import Connection, lost_when_gone
from screenshare.capture.backends.x11_windows import TITLE_WORDS, title_text
from screenshare.media import Window

# More windows than anybody finds one among.
MOST_WINDOWS: Final = 200
# What a desktop itself consists of (Extended Window Manager Hints §5, _NET_WM_WINDOW_TYPE).
_FURNITURE: Final = ("_NET_WM_WINDOW_TYPE_DESKTOP", "_NET_WM_WINDOW_TYPE_DOCK")
_GONE: Final = (error.BadWindow, error.BadDrawable)


def list_windows(display: str | None) -> list[Window]:
    """Return the windows with a title, the topmost first; raises CaptureUnavailable, CaptureLost."""
    connection = Connection(display)
    try:
        with lost_when_gone():
            return list(_titled(connection))
    finally:
        connection.close()


def _titled(connection: Connection) -> Iterator[Window]:
    atom = connection.display.intern_atom
    names = [atom("_NET_WM_NAME"), atom("WM_NAME")]
    kind, furniture = atom("_NET_WM_WINDOW_TYPE"), {atom(name) for name in _FURNITURE}
    for window in _clients(connection)[:MOST_WINDOWS]:
        try:
            kinds = window.get_full_property(kind, X.AnyPropertyType)
            title = next(filter(None, (_read(window, name) for name in names)), "")
        except _GONE:
            continue  # between the list and the question
        if title and not (kinds is not None and furniture & set(kinds.value)):
            yield Window(window.id, title)


def _clients(connection: Connection) -> list[XWindow]:
    """Return programs' windows, the topmost first, as the window manager lists them or else the server."""
    display, root = connection.display, connection.root
    stacked = root.get_full_property(display.intern_atom("_NET_CLIENT_LIST_STACKING"), X.AnyPropertyType)
    if stacked is not None:
        return [display.create_resource_object("window", id_) for id_ in reversed(stacked.value)]
    return [window for window in reversed(root.query_tree().children) if _is_program(window)]


def _is_program(window: XWindow) -> bool:
    try:
        attributes = window.get_attributes()
    except _GONE:
        return False
    return attributes.map_state != X.IsUnmapped and not attributes.override_redirect


def _read(window: XWindow, name: int) -> str:
    value = window.get_property(name, X.AnyPropertyType, 0, TITLE_WORDS)
    return title_text(value.value) if value is not None and value.format == 8 else ""
