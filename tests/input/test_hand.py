"""A hand, a bump, and the panic key."""

from __future__ import annotations

import itertools

from screenshare.input.hand import PANIC_WITHIN_S, TELL_AGAIN_S, HandSense


def test_a_bump_is_no_hand():
    sense = HandSense()
    assert [sense.moved(now) for now in (1.0, 1.05, 9.0, 9.3)] == [False] * 4


def test_a_mouse_that_goes_on_is_a_hand_and_told_in_measure():
    sense = HandSense()
    told = [now / 100 for now in range(100) if sense.moved(now / 100)]
    assert told[0] == 0.02
    assert all(b - a >= TELL_AGAIN_S - 1e-9 for a, b in itertools.pairwise(told))
    assert len(told) >= 3


def test_a_key_is_a_hand_at_once():
    assert HandSense().pressed(5.0)


def test_three_strikes_within_a_second_are_panic_and_then_it_counts_anew():
    sense = HandSense()
    assert [sense.struck(now) for now in (1.0, 1.5, 1.0 + PANIC_WITHIN_S)] == [False, False, True]
    assert [sense.struck(now) for now in (2.1, 2.2, 2.3)] == [False, False, True]


def test_three_slow_strikes_are_none():
    sense = HandSense()
    assert not any(sense.struck(now) for now in (1.0, 1.6, 2.2, 2.8, 3.4))
