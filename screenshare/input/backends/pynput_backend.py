"""Windows and macOS through pynput (SendInput, Quartz events).

It runs on X11 too, and the contract suite drives it there, but a character goes out by XSendEvent, which
xterm ignores, and Ctrl+C with it: on X11 ``x11`` is the backend.
"""

from __future__ import annotations

import logging
from typing import Final

from pynput import keyboard, mouse

from screenshare.errors import InjectionUnavailable
from screenshare.media import Region

log = logging.getLogger(__name__)

# KeyboardEvent.code -> pynput's name; it lacks some of them on some systems.
_KEYS: Final = {
    "AltLeft": "alt_l",
    "AltRight": "alt_r",
    "ArrowDown": "down",
    "ArrowLeft": "left",
    "ArrowRight": "right",
    "ArrowUp": "up",
    "AudioVolumeDown": "media_volume_down",
    "AudioVolumeMute": "media_volume_mute",
    "AudioVolumeUp": "media_volume_up",
    "Backspace": "backspace",
    "CapsLock": "caps_lock",
    "ContextMenu": "menu",
    "ControlLeft": "ctrl_l",
    "ControlRight": "ctrl_r",
    "Delete": "delete",
    "End": "end",
    "Enter": "enter",
    "Escape": "esc",
    **{f"F{number}": f"f{number}" for number in range(1, 21)},
    "Home": "home",
    "Insert": "insert",
    "MediaPlayPause": "media_play_pause",
    "MediaTrackNext": "media_next",
    "MediaTrackPrevious": "media_previous",
    "MetaLeft": "cmd_l",
    "MetaRight": "cmd_r",
    "NumLock": "num_lock",
    "NumpadEnter": "enter",
    "PageDown": "page_down",
    "PageUp": "page_up",
    "Pause": "pause",
    "PrintScreen": "print_screen",
    "ScrollLock": "scroll_lock",
    "ShiftLeft": "shift_l",
    "ShiftRight": "shift_r",
    "Space": "space",
    "Tab": "tab",
}
_BUTTONS: Final = (
    ("left",),
    ("middle",),
    ("right",),
    ("x1", "button8"),
    ("x2", "button9"),
)  # MouseEvent.button -> pynput's names on Windows and elsewhere


class PynputInjector:
    """Keys go by name where they have one, otherwise by the character which they mean."""

    def __init__(self) -> None:
        self._keyboard = keyboard.Controller()
        self._mouse = mouse.Controller()
        self._down: dict[str, keyboard.Key | keyboard.KeyCode] = {}

    def move(self, x: int, y: int) -> None:
        self._mouse.position = (x, y)

    def shift(self, dx: int, dy: int, within: Region) -> None:
        x, y = self._mouse.position
        to_x, to_y = within.nearest(x + dx, y + dy)
        self._mouse.move(to_x - x, to_y - y)

    def button(self, number: int, down: bool) -> None:
        button = next(
            (mouse.Button[name] for name in _BUTTONS[number] if name in mouse.Button.__members__), None
        )
        if button is None:
            return  # macOS knows three
        if down:
            self._mouse.press(button)
        else:
            self._mouse.release(button)

    def wheel(self, dx: int, dy: int) -> None:
        self._mouse.scroll(dx, -dy)  # pynput counts up and right

    def key_down(self, code: str, key: str) -> bool:
        target = self._down.get(code) or _target(code, key)
        if target is not None:
            self._press(target)
            self._down[code] = target
        return True

    def key_up(self, code: str) -> None:
        target = self._down.pop(code, None)
        if target is not None and target not in self._down.values():
            self._keyboard.release(target)

    def type_text(self, text: str) -> str:
        try:
            self._keyboard.type(text.replace("\r\n", "\n"))
        except keyboard.Controller.InvalidCharacterException:
            log.debug("a character cannot be typed here")
        except OSError as exc:
            raise InjectionUnavailable(
                f"the system refused input: {exc}", hint="allow this program to control the computer"
            ) from exc
        return ""

    def is_over(self, window: int, at: tuple[int, int] | None = None) -> bool:
        """Return False: windows cannot be told apart here, and none is shared alone."""
        return False

    def has_focus(self, window: int) -> bool:
        return False

    def close(self) -> None:
        for code in list(self._down):
            self.key_up(code)
        # Where they hold a connection, they close it when they are let go.
        vars(self).pop("_keyboard", None)
        vars(self).pop("_mouse", None)

    def _press(self, target: keyboard.Key | keyboard.KeyCode) -> None:
        try:
            self._keyboard.press(target)
        except keyboard.Controller.InvalidKeyException:
            log.debug("a key cannot be pressed here")


def _target(code: str, key: str) -> keyboard.Key | keyboard.KeyCode | None:
    name = _KEYS.get(code)
    if name is not None and name in keyboard.Key.__members__:
        return keyboard.Key[name]
    return keyboard.KeyCode.from_char(key) if len(key) == 1 else None
