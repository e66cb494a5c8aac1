"""Where the windows are that nobody may see, told by the X server's own events."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any, Final

from Xlib import X, Xatom, error
from Xlib.ext import shape
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
# A compositor paints a window's new place this much later at most.
COMPOSITOR_DELAY_S: Final = 0.1
# The key of the mask over everything, which no window has.
_EVERYTHING: Final = 0
# More than any display.
ANYWHERE: Final = Region(-(2**15), -(2**15), 2**16, 2**16)
_GONE = (error.BadWindow, error.BadDrawable, error.BadMatch)


@dataclass(slots=True)
class _Window:
    """One child of the root: a window as a whole, its frame with it."""

    place: Region
    is_mapped: bool
    is_seen: bool = True  # False: it takes input and has no pixels
    overrides: bool = False  # a menu or a tooltip: no window manager frames it
    is_hidden: bool = False
    is_covered: bool = False
    titled: int = 0  # the window in it whose title is the shown one's; 0: none
    title: str = ""
    inner: set[int] = field(default_factory=set)  # all windows in it that were asked, itself too
    belongs_to: set[int] = field(default_factory=set)  # windows that it is a dialog or menu of


@dataclass(frozen=True, slots=True)
class ShownWindow:
    """The one window that is shown: ``id`` is the window in the frame whose title fits."""

    id: int
    title: str
    place: Region


class ShownMoved(Exception):
    """What was just read lies where the shown window no longer is: follow it and read again."""


class WindowMasks:
    """The places to paint over, none of them missed.

    The server tells every move in the order it happened. ``places`` therefore
    holds, besides where a window is now, each place it had since the call
    before: whatever was read from the display in between is covered by it.

    With ``shown`` only the topmost window of such a title is left to be seen,
    with its own menus and dialogs; everything while there is none is covered.
    """

    def __init__(self, display: str | None, hidden: tuple[str, ...] = (), shown: str | None = None) -> None:
        """Raise CaptureUnavailable when ``display`` cannot be opened."""
        self._connection = Connection(display)
        self._display, self._root = self._connection.display, self._connection.root
        self._masks = Masks(hidden)
        self._shown_title = None if shown is None else shown.casefold()
        self._windows: dict[int, _Window] = {}
        self._order: list[int] = []  # the lowest first
        self._tops: dict[int, int] = {}
        self._shown_top = 0
        self._has_moved = False
        # Until then a compositor may still show something else where the shown window is.
        self._certain_at: float | None = None
        with lost_when_gone():
            self._name_atoms = [self._display.intern_atom(name) for name in ("_NET_WM_NAME", "WM_NAME")]
            self._client_mask = ~self._display.display.info.resource_id_mask
            self._is_composited = self._has_compositor()
            # Events first: what changes while the windows are listed is told as well.
            self._root.change_attributes(event_mask=X.SubstructureNotifyMask)
            for window in self._root.query_tree().children:
                self._learn(window)
        self._cover()
        self._settle()
        self._has_moved = False

    def fileno(self) -> int:
        return int(self._display.fileno())

    @property
    def shown(self) -> ShownWindow | None:
        """The window that is shown alone; None while there is none, or it is not on the screen."""
        top = self._windows.get(self._shown_top)
        return ShownWindow(top.titled, top.title, top.place) if top is not None and top.is_mapped else None

    @property
    def titles(self) -> list[str]:
        """The titles of all windows on the screen, the topmost first."""
        windows = (self._windows[id_] for id_ in reversed(self._order))
        return [window.title for window in windows if window.is_mapped and window.title]

    @property
    def due_at(self) -> float:
        return min(self._masks.due_at, float("inf") if self._certain_at is None else self._certain_at)

    @property
    def has_changes(self) -> bool:
        return self._masks.has_changes

    def take_changes(self) -> list[Region]:
        return self._masks.take_changes()

    def follow(self) -> None:
        """Note what the server has told by now, without waiting for it."""
        with lost_when_gone():
            self._read_events()
        if self.due_at <= monotonic_s():
            self._settle()

    def places(self) -> list[Region]:
        """Return every place that was to be covered at any time since the last call, or a moment before.

        Raises:
            CaptureLost: the display went away.
            ShownMoved: since the last call, so that what was read is of no use.
        """
        with lost_when_gone():
            self._display.sync()
            self._read_events()
        places = self._settle()
        if self._has_moved:
            self._has_moved = False
            raise ShownMoved
        return places

    def _settle(self) -> list[Region]:
        """Let time pass: let go of what need not be covered any longer."""
        now = monotonic_s()
        if self._certain_at is not None and self._certain_at <= now:
            self._certain_at = None
            self._cover()
        return self._masks.places(now)

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
                self._learn(event.window)
                self._cover()
            case X.ConfigureNotify:
                self._move(event.window.id, _box(event))
                self._restack(event.window.id, event.above_sibling)
            case X.CirculateNotify:
                self._restack(event.window.id, None if event.place == X.PlaceOnBottom else self._order[-1])
            case X.GravityNotify if (known := self._windows.get(event.window.id)) is not None:
                moved = Region(event.x, event.y, known.place.width, known.place.height)
                self._move(event.window.id, moved)
            case X.MapNotify:
                self._map(event.window, is_mapped=True)
            case X.UnmapNotify:
                self._map(event.window, is_mapped=False)
            case X.DestroyNotify:
                self._forget(event.window.id)
                self._cover()
            case X.ReparentNotify:
                self._reparent(event.window, event.parent)
                self._cover()
            case X.PropertyNotify if event.atom in (*self._name_atoms, Xatom.WM_TRANSIENT_FOR):
                self._check(self._tops.get(event.window.id))
                self._cover()

    def _move(self, window: int, place: Region) -> None:
        known = self._windows.get(window)
        if known is None or known.place == place:
            return
        known.place = place
        if known.is_covered:
            self._masks.put(window, place, monotonic_s())
        if window == self._shown_top:
            self._doubt()
            self._cover()

    def _restack(self, window: int, above: Any) -> None:
        """Note that ``window`` now lies just above the window ``above``; lowest of all without one."""
        if window not in self._windows:
            return
        below = getattr(above, "id", above)
        before = list(self._order)
        self._order.remove(window)
        self._order.insert(self._order.index(below) + 1 if below in self._order else 0, window)
        if self._order != before:
            self._cover()

    def _map(self, window: Window, *, is_mapped: bool) -> None:
        if (known := self._windows.get(window.id)) is not None:
            known.is_mapped = is_mapped
            if is_mapped:
                self._check(window.id)
            if window.id == self._shown_top:
                self._doubt()
            self._cover()

    def _forget(self, window: int) -> None:
        if self._windows.pop(window, None) is not None:
            self._order.remove(window)
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
            attributes = window.get_attributes()
            known = _Window(
                _box(window.get_geometry()),
                attributes.map_state != X.IsUnmapped,
                is_seen=attributes.win_class != X.InputOnly,
                overrides=bool(attributes.override_redirect),
            )
        except _GONE:
            return  # between the list and the question
        if window.id not in self._windows:
            self._order.append(window.id)
        self._windows[window.id] = known
        if known.is_mapped:  # else it is asked when it appears
            self._check(window.id)

    def _check(self, top: int | None) -> None:
        """Read the titles of ``top`` and what it frames anew; one that is gone already is hidden."""
        known = None if top is None else self._windows.get(top)
        if top is None or known is None:
            return
        self._tops = {inner: known_top for inner, known_top in self._tops.items() if known_top != top}
        known.is_hidden, known.titled, known.title = False, 0, ""
        known.inner, known.belongs_to = {top}, set()
        layer = [self._display.create_resource_object("window", top)]
        for _ in range(FRAME_DEPTH + 1):
            below: list[Window] = []
            for window in layer[: MAX_INNER - len(known.inner)]:
                try:
                    self._read(window, top, known)
                    below += window.query_tree().children
                except _GONE:
                    known.is_hidden |= window.id == top
            layer = below

    def _read(self, window: Window, top: int, known: _Window) -> None:
        # Listen first, then read: no new title is missed.
        window.change_attributes(event_mask=X.PropertyChangeMask)
        self._tops[window.id] = top
        known.inner.add(window.id)
        owner = window.get_property(Xatom.WM_TRANSIENT_FOR, X.AnyPropertyType, 0, 1)
        if owner is not None and len(owner.value):
            known.belongs_to.add(int(owner.value[0]))
        for title in self._titles(window):
            known.title = known.title or title
            known.is_hidden |= self._masks.hides(title)
            if self._shown_title is not None and not known.titled and self._shown_title in title.casefold():
                known.titled, known.title = window.id, title

    def _titles(self, window: Window) -> list[str]:
        found = [window.get_property(atom, X.AnyPropertyType, 0, TITLE_WORDS) for atom in self._name_atoms]
        return [title_text(title.value) for title in found if title is not None and title.format == 8]

    # --- what is covered -------------------------------------------------------------------------------

    def _cover(self) -> None:
        """Put every mask where it belongs now."""
        now = monotonic_s()
        self._follow_shown()
        above = self._above_shown()
        for id_, window in self._windows.items():
            window.is_covered = window.is_mapped and (window.is_hidden or id_ in above)
            self._masks.put(id_, window.place if window.is_covered else None, now)
        if self._shown_title is not None:
            is_seen = self.shown is not None and self._certain_at is None
            self._masks.put(_EVERYTHING, None if is_seen else ANYWHERE, now)

    def _follow_shown(self) -> None:
        """Note which window is shown now."""
        top = self._choose_shown()
        if top != self._shown_top:
            self._shown_top, self._has_moved = top, True

    def _above_shown(self) -> set[int]:
        """Return the windows above the one that is shown and that are not its own."""
        if not self._shown_top:
            return set()
        shown = self._windows[self._shown_top]
        higher = self._order[self._order.index(self._shown_top) + 1 :]
        return {id_ for id_ in higher if self._obstructs(id_, self._windows[id_], shown)}

    def _choose_shown(self) -> int:
        """Keep the window that is shown while it has its title, else take the topmost with it; 0 for none."""
        known = self._windows.get(self._shown_top)
        if known is not None and known.titled:
            return self._shown_top
        fitting = [id_ for id_ in self._order if self._windows[id_].titled]
        on_screen = [id_ for id_ in fitting if self._windows[id_].is_mapped]
        return (on_screen or fitting or [0])[-1]

    def _obstructs(self, id_: int, window: _Window, shown: _Window) -> bool:
        if not (window.is_mapped and window.is_seen):
            return False
        if window.belongs_to:
            return not window.belongs_to & shown.inner
        if window.overrides:
            is_own = (id_ ^ shown.titled) & self._client_mask == 0
            return not (is_own or self._is_passed_through(id_))
        return True

    def _is_passed_through(self, id_: int) -> bool:
        """Tell whether clicks fall through this window: a frame or a mark drawn over the screen."""
        window = self._display.create_resource_object("window", id_)
        try:
            return not window.shape_get_rectangles(shape.SK.Input).rectangles
        except (*_GONE, AttributeError):
            return False

    def _doubt(self) -> None:
        """What is read of the shown window's place may not be the window."""
        self._has_moved = True
        if self._is_composited:
            self._certain_at = monotonic_s() + COMPOSITOR_DELAY_S

    def _has_compositor(self) -> bool:
        manager = self._display.intern_atom(f"_NET_WM_CM_S{self._display.get_default_screen()}")
        return bool(self._display.get_selection_owner(manager) != X.NONE)


def _box(geometry: Any) -> Region:
    """Return the place of a window with its border."""
    border = 2 * geometry.border_width
    return Region(geometry.x, geometry.y, geometry.width + border, geometry.height + border)


def title_text(value: bytes | str) -> str:
    """Return a title as it came, in whichever of the two encodings."""
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
