"""Keyboards in front of the viewer's browser: which key, at which place, means what there."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_PLACES = (
    "Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal",
    "KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight",
    "KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backslash",
    "KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash",
)
_SPACE = {" ": ("Space", 0)}
_SHIFT, _ALTGR = 1, 2
# CDP's bits.
_BITS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}
_MODIFIERS = {
    "Ctrl": ("ControlLeft", "Control"),
    "Alt": ("AltLeft", "Alt"),
    "Shift": ("ShiftLeft", "Shift"),
    "Super": ("MetaLeft", "Meta"),
}


def _keys(*levels: Sequence[str]) -> dict[str, tuple[str, int]]:
    """Map each character to its place and level; a dot in the middle is no key."""
    found = dict(_SPACE)
    for level, rows in reversed(list(enumerate(levels))):
        for places, characters in zip(_PLACES, rows, strict=True):
            for place, character in zip(places.split(), characters, strict=False):
                if character != "·":
                    found[character] = place, level
    return found


KEYBOARDS = {
    "us": _keys(
        ("`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "zxcvbnm,./"),
        ("~!@#$%^&*()_+", "QWERTYUIOP{}", 'ASDFGHJKL:"|', "ZXCVBNM<>?"),
    ),
    # ^, ` and ´ are dead keys there: they reach the page as composed text.
    "de": _keys(
        ("·1234567890ß·", "qwertzuiopü+", "asdfghjklöä#", "yxcvbnm,.-"),
        ('°!"§$%&/()=?·', "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", "YXCVBNM;:_"),
        ("··²³···{[]}\\·", "@·€········~", "·" * 12, "······µ···"),
    ),
}


@dataclass(slots=True)
class Hands:
    """Somebody who types in a page, with one of the keyboards."""

    page: Any
    keyboard: str
    _held: int = 0
    _cdp: Any = field(init=False)

    def __post_init__(self) -> None:
        self._cdp = self.page.context.new_cdp_session(self.page)

    def type(self, text: str) -> None:
        """Type by key what the keyboard has, and compose the rest, as input methods do."""
        for has_keys, run in itertools.groupby(text, self._has):
            if not has_keys:
                self.compose("".join(run))
                continue
            for character in run:
                self._strike(character)

    def compose(self, text: str) -> None:
        self._cdp.send("Input.imeSetComposition", {"text": "…", "selectionStart": 1, "selectionEnd": 1})
        self._cdp.send("Input.insertText", {"text": text})

    def press(self, shortcut: str) -> None:
        """Press keys as ``Ctrl+Shift+t``; the last is a character of this keyboard or a key's name."""
        *modifiers, last = shortcut.replace("++", "+Plus").split("+")
        last = "+" if last == "Plus" else last
        place, level = self._keys.get(last, (last, 0))
        names = [*modifiers, *(["Shift"] if level == _SHIFT and "Shift" not in modifiers else [])]
        held = [_MODIFIERS[name] for name in names]
        for code, key in held:
            self.down(code, key)
        key = last.upper() if "Shift" in modifiers and len(last) == 1 else last
        code, key = _MODIFIERS.get(last, (place, key))
        self.down(code, key)
        self.up(code, key)
        for code, key in reversed(held):
            self.up(code, key)

    def down(self, code: str, key: str) -> None:
        self._held |= _BITS.get(key, 0)
        self._send("keyDown" if len(key) == 1 and not self._held & ~8 else "rawKeyDown", code, key)

    def repeat(self, code: str, key: str) -> None:
        """As the system repeats a key that is held."""
        self._send("keyDown", code, key, autoRepeat=True)

    def up(self, code: str, key: str) -> None:
        self._held &= ~_BITS.get(key, 0)
        self._send("keyUp", code, key)

    @property
    def _keys(self) -> dict[str, tuple[str, int]]:
        return KEYBOARDS[self.keyboard]

    def _has(self, character: str) -> bool:
        return character in self._keys

    def _strike(self, character: str) -> None:
        code, level = self._keys[character]
        modifier = {_SHIFT: ("ShiftLeft", "Shift"), _ALTGR: ("AltRight", "AltGraph")}.get(level)
        if modifier:
            self.down(*modifier)
        self.down(code, character)
        self.up(code, character)
        if modifier:
            self.up(*modifier)

    def _send(self, kind: str, code: str, key: str, **more: object) -> None:
        event = {"type": kind, "code": code, "key": key, "modifiers": self._held} | more
        if kind == "keyDown":
            event["text"] = key
        self._cdp.send("Input.dispatchKeyEvent", event)
