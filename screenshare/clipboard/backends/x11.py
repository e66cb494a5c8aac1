"""The CLIPBOARD selection of X11 (ICCCM §2), with XFixes to learn of new owners.

Words are those of the ICCCM: the *owner* has the contents, a *requestor* asks for one *target*
(a format) to be put into a property of its window; what is too large for one property comes in pieces (INCR).
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from Xlib import X, Xatom, error
from Xlib.display import Display
from Xlib.ext import xfixes
from Xlib.protocol import event as xevent
from Xlib.xobject.drawable import Window

from screenshare.clipboard.clip import Clip
from screenshare.clock import monotonic_s
from screenshare.errors import ClipboardUnavailable
from screenshare.protocol.fields import ClipFormat

# An owner that is silent for so long is dead; one that drips gets no more than the second.
STEP_LIMIT_S: Final = 1.0
READ_LIMIT_S: Final = 4.0
# A requestor that does not take its next piece.
SERVE_LIMIT_S: Final = 5.0
# What is larger travels in pieces of this size; every X server takes that much in one request.
PIECE_BYTES: Final = 65_536
MOST_SERVED: Final = 8

_TEXT_TARGETS: Final = ("UTF8_STRING", "text/plain;charset=utf-8", "text/plain", "TEXT", "STRING")
_READ_TEXT: Final = ("UTF8_STRING", "text/plain;charset=utf-8", "STRING")
_HTML: Final = "text/html"
_PNG: Final = "image/png"
# Password managers of the KDE and others mark so what nobody should keep.
_HINT: Final = "x-kde-passwordManagerHint"
_META: Final = b'<meta http-equiv="content-type" content="text/html; charset=utf-8">'
_FAILURES: Final = (error.ConnectionClosedError, error.XError, OSError)
_OWNER_MASK: Final = (
    xfixes.XFixesSetSelectionOwnerNotifyMask
    | xfixes.XFixesSelectionWindowDestroyNotifyMask
    | xfixes.XFixesSelectionClientCloseNotifyMask
)


class _NoAnswer(Exception):
    """The owner did not do its part in time."""


class _TooLarge(Exception):
    """Beyond the limit."""


@dataclass(frozen=True, slots=True)
class _Owned:
    """What we own: targets and what they are answered with (type, bytes)."""

    clip: Clip
    since: int  # the server's time
    answers: Mapping[int, tuple[int, bytes]]


@dataclass(slots=True)
class _Served:
    """A large answer on its way to one requestor."""

    window: Window
    property: int
    type: int
    data: bytes
    sent: int
    deadline: float


@contextmanager
def _watched() -> Iterator[None]:
    try:
        yield
    except _FAILURES as exc:
        raise ClipboardUnavailable(f"the clipboard went away: {exc}") from exc


class X11Clipboard:
    """The clipboard of one X display, on a connection and an unseen window of its own."""

    def __init__(self, display: str | None, *, limit_bytes: int) -> None:
        """Raise ClipboardUnavailable when there is no such display, or it has no XFixes."""
        self._limit_bytes = limit_bytes
        try:
            self._display = Display(display)
        except (error.DisplayError, error.XauthError, error.ConnectionClosedError, OSError) as exc:
            raise ClipboardUnavailable(f"no X display {display or ''}: {exc}".rstrip()) from exc
        if not self._display.has_extension(xfixes.extname):
            self._display.close()
            raise ClipboardUnavailable("this X server has no XFIXES extension")
        # Requestors may be gone before they are answered; python-xlib would print that.
        self._display.set_error_handler(lambda fault, request: None)
        self._wake_reader, self._wake_writer = os.pipe()
        self._owned: _Owned | None = None
        self._served: list[_Served] = []
        self._is_changed = False
        self._asked = 0
        with _watched():
            self._clipboard = self._atom("CLIPBOARD")
            self._incr = self._atom("INCR")
            self._targets = self._atom("TARGETS")
            self._timestamp = self._atom("TIMESTAMP")
            self._multiple = self._atom("MULTIPLE")
            self._window: Window = self._display.screen().root.create_window(
                -1, -1, 1, 1, 0, X.CopyFromParent, X.InputOnly, event_mask=X.PropertyChangeMask
            )
            self._display.xfixes_query_version()
            self._owner_event, _ = self._display.extension_event.SetSelectionOwnerNotify
            self._display.xfixes_select_selection_input(self._window, self._clipboard, _OWNER_MASK)
            self._display.sync()

    # --- the port ----------------------------------------------------------------------------------------

    def wait(self) -> bool:
        with _watched():
            while not self._is_changed:
                if self._pump(self._serve_deadline()):
                    return False
            self._is_changed = False
            return True

    def read(self) -> Clip:
        if self._owned is not None:
            return self._owned.clip
        with _watched():
            self._is_changed = False
            try:
                return self._read()
            except (_NoAnswer, _TooLarge):
                return Clip()

    def write(self, clip: Clip) -> bool:
        with _watched():
            try:
                since = self._server_time()
            except _NoAnswer:  # another program has grabbed the server
                return False
            self._owned = _Owned(clip, since, self._answers(clip))
            self._window.set_selection_owner(self._clipboard, since)
            if self._display.get_selection_owner(self._clipboard) == self._window:
                return True
            self._owned = None
            return False

    def wake(self) -> None:
        os.write(self._wake_writer, b"w")

    def close(self) -> None:
        with suppress(*_FAILURES):
            self._display.close()
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    # --- events ------------------------------------------------------------------------------------------

    def _pump(self, until: float | None) -> bool:
        """Wait for events and take them; tell whether ``wake`` ended it. Comes back at ``until``, too."""
        self._display.flush()
        if not self._display.pending_events():
            timeout = None if until is None else max(0.0, until - monotonic_s())
            ready, _, _ = select.select([self._display, self._wake_reader], [], [], timeout)
            if self._wake_reader in ready:
                os.read(self._wake_reader, 4096)
                return True
        self._take_events()
        self._give_up_served()
        return False

    def _take_events(self) -> None:
        for _ in range(self._display.pending_events()):
            self._take(self._display.next_event())

    def _take(self, event: Any) -> None:
        if event.type == self._owner_event:
            self._note_owner(event.owner)
        elif event.type == X.SelectionRequest:
            self._answer(event)
        elif event.type == X.SelectionClear and event.atom == self._clipboard:
            self._owned = None
        elif event.type == X.PropertyNotify and event.state == X.PropertyDelete:
            self._serve_next(event)

    def _note_owner(self, owner: object) -> None:
        if owner != self._window:
            self._owned = None
            self._is_changed = True

    def _await(self, is_it: Callable[[Any], bool], until: float) -> Any:
        """Return the event that is waited for; what comes before it is taken as ever."""
        while True:
            self._display.flush()
            for _ in range(self._display.pending_events()):
                event = self._display.next_event()
                if is_it(event):
                    return event
                self._take(event)
            left_s = until - monotonic_s()
            if left_s <= 0 or not select.select([self._display], [], [], left_s)[0]:
                raise _NoAnswer

    def _server_time(self) -> int:
        """Return the server's time: what an event tells, never *now* (ICCCM §2.1)."""
        stamp = self._atom("SCREENSHARE_STAMP")
        self._window.change_property(stamp, Xatom.STRING, 8, b"")
        event = self._await(
            lambda e: (
                e.type == X.PropertyNotify
                and e.window == self._window
                and e.atom == stamp
                and e.state == X.PropertyNewValue
            ),
            monotonic_s() + STEP_LIMIT_S,
        )
        return int(event.time)

    # --- as requestor ------------------------------------------------------------------------------------

    def _read(self) -> Clip:
        until = monotonic_s() + READ_LIMIT_S
        targets = self._read_targets(until)
        if _HINT in targets and self._convert(_HINT, until, 64).strip() == b"secret":
            return Clip()
        parts: dict[ClipFormat, bytes] = {}
        too_large: list[ClipFormat] = []
        text = next((name for name in _READ_TEXT if name in targets), None)
        wanted: tuple[tuple[ClipFormat, str | None, Callable[[bytes], bytes]], ...] = (
            ("text", text, _from_latin_1 if text == "STRING" else _as_utf_8),
            ("html", _HTML, _as_utf_8),
            ("png", _PNG, bytes),
        )
        for name, target, clean in wanted:
            if target is None or target not in targets:
                continue
            left = self._limit_bytes - sum(map(len, parts.values()))
            try:
                data = clean(self._convert(target, until, left))
            except _TooLarge:
                too_large.append(name)
                continue
            if len(data) > left:
                too_large.append(name)
            elif data:
                parts[name] = data
        return Clip(parts, tuple(too_large))

    def _read_targets(self, until: float) -> frozenset[str]:
        """Return the names of what the owner offers and we know."""
        known = {self._atom(name): name for name in (*_READ_TEXT, _HTML, _PNG, _HINT)}
        atoms = self._request(self._targets, until)
        offered = atoms.value if atoms is not None and atoms.format == 32 else ()
        return frozenset(known[atom] for atom in offered if atom in known)

    def _convert(self, target: str, until: float, limit_bytes: int) -> bytes:
        """Return what the owner has for ``target``; nothing when it refuses."""
        got = self._request(self._atom(target), until, limit_bytes)
        if got is None:
            return b""
        if got.property_type == self._incr:
            return self._read_pieces(got.property, until, limit_bytes)
        return bytes(got.value) if got.format == 8 else b""

    def _request(self, target: int, until: float, limit_bytes: int = PIECE_BYTES) -> Any:
        """Ask for one target; return the property with the answer, or None."""
        # Of another name each time: a late answer to the question before is told apart.
        self._asked = (self._asked + 1) % 16
        place = self._atom(f"SCREENSHARE_CLIP_{self._asked}")
        self._window.delete_property(place)
        self._window.convert_selection(self._clipboard, target, place, X.CurrentTime)
        step = min(until, monotonic_s() + STEP_LIMIT_S)
        notice = self._await(
            lambda e: (
                e.type == X.SelectionNotify
                and e.target == target
                and e.property in (place, X.NONE)
                and e.selection == self._clipboard
            ),
            step,
        )
        return None if notice.property == X.NONE else self._take_property(place, limit_bytes)

    def _take_property(self, place: int, limit_bytes: int) -> Any:
        """Return the property and delete it, or None where there is none."""
        # One word more than allowed shows that it is too large; deleting works only with all of it.
        got = self._window.get_property(place, X.AnyPropertyType, 0, limit_bytes // 4 + 1)
        self._window.delete_property(place)
        if got is None:
            return None
        got.property = place
        if got.bytes_after or (got.format == 8 and len(got.value) > limit_bytes):
            raise _TooLarge
        return got

    def _read_pieces(self, place: int, until: float, limit_bytes: int) -> bytes:
        data = bytearray()
        while True:
            step = min(until, monotonic_s() + STEP_LIMIT_S)
            self._await(
                lambda e: (
                    e.type == X.PropertyNotify
                    and e.window == self._window
                    and e.atom == place
                    and e.state == X.PropertyNewValue
                ),
                step,
            )
            piece = self._take_property(place, limit_bytes)
            if piece is None or not len(piece.value):
                return bytes(data)
            if piece.format != 8 or len(data) + len(piece.value) > limit_bytes:
                raise _TooLarge
            data += piece.value

    # --- as owner ----------------------------------------------------------------------------------------

    def _answers(self, clip: Clip) -> dict[int, tuple[int, bytes]]:
        answers: dict[int, tuple[int, bytes]] = {}
        text = clip.parts.get("text")
        if text is not None:
            for name in _TEXT_TARGETS:
                if name == "STRING":
                    with suppress(UnicodeEncodeError):
                        answers[Xatom.STRING] = Xatom.STRING, _as_latin_1(text)
                else:
                    kind = self._atom("UTF8_STRING" if name == "TEXT" else name)
                    answers[self._atom(name)] = kind, text
        html = clip.parts.get("html")
        if html is not None:
            # Without it some programs take it for Latin-1.
            named = html if b"charset" in html[:1024].lower() else _META + html
            answers[self._atom(_HTML)] = self._atom(_HTML), named
        if "png" in clip.parts:
            answers[self._atom(_PNG)] = self._atom(_PNG), clip.parts["png"]
        return answers

    def _answer(self, asked: Any) -> None:
        """Serve one request, or refuse it; the requestor is told either way."""
        # Clients from before the ICCCM name no property.
        place = asked.property or asked.target
        owned = self._owned
        is_ours = owned is not None and asked.selection == self._clipboard
        is_done = is_ours and self._put(asked.requestor, asked.target, place)
        asked.requestor.send_event(
            xevent.SelectionNotify(
                time=asked.time,
                requestor=asked.requestor,
                selection=asked.selection,
                target=asked.target,
                property=place if is_done else X.NONE,
            )
        )

    def _put(self, window: Window, target: int, place: int) -> bool:
        """Put what ``target`` asks for into a property of ``window``; False: it cannot be had."""
        owned = self._owned
        if owned is None:
            return False
        if target == self._multiple:
            return self._put_several(window, place)
        if target == self._targets:
            known = [self._targets, self._timestamp, self._multiple, *owned.answers]
            window.change_property(place, Xatom.ATOM, 32, known)
        elif target == self._timestamp:
            window.change_property(place, Xatom.INTEGER, 32, [owned.since])
        elif target in owned.answers:
            return self._put_data(window, place, *owned.answers[target])
        else:
            return False
        return True

    def _put_several(self, window: Window, place: int) -> bool:
        """Answer a list of (target, property), with None in place of what cannot be had (ICCCM §2.6.2)."""
        try:
            listed = window.get_property(place, X.AnyPropertyType, 0, 64)
        except error.XError:  # the requestor is gone
            return False
        if listed is None or listed.format != 32 or len(listed.value) % 2:
            return False
        pairs = list(listed.value)
        for at in range(0, len(pairs), 2):
            if pairs[at] == self._multiple or not self._put(window, pairs[at], pairs[at + 1]):
                pairs[at + 1] = X.NONE
        window.change_property(place, self._atom("ATOM_PAIR"), 32, pairs)
        return True

    def _put_data(self, window: Window, place: int, kind: int, data: bytes) -> bool:
        if len(data) <= PIECE_BYTES:
            window.change_property(place, kind, 8, data)
            return True
        self._served = [each for each in self._served if (each.window, each.property) != (window, place)]
        if len(self._served) >= MOST_SERVED:
            return False
        # It deletes the property for each piece it wants: that must be heard of.
        window.change_attributes(event_mask=X.PropertyChangeMask)
        window.change_property(place, self._incr, 32, [len(data)])
        self._served.append(_Served(window, place, kind, data, 0, monotonic_s() + SERVE_LIMIT_S))
        return True

    def _serve_next(self, taken: Any) -> None:
        """Send the next piece to whoever took the one before; one without bytes is the end."""
        for served in self._served:
            if served.window == taken.window and served.property == taken.atom:
                piece = served.data[served.sent : served.sent + PIECE_BYTES]
                served.window.change_property(served.property, served.type, 8, piece)
                served.sent += len(piece)
                served.deadline = monotonic_s() + SERVE_LIMIT_S
                if not piece:
                    self._end_served(served)
                return

    def _give_up_served(self) -> None:
        now = monotonic_s()
        for served in [each for each in self._served if now >= each.deadline]:
            self._end_served(served)

    def _end_served(self, served: _Served) -> None:
        self._served.remove(served)
        if all(other.window != served.window for other in self._served):
            served.window.change_attributes(event_mask=X.NoEventMask)

    def _serve_deadline(self) -> float | None:
        return min((served.deadline for served in self._served), default=None)

    def _atom(self, name: str) -> int:
        return int(self._display.intern_atom(name))


def _as_utf_8(data: bytes) -> bytes:
    """Return text of another program in UTF-8; some browsers write HTML in UTF-16, with a mark."""
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if is_wide else "utf-8", "replace").replace("\0", "").encode()


def _as_latin_1(text: bytes) -> bytes:
    """Return UTF-8 text in Latin-1; what is ASCII is not copied, for which all threads would wait."""
    return text if text.isascii() else text.decode().encode("latin-1")


def _from_latin_1(data: bytes) -> bytes:
    return data.decode("latin-1").replace("\0", "").encode()
