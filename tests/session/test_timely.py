"""What came too late is not done, what ends something always is, and nothing happens by halves."""

from __future__ import annotations

from typing import get_args

import pytest

from screenshare.media import video_ticks
from screenshare.protocol.messages import (
    ButtonPress,
    ButtonRelease,
    ChannelError,
    ControlRequest,
    InputRelease,
    KeyPress,
    KeyRelease,
    OnInput,
    PathResume,
    PointerShift,
    TextType,
    WheelTurn,
)
from screenshare.protocol.pointer import PointerMove
from screenshare.session.effects import Inject, ReleaseInput, Tell
from screenshare.session.timely import BEGINS, Timeliness


def press(made: float | None, code: str = "KeyA") -> KeyPress:
    return KeyPress(seq=1, code=code, key="a", made=None if made is None else video_ticks(made))


def release(code: str = "KeyA") -> KeyRelease:
    return KeyRelease(seq=1, code=code)


def tapped(timely: Timeliness, *, made: float, now: float) -> bool:
    in_time = timely.is_in_time(press(made), now)
    assert timely.is_in_time(release(), now)
    return in_time


def test_what_begins_something_says_when_and_nothing_else_has_to():
    assert set(BEGINS) == {kind for kind in get_args(OnInput) if "made" in kind.__struct_fields__}
    assert {"press", "type", "turn"} == {kind.__struct_config__.tag.partition(".")[2] for kind in BEGINS}


def test_a_second_more_than_usual_is_too_late():
    timely = Timeliness()
    assert tapped(timely, made=100.0, now=100.02)
    assert tapped(timely, made=101.0, now=102.0)
    assert not tapped(timely, made=103.0, now=104.05)


@pytest.mark.parametrize(
    "begin",
    [
        press(100.0),
        TextType(seq=1, text="rm", made=video_ticks(100.0)),
        ButtonPress(seq=1, button=0, monitor=1, made=video_ticks(100.0)),
        WheelTurn(seq=1, dx=0, dy=120, monitor=1, made=video_ticks(100.0)),
    ],
    ids=lambda begin: type(begin).__name__,
)
def test_the_first_of_a_path_can_be_too_late_itself(begin):
    assert not Timeliness().is_in_time(begin, 101.6)


@pytest.mark.parametrize(
    "end",
    [
        release(),
        ButtonRelease(seq=1, button=0, monitor=1),
        InputRelease(seq=1),
        PointerShift(seq=1, monitor=1, dx=1, dy=1),
        PointerMove(seq=1, monitor=1, x=0, y=0),
    ],
    ids=lambda end: type(end).__name__,
)
def test_what_ends_something_or_points_is_always_done(end):
    timely = Timeliness()
    assert not timely.is_in_time(press(100.0), 105.0)
    assert timely.is_in_time(end, 105.0)


def test_a_long_way_is_no_delay():
    timely = Timeliness()
    ages = [0.75, 0.7, 0.9, 1.4, 1.65]
    assert all(tapped(timely, made=100.0 + at, now=100.0 + at + age) for at, age in enumerate(ages))
    assert not tapped(timely, made=110.0, now=111.75)


def test_a_clock_that_is_wrong_lets_nothing_be_as_late_as_it_says():
    timely = Timeliness()
    for at in range(40):
        tapped(timely, made=100.0 + at, now=110.0 + at)
    assert not tapped(timely, made=150.0, now=152.6)


def test_a_way_that_has_become_longer_for_good_is_the_usual_one_after_half_a_minute():
    timely = Timeliness()
    assert tapped(timely, made=100.0, now=100.01)
    assert not tapped(timely, made=101.0, now=102.3)
    later = [tapped(timely, made=103.0 + at, now=104.3 + at) for at in range(40)]
    assert not any(later[:10])
    assert all(later[32:])


def test_a_stalled_burst_is_left_out_whole():
    timely = Timeliness()
    assert tapped(timely, made=100.0, now=100.02)
    # All of it arrives at once; its end was made less than a second ago.
    done = [tapped(timely, made=101.0 + at / 10, now=102.6) for at in range(16)]
    assert not any(done)
    assert tapped(timely, made=103.7, now=103.72)


def test_who_types_on_is_left_out_until_he_rests_for_a_second():
    timely = Timeliness()
    assert tapped(timely, made=100.0, now=100.02)
    assert not tapped(timely, made=101.0, now=102.6)
    typed_on = [tapped(timely, made=102.7 + at / 10, now=102.72 + at / 10) for at in range(20)]
    assert not any(typed_on)
    assert not tapped(timely, made=105.5, now=105.52)
    assert tapped(timely, made=106.6, now=106.62)


def test_after_it_nothing_begins_while_something_is_still_held():
    timely = Timeliness()
    assert timely.is_in_time(press(100.0, "ControlLeft"), 100.02)
    assert not timely.is_in_time(press(100.1, "KeyW"), 101.5)
    assert timely.is_in_time(release("KeyW"), 101.5)
    assert not timely.is_in_time(press(103.0, "KeyQ"), 103.02)
    assert timely.is_in_time(release("KeyQ"), 103.02)
    assert timely.is_in_time(release("ControlLeft"), 103.1)
    assert timely.is_in_time(press(104.2, "KeyQ"), 104.22)


def test_a_page_that_lost_the_focus_holds_nothing():
    timely = Timeliness()
    assert not timely.is_in_time(press(100.0, "ControlLeft"), 105.0)
    assert timely.is_in_time(InputRelease(seq=2), 105.1)
    assert timely.is_in_time(press(107.0), 107.02)


def test_a_repeat_of_what_is_held_does_not_count_as_another_beginning():
    timely = Timeliness()
    assert not timely.is_in_time(press(100.0), 105.0)
    assert not timely.is_in_time(press(107.0), 107.02)


def test_who_does_not_know_the_hosts_clock_yet_is_heard():
    assert Timeliness().is_in_time(press(None), 100.0)


# --- in the session ------------------------------------------------------------------------------------


@pytest.fixture
def controlled(share):
    """Ana controls."""
    ana = share.join(grant=("view", "control"))
    share.say(ana, ControlRequest(id=1))
    return share, ana


def kinds(effects):
    return [type(effect) for effect in effects]


def test_what_came_too_late_goes_up_and_is_told_of_once(controlled):
    share, ana = controlled
    assert kinds(share.say(ana, press(share.now - 0.01))) == [Inject]
    share.now += 2
    held, told = share.say(ana, press(share.now - 1.9, "KeyB"))
    assert (type(held), type(told)) == (ReleaseInput, Tell)
    assert isinstance(told.message, ChannelError)
    assert told.message.code == "too-late"
    assert share.say(ana, press(share.now - 1.8, "KeyC")) == []
    assert kinds(share.say(ana, release("KeyB"))) == [Inject]


def test_another_turn_and_another_path_begin_anew(controlled):
    share, ana = controlled
    share.say(ana, press(share.now - 3))
    assert share.session.participants[ana].timely.is_waiting
    share.come_back(ana)
    share.dial(ana)
    assert kinds(share.say(ana, press(share.now))) == [Inject]
    share.say(ana, press(share.now - 3, "KeyB"))
    share.say(ana, PathResume(host_ticks=video_ticks(share.now)))
    assert kinds(share.say(ana, press(share.now, "KeyC"))) == [Inject]
