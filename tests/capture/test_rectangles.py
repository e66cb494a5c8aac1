"""Damage becomes few rectangles, and never loses a pixel."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from screenshare.capture.rectangles import MAX_RECTANGLES, tidy
from screenshare.media import Region


def test_a_small_change_stays_small_and_even():
    assert tidy([Region(101, 51, 30, 26)], 1920, 1080) == [Region(100, 50, 32, 28)]


def test_far_apart_changes_stay_apart():
    caret, video = Region(20, 900, 2, 18), Region(600, 100, 640, 480)
    assert sorted(tidy([caret, video], 1920, 1080)) == [caret, video]


def test_neighbours_and_overlaps_share_one_rectangle():
    assert tidy([Region(0, 0, 40, 20), Region(44, 0, 40, 20), Region(60, 10, 30, 20)], 400, 400) == [
        Region(0, 0, 90, 30)
    ]


def test_the_bands_into_which_x_cuts_a_region_become_the_drawn_rectangles_again():
    caret, video = Region(20, 300, 10, 20), Region(600, 100, 640, 480)
    bands = [
        *(Region(600, 100, 640, 200), Region(20, 300, 10, 20)),
        *(Region(600, 300, 640, 20), Region(600, 320, 640, 260)),
    ]
    assert sorted(tidy(bands, 1920, 1080)) == [caret, video]


def test_what_lies_outside_the_monitor_is_cut_off():
    assert tidy([Region(-10, -10, 14, 14), Region(2000, 0, 9, 9), Region(5, 5, 0, 3)], 101, 99) == [
        Region(0, 0, 4, 4)
    ]


def test_an_odd_monitor_keeps_its_odd_last_column_and_row():
    assert tidy([Region(99, 97, 2, 2)], 101, 99) == [Region(98, 96, 3, 3)]


def test_no_damage_is_no_rectangle():
    assert tidy([], 100, 100) == []


def test_parts_that_overlap_more_than_they_spare_become_the_whole():
    rows = [Region(0, y, 800, 20) for y in range(0, 600, 100)]
    columns = [Region(x, 0, 20, 600) for x in range(0, 800, 100)]
    assert tidy(rows + columns, 800, 600) == [Region(0, 0, 800, 600)]


pieces = st.lists(
    st.builds(Region, st.integers(-50, 900), st.integers(-50, 700), st.integers(0, 300), st.integers(0, 300)),
    max_size=400,
)


@given(pieces)
def test_everything_damaged_is_covered_by_a_bounded_number_of_even_rectangles(damaged: list[Region]):
    width, height = 801, 601
    wanted, covered = np.zeros((height, width), bool), np.zeros((height, width), bool)
    for region in damaged:
        wanted[max(0, region.y) : max(0, region.bottom), max(0, region.x) : max(0, region.right)] = True
    boxes = tidy(damaged, width, height)
    for box in boxes:
        assert box.x % 2 == box.y % 2 == 0
        assert box.right % 2 == 0 or box.right == width
        assert box.bottom % 2 == 0 or box.bottom == height
        covered[box.y : box.bottom, box.x : box.right] = True
    assert len(boxes) <= MAX_RECTANGLES
    assert not (wanted & ~covered).any()
