"""Where keys lie: KeyboardEvent.code (W3C UI Events code values) and Linux input-event-codes.

The numbers are those of Chromium's ``dom_code_data.inc``, column evdev; X adds 8 to each.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

_X_OFFSET: Final = 8

_ROWS: Final = (
    (1, "Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace"),
    (15, "Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter"),
    (29, "ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote"),
    (42, "ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight"),
    (55, "NumpadMultiply AltLeft Space CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock"),
    (71, "Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd"),
    (79, "Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal"),
    (85, "Lang5 IntlBackslash F11 F12 IntlRo Lang3 Lang4 Convert KanaMode NonConvert"),
    (96, "NumpadEnter ControlRight NumpadDivide PrintScreen AltRight"),
    (102, "Home ArrowUp PageUp ArrowLeft ArrowRight End ArrowDown PageDown Insert Delete"),
    (113, "AudioVolumeMute AudioVolumeDown AudioVolumeUp Power NumpadEqual"),
    (119, "Pause"),
    (121, "NumpadComma Lang1 Lang2 IntlYen MetaLeft MetaRight ContextMenu BrowserStop Again"),
    (130, "Props Undo Select Copy Open Paste Find Cut Help"),
    (140, "LaunchApp2"),
    (142, "Sleep WakeUp LaunchApp1"),
    (155, "LaunchMail BrowserFavorites"),
    (158, "BrowserBack BrowserForward"),
    (161, "Eject"),
    (163, "MediaTrackNext MediaPlayPause MediaTrackPrevious MediaStop"),
    (171, "MediaSelect BrowserHome BrowserRefresh"),
    (179, "NumpadParenLeft NumpadParenRight"),
    (183, "F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24"),
    (217, "BrowserSearch"),
    (224, "BrightnessDown BrightnessUp"),
)

EVDEV: Final[dict[str, int]] = {
    code: first + place for first, codes in _ROWS for place, code in enumerate(codes.split())
}

# Old names of the same keys, which some browsers still use.
ALIASES: Final[dict[str, str]] = {
    "OSLeft": "MetaLeft",
    "OSRight": "MetaRight",
    "VolumeMute": "AudioVolumeMute",
    "VolumeDown": "AudioVolumeDown",
    "VolumeUp": "AudioVolumeUp",
}

MODIFIER_CODES: Final = frozenset(
    {
        *("ShiftLeft", "ShiftRight", "ControlLeft", "ControlRight", "AltLeft", "AltRight"),
        *("MetaLeft", "MetaRight", "OSLeft", "OSRight"),
    }
)
# Pressing one of these again changes a state; a held one must not do so by itself.
LOCK_CODES: Final = frozenset({"CapsLock", "NumLock", "ScrollLock"})

# What desktops take for themselves, whichever window has the focus: by KeyboardEvent.code or .key.
_DESKTOP_KEYS: Final = frozenset(
    {
        *("MetaLeft", "MetaRight", "OSLeft", "OSRight", "Meta", "OS", "PrintScreen", "Pause", "Eject"),
        *("Power", "Sleep", "WakeUp", "AudioVolumeMute", "AudioVolumeDown", "AudioVolumeUp"),
        *("VolumeMute", "VolumeDown", "VolumeUp", "BrightnessDown", "BrightnessUp", "MediaSelect"),
        *("MediaTrackNext", "MediaTrackPrevious", "MediaPlayPause", "MediaStop"),
        *("LaunchApp1", "LaunchApp2", "LaunchMail", "BrowserHome", "BrowserSearch"),
    }
)
# The same with Alt: other windows, menus of the window itself, desktops' own boxes. Alt+F4 is the window's.
_WITH_ALT: Final = frozenset(
    {"Tab", "Escape", "Space", "Backquote", *(f"F{number}" for number in range(1, 13) if number != 4)}
)
_ALTS, _CONTROLS = frozenset({"AltLeft", "AltRight"}), frozenset({"ControlLeft", "ControlRight"})


def is_for_the_desktop(code: str, key: str, held: Set[str]) -> bool:
    """Tell whether desktops usually take this key themselves, while the keys ``held`` are down."""
    if code in _DESKTOP_KEYS or key in _DESKTOP_KEYS:
        return True
    if held & _ALTS and code in _WITH_ALT:
        return True
    # Browsers on Windows tell of AltGr as Control and the right Alt: that is no command.
    return "AltLeft" in held and bool(held & _CONTROLS) and code not in MODIFIER_CODES


def x_keycode(code: str) -> int | None:
    """Return the X keycode of a key's place under the evdev rules, or None."""
    evdev = EVDEV.get(ALIASES.get(code, code))
    return None if evdev is None else evdev + _X_OFFSET
