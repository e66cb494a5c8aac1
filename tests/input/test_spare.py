"""Keycodes lent to characters which the layout lacks."""

from __future__ import annotations

from screenshare.input.spare import Lease, NotYet, SparePool


def take(pool, keysym, now, *, learnt_until=1e9, read_until=0.0, pinned=()):
    return pool.take(keysym, now, learnt_until=learnt_until, read_until=read_until, pinned=pinned)


def test_a_keycode_is_pressed_when_the_program_knows_what_it_means() -> None:
    pool = SparePool([248])
    assert take(pool, 1, 5.0) == Lease(248, is_new=True)
    assert take(pool, 1, 6.0, learnt_until=4.9) is NotYet.SOON
    assert take(pool, 1, 6.0, learnt_until=5.0) == Lease(248, is_new=False)


def test_each_character_gets_a_keycode_of_its_own_and_keeps_it() -> None:
    pool = SparePool([248, 230])
    assert take(pool, 1, 0.0, read_until=0.0, pinned=()) == Lease(248, is_new=True)
    assert take(pool, 2, 0.0, read_until=0.0, pinned=()) == Lease(230, is_new=True)
    assert take(pool, 1, 0.1, read_until=0.0, pinned=()) == Lease(248, is_new=False)
    assert pool.lent == {248: 1, 230: 2}


def test_the_keycode_unused_for_longest_is_lent_anew_but_not_before_it_was_read() -> None:
    pool = SparePool([248, 230])
    take(pool, 1, 0.0, read_until=0.0, pinned=())
    take(pool, 2, 0.0, read_until=0.0, pinned=())
    take(pool, 1, 1.0, read_until=0.0, pinned=())
    assert take(pool, 3, 2.0, read_until=0.0, pinned=()) is NotYet.SOON
    assert take(pool, 3, 2.0, read_until=0.5, pinned=()) == Lease(230, is_new=True)
    assert pool.lent == {248: 1, 230: 3}


def test_a_keycode_that_is_down_is_never_lent_anew() -> None:
    pool = SparePool([248])
    take(pool, 1, 0.0, read_until=0.0, pinned=())
    assert take(pool, 2, 100.0, read_until=99.0, pinned=[248]) is NotYet.SOON
    assert take(pool, 1, 100.0, read_until=0.0, pinned=[248]) == Lease(248, is_new=False)


def test_a_keyboard_without_spare_keycodes_says_so() -> None:
    assert take(SparePool([]), 1, 0.0) is NotYet.NEVER


def test_a_keycode_that_somebody_else_mapped_is_left_to_him() -> None:
    pool = SparePool([248, 230])
    take(pool, 1, 0.0, read_until=0.0, pinned=())
    pool.forget([248])
    assert pool.lent == {}
    assert take(pool, 1, 0.0, read_until=0.0, pinned=()) == Lease(230, is_new=True)
