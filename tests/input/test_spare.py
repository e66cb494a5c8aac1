"""Keycodes lent to characters which the layout lacks."""

from __future__ import annotations

from screenshare.input.spare import Lease, NotYet, SparePool


def test_each_character_gets_a_keycode_of_its_own_and_keeps_it() -> None:
    pool = SparePool([248, 230])
    assert pool.take(1, 0.0, read_until=0.0, pinned=()) == Lease(248, is_new=True)
    assert pool.take(2, 0.0, read_until=0.0, pinned=()) == Lease(230, is_new=True)
    assert pool.take(1, 0.1, read_until=0.0, pinned=()) == Lease(248, is_new=False)
    assert pool.lent == {248: 1, 230: 2}


def test_the_keycode_unused_for_longest_is_lent_anew_but_not_before_it_was_read() -> None:
    pool = SparePool([248, 230])
    pool.take(1, 0.0, read_until=0.0, pinned=())
    pool.take(2, 0.0, read_until=0.0, pinned=())
    pool.take(1, 1.0, read_until=0.0, pinned=())
    assert pool.take(3, 2.0, read_until=0.0, pinned=()) is NotYet.SOON
    assert pool.take(3, 2.0, read_until=0.5, pinned=()) == Lease(230, is_new=True)
    assert pool.lent == {248: 1, 230: 3}


def test_a_keycode_that_is_down_is_never_lent_anew() -> None:
    pool = SparePool([248])
    pool.take(1, 0.0, read_until=0.0, pinned=())
    assert pool.take(2, 100.0, read_until=99.0, pinned=[248]) is NotYet.SOON
    assert pool.take(1, 100.0, read_until=0.0, pinned=[248]) == Lease(248, is_new=False)


def test_a_keyboard_without_spare_keycodes_says_so() -> None:
    assert SparePool([]).take(1, 0.0, read_until=0.0, pinned=()) is NotYet.NEVER


def test_a_keycode_that_somebody_else_mapped_is_left_to_him() -> None:
    pool = SparePool([248, 230])
    pool.take(1, 0.0, read_until=0.0, pinned=())
    pool.forget([248])
    assert pool.lent == {}
    assert pool.take(1, 0.0, read_until=0.0, pinned=()) == Lease(230, is_new=True)
