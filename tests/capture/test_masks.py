"""Hidden places: which, for how long, and what is painted."""

from __future__ import annotations

import numpy as np

from screenshare.capture.masks import LINGER_S, MAX_PLACES_LEFT, Masks, paint_over
from screenshare.media import Region

HERE, THERE = Region(10, 10, 20, 20), Region(200, 50, 20, 20)


def test_a_word_hides_every_title_that_holds_it_in_any_case():
    masks = Masks(["passwords", "Straße"])
    assert masks.hides("KeePass - PASSWORDS.kdbx")
    assert masks.hides("die STRASSE")
    assert not masks.hides("Editor")


def test_a_window_that_moves_is_covered_at_both_places_for_a_moment():
    masks = Masks(["x"])
    masks.put(1, HERE, 0.0)
    masks.put(1, THERE, 1.0)
    assert set(masks.places(1.1)) == {HERE, THERE}
    assert masks.due_at == 1.0 + LINGER_S


def test_a_place_that_outlived_its_moment_is_covered_once_more_and_then_counts_as_changed():
    masks = Masks(["x"])
    masks.put(1, HERE, 0.0)
    masks.put(1, None, 0.5)
    assert masks.take_changes() == [HERE]
    assert masks.places(9.0) == [HERE]
    assert masks.places(9.1) == []
    assert masks.take_changes() == [HERE]
    assert not masks.has_changes


def test_places_left_behind_stay_few_and_lose_nothing():
    masks = Masks(["x"])
    for step in range(200):
        masks.put(1, Region(step, step, 4, 4), 0.0)
    places = masks.places(0.1)
    assert len(places) <= MAX_PLACES_LEFT + 1
    for step in range(200):
        spot = Region(step, step, 4, 4)
        assert any(place.intersection(spot) == spot for place in places)


def test_only_the_common_part_is_painted():
    region = Region(100, 100, 8, 6)
    pixels = bytearray(b"\x01" * (8 * 6 * 4))
    paint_over(pixels, region, [Region(104, 103, 50, 50), Region(0, 0, 20, 20)])
    rows = np.frombuffer(pixels, np.uint8).reshape(6, 8, 4)
    assert (rows[3:, 4:] != 1).all()
    assert (rows[:3] == 1).all()
    assert (rows[:, :4] == 1).all()
