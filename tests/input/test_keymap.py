"""Keys that desktops take for themselves."""

from __future__ import annotations

import pytest

from screenshare.input.keymap import is_for_the_desktop


@pytest.mark.parametrize(
    ("code", "held", "is_desktops"),
    [
        ("MetaLeft", (), True),
        ("AudioVolumeUp", (), True),
        ("Tab", ("AltLeft",), True),
        ("F2", ("AltRight",), True),
        ("F4", ("AltLeft",), False),
        ("KeyT", ("ControlLeft", "AltLeft"), True),
        ("Delete", ("AltLeft", "ControlRight"), True),
        ("KeyQ", ("ControlLeft", "AltRight"), False),  # AltGr, as browsers on Windows tell it
        ("KeyC", ("ControlLeft",), False),
        ("AltLeft", ("ControlLeft",), False),
        ("KeyF", ("AltLeft",), False),
        ("Tab", ("ShiftLeft",), False),
    ],
)
def test_desktops_shortcuts_are_told_from_programs(code, held, is_desktops):
    assert is_for_the_desktop(code, "", {*held}) is is_desktops


def test_what_a_key_means_counts_as_well_as_where_it_lies():
    assert is_for_the_desktop("KeyA", "PrintScreen", set())
