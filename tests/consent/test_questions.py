from __future__ import annotations

import msgspec
import pytest

from consent.states import host, knocking, viewer
from screenshare.capability import Capability
from screenshare.consent.questions import DEAD_TIME_S, Kind, Questions
from screenshare.protocol.console import (
    CapabilityDeny,
    CapabilitySet,
    ControlDeny,
    ControlGrant,
    ControlRevoke,
    SharePause,
    ShareResume,
    ViewerAdmit,
    ViewerDeny,
)

BOTH = [Capability.CONTROL, Capability.VIEW]
LATER = 100.0 + DEAD_TIME_S


def asked(*viewers: object, at: float = 100.0) -> Questions:
    questions = Questions()
    questions.describe(host(*viewers), at)
    return questions


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("y", ViewerAdmit(id="v1", grant=[Capability.VIEW])),
        ("c", ViewerAdmit(id="v1", grant=[Capability.VIEW, Capability.CONTROL])),
        ("n", ViewerDeny(id="v1")),
        ("x", None),
        ("\r", None),
        (" ", None),
    ],
)
def test_a_key_answers_who_knocks(key: str, command: object) -> None:
    assert asked(knocking(wants=BOTH)).press(key, LATER) == command


@pytest.mark.parametrize(("key", "command"), [("y", ControlGrant(id="v1")), ("n", ControlDeny(id="v1"))])
def test_a_key_answers_who_asks_for_control(key: str, command: object) -> None:
    assert asked(viewer(asks=Capability.CONTROL)).press(key, LATER) == command


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("y", CapabilitySet(id="v1", capability=Capability.CLIPBOARD, granted=True)),
        ("n", CapabilityDeny(id="v1")),
        ("c", None),
    ],
)
def test_a_key_answers_who_asks_for_another_right(key: str, command: object) -> None:
    assert asked(viewer(asks=Capability.CLIPBOARD)).press(key, LATER) == command


def test_control_is_given_along_only_where_it_was_asked_for() -> None:
    assert asked(knocking()).press("c", LATER) is None


def test_control_is_given_along_only_where_this_host_can() -> None:
    questions = Questions()
    questions.describe(host(knocking(wants=BOTH), available=(Capability.VIEW,)), 100.0)
    assert questions.press("c", LATER) is None


@pytest.mark.parametrize("key", ["y", "c", "n"])
def test_a_key_pressed_while_a_question_appears_answers_nothing(key: str) -> None:
    questions = asked(knocking(wants=BOTH))
    assert questions.press(key, LATER - 0.01) is None
    assert questions.current is not None


def test_the_dead_time_is_counted_from_the_first_sight() -> None:
    questions = asked(knocking())
    questions.describe(host(knocking(answer_in_s=29.5)), LATER - 0.1)
    assert questions.press("y", LATER) is not None


def test_the_next_question_has_its_own_dead_time() -> None:
    questions = asked(knocking("v1"), knocking("v2", "Ben"))
    assert questions.press("y", LATER) == ViewerAdmit(id="v1")
    assert questions.press("y", LATER + 0.5) is None
    assert questions.press("y", LATER + DEAD_TIME_S) == ViewerAdmit(id="v2")


def test_one_question_is_asked_at_a_time_in_the_order_of_coming() -> None:
    questions = asked(knocking("v1"), knocking("v2"), viewer("v3", asks=Capability.CONTROL))
    assert questions.current is not None
    assert questions.current.key == (Kind.ENTRY, "v1")
    assert questions.waiting == 2


def test_a_question_that_is_being_read_is_not_pushed_away() -> None:
    questions = asked(knocking("v2"))
    questions.describe(host(viewer("v1", asks=Capability.CONTROL), knocking("v2")), 105.0)
    assert questions.current is not None
    assert questions.current.key == (Kind.ENTRY, "v2")
    assert questions.press("n", 105.0) == ViewerDeny(id="v2")


def test_an_answer_is_given_once_though_the_state_still_shows_the_question() -> None:
    questions = asked(knocking())
    questions.press("y", LATER)
    questions.describe(host(knocking()), LATER + 0.1)
    assert questions.current is None
    assert questions.press("y", LATER + 5) is None


def test_who_asks_again_later_is_a_new_question() -> None:
    questions = asked(viewer(asks=Capability.CONTROL))
    questions.press("n", LATER)
    questions.describe(host(viewer()), LATER + 1)
    assert questions.describe(host(viewer(asks=Capability.CONTROL)), LATER + 2)
    assert questions.press("y", LATER + 4) == ControlGrant(id="v1")


def test_an_answer_the_host_could_not_carry_out_is_asked_again() -> None:
    questions = asked(knocking())
    questions.press("y", LATER)
    questions.ask_again(LATER)
    questions.describe(host(knocking()), LATER + 0.1)
    assert questions.press("y", LATER + 0.2) is None
    assert questions.press("y", LATER + 5) == ViewerAdmit(id="v1")


def test_a_question_that_ended_elsewhere_cannot_be_answered() -> None:
    questions = asked(knocking())
    questions.describe(host(), LATER)
    assert questions.current is None
    assert questions.press("y", LATER + 5) is None


def test_only_a_new_question_is_reported_as_new() -> None:
    questions = Questions()
    assert not questions.describe(host(viewer()), 100.0)
    assert questions.describe(host(knocking()), 101.0)
    assert not questions.describe(host(knocking()), 102.0)
    assert questions.describe(host(knocking(), knocking("v2")), 103.0)


def test_control_is_taken_back_at_any_moment() -> None:
    questions = asked(viewer(controls=True), knocking("v2"))
    assert questions.press("r", 100.0) == ControlRevoke()


def test_nothing_is_taken_back_where_nobody_controls() -> None:
    assert asked(viewer()).press("r", LATER) is None


def test_p_pauses_and_goes_on_also_while_a_question_is_open() -> None:
    questions = asked(knocking())
    assert questions.press("p", LATER) is None, "where sharing cannot be paused"
    questions.describe(msgspec.structs.replace(host(knocking()), paused=False), LATER)
    assert questions.press("p", LATER) == SharePause()
    questions.describe(msgspec.structs.replace(host(knocking()), paused=True), LATER)
    assert questions.press("p", LATER) == ShareResume()
