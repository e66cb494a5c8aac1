"""Which keycode is pressed for a key, on layouts as X servers tell them."""

from __future__ import annotations

import pytest

from screenshare.input import keymap, keysyms
from screenshare.input.layout import ALT, CONTROL, LOCK, SHIFT, SUPER, Layout, ModifierState, Spare, Stroke

LEVEL3, NUMLOCK = 1 << 7, 1 << 4
SHIFT_L, CAPS, CTRL_L, ALT_L, NUM, SUPER_L, LEVEL3_KEY = 50, 66, 37, 64, 77, 133, 92
MODIFIERS = [(SHIFT_L, 62), (CAPS, 0), (CTRL_L, 105), (ALT_L,), (NUM,), (), (SUPER_L,), (LEVEL3_KEY,)]
FIRST = 8


def layout(places: dict[str, str], named: dict[str, int] | None = None) -> Layout:
    """Build a layout; ``places``: code -> the characters of levels 1 to 4 ("" between: none)."""
    table: list[tuple[int, ...]] = [()] * 248

    def put(keycode: int, *levels: int) -> None:
        first, second, third, fourth = (*levels, 0, 0, 0, 0)[:4]
        table[keycode - FIRST] = (first, second, first, second, third, fourth, 0)

    put(keymap.x_keycode("Tab") or 0, 0xFF09, 0xFE20)
    put(SHIFT_L, 0xFFE1)
    put(CAPS, keysyms.CAPS_LOCK)
    put(CTRL_L, 0xFFE3)
    put(ALT_L, 0xFFE9)
    put(NUM, 0xFF7F)
    put(LEVEL3_KEY, keysyms.ISO_LEVEL3_SHIFT)
    put(keymap.x_keycode("Numpad7") or 0, 0xFF95, 0xFFB7)
    common = {"Enter": 0xFF0D, "ArrowLeft": 0xFF51, "Home": 0xFF50, "Delete": 0xFFFF, "F5": 0xFFC2}
    for code, keysym in (common | (named or {})).items():
        put(keymap.x_keycode(code) or 0, keysym)
    for code, characters in places.items():
        put(keymap.x_keycode(code) or 0, *(keysyms.keysym_of_character(c) for c in characters))
    return Layout(FIRST, table, MODIFIERS)


_US_LETTERS = {f"Key{letter}": letter.lower() + letter for letter in "AQZYC"}
US = layout(_US_LETTERS | {"Digit2": "2@", "Digit7": "7&", "Slash": "/?", "Minus": "-_", "Space": "  "})
GERMAN = layout({"KeyZ": "yY", "KeyY": "zZ", "KeyQ": "qQ@Ω", "KeyE": "eE€€", "Digit7": "7/{⅞", "KeyA": "aA"})


def at(code: str, **modifiers: int) -> Stroke:
    keycode = keymap.x_keycode(code)
    assert keycode is not None
    return Stroke(keycode, **modifiers)


def state(mask: int = 0, group: int = 0) -> ModifierState:
    return ModifierState(mask, group)


@pytest.mark.parametrize(
    ("code", "key", "mask"),
    [
        ("KeyA", "a", 0),
        ("KeyA", "A", SHIFT),
        ("KeyA", "A", LOCK),
        ("KeyA", "a", LOCK | SHIFT),
        ("Digit2", "2", LOCK),
        ("Digit2", "@", SHIFT),
        ("Enter", "Enter", 0),
        ("Enter", "Enter", CONTROL),
        ("Tab", "Tab", SHIFT),
        ("ShiftLeft", "Shift", 0),
        ("Numpad7", "7", NUMLOCK),
        ("Numpad7", "Home", 0),
        ("Space", " ", 0),
    ],
)
def test_where_both_layouts_agree_the_physical_key_is_pressed(code: str, key: str, mask: int) -> None:
    assert US.resolve(code, key, state(mask)) == at(code)


def test_a_key_that_lies_elsewhere_here_is_pressed_where_it_lies() -> None:
    assert GERMAN.resolve("KeyZ", "z", state()) == at("KeyY")
    assert GERMAN.resolve("KeyZ", "Z", state(SHIFT)) == at("KeyY")


def test_shift_is_lifted_for_what_lies_unshifted_here() -> None:
    assert US.resolve("Digit7", "/", state(SHIFT)) == at("Slash", clear=SHIFT)


def test_shift_is_held_for_what_lies_shifted_here() -> None:
    assert US.resolve("KeyQ", "@", state()) == at("Digit2", hold=SHIFT)


def test_shift_is_held_for_a_capital_without_shift() -> None:
    assert US.resolve("KeyA", "A", state()) == at("KeyA", hold=SHIFT)
    assert US.resolve("KeyA", "a", state(LOCK)) == at("KeyA", hold=SHIFT)
    assert US.resolve("KeyA", "A", state(LOCK | SHIFT)) == at("KeyA", clear=SHIFT)


def test_the_third_level_is_reached_with_altgr() -> None:
    assert GERMAN.resolve("Digit2", "@", state(SHIFT)) == at("KeyQ", hold=LEVEL3, clear=SHIFT)
    assert GERMAN.resolve("KeyQ", "@", state(LEVEL3)) == at("KeyQ")


def test_altgr_is_lifted_for_what_needs_none_here() -> None:
    assert US.resolve("KeyQ", "@", state(LEVEL3)) == at("Digit2", hold=SHIFT, clear=LEVEL3)


def test_a_command_whose_sign_needs_altgr_at_the_viewer_stays_a_command() -> None:
    assert GERMAN.resolve("KeyQ", "@", state(LEVEL3 | CONTROL)) == at("KeyQ")
    assert US.resolve("Digit7", "/", state(LEVEL3 | CONTROL)) == at("Slash", clear=LEVEL3)
    assert US.resolve("KeyQ", "@", state(LEVEL3 | CONTROL)) == Spare(ord("@"), clear=LEVEL3)


def test_altgr_itself_is_the_key_that_reaches_the_third_level_here() -> None:
    assert US.resolve("AltRight", "AltGraph", state()) == Stroke(LEVEL3_KEY)


@pytest.mark.parametrize("mask", [CONTROL, ALT, SUPER, CONTROL | SHIFT])
def test_a_command_is_the_letter_whatever_its_place(mask: int) -> None:
    assert GERMAN.resolve("KeyZ", "z", state(mask)) == at("KeyY")
    assert GERMAN.resolve("KeyZ", "Z", state(mask)) == at("KeyY")


def test_a_command_whose_letter_this_layout_lacks_is_the_place() -> None:
    assert US.resolve("KeyC", "с", state(CONTROL)) == at("KeyC")  # Cyrillic


def test_a_command_gets_no_modifier_that_only_its_sign_needs_here() -> None:
    german = layout({"Digit7": "7/", "Digit8": "8([["})
    french = layout({"Digit0": "à0"})
    assert german.resolve("Slash", "/", state(CONTROL)) == Spare(ord("/"))
    assert german.resolve("BracketLeft", "[", state(CONTROL)) == Spare(ord("["))
    assert french.resolve("Digit0", "0", state(CONTROL)) == Spare(ord("0"))
    assert US.resolve("Digit2", "@", state(CONTROL | SHIFT)) == at("Digit2")


def test_a_command_of_the_desktop_is_the_key_that_has_its_sign_here() -> None:
    french = layout({"Digit1": "&1"})
    assert french.resolve("Digit1", "1", state(SUPER)) == at("Digit1")
    assert french.resolve("Numpad1", "1", state(SUPER | SHIFT)) == at("Digit1")


def test_a_command_loses_the_shift_that_only_its_sign_needed_at_the_viewer() -> None:
    german = layout({"BracketRight": "+*", "Equal": "´`", "Space": "  ", "KeyQ": "qQ@@"})
    assert german.resolve("Equal", "+", state(CONTROL | SHIFT)) == at("BracketRight", clear=SHIFT)
    assert german.resolve("BracketRight", "+", state(CONTROL)) == at("BracketRight")
    assert german.resolve("Digit2", "@", state(CONTROL | SHIFT)) == Spare(ord("@"), clear=SHIFT)
    assert german.resolve("Backquote", "~", state(CONTROL | SHIFT)) == Spare(ord("~"), clear=SHIFT)
    # Shift that is no part of the sign is part of the command.
    assert german.resolve("Space", " ", state(CONTROL | SHIFT)) == at("Space")


def test_a_latin_command_reaches_a_host_without_latin_letters() -> None:
    cyrillic = layout({"KeyC": "сС"})
    assert cyrillic.resolve("KeyC", "c", state(CONTROL)) == Spare(ord("c"))


def test_what_no_key_gives_takes_a_spare_keycode() -> None:
    assert US.resolve("KeyE", "é", state()) == Spare(0xE9)
    assert US.resolve("KeyE", "漢", state(SHIFT)) == Spare(0x0100_6F22)


def test_caps_lock_is_lifted_for_letters_on_spare_keycodes() -> None:
    """Programs capitalise what a spare keycode gives while Caps Lock is on."""
    assert US.resolve("KeyE", "é", state(LOCK)) == Spare(0xE9, clear=LOCK)
    assert US.resolve("KeyE", "漢", state(LOCK)) == Spare(0x0100_6F22)


def test_caps_lock_is_lifted_for_letters_on_the_third_level() -> None:
    greek = layout({"KeyS": "sSßẞ"})
    assert greek.resolve("KeyS", "ß", state(LOCK)) == at("KeyS", hold=LEVEL3, clear=LOCK)


@pytest.mark.parametrize("key", ["Dead", "Process", "Unidentified"])
def test_a_key_that_goes_on_composing_at_the_viewer_presses_nothing(key: str) -> None:
    assert US.resolve("Quote", key, state()) is None


def test_the_keypad_follows_the_meaning_and_not_num_lock() -> None:
    assert US.resolve("Numpad7", "7", state()) == at("Digit7")
    assert US.resolve("Numpad7", "Home", state(NUMLOCK)) == at("Home")


def test_a_named_key_that_was_moved_is_followed() -> None:
    swapped = layout({}, {"CapsLock": 0xFF1B, "Escape": keysyms.CAPS_LOCK})
    assert swapped.resolve("Escape", "Escape", state()) == at("CapsLock")


def test_an_unknown_place_still_types_its_character() -> None:
    assert US.resolve("NoSuchKey", "a", state()) == at("KeyA")
    assert US.resolve("NoSuchKey", "NoSuchName", state()) is None


def test_old_keysyms_are_the_characters_they_stand_for() -> None:
    russian = Layout(FIRST, [(), (0x6C6, 0x6E6, 0x6C6, 0x6E6)], [()] * 8)  # Cyrillic_ef, Cyrillic_EF
    assert russian.resolve("KeyA", "ф", state()) == Stroke(9)
    assert russian.resolve("KeyA", "Ф", state()) == Stroke(9, hold=SHIFT)
    known = {0x1B1: "ą", 0x20AC: "€", 0x7E1: "α", 0x5D9: "ع", 0xCE0: "א", 0xDA1: "ก", 0xAA9: "—"}
    assert {keysym: keysyms.character_of(keysym) for keysym in known} == known


def test_the_second_layout_is_used_while_it_is_in_force() -> None:
    cyrillic = keysyms.keysym_of_character("ф")
    both = Layout(FIRST, [(), (0x61, 0x41, cyrillic, cyrillic + 1)], [()] * 8)
    assert both.resolve("KeyX", "ф", state(group=1)) == Stroke(9)
    assert both.resolve("KeyX", "a", state(group=1)) == Spare(0x61)


def test_spare_keycodes_mean_nothing_or_what_a_killed_run_left() -> None:
    left_behind = (0x0100_6F22,) * 4 + (0, 0, 0)
    table = [(), (0x61, 0x41), (), left_behind, ()]
    assert Layout(FIRST, table, [(12,), *[()] * 7]).spare_keycodes == [11, 10]


def test_each_place_has_a_keycode_of_its_own() -> None:
    keycodes = [keymap.x_keycode(code) for code in keymap.EVDEV]
    assert len(set(keycodes)) == len(keycodes)
    assert all(keycode is not None and 8 < keycode <= 255 for keycode in keycodes)
    known = {"KeyA": 38, "Enter": 36, "IntlBackslash": 94, "ArrowLeft": 113, "MetaLeft": 133, "F13": 191}
    assert {code: keymap.x_keycode(code) for code in known} == known
    assert keymap.x_keycode("OSLeft") == 133
