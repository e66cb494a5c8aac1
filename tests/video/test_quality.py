"""Motion is held to its rate, a still picture becomes sharp within its budget, then there is silence."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest

from screenshare.video.encoder import Tuning
from screenshare.video.quality import FIRST_REFINEMENT_S, MODES, Quality

AUTO = MODES["auto"]


@dataclass
class Feed:
    """Encodes as the feed does; a frame's size is what the test says."""

    quality: Quality
    now: float = 100.0
    tunings: list[Tuning] = field(default_factory=list)

    def move(self, size_bytes: int, *, frames: int = 1, fps: float = 30, is_keyframe: bool = False) -> Tuning:
        for _ in range(frames):
            self.now += 1 / fps
            self.tunings.append(self.quality.moving(self.now))
            self.quality.encoded(size_bytes, is_keyframe=is_keyframe, now=self.now)
        return self.tunings[-1]

    def rest(self, size_bytes: int) -> list[tuple[float, float]]:
        """Encode whenever it is due; return (seconds since the last change, crf) of each frame."""
        changed_at, seen = self.now, []
        while self.quality.due_at is not None:
            self.now = self.quality.due_at
            seen.append((self.now - changed_at, self.quality.still(self.now).crf))
            self.quality.encoded(size_bytes, is_keyframe=False, now=self.now)
            assert len(seen) < 30
        return seen


@pytest.mark.parametrize("name", MODES)
def test_motion_that_costs_little_keeps_the_mode_s_quality(name: str):
    mode = MODES[name]
    little = mode.moving_kbps * 1000 // 8 // 30 // 2
    assert Feed(Quality(mode)).move(little, frames=90).crf == mode.crf_calm


@pytest.mark.parametrize("name", MODES)
def test_sustained_motion_that_costs_too_much_becomes_worse_to_a_bound_and_better_again(name: str):
    mode, feed = MODES[name], Feed(Quality(MODES[name]))
    much = mode.moving_kbps * 1000 // 8 // 30 * 3
    assert feed.move(much, frames=90).crf == mode.crf_worst
    assert feed.move(much // 30, frames=180).crf == mode.crf_calm


def test_one_page_turned_is_no_motion():
    feed = Feed(Quality(AUTO))
    feed.move(1000, frames=5)
    feed.move(300_000)
    feed.now += 5
    assert feed.move(300_000).crf == AUTO.crf_calm


def test_a_keyframe_for_somebody_who_joins_costs_the_others_no_quality():
    feed = Feed(Quality(AUTO))
    feed.move(600_000, is_keyframe=True)
    assert feed.move(1000, frames=3).crf == AUTO.crf_calm


def test_a_limit_lowers_what_motion_aims_at_and_is_handed_on():
    quality = Quality(AUTO)
    feed = Feed(quality)
    size = 1500 * 1000 // 8 // 30
    assert feed.move(size, frames=60) == Tuning(crf=AUTO.crf_calm)
    quality.limit(1000)
    assert feed.move(size, frames=60) == Tuning(crf=AUTO.crf_worst, max_kbps=1000)
    assert quality.still(feed.now).max_kbps == 1000
    quality.limit(None)
    assert feed.move(size, frames=90).max_kbps is None


@pytest.mark.parametrize("name", MODES)
def test_a_still_picture_is_refined_step_by_step_to_the_mode_s_best_then_left_alone(name: str):
    mode, feed = MODES[name], Feed(Quality(MODES[name]))
    feed.move(5000, frames=10)
    seen = feed.rest(20_000)
    crfs = [crf for _, crf in seen]
    assert crfs == sorted(crfs, reverse=True)
    assert crfs[0] <= 24
    assert crfs[-1] == mode.crf_still
    assert max((a - b for a, b in itertools.pairwise(crfs)), default=0) <= 4
    assert seen[0][0] == pytest.approx(FIRST_REFINEMENT_S)
    assert seen[-1][0] <= 0.6
    assert feed.quality.due_at is None


def test_refinement_stays_below_its_part_of_the_limit():
    quality = Quality(AUTO)
    quality.limit(4000)
    feed = Feed(quality)
    feed.move(50_000)
    seen = feed.rest(100_000)
    sent_kilobits = (len(seen) - 1) * 800
    assert sent_kilobits <= 4000 * 0.6 * (seen[-1][0] - seen[0][0]) * 1.01


def test_a_change_during_refinement_ends_it_and_begins_it_anew():
    quality = Quality(AUTO)
    feed = Feed(quality)
    feed.move(5000)
    for _ in range(3):
        assert quality.due_at is not None
        feed.now = quality.due_at
        quality.still(feed.now)
        quality.encoded(9000, is_keyframe=False, now=feed.now)
    assert feed.move(5000).crf == AUTO.crf_calm
    assert quality.due_at == pytest.approx(feed.now + FIRST_REFINEMENT_S)
    assert feed.rest(5000)[0][1] == 24


def test_a_pulse_before_refinement_is_due_costs_nothing_and_moves_nothing():
    quality = Quality(AUTO)
    feed = Feed(quality)
    feed.move(5000)
    assert quality.still(feed.now + 0.01).crf == AUTO.crf_calm


def test_a_pulse_after_refinement_keeps_the_quality_and_asks_for_no_more():
    quality = Quality(AUTO)
    feed = Feed(quality)
    feed.move(5000)
    feed.rest(5000)
    assert quality.still(feed.now + 2).crf == AUTO.crf_still
    quality.encoded(30, is_keyframe=False, now=feed.now + 2)
    assert quality.due_at is None


def test_a_keyframe_of_a_picture_at_rest_is_refined_too():
    quality = Quality(AUTO)
    feed = Feed(quality)
    feed.move(5000)
    feed.rest(5000)
    quality.still(feed.now + 2)
    quality.encoded(90_000, is_keyframe=True, now=feed.now + 2)
    assert [crf for _, crf in feed.rest(1000)] == [AUTO.crf_still] * 2
