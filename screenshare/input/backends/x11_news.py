"""That keycodes have new meanings, told to programs whom the X server tells nothing of it."""

from __future__ import annotations

from typing import Final

from Xlib import X
from Xlib.display import Display
from Xlib.protocol.event import MappingNotify

_NOBODY: Final = (X.NONE, X.PointerRoot)


class X11News:
    """Sends the program which has the focus a MappingNotify of its own.

    A program that switches XKB on and asks for no MapNotify hears of no changed keycode: the server keeps
    MappingNotify from it (XKB protocol §4.5). Chromium is one: it took each spare keycode for none, and so
    heard NUL in the place of a key; its text was right, because GTK reads that.
    """

    def __init__(self, display: Display) -> None:
        self._display = display
        self._changes = 0
        self._told: tuple[int, int] | None = None  # window, changes until then

    def changed(self) -> None:
        """Note that a keycode got another meaning."""
        self._changes += 1

    def tell(self) -> None:
        """Make sure that the keys pressed after this call come to somebody who knows what they mean."""
        window = self._display.get_input_focus().focus
        if window in _NOBODY or (window.id, self._changes) == self._told:
            return
        self._told = window.id, self._changes
        info = self._display.display.info
        # Of all keycodes: Chromium takes those it is told for all there are.
        count = info.max_keycode - info.min_keycode + 1
        window.send_event(
            MappingNotify(request=X.MappingKeyboard, first_keycode=info.min_keycode, count=count)
        )
