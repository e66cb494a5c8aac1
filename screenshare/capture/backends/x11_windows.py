"""Where the windows with hidden titles are, told by the X server's own events."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from Xlib import X, error
from Xlib.xobject.drawable import Window

from screenshare.capture.backends.x11_connection import Connection, lost_when_gone
from screenshare.capture.masks import Masks
from screenshare.clock import monotonic_s
from screenshare.media import Region

log = logging.getLogger(__name__)

# Window managers wrap a program's window in a frame, some in two; the title is the inner one's.
FRAME_DEPTH: Final = 3
# Windows of one frame that are asked for their title.
MAX_INNER: Final = 64
# 32-bit words of a title that are read.
TITLE_WORDS: Final = 1024
_GONE = (error.BadWindow, error.BadDrawable, error.BadMatch)


@dataclass(slots=True)
class _Window:
    """One child of the root: a window as a whole, its frame with it."""

    place: Region
    is_mapped: bool
    is_hidden: bool = False


class HiddenWindows:
    """The places of hidden windows, none of them missed.

    The server tells every move in the order it happened. ``places`` therefore
    holds, besides where a window is now, each place it had since the call
    before: whatever was read from the display in between is covered by it.
    """

    def __init__(self, display: str | None, titles: tuple[str, ...]) -> None:
        """Raise CaptureUnavailable when ``display`` cannot be opened."""
        self._connection = Connection(display)
        self._display, self._root = self._connection.display, self._connection.root
        self._masks = Masks(titles)
        self._windows: dict[int, _Window] = {}
        self._tops: dict[int, int] = {}
        with lost_when_gone():
            self._name_atoms = [self._display.intern_atom(name) for name in ("_NET_WM_NAME", "WM_NAME")]
            # Events first: what changes while the windows are listed is told as well.
            self._root.change_attributes(event_mask=X.SubstructureNotifyMask)
            for window in self._root.query_tree().children:
                self._learn(window)
        self.places()

    def fileno(self) -> int:
        return int(self._display.fileno())

    @property
    def due_at(self) -> float:
        return self._masks.due_at

    @property
    def has_changes(self) -> bool:
        return self._masks.has_changes

    def take_changes(self) -> list[Region]:
        return self._masks.take_changes()

    def follow(self) -> None:
        """Note what the server has told by now, without waiting for it."""
        with lost_when_gone():
            self._read_events()
        if self._masks.due_at <= monotonic_s():
            self.places()

    def places(self) -> list[Region]:
        """Return every place where a hidden window is, or was since the last call or a moment before.

        Raises:
            CaptureLost: the display went away.
        """
        with lost_when_gone():
            self._display.sync()
            self._read_events()
        return self._masks.places(monotonic_s())

    def close(self) -> None:
        self._connection.close()

    # --- events ----------------------------------------------------------------------------------------

    def _read_events(self) -> None:
        while self._display.pending_events():
            event = self._display.next_event()
            # Programs may send any event to anybody; only the server's own tell the truth.
            if not event.send_event:
                self._take(event)

    def _take(self, event: Any) -> None:
        match event.type:
            case X.CreateNotify if event.parent == self._root:
                self._windows[event.window.id] = _Window(_box(event), is_mapped=False)
            case X.ConfigureNotify:
                self._move(event.window.id, _box(event))
            case X.GravityNotify if (known := self._windows.get(event.window.id)) is not None:
                moved = Region(event.x, event.y, known.place.width, known.place.height)
                self._move(event.window.id, moved)
            case X.MapNotify:
                self._map(event.window, is_mapped=True)
            case X.UnmapNotify:
                self._map(event.window, is_mapped=False)
            case X.DestroyNotify:
                self._forget(event.window.id)
            case X.ReparentNotify:
                self._reparent(event.window, event.parent)
            case X.PropertyNotify if event.atom in self._name_atoms:
                self._check(self._tops.get(event.window.id))

    def _move(self, window: int, place: Region) -> None:
        if (known := self._windows.get(window)) is not None:
            known.place = place
            self._put(window)

    def _map(self, window: Window, *, is_mapped: bool) -> None:
        if (known := self._windows.get(window.id)) is not None:
            known.is_mapped = is_mapped
            self._check(window.id) if is_mapped else self._put(window.id)

    def _forget(self, window: int) -> None:
        if self._windows.pop(window, None) is not None:
            self._masks.put(window, None, monotonic_s())
        self._tops = {inner: top for inner, top in self._tops.items() if window not in (inner, top)}

    def _reparent(self, window: Window, parent: Window) -> None:
        self._forget(window.id)
        if parent == self._root:
            self._learn(window)
            return
        for _ in range(FRAME_DEPTH):
            if parent.id in self._windows:
                self._check(parent.id)
                return
            try:
                parent = parent.query_tree().parent
            except _GONE:
                return
            if not parent:
                return

    # --- windows ---------------------------------------------------------------------------------------

    def _learn(self, window: Window) -> None:
        try:
            is_mapped = window.get_attributes().map_state != X.IsUnmapped
            self._windows[window.id] = _Window(_box(window.get_geometry()), is_mapped)
        except _GONE:
            return  # between the list and the question
        self._check(window.id)

    def _check(self, window: int | None) -> None:
        """Read the titles of ``window`` and what it frames anew."""
        known = None if window is None else self._windows.get(window)
        if window is not None and known is not None:
            self._tops = {inner: top for inner, top in self._tops.items() if top != window}
            known.is_hidden = self._has_hidden_title(window)
            self._put(window)

    def _put(self, window: int) -> None:
        known = self._windows[window]
        is_covered = known.is_hidden and known.is_mapped
        self._masks.put(window, known.place if is_covered else None, monotonic_s())

    def _has_hidden_title(self, top: int) -> bool:
        """Tell whether ``top`` or a window that it frames is hidden; one that is gone already is."""
        layer = [self._display.create_resource_object("window", top)]
        asked = 0
        for _ in range(FRAME_DEPTH + 1):
            below: list[Window] = []
            for window in layer[: MAX_INNER - asked]:
                asked += 1
                try:
                    if self._is_hidden(window, top):
                        return True
                    below += window.query_tree().children
                except _GONE:
                    if window.id == top:
                        return True
            layer = below
        return False

    def _is_hidden(self, window: Window, top: int) -> bool:
        # Listen first, then read: no new title is missed.
        window.change_attributes(event_mask=X.PropertyChangeMask)
        self._tops[window.id] = top
        return any(self._masks.hides(title) for title in self._titles(window))

    def _titles(self, window: Window) -> list[str]:
        found = [window.get_property(atom, X.AnyPropertyType, 0, TITLE_WORDS) for atom in self._name_atoms]
        return [_text(title.value) for title in found if title is not None and title.format == 8]


def _box(geometry: Any) -> Region:
    """Return the place of a window with its border."""
    border = 2 * geometry.border_width
    return Region(geometry.x, geometry.y, geometry.width + border, geometry.height + border)


def _text(value: bytes | str) -> str:
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
