"""Each taker gets the form that suits him, and changes over without a gap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from host.hand_source import HandSource
from screenshare.host.feed import CursorNews
from screenshare.host.media_room import EXACT_MIN_KBPS, MediaRoom
from screenshare.media import EncodedFrame, PathFigures, VideoFormat
from screenshare.video.pictures import Form

LIMIT_S = 10.0
SUSPENDED = b"\x02"


@dataclass
class Line:
    """A viewer's way for exact pixels."""

    sent: list[bytes] = field(default_factory=list)
    picture_backlog_bytes: int = 0
    is_full: bool = False

    def send_picture(self, data: bytes) -> bool:
        if not self.is_full:
            self.sent.append(data)
        return not self.is_full


@dataclass
class Scene:
    room: MediaRoom
    source: HandSource
    served: list[str]
    taken: dict[str, list[EncodedFrame]] = field(default_factory=dict)

    def join(self, key: str, **wishes: object) -> None:
        frames = self.taken[key] = []
        self.room.subscribe(key, lambda: self._take(key, frames), **wishes)

    def _take(self, key: str, frames: list[EncodedFrame]) -> None:
        asyncio.get_running_loop().call_soon(self._drain, key, frames)

    def _drain(self, key: str, frames: list[EncodedFrame]) -> None:
        taker = self.room._takers.get(key)
        while taker is not None and (frame := taker.take()) is not None:
            frames.append(frame)

    def form(self, key: str) -> Form:
        return self.room._takers[key].form

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                await asyncio.sleep(0.005)
                continue


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    source = HandSource()
    room = MediaRoom(
        source,
        max_fps=60,
        on_layout=lambda monitor, monitors: None,
        on_warning=lambda warning: None,
        on_failed=lambda error: None,
    )
    served: list[str] = []
    room.on_served = served.append
    room.start()
    yield Scene(room, source, served)
    await room.stop()


async def test_takers_of_one_form_share_every_frame(scene):
    scene.join("ana")
    scene.join("ben")
    await scene.until(lambda: scene.taken["ana"] and scene.taken["ben"])
    scene.source.change()
    await scene.until(lambda: len(scene.taken["ana"]) > 1 and len(scene.taken["ben"]) > 1)
    assert scene.taken["ana"][-1] is scene.taken["ben"][-1]
    assert list(scene.room._outlets) == [Form()]


async def test_a_viewer_without_h264_gets_vp8(scene):
    scene.join("ana", formats=frozenset({VideoFormat.VP8}))
    await scene.until(lambda: scene.taken["ana"])
    assert scene.taken["ana"][0].format is VideoFormat.VP8


async def test_who_chooses_sharp_gets_full_chroma_where_he_decodes_it(scene):
    both = frozenset({VideoFormat.H264, VideoFormat.H264_444})
    scene.join("ana", formats=both)
    scene.room.choose_quality("ana", "sharp", None)
    await scene.until(lambda: scene.form("ana") == Form(mode="sharp", format=VideoFormat.H264_444))
    scene.join("ben")
    scene.room.choose_quality("ben", "sharp", None)
    await scene.until(lambda: scene.form("ben") == Form(mode="sharp"))


async def test_a_change_of_form_begins_with_its_keyframe_and_leaves_nobody_without_frames(scene):
    scene.join("ana")
    await scene.until(lambda: scene.taken["ana"])
    scene.room.choose_quality("ana", "saver", 1000)
    before = len(scene.taken["ana"])
    await scene.until(lambda: scene.form("ana").mode == "saver")
    await scene.until(lambda: len(scene.taken["ana"]) > before)
    changed = next(f for f in scene.taken["ana"][before:] if f.is_keyframe)
    assert changed is scene.taken["ana"][-1] or not scene.taken["ana"][-1].is_keyframe
    assert list(scene.room._outlets) == [scene.form("ana")]
    assert "ana" in scene.served


async def test_a_slow_path_has_a_form_of_its_own(scene):
    scene.join("ana")
    scene.join("ben")
    await scene.until(lambda: scene.taken["ana"] and scene.taken["ben"])
    scene.room.path_measured("ben", PathFigures(target_kbps=800))
    await scene.until(lambda: scene.form("ben").tier == 0)
    assert scene.form("ana").tier is None
    assert scene.room._wish(scene.form("ana")).limit_kbps is None
    assert scene.room._wish(scene.form("ben")).limit_kbps == 800


async def test_a_viewer_is_not_moved_again_and_again(scene):
    scene.join("ana")
    await scene.until(lambda: scene.taken["ana"])
    scene.room.path_measured("ana", PathFigures(target_kbps=800))
    await scene.until(lambda: scene.form("ana").tier == 0)
    scene.room.path_measured("ana", PathFigures(target_kbps=9000))
    assert scene.room._takers["ana"].next_form is None


async def test_where_the_pointer_comes_to_rest_is_told_twice(scene):
    told: list[tuple[int, int] | None] = []
    scene.room.on_cursor = lambda shaped: told.append(scene.room.cursor_at)
    for at in ((1, 1), (2, 2), (3, 3)):
        scene.room._note_cursor(CursorNews(at, None))
    await scene.until(lambda: len(told) == 4)
    assert told == [(1, 1), (2, 2), (3, 3), (3, 3)]


async def test_exact_pixels_go_to_whoever_composes_them_over_a_good_path(scene):
    line = Line()
    scene.join("ana")
    scene.room.accept_exact("ana", line)
    await scene.until(lambda: line.sent)
    assert scene.room._wish(Form()).has_video_takers is False


@pytest.mark.parametrize(
    "path",
    [PathFigures(loss=0.02), PathFigures(rtt_s=0.4), PathFigures(target_kbps=EXACT_MIN_KBPS - 1)],
)
async def test_a_bad_path_gets_video_alone_and_is_told_so(scene, path):
    line = Line()
    scene.join("ana")
    scene.room.accept_exact("ana", line)
    await scene.until(lambda: line.sent)
    scene.room.path_measured("ana", path)
    assert line.sent[-1] == SUSPENDED
    scene.room.path_measured("ana", PathFigures())  # a good report is no proof yet
    assert scene.room._takers["ana"].is_exact is False


async def test_saving_data_means_no_exact_pixels(scene):
    line = Line()
    scene.join("ana")
    scene.room.accept_exact("ana", line)
    await scene.until(lambda: line.sent)
    scene.room.choose_quality("ana", "saver", None)
    assert line.sent[-1] == SUSPENDED


async def test_a_missed_message_begins_the_exact_picture_anew(scene):
    line = Line()
    scene.join("ana")
    scene.room.accept_exact("ana", line)
    await scene.until(lambda: line.sent)
    frames = len(scene.taken["ana"])
    line.is_full = True
    scene.source.change()
    await scene.until(lambda: len(scene.taken["ana"]) > frames)


async def test_the_last_taker_takes_the_encoder_with_him(scene):
    scene.join("ana")
    await scene.until(lambda: scene.taken["ana"])
    scene.room.unsubscribe("ana")
    await scene.until(lambda: scene.room._feed._pictures is None)
    assert scene.room._outlets == {}


async def test_asking_for_a_keyframe_of_a_stranger_does_nothing(scene):
    scene.room.ask_keyframe("nobody")
    scene.room.choose_quality("nobody", "sharp", None)
    scene.room.path_measured("nobody", PathFigures())
    scene.room.accept_exact("nobody", Line())
    assert scene.room._outlets == {}


async def test_while_paused_nothing_is_grabbed_or_sent_and_afterwards_a_keyframe_comes_first(scene):
    scene.join("ana")
    await scene.until(lambda: scene.taken["ana"])
    scene.room.pause(True)
    await asyncio.sleep(0.05)
    before, grabbed = len(scene.taken["ana"]), len(scene.source.grabs)
    scene.source.change()
    scene.join("ben")
    await asyncio.sleep(0.2)
    assert len(scene.taken["ana"]) == before
    assert scene.taken["ben"] == []
    assert len(scene.source.grabs) == grabbed
    scene.room.pause(False)
    await scene.until(lambda: len(scene.taken["ana"]) > before and scene.taken["ben"])
    assert scene.taken["ana"][before].is_keyframe
    assert scene.taken["ben"][0].is_keyframe


async def test_a_pause_too_short_to_notice_still_ends_with_a_keyframe(scene):
    scene.join("ana")
    await scene.until(lambda: scene.taken["ana"])
    before = len(scene.taken["ana"])
    scene.room.pause(True)
    scene.room.pause(False)
    scene.source.change()
    await scene.until(lambda: any(frame.is_keyframe for frame in scene.taken["ana"][before:]))


async def test_what_the_path_carries_is_told_when_it_changes_and_only_then(scene):
    scene.join("ana")
    await scene.until(lambda: scene.taken["ana"])
    scene.room.path_measured("ana", PathFigures(rtt_s=0.02))
    assert scene.served == []
    scene.room.path_measured("ana", PathFigures(target_kbps=5000))
    scene.room.path_measured("ana", PathFigures(target_kbps=5000, rtt_s=0.03))
    assert scene.served == ["ana"]
