"""What passed is told at once, and then in sums: a flood of transfers is no flood of lines."""

from __future__ import annotations

from screenshare.clipboard.tally import REST_S, Passed, Tally


def test_the_first_transfer_is_told_at_once_and_those_after_it_in_one_sum():
    tally = Tally()
    assert tally.passed("v1", "viewer", {"text": 5}, 100.0) == [Passed("v1", "viewer", 1, {"text": 5})]
    for _ in range(500):
        assert tally.passed("v1", "viewer", {"text": 5, "png": 2}, 101.0) == []
    assert tally.deadline == 100.0 + REST_S
    assert tally.expire(100.0 + REST_S) == [Passed("v1", "viewer", 500, {"text": 2500, "png": 1000})]


def test_a_flood_that_goes_on_is_told_once_in_each_rest():
    tally = Tally()
    tally.passed("v1", "viewer", {"text": 5}, 0.0)
    tally.passed("v1", "viewer", {"text": 5}, 1.0)
    tally.expire(REST_S)
    assert tally.passed("v1", "viewer", {"text": 5}, REST_S + 1.0) == []
    assert tally.expire(2 * REST_S) == [Passed("v1", "viewer", 1, {"text": 5})]


def test_after_a_rest_without_any_the_next_one_is_told_at_once_again():
    tally = Tally()
    tally.passed("v1", "viewer", {"text": 5}, 0.0)
    assert tally.expire(REST_S) == []
    assert tally.deadline is None
    assert len(tally.passed("v1", "viewer", {"text": 5}, REST_S + 1.0)) == 1


def test_directions_and_viewers_are_counted_apart():
    tally = Tally()
    tally.passed("v1", "viewer", {"text": 5}, 0.0)
    assert tally.passed("v1", "host", {"text": 6}, 0.0) == [Passed("v1", "host", 1, {"text": 6})]
    assert tally.passed("v2", "viewer", {"text": 7}, 0.0) == [Passed("v2", "viewer", 1, {"text": 7})]


def test_who_goes_leaves_nothing_untold():
    tally = Tally()
    tally.passed("v1", "viewer", {"text": 5}, 0.0)
    tally.passed("v1", "viewer", {"text": 6}, 1.0)
    tally.passed("v2", "viewer", {"text": 7}, 1.0)
    assert tally.forget("v1") == [Passed("v1", "viewer", 1, {"text": 6})]
    assert tally.forget("v1") == []
