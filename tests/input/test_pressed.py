"""What is held, by whom, and how it is let go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenshare.input.pressed import (
    MAX_HELD,
    Action,
    MovePointer,
    PressButton,
    Pressed,
    PressKey,
    ReleaseButton,
    ReleaseKey,
    ShiftPointer,
    TurnWheel,
    TypeText,
    pixel_of,
)
from screenshare.media import Monitor, Region
from screenshare.protocol import messages as wire
from screenshare.protocol.messages import OnInput
from screenshare.protocol.pointer import PointerMove
from screenshare.session.permitted import Permitted

LEFT = Monitor(id=1, name="left", region=Region(0, 0, 1280, 720), is_primary=True)
RIGHT = Monitor(id=2, name="right", region=Region(1280, 200, 1921, 1081), is_primary=False)
MONITORS = {1: LEFT, 2: RIGHT}


def play(pressed: Pressed, *happened: OnInput | PointerMove, who: str = "ann") -> list[Action]:
    return [action for message in happened for action in pressed.receive(Permitted(who, message), MONITORS)]


def press(code: str, key: str, *, seq: int = 1, repeat: bool = False) -> wire.KeyPress:
    return wire.KeyPress(seq=seq, code=code, key=key, repeat=repeat)


def release(code: str, seq: int = 1) -> wire.KeyRelease:
    return wire.KeyRelease(seq=seq, code=code)


def move(seq: int, x: int = 0, y: int = 0, monitor: int = 1) -> PointerMove:
    return PointerMove(seq=seq, monitor=monitor, x=x, y=y)


def turn(dx: int = 0, dy: int = 0, seq: int = 1) -> wire.WheelTurn:
    return wire.WheelTurn(seq=seq, dx=dx, dy=dy, monitor=1, x=0, y=0)


def button_press(button: int, *, seq: int = 1, monitor: int = 1) -> wire.ButtonPress:
    return wire.ButtonPress(seq=seq, button=button, monitor=monitor, x=0, y=0)


def button_release(button: int, *, seq: int = 1) -> wire.ButtonRelease:
    return wire.ButtonRelease(seq=seq, button=button, monitor=1, x=65_535, y=65_535)


def shift(seq: int, dx: int = 0, dy: int = 0, monitor: int = 1) -> wire.PointerShift:
    return wire.PointerShift(seq=seq, monitor=monitor, dx=dx, dy=dy)


def test_a_shift_keeps_to_its_monitor() -> None:
    shifted = play(Pressed(), shift(1, -4, 9), shift(2, 5, 5, monitor=2), shift(3, 1, 1, monitor=3))
    assert shifted == [ShiftPointer(-4, 9, LEFT.region), ShiftPointer(5, 5, RIGHT.region)]


def test_an_older_move_does_not_undo_a_shift() -> None:
    """They come by different channels and may overtake each other."""
    assert play(Pressed(), shift(2, 1, 1), move(1, 65_535, 65_535)) == [ShiftPointer(1, 1, LEFT.region)]


def test_without_a_place_a_click_lands_where_the_pointer_is_on_that_monitor() -> None:
    happened = (
        wire.ButtonPress(seq=1, button=0, monitor=2),
        wire.ButtonRelease(seq=2, button=0, monitor=2),
        wire.WheelTurn(seq=3, dx=0, dy=120, monitor=2),
        wire.ButtonPress(seq=4, button=1, monitor=9),
    )
    inside = ShiftPointer(0, 0, RIGHT.region)
    assert play(Pressed(), *happened) == [
        inside,
        PressButton(0),
        inside,
        ReleaseButton(0),
        inside,
        TurnWheel(0, 1),
    ]


def test_a_key_goes_down_and_up() -> None:
    pressed = Pressed()
    assert play(pressed, press("KeyA", "a"), release("KeyA")) == [PressKey("KeyA", "a"), ReleaseKey("KeyA")]
    assert pressed.is_empty


def test_the_release_of_a_key_that_is_not_held_is_ignored() -> None:
    assert play(Pressed(), release("KeyA"), button_release(0)) == []


def test_nobody_releases_what_another_one_holds() -> None:
    pressed = Pressed()
    play(pressed, press("KeyA", "a"), button_press(0))
    assert play(pressed, release("KeyA"), button_release(0), wire.InputRelease(seq=1), who="bob") == []
    assert not pressed.is_empty


def test_a_held_key_repeats_but_modifiers_and_locks_do_not() -> None:
    pressed = Pressed()
    held = [("KeyA", "a"), ("ShiftLeft", "Shift"), ("CapsLock", "CapsLock")]
    play(pressed, *(press(code, key) for code, key in held))
    again = play(pressed, *(press(code, key, repeat=True) for code, key in held))
    assert again == [PressKey("KeyA", "a")]


def test_a_repeat_whose_press_was_never_seen_presses_nothing() -> None:
    """It was held when control began or ended: its release may never come."""
    assert play(Pressed(), press("KeyA", "a", repeat=True)) == []


def test_several_characters_on_one_key_are_text() -> None:
    pressed = Pressed()
    assert play(pressed, press("KeyQ", "क्ष"), release("KeyQ")) == [TypeText("क्ष")]


def test_everything_comes_up_buttons_first_and_modifiers_last() -> None:
    pressed = Pressed()
    held = (
        press("ControlLeft", "Control"),
        press("KeyA", "a"),
        press("ShiftLeft", "Shift"),
        press("KeyB", "b"),
    )
    play(pressed, *held, button_press(2), button_press(0))
    assert pressed.release_all() == [
        ReleaseButton(0),
        ReleaseButton(2),
        ReleaseKey("KeyB"),
        ReleaseKey("KeyA"),
        ReleaseKey("ShiftLeft"),
        ReleaseKey("ControlLeft"),
    ]
    assert pressed.release_all() == []


def test_input_release_lets_go_only_of_ones_own() -> None:
    pressed = Pressed()
    play(pressed, press("KeyA", "a"))
    play(pressed, press("KeyB", "b"), who="bob")
    assert play(pressed, wire.InputRelease(seq=2)) == [ReleaseKey("KeyA")]
    assert pressed.keys == {"KeyB": "bob"}


def test_no_more_keys_are_held_than_hands_can_hold() -> None:
    pressed = Pressed()
    play(pressed, *(press(f"Key{n}", "a") for n in range(MAX_HELD + 10)))
    assert len(pressed.keys) == MAX_HELD


def test_a_button_is_pressed_and_released_where_the_message_says() -> None:
    assert play(Pressed(), button_press(3), button_release(3)) == [
        MovePointer(0, 0),
        PressButton(3),
        MovePointer(1279, 719),
        ReleaseButton(3),
    ]


def test_a_button_on_a_monitor_that_is_not_there_is_not_pressed() -> None:
    pressed = Pressed()
    assert play(pressed, button_press(0, monitor=9), move(2, monitor=9)) == []
    assert pressed.is_empty


def test_a_button_comes_up_even_when_its_monitor_went_away() -> None:
    pressed = Pressed()
    play(pressed, button_press(0))
    assert pressed.receive(Permitted("ann", button_release(0)), {}) == [ReleaseButton(0)]


def test_a_late_move_is_dropped_after_a_newer_position() -> None:
    pressed = Pressed()
    assert play(pressed, move(5), move(4)) == [MovePointer(0, 0)]
    play(pressed, button_press(0, seq=9))
    assert play(pressed, move(8, x=65_535)) == []
    assert play(pressed, move(10, x=65_535)) == [MovePointer(1279, 0)]


def test_a_key_does_not_make_a_move_late() -> None:
    """Keys come on another channel and may overtake the last move, which must not be lost."""
    pressed = Pressed()
    play(pressed, move(5), press("KeyA", "a", seq=7))
    assert play(pressed, move(6, x=65_535)) == [MovePointer(1279, 0)]


def test_sequences_wrap_and_start_anew_after_everything_was_let_go() -> None:
    pressed = Pressed()
    play(pressed, move(2**32 - 1))
    assert play(pressed, move(0)) == [MovePointer(0, 0)]
    play(pressed, move(1000))
    pressed.release_all()
    assert play(pressed, move(0)) == [MovePointer(0, 0)]


def test_parts_of_a_notch_add_up_and_turning_back_forgets_them() -> None:
    pressed = Pressed()
    wheel = [play(pressed, turn(dy=dy))[1:] for dy in (50, 50, 50, -100, -20, 250)]
    assert wheel == [[], [], [TurnWheel(0, 1)], [], [TurnWheel(0, -1)], [TurnWheel(0, 2)]]


def test_both_axes_turn_at_once() -> None:
    assert play(Pressed(), turn(dx=-240, dy=120)) == [MovePointer(0, 0), TurnWheel(-2, 1)]


@pytest.mark.parametrize("monitor", [LEFT, RIGHT])
def test_first_and_last_pixel_are_exact(monitor: Monitor) -> None:
    region = monitor.region
    assert pixel_of(0, 0, monitor) == (region.x, region.y)
    assert pixel_of(65_535, 65_535, monitor) == (region.right - 1, region.bottom - 1)


@given(width=st.integers(1, 16_384), offset=st.integers(-5_000, 5_000), data=st.data())
def test_every_pixel_can_be_reached(width: int, offset: int, data: st.DataObject) -> None:
    monitor = Monitor(id=1, name="m", region=Region(offset, 0, width, 1), is_primary=True)
    pixel = data.draw(st.integers(0, width - 1))
    fraction = round(pixel * 65_535 / max(1, width - 1))
    assert pixel_of(fraction, 0, monitor) == (offset + pixel, 0)


codes = st.sampled_from(["KeyA", "ShiftLeft", "CapsLock", "Enter", "NoSuchKey"])
sequences = st.integers(0, 100)
buttons = st.integers(0, 4)
anything = st.one_of(
    st.builds(press, codes, st.sampled_from(["a", "A", "Enter"]), seq=sequences, repeat=st.booleans()),
    st.builds(release, codes),
    st.builds(button_press, buttons, seq=sequences, monitor=st.sampled_from([1, 2, 7])),
    st.builds(button_release, buttons),
    st.builds(move, sequences),
    st.builds(turn, st.integers(-500, 500), st.integers(-500, 500)),
    st.builds(shift, sequences, st.integers(-4096, 4096), st.integers(-4096, 4096)),
    st.builds(wire.InputRelease, seq=sequences),
)


@given(st.lists(st.tuples(st.sampled_from(["ann", "bob"]), anything)))
def test_whatever_happened_nothing_is_held_after_everything_was_let_go(
    happened: list[tuple[str, OnInput | PointerMove]],
) -> None:
    pressed = Pressed()
    keys: set[str] = set()
    pushed: set[int] = set()
    actions = [a for who, message in happened for a in pressed.receive(Permitted(who, message), MONITORS)]
    for action in [*actions, *pressed.release_all()]:
        match action:
            case PressKey(code):
                keys.add(code)
            case ReleaseKey(code):
                keys.remove(code)  # KeyError: something was released that was up
            case PressButton(button):
                assert button not in pushed
                pushed.add(button)
            case ReleaseButton(button):
                pushed.remove(button)
            case _:
                pass
    assert (keys, pushed, pressed.is_empty) == (set(), set(), True)
