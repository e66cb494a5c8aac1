"""What keys mean: KeyboardEvent.key and characters as X keysyms (keysymdef.h)."""

from __future__ import annotations

from typing import Final

NO_SYMBOL: Final = 0
ISO_LEVEL3_SHIFT: Final = 0xFE03
CAPS_LOCK: Final = 0xFFE5
_UNICODE: Final = 0x0100_0000

# KeyboardEvent.key (UI Events key values) -> keysym.
_NAMED: Final[dict[str, int]] = {
    "Backspace": 0xFF08,
    "Tab": 0xFF09,
    "Clear": 0xFF0B,
    "Enter": 0xFF0D,
    "Pause": 0xFF13,
    "ScrollLock": 0xFF14,
    "Escape": 0xFF1B,
    "Home": 0xFF50,
    "ArrowLeft": 0xFF51,
    "ArrowUp": 0xFF52,
    "ArrowRight": 0xFF53,
    "ArrowDown": 0xFF54,
    "PageUp": 0xFF55,
    "PageDown": 0xFF56,
    "End": 0xFF57,
    "PrintScreen": 0xFF61,
    "Insert": 0xFF63,
    "Undo": 0xFF65,
    "Again": 0xFF66,
    "ContextMenu": 0xFF67,
    "Find": 0xFF68,
    "Help": 0xFF6A,
    "NumLock": 0xFF7F,
    **{f"F{number}": 0xFFBD + number for number in range(1, 25)},
    "CapsLock": CAPS_LOCK,
    "AltGraph": ISO_LEVEL3_SHIFT,
    "Delete": 0xFFFF,
    "BrightnessUp": 0x1008FF02,
    "BrightnessDown": 0x1008FF03,
    "AudioVolumeDown": 0x1008FF11,
    "AudioVolumeMute": 0x1008FF12,
    "AudioVolumeUp": 0x1008FF13,
    "MediaPlayPause": 0x1008FF14,
    "MediaStop": 0x1008FF15,
    "MediaTrackPrevious": 0x1008FF16,
    "MediaTrackNext": 0x1008FF17,
}

# The numeric keypad's keys have keysyms of their own; these mean the same.
_KEYPAD: Final[dict[int, int]] = {
    0xFF8D: 0xFF0D,
    0xFF95: 0xFF50,
    0xFF96: 0xFF51,
    0xFF97: 0xFF52,
    0xFF98: 0xFF53,
    0xFF99: 0xFF54,
    0xFF9A: 0xFF55,
    0xFF9B: 0xFF56,
    0xFF9C: 0xFF57,
    0xFF9D: 0xFF0B,
    0xFF9E: 0xFF63,
    0xFF9F: 0xFFFF,
    0xFFAC: 0x2C,
    **{0xFF80 + code: code for code in (*range(0x2A, 0x2C), *range(0x2D, 0x3A), 0x3D)},
}
_FIRST_KEYPAD, _LAST_KEYPAD = 0xFF80, 0xFFBD

# Keysyms older than Unicode hold a byte of an old character set: page -> codec.
_LEGACY_CODECS: Final = {
    0x01: "iso8859-2",
    0x02: "iso8859-3",
    0x03: "iso8859-4",
    0x05: "iso8859-6",
    0x06: "koi8-r",
    0x0C: "iso8859-8",
    0x0D: "tis-620",
    0x13: "iso8859-15",
}
# Where a page leaves its codec, and pages which follow none: first keysym -> characters, one each.
_LEGACY_RUNS: Final = {
    0x06A1: "ђѓёєѕіїјљњћќґўџ№ЂЃЁЄЅІЇЈЉЊЋЌҐЎЏ",
    0x07A1: "ΆΈΉΊΪ ΌΎΫ Ώ",
    0x07AE: "΅―",
    0x07B1: "άέήίϊΐόύϋΰώ",
    0x07C1: "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣ ΤΥΦΧΨΩ",
    0x07E1: "αβγδεζηθικλμνξοπρσςτυφχψω",
    0x0AA9: "—–",
    0x0AD0: "‘’“”",
    0x0AFD: "‚„",
    0x20AC: "€",
}
_LEGACY_EXTRA: Final = {
    first + place: character
    for first, characters in _LEGACY_RUNS.items()
    for place, character in enumerate(characters)
    if character != " "
}


def keysym_of(key: str) -> int | None:
    """Return the keysym that a KeyboardEvent.key stands for: a named key or one character."""
    if (named := _NAMED.get(key)) is not None:
        return named
    return keysym_of_character(key) if len(key) == 1 else None


def keysym_of_character(character: str) -> int:
    """Return Latin-1's own keysym or the Unicode one; control characters are their keys."""
    code_point = ord(character)
    if 0x20 <= code_point <= 0x7E or 0xA0 <= code_point <= 0xFF:
        return code_point
    if character in "\n\r":
        return 0xFF0D
    if character in "\t\b\x1b":
        return 0xFF00 + code_point
    return _UNICODE + code_point


def same_meaning(keysym: int) -> int:
    """Return the keysym under which ``keysym_of`` knows this meaning.

    Keypad keys become their plain sisters, keysyms of old character sets their Unicode ones.
    """
    if keysym in _KEYPAD:
        return _KEYPAD[keysym]
    if _UNICODE <= keysym <= _UNICODE + 0xFF:
        return keysym - _UNICODE
    if not 0x100 <= keysym < 0x3000:
        return keysym
    character = _LEGACY_EXTRA.get(keysym) or _decoded(keysym)
    return keysym if character is None else keysym_of_character(character)


def is_keypad(keysym: int) -> bool:
    """Tell whether Num Lock chooses between this key's meanings."""
    return _FIRST_KEYPAD <= keysym <= _LAST_KEYPAD


def is_unicode(keysym: int) -> bool:
    """Tell whether this is a keysym of the Unicode range, which common layouts use sparingly."""
    return _UNICODE < keysym <= _UNICODE + 0x10FFFF


def is_cased_pair(lower: int, upper: int) -> bool:
    """Tell whether the two keysyms are one letter, small and capital: then Caps Lock turns Shift over."""
    small, capital = character_of(lower), character_of(upper)
    return small is not None and capital is not None and small != capital and small.upper() == capital


def character_of(keysym: int) -> str | None:
    """Return the character a keysym types, None for keys that type none."""
    keysym = same_meaning(keysym)
    if 0x20 <= keysym <= 0x7E or 0xA0 <= keysym <= 0xFF:
        return chr(keysym)
    if _UNICODE < keysym <= _UNICODE + 0x10FFFF:
        return chr(keysym - _UNICODE)
    return None


def _decoded(keysym: int) -> str | None:
    codec, byte = _LEGACY_CODECS.get(keysym >> 8), keysym & 0xFF
    if codec is None or byte < 0xA0:
        return None
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return None
