"""X11: XTEST through python-xlib, one flush per event and no round trip while the pointer moves."""

from __future__ import annotations

import logging
import time
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import xtest

from screenshare.clock import monotonic_s
from screenshare.errors import InjectionUnavailable
from screenshare.input import keymap, keysyms
from screenshare.input.backends import x11_reach
from screenshare.input.backends.x11_echo import X11Echo
from screenshare.input.backends.x11_guard import X11Guard
from screenshare.input.backends.x11_news import X11News
from screenshare.input.layout import (
    COMMANDS,
    LOCK,
    SHIFT,
    SPARE_COLUMNS,
    Layout,
    ModifierState,
    Spare,
    Stroke,
)
from screenshare.input.spare import Lease, NotYet, SparePool
from screenshare.media import Region

log = logging.getLogger(__name__)

# "\r" is left out: lines end with "\n" or "\r\n".
_TYPABLE_CONTROLS: Final = "\n\t\b\x1b"
# Controls, surrogates, what is no character, separators of lines that no key has. Joiners, marks of
# direction and wide spaces are characters like others: Persian, emoji and Japanese need them.
_UNTYPABLE: Final = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})
# MouseEvent.button -> X button; 4 to 7 are the wheel.
_BUTTONS: Final = {0: 1, 1: 2, 2: 3, 3: 8, 4: 9}
_WHEEL_UP, _WHEEL_DOWN, _WHEEL_LEFT, _WHEEL_RIGHT = 4, 5, 6, 7
_CLOSE_LIMIT_S: Final = 2.0
_GROUP_SHIFT: Final = 13  # XKB tells the group in bits 13 and 14 of every state (XKB protocol §2.2.2)


def _is_typable(character: str) -> bool:
    return character in _TYPABLE_CONTROLS or unicodedata.category(character) not in _UNTYPABLE


@contextmanager
def _connected() -> Iterator[None]:
    try:
        yield
    except (error.ConnectionClosedError, OSError) as exc:
        raise InjectionUnavailable(
            "the X display went away", hint="start the share again once the display is back"
        ) from exc


class X11Injector:
    """Presses keycodes, not keysyms, so that shortcuts, games and terminals see real keys.

    The X server repeats a key that is held, XTEST's too (measured on Xvfb: from 660 ms on, each 40 ms),
    and would go on when the viewer's path stalls: a held Backspace eats a line. So auto-repeat is
    switched off for a key while it is down here, and each repeat of the viewer is a release and a press.
    """

    def __init__(self, display: str | None) -> None:
        try:
            self._display = Display(display)
        except (error.DisplayError, error.XauthError, error.ConnectionClosedError, OSError) as exc:
            raise InjectionUnavailable(
                f"no X display {display or ''}: {exc}".rstrip(), hint="name a display with --display"
            ) from exc
        if not self._display.has_extension(xtest.extname):
            self._display.close()
            raise InjectionUnavailable(
                "this X server has no XTEST extension", hint="switch it on in the X server's configuration"
            )
        self._display.set_error_handler(_log_error)
        with _connected():
            # Menus and screen lockers grab the server; input must reach them all the same.
            self._display.xtest_grab_control(True)
            self._root = self._display.screen().root
            self._auto_repeats = self._read_auto_repeats()
            self._layout = self._read_layout(lent={})
            self._echo = X11Echo(self._display)
            self._news = X11News(self._display)
        self._pool = SparePool(self._layout.spare_keycodes)
        self._is_short = False  # of keycodes; told once
        self._down: dict[str, int] = {}  # code -> keycode
        self._guard = X11Guard(self._display.get_display_name(), self._auto_repeats)

    @_connected()
    def move(self, x: int, y: int) -> None:
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        self._display.flush()

    @_connected()
    def shift(self, dx: int, dy: int, within: Region) -> None:
        now = self._root.query_pointer()
        x, y = within.nearest(now.root_x + dx, now.root_y + dy)
        if (x, y) != (now.root_x, now.root_y):
            # XTEST calls it relative by a detail of 1; no acceleration is applied to it.
            xtest.fake_input(self._display, X.MotionNotify, True, x=x - now.root_x, y=y - now.root_y)
            self._display.flush()

    @_connected()
    def button(self, number: int, down: bool) -> None:
        self._guard.begin()
        xtest.fake_input(self._display, X.ButtonPress if down else X.ButtonRelease, _BUTTONS[number])
        self._display.flush()

    @_connected()
    def is_over(self, window: int, at: tuple[int, int] | None = None) -> bool:
        return x11_reach.is_over(self._display, window, at)

    @_connected()
    def has_focus(self, window: int) -> bool:
        return x11_reach.has_focus(self._display, window)

    @_connected()
    def wheel(self, dx: int, dy: int) -> None:
        turns = ((dx, _WHEEL_LEFT, _WHEEL_RIGHT), (dy, _WHEEL_UP, _WHEEL_DOWN))
        for notches, backward, forward in turns:
            for _ in range(abs(notches)):
                button = forward if notches > 0 else backward
                xtest.fake_input(self._display, X.ButtonPress, button)
                xtest.fake_input(self._display, X.ButtonRelease, button)
        self._display.flush()

    @_connected()
    def key_down(self, code: str, key: str) -> bool:
        if code in self._down:
            self._release(code)
        state = self._state()
        stroke = self._stroke(self._layout.resolve(code, key, state), state)
        if stroke is NotYet.SOON:
            self._echo.ask(monotonic_s())
        if isinstance(stroke, Stroke):
            self._guard.begin()
            self._down[code] = stroke.keycode
            self._set_auto_repeat(stroke.keycode, is_on=False)
            with self._modifiers(stroke):
                self._fake_key(stroke.keycode, down=True)
        self._display.flush()
        return stroke is not NotYet.SOON

    @_connected()
    def key_up(self, code: str) -> None:
        self._release(code)
        self._display.flush()

    @_connected()
    def type_text(self, text: str) -> str:
        typed, strokes = self._prepare(text)
        if typed < len(text):
            self._echo.ask(monotonic_s())
        for stroke in strokes:
            # A held key that types this character too must come up before it can go down.
            for code in [code for code, keycode in self._down.items() if keycode == stroke.keycode]:
                self._release(code)
            with self._modifiers(stroke):
                self._tap(stroke.keycode)
        self._display.flush()
        return text[typed:]

    def close(self) -> None:
        try:
            for code in list(self._down):
                self._release(code)
            self._display.sync()
            self._wait_until_read()
            for keycode in self._pool.lent:
                self._display.change_keyboard_mapping(keycode, [(X.NoSymbol,) * SPARE_COLUMNS])
            self._display.sync()
            self._display.close()
        except (error.ConnectionClosedError, OSError):
            log.debug("the display went away before its keyboard could be put back")
        finally:
            self._guard.close()

    # --- strokes ---------------------------------------------------------------------------------------

    def _prepare(self, text: str) -> tuple[int, list[Stroke]]:
        """Return how many characters can be typed now, and how; those after them are mapped meanwhile."""
        state = self._state()
        clear = state.mask & COMMANDS
        bare = ModifierState(state.mask & ~clear, state.group)
        strokes: list[Stroke] = []
        typable: int | None = None
        for place, character in enumerate(text):
            if not _is_typable(character):
                continue
            target = self._layout.spell(keysyms.keysym_of_character(character), bare, clear=clear)
            stroke = self._stroke(target, state)
            if stroke is NotYet.SOON and typable is None:
                typable = place
            if isinstance(stroke, Stroke) and typable is None:
                strokes.append(stroke)
        return len(text) if typable is None else typable, strokes

    def _stroke(self, target: Stroke | Spare | None, state: ModifierState) -> Stroke | NotYet | None:
        """Make ``target`` something that can be pressed: lend a keycode where the layout has none."""
        if isinstance(target, Stroke) and self._is_foreign(target.clear & (SHIFT | self._layout.level3)):
            # The host's own hand holds it: it cannot be lifted from here, but a spare keycode does not mind.
            keysym = self._layout.meaning(target.keycode, self._as_typed(target, state))
            target = Spare(keysym, target.clear & ~(SHIFT | self._layout.level3))
        if not isinstance(target, Spare):
            return target
        lease = self._lease(target.keysym)
        if isinstance(lease, NotYet):
            if lease is NotYet.NEVER and not self._is_short:
                log.warning("the keyboard has no spare keycode for characters which its layout lacks")
                self._is_short = True
            return lease
        if lease.is_new:
            self._display.change_keyboard_mapping(lease.keycode, [(target.keysym,) * SPARE_COLUMNS])
            self._news.changed()
            return NotYet.SOON
        self._news.tell()
        return Stroke(lease.keycode, clear=target.clear)

    def _lease(self, keysym: int) -> Lease | NotYet:
        now, echo = monotonic_s(), self._echo
        return self._pool.take(
            keysym,
            now,
            learnt_until=echo.learnt_until,
            read_until=echo.read_until,
            pinned=self._down.values(),
        )

    @staticmethod
    def _as_typed(stroke: Stroke, state: ModifierState) -> ModifierState:
        return ModifierState(state.mask & ~stroke.clear | stroke.hold, state.group)

    def _is_foreign(self, mask: int) -> bool:
        """Tell whether a modifier of ``mask`` is down, but none of its keys by us."""
        ours = set(self._down.values())
        return any(mask >> row & 1 and not ours & self._layout.keycodes_of(1 << row) for row in range(8))

    @contextmanager
    def _modifiers(self, stroke: Stroke) -> Iterator[None]:
        """Hold and lift modifiers around one press, then put them back as the viewer holds them."""
        lifted = sorted(self._layout.keycodes_of(stroke.clear & ~LOCK) & set(self._down.values()))
        held = [
            keycode
            for bit, keycode in (
                (SHIFT, keymap.x_keycode("ShiftLeft")),
                (self._layout.level3, self._layout.level3_keycode()),
            )
            if stroke.hold & bit and keycode is not None
        ]
        lock = self._layout.keycode_for(keysyms.CAPS_LOCK) if stroke.clear & LOCK else None
        self._tap(lock)
        self._fake_keys(lifted, down=False)
        self._fake_keys(held, down=True)
        yield
        self._fake_keys(held, down=False)
        self._fake_keys(lifted, down=True)
        self._tap(lock)

    def _release(self, code: str) -> None:
        keycode = self._down.pop(code, None)
        # Two places may share one keycode (their keys mean the same here): the last one lifts it.
        if keycode is not None and keycode not in self._down.values():
            self._fake_key(keycode, down=False)
            self._set_auto_repeat(keycode, is_on=True)

    def _tap(self, keycode: int | None) -> None:
        if keycode is not None:
            self._fake_key(keycode, down=True)
            self._fake_key(keycode, down=False)

    def _fake_keys(self, keycodes: list[int], *, down: bool) -> None:
        for keycode in keycodes:
            self._fake_key(keycode, down=down)

    def _fake_key(self, keycode: int, *, down: bool) -> None:
        xtest.fake_input(self._display, X.KeyPress if down else X.KeyRelease, keycode)

    def _set_auto_repeat(self, keycode: int, *, is_on: bool) -> None:
        """Change it for one key, and only where the host had it on."""
        if self._auto_repeats[keycode >> 3] >> (keycode & 7) & 1:
            mode = X.AutoRepeatModeOn if is_on else X.AutoRepeatModeOff
            self._display.change_keyboard_control(key=keycode, auto_repeat_mode=mode)

    # --- what the server tells ---------------------------------------------------------------------------

    def _state(self) -> ModifierState:
        """Ask which modifiers and which layout are in force, whoever holds them (0.02 ms)."""
        mask = self._root.query_pointer().mask
        self._follow_layout()
        return ModifierState(mask & 0xFF, mask >> _GROUP_SHIFT & 3)

    def _wait_until_read(self) -> None:
        """Block until no program needs the spare keycodes any more; for a moment at most."""
        give_up_at = monotonic_s() + _CLOSE_LIMIT_S
        while self._pool.last_used_at >= self._echo.read_until and monotonic_s() < give_up_at:
            self._echo.ask(monotonic_s())
            time.sleep(0.01)
            self._follow_layout()

    def _follow_layout(self) -> None:
        """Read the layout again when somebody else changed it."""
        is_stale = False
        lent = self._pool.lent
        while self._display.pending_events():
            event = self._display.next_event()
            self._echo.receive(event)
            if event.type == X.MappingNotify and event.request != X.MappingPointer:
                is_our_own = event.count == 1 and event.first_keycode in lent
                is_stale = is_stale or not is_our_own
        if not is_stale:
            return
        table = self._read_table()
        first = self._display.display.info.min_keycode
        self._pool.forget(k for k, keysym in lent.items() if table[k - first][0] != keysym)
        self._layout = self._read_layout(lent=self._pool.lent)
        self._pool.keycodes = self._layout.spare_keycodes

    def _read_table(self) -> list[tuple[int, ...]]:
        info = self._display.display.info
        count = info.max_keycode - info.min_keycode + 1
        return [tuple(row) for row in self._display.get_keyboard_mapping(info.min_keycode, count)]

    def _read_layout(self, *, lent: Collection[int]) -> Layout:
        """Return the host's layout; keycodes that we have lent belong to no layout."""
        first = self._display.display.info.min_keycode
        table = [() if first + place in lent else row for place, row in enumerate(self._read_table())]
        modifiers = [tuple(row) for row in self._display.get_modifier_mapping()]
        return Layout(first, table, modifiers)

    def _read_auto_repeats(self) -> list[int]:
        """Return 32 bytes, one bit a keycode."""
        return list(self._display.get_keyboard_control().auto_repeats)


def _log_error(problem: error.XError, _request: object) -> None:
    log.debug("the X server refused a request: %s", type(problem).__name__)
