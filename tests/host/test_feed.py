"""The screen feed: work follows change, and only for somebody who looks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import pytest

from host.hand_source import SMALL, HandSource
from screenshare.capture.source import CaptureWarning
from screenshare.errors import BackendError, CaptureLost
from screenshare.host.feed import (
    MAX_HANDED_OVER,
    RECORDED_PULSE_S,
    CursorNews,
    FeedCallbacks,
    ScreenFeed,
    Wishes,
)
from screenshare.media import EncodedFrame, Monitor, Region
from screenshare.protocol.picture import KEEP_BIT
from screenshare.video.pictures import Form, FormWish, Output
from screenshare.video.quality import FIRST_REFINEMENT_S

LARGE = replace(SMALL, region=Region(0, 0, 128, 96))
LIMIT_S = 10.0
USUAL = Form()
WATCHED = Wishes(forms={USUAL: FormWish()})
EXACT = Wishes(forms={USUAL: FormWish(has_video_takers=False)}, has_exact_takers=True)


@dataclass
class Stage:
    """A feed, the screen before it, and what it has told."""

    source: HandSource
    frames: list[EncodedFrame] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    cursors: list[CursorNews] = field(default_factory=list)
    monitors: list[Monitor] = field(default_factory=list)
    warnings: list[CaptureWarning] = field(default_factory=list)
    failures: list[BackendError] = field(default_factory=list)
    feed: ScreenFeed = field(init=False)

    def __post_init__(self) -> None:
        self.feed = ScreenFeed(
            self.source,
            max_fps=60,
            callbacks=FeedCallbacks(
                output=self._take,
                cursor=self.cursors.append,
                layout=lambda monitor, _: self.monitors.append(monitor),
                warned=self.warnings.append,
                failed=self.failures.append,
            ),
        )

    def _take(self, output: Output) -> None:
        if isinstance(output, bytes):
            self.messages.append(output)
        else:
            self.frames.append(output.frame)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                await asyncio.sleep(0.005)
                continue

    @property
    def rests(self) -> bool:
        """Whether the feed waits for something longer than any pause between sharpening frames."""
        return bool(self.source.waits) and self.source.waits[-1] > 2 * FIRST_REFINEMENT_S


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage(HandSource())
    stage.feed.start()
    yield stage
    await stage.feed.stop()


async def watched(stage: Stage) -> None:
    """Let somebody watch, and wait until the picture is as sharp as it gets."""
    stage.feed.wish(WATCHED)
    await stage.until(lambda: stage.frames and stage.rests)


async def test_while_nobody_watches_nothing_is_grabbed(stage):
    for _ in range(5):
        stage.source.change()
        await asyncio.sleep(0.01)
    assert (stage.source.waits, stage.source.grabs, stage.frames) == ([], [], [])


async def test_the_first_look_takes_the_whole_screen_as_a_keyframe(stage):
    stage.feed.wish(WATCHED)
    await stage.until(lambda: stage.frames)
    first = stage.frames[0]
    assert stage.source.grabs == [True]
    assert (first.is_keyframe, first.width, first.height) == (True, 64, 48)


async def test_a_still_picture_is_sharpened_a_few_times_and_then_left(stage):
    await watched(stage)
    sharpened = len(stage.frames)
    assert sharpened > 2
    assert [frame.is_keyframe for frame in stage.frames] == [True] + [False] * (sharpened - 1)
    assert stage.source.grabs == [True]
    stage.source.change()
    await stage.until(lambda: len(stage.source.grabs) == 2 and stage.rests)
    assert len(stage.frames) > sharpened + 2
    assert stage.source.grabs == [True, False]


async def test_a_wish_for_a_keyframe_is_fulfilled_without_a_grab(stage):
    await watched(stage)
    before = len(stage.frames)
    stage.feed.want_keyframe(USUAL)
    await stage.until(lambda: len(stage.frames) > before)
    assert stage.frames[before].is_keyframe
    assert stage.source.grabs == [True]
    assert sum(frame.is_keyframe for frame in stage.frames) == 2


async def test_who_looks_again_after_nobody_did_gets_the_whole_screen(stage):
    await watched(stage)
    stage.feed.wish(Wishes())
    await stage.until(lambda: stage.feed._pictures is None)
    before = len(stage.frames)
    stage.feed.wish(WATCHED)
    await stage.until(lambda: len(stage.frames) > before)
    assert stage.frames[before].is_keyframe
    assert stage.source.grabs == [True, True]


async def test_a_share_that_nobody_watches_any_more_encodes_nothing(stage):
    await watched(stage)
    stage.feed.wish(Wishes())
    await stage.until(lambda: stage.source.skips)  # what was under way has come
    waits, frames = len(stage.source.waits), len(stage.frames)
    for _ in range(5):
        stage.source.change()
        await asyncio.sleep(0.01)
    assert (len(stage.source.waits), len(stage.frames), stage.source.grabs) == (waits, frames, [True])


async def test_a_screen_of_another_size_is_told_and_begins_with_a_keyframe(stage):
    await watched(stage)
    before = len(stage.frames)
    stage.source.change(LARGE)
    await stage.until(lambda: len(stage.frames) > before)
    first = stage.frames[before]
    assert (first.is_keyframe, first.width, first.height) == (True, 128, 96)
    assert stage.monitors == [LARGE]


async def test_a_recording_gets_frames_also_while_nothing_changes(stage):
    await watched(stage)
    before = len(stage.frames)
    stage.feed.wish(replace(WATCHED, is_recorded=True))
    await stage.until(lambda: len(stage.frames) >= before + 2)
    assert stage.source.waits[-1] <= RECORDED_PULSE_S
    assert stage.source.grabs == [True]
    stage.feed.wish(WATCHED)
    await stage.until(lambda: stage.source.waits[-1] > RECORDED_PULSE_S)


async def test_frames_that_the_loop_does_not_take_hold_the_feed_back(stage):
    await watched(stage)
    stage.source.changes_always = True
    stage.feed.want_keyframe(USUAL)  # wakes it
    await stage.until(lambda: len(stage.source.grabs) > 3)
    grabbed = len(stage.source.grabs)
    time.sleep(0.3)  # noqa: ASYNC251  the loop stands; at 60 frames a second eighteen would come
    assert len(stage.source.grabs) - grabbed <= MAX_HANDED_OVER + 1


async def test_presentation_times_grow_with_the_moment_of_capture(stage):
    await watched(stage)
    stage.source.change()
    await stage.until(lambda: len(stage.source.grabs) == 2 and stage.rests)
    pts = [frame.pts for frame in stage.frames]
    assert pts == sorted(set(pts))
    assert [f.captured_at for f in stage.frames] == sorted(f.captured_at for f in stage.frames)


async def test_what_falls_short_in_capture_is_told_once(stage):
    slow = CaptureWarning("capture-slow", "The screen is read the slow way", "switch MIT-SHM on")
    stage.source.warnings.append(slow)
    await watched(stage)
    stage.feed.wish(Wishes())
    stage.feed.wish(WATCHED)
    await stage.until(lambda: len(stage.frames) > 1)
    await stage.feed.stop()
    assert stage.warnings == [slow]


async def test_a_lost_screen_is_reported_once_and_ends_the_feed(stage):
    await watched(stage)
    lost = CaptureLost("the display went away")
    stage.source.fail(lost)
    await stage.until(lambda: stage.failures)
    assert stage.failures == [lost]
    stage.feed.want_keyframe(USUAL)
    stage.feed.wish(WATCHED)
    await stage.feed.stop()
    assert stage.failures == [lost]
    assert stage.source.is_closed


async def test_a_bug_in_the_feed_is_a_lost_screen_and_no_silent_death(stage, caplog):
    await watched(stage)
    stage.source.fail(RuntimeError("a bug"))
    await stage.until(lambda: stage.failures)
    assert [type(error) for error in stage.failures] == [CaptureLost]
    assert "a bug" in caplog.text


async def test_a_feed_that_nobody_ever_watched_stops_too(stage):
    await stage.feed.stop()
    assert stage.source.is_closed
    assert stage.source.grabs == []


async def test_a_small_change_goes_exactly_and_takes_no_frame(stage):
    stage.feed.wish(EXACT)
    stage.feed.begin_exact()
    await stage.until(lambda: stage.frames and stage.messages and stage.rests)
    frames, messages = len(stage.frames), len(stage.messages)
    stage.source.change()
    await stage.until(lambda: len(stage.messages) > messages)
    assert len(stage.source.grabs) == 2
    assert len(stage.frames) == frames


async def test_somebody_with_video_alone_gets_a_frame_that_others_need_not_show(stage):
    stage.feed.wish(replace(EXACT, forms={USUAL: FormWish()}))
    stage.feed.begin_exact()
    await stage.until(lambda: stage.frames and stage.messages and stage.rests)
    frames, messages = len(stage.frames), len(stage.messages)
    stage.source.change()
    await stage.until(lambda: len(stage.messages) > messages and len(stage.frames) > frames)
    assert stage.frames[frames].pts & KEEP_BIT


async def test_a_keyframe_is_shown_by_everybody(stage):
    stage.feed.wish(EXACT)
    stage.feed.begin_exact()
    await stage.until(lambda: stage.frames and stage.messages and stage.rests)
    frames = len(stage.frames)
    stage.feed.want_keyframe(USUAL)
    await stage.until(lambda: len(stage.frames) > frames)
    assert not stage.frames[frames].pts & KEEP_BIT


async def test_refinement_waits_until_the_last_message_of_it_is_on_its_way(stage):
    stage.source.change(replace(SMALL, region=Region(0, 0, 128, 256)))
    stage.feed.wish(EXACT)
    stage.feed.begin_exact()
    await stage.until(lambda: stage.messages and stage.rests)
    assert len(stage.messages) == 1
    stage.feed.allow_refinement()
    await stage.until(lambda: len(stage.messages) == 2)


async def test_each_rendition_is_there_while_somebody_takes_it_and_begins_with_a_keyframe(stage):
    await watched(stage)
    small = Form(mode="saver")
    frames = len(stage.frames)
    stage.feed.wish(Wishes(forms={USUAL: FormWish(), small: FormWish()}))
    stage.feed.want_keyframe(small)
    await stage.until(lambda: len(stage.frames) > frames)
    assert stage.frames[frames].is_keyframe
    assert stage.source.grabs == [True]
    stage.source.change()
    frames = len(stage.frames)
    await stage.until(lambda: len(stage.frames) >= frames + 2)
    assert [frame.is_keyframe for frame in stage.frames[frames : frames + 2]] == [False, False]
    stage.feed.wish(WATCHED)
    await stage.until(lambda: len(stage.feed._pictures._streams) == 1)


async def test_a_screen_that_only_moves_goes_on_without_a_keyframe(stage):
    stage.feed.wish(WATCHED)
    await stage.until(lambda: stage.frames)
    stage.source.change(replace(SMALL, region=SMALL.region.moved(10, 5)))
    await stage.until(lambda: len(stage.frames) > 1)
    assert [monitor.region for monitor in stage.monitors] == [SMALL.region.moved(10, 5)]
    assert [frame.is_keyframe for frame in stage.frames[:2]] == [True, False]


async def test_nothing_piles_up_while_nobody_watches(stage):
    await stage.until(lambda: stage.source.skips > 0)
    assert stage.source.grabs == []
