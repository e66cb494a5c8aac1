"""What every ScreenSource owes, against a real X server."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
from Xlib import X
from Xlib.display import Display
from Xlib.ext import xtest

from screenshare.capture.backends.polling import PollingSource
from screenshare.capture.backends.x11 import X11Source
from screenshare.capture.canvas import as_one
from screenshare.capture.choose import list_monitors, open_source
from screenshare.capture.source import ScreenSource
from screenshare.errors import CaptureLost, CaptureUnavailable
from screenshare.media import CursorState, Monitor, Patch, Region

WIDTH, HEIGHT = 1281, 721  # odd on purpose
WHITE, RED = 0xFFFFFF, 0xFF0000
# Long enough for a busy machine; nothing waits for it when things go right.
PATIENCE_S = 10.0

Image = npt.NDArray[np.uint8]
Opener = Callable[[str, Monitor], ScreenSource]


@dataclass
class Desktop:
    """One Xvfb of our own, which may be killed, resized and drawn on."""

    server: subprocess.Popen[bytes]
    display: str
    connection: Display = field(init=False)

    def __post_init__(self) -> None:
        self.connection = Display(self.display)
        self.root = self.connection.screen().root

    def fill(self, region: Region, colour: int) -> None:
        context = self.root.create_gc(foreground=colour, subwindow_mode=X.IncludeInferiors)
        self.root.fill_rectangle(context, region.x, region.y, region.width, region.height)
        self.connection.sync()

    def point_at(self, x: int, y: int) -> None:
        xtest.fake_input(self.connection, X.MotionNotify, x=x, y=y)
        self.connection.sync()

    def warp_to(self, x: int, y: int) -> None:
        self.root.warp_pointer(x, y)
        self.connection.sync()

    def xrandr(self, *arguments: str) -> None:
        subprocess.run(["xrandr", "-d", self.display, *arguments], check=True, capture_output=True)

    def set_size(self, width: int, height: int) -> None:
        mode = f"{width}x{height}"
        self.xrandr("--newmode", mode, "0", str(width), "0", "0", "0", str(height), "0", "0", "0")
        self.xrandr("--addmode", "screen", mode)
        self.xrandr("--output", "screen", "--mode", mode)

    def kill(self) -> None:
        self.server.kill()
        self.server.wait()


def start_desktop(*options: str) -> Desktop:
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [
            "Xvfb",
            "-displayfd",
            str(writer),
            "-screen",
            "0",
            f"{WIDTH}x{HEIGHT}x24",
            "-nolisten",
            "tcp",
            *options,
        ],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as numbers:
            return Desktop(server, f":{numbers.readline().strip()}")
    except BaseException:
        server.kill()
        server.wait()
        raise


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    desktop = start_desktop()
    yield desktop
    desktop.kill()


@pytest.fixture(params=[X11Source, PollingSource], ids=["x11", "polling"])
def opener(request: pytest.FixtureRequest) -> Opener:
    return request.param


@pytest.fixture
def source(desktop: Desktop, opener: Opener) -> Iterator[ScreenSource]:
    """A source whose first, whole picture has been taken, the pointer in a corner."""
    desktop.point_at(WIDTH - 1, HEIGHT - 1)
    source = opener(desktop.display, list_monitors(desktop.display)[0])
    settle(source)
    yield source
    source.close()


def settle(source: ScreenSource) -> None:
    """Take changes until none comes."""
    while source.wait(0.3) is not None:
        source.grab()


def changes(source: ScreenSource, *, enough: Callable[[list[Patch]], bool] = bool) -> list[Patch]:
    """Take changes until they are enough, and fail when they never are."""
    patches: list[Patch] = []
    deadline = time.monotonic() + PATIENCE_S
    while not enough(patches):
        assert time.monotonic() < deadline, f"only {[patch.region for patch in patches]} changed"
        if source.wait(0.5) is not None:
            patches += source.grab()
    return patches


def image_of(patch: Patch) -> Image:
    rows = np.frombuffer(patch.pixels, np.uint8).reshape(patch.region.height, patch.stride_bytes)
    return rows[:, : patch.region.width * 4].reshape(patch.region.height, patch.region.width, 4)[:, :, :3]


def whole_image(source: ScreenSource) -> Image:
    (patch,) = source.grab(whole=True)
    place = source.monitor.region
    assert patch.region == Region(0, 0, place.width, place.height)
    return image_of(patch)


def test_the_first_change_is_the_whole_monitor(desktop: Desktop, opener: Opener):
    source = opener(desktop.display, list_monitors(desktop.display)[0])
    assert source.wait(PATIENCE_S) is not None
    assert [patch.region for patch in source.grab()] == [Region(0, 0, WIDTH, HEIGHT)]
    source.close()


def test_a_change_is_its_own_even_rectangle_and_shows_its_pixels(desktop: Desktop, source: ScreenSource):
    desktop.fill(Region(101, 51, 30, 26), RED)
    (patch,) = changes(source)
    assert patch.region == Region(100, 50, 32, 28)
    wanted = np.zeros((28, 32, 3), np.uint8)
    wanted[1:27, 1:31] = (0, 0, 255)
    assert (image_of(patch) == wanted).all()


def test_two_far_apart_changes_stay_two_patches(desktop: Desktop, source: ScreenSource):
    caret, video = Region(20, 600, 2, 18), Region(600, 100, 400, 300)
    desktop.fill(caret, WHITE)
    desktop.fill(video, RED)
    patches = changes(source, enough=lambda seen: len({patch.region for patch in seen}) >= 2)
    assert {patch.region for patch in patches} == {caret, video}


def test_a_change_at_the_odd_edge_reaches_the_last_pixel(desktop: Desktop, source: ScreenSource):
    desktop.point_at(0, 0)
    settle(source)
    desktop.fill(Region(WIDTH - 1, HEIGHT - 1, 1, 1), WHITE)
    (patch,) = changes(source)
    assert patch.region == Region(WIDTH - 1, HEIGHT - 1, 1, 1)
    assert (image_of(patch) == 255).all()


def test_the_time_of_a_change_lies_between_its_cause_and_its_grab(desktop: Desktop, source: ScreenSource):
    before = time.monotonic()
    desktop.fill(Region(100, 100, 10, 10), WHITE)
    seen_at = source.wait(PATIENCE_S)
    assert seen_at is not None
    assert before <= seen_at <= time.monotonic()
    assert source.wait(0) == seen_at, "a change stays pending until it is grabbed"


def test_a_still_screen_brings_no_change(source: ScreenSource):
    assert source.wait(1.2) is None
    assert source.grab() == []


def test_whole_is_the_whole_monitor_and_takes_what_was_pending(desktop: Desktop, source: ScreenSource):
    desktop.fill(Region(300, 200, 50, 50), WHITE)
    assert source.wait(PATIENCE_S) is not None
    seen = whole_image(source)
    assert (seen[200:250, 300:350] == 255).all()
    assert seen[199:251, 299:351].sum() == 50 * 50 * 3 * 255
    settle(source)


def cursor_box_at(seen: Image) -> tuple[int, int]:
    """Top left corner of whatever is not white."""
    rows, columns = np.nonzero((seen != 255).any(axis=2))
    assert rows.size, "no cursor to be seen"
    return int(columns.min()), int(rows.min())


@pytest.mark.parametrize("way", ["point_at", "warp_to"])
def test_the_cursor_is_seen_where_it_points_and_leaves_nothing_behind(
    desktop: Desktop, source: ScreenSource, way: str
):
    desktop.fill(Region(0, 0, WIDTH, HEIGHT), WHITE)
    desktop.point_at(200, 300)
    settle(source)
    seen = whole_image(source).copy()
    before = cursor_box_at(seen)

    getattr(desktop, way)(900, 500)

    def both(patches: list[Patch]) -> bool:
        return len({patch.region for patch in patches}) >= 2

    patches = changes(source, enough=both)
    for patch in patches:
        region = patch.region
        assert region.width < 40, "old and new place are rectangles of their own"
        assert region.height < 40
        seen[region.y : region.bottom, region.x : region.right] = image_of(patch)
    assert cursor_box_at(seen) == (before[0] + 700, before[1] + 200)


def test_a_change_under_the_cursor_keeps_the_cursor_on_top(desktop: Desktop, source: ScreenSource):
    desktop.point_at(400, 400)
    settle(source)
    desktop.fill(Region(350, 350, 100, 100), WHITE)
    patches = changes(source, enough=lambda seen: any(patch.region.width >= 100 for patch in seen))
    (patch,) = [patch for patch in patches if patch.region.width >= 100]
    assert patch.region == Region(350, 350, 100, 100)
    assert (image_of(patch)[40:60, 40:60] != 255).any()


def test_a_cursor_that_changes_its_shape_is_drawn_anew(desktop: Desktop, source: ScreenSource):
    desktop.point_at(640, 360)
    settle(source)
    before = whole_image(source)[320:400, 600:680].copy()
    font = desktop.connection.open_font("cursor")
    shape = font.create_glyph_cursor(font, 34, 35, (65535, 0, 0), (0, 0, 65535))  # a crosshair
    desktop.root.change_attributes(cursor=shape)
    desktop.connection.sync()
    patches = changes(source)
    assert all(patch.region.width < 60 for patch in patches)
    assert (whole_image(source)[320:400, 600:680] != before).any()


def pointer_news(source: ScreenSource, *, enough: Callable[[CursorState], bool]) -> CursorState:
    """Take what the pointer does until it is enough; fail when it never is."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        assert time.monotonic() < deadline, "the pointer was not told"
        source.wait(0.5)
        state = source.take_cursor()
        if state is not None and enough(state):
            return state


def leave_cursor_out(source: ScreenSource) -> CursorState:
    """Have the pointer told instead of drawn; return what is told first."""
    source.draw_cursor(False)
    first = pointer_news(source, enough=lambda state: state.at is not None)
    while source.wait(0.3) is not None:
        source.grab()
        source.take_cursor()
    return first


def test_a_pointer_that_is_not_drawn_is_told_with_its_shape_once(desktop: Desktop, source: ScreenSource):
    desktop.point_at(200, 300)
    settle(source)
    first = leave_cursor_out(source)
    assert first.at == (200, 300)
    assert first.shape is not None
    assert len(first.shape.bgra) == first.shape.width * first.shape.height * 4
    assert source.take_cursor() is None, "nothing has changed since"

    desktop.point_at(900, 500)
    moved = pointer_news(source, enough=lambda state: state.at == (900, 500))
    assert moved.shape is None


def test_a_move_of_a_pointer_that_is_not_drawn_leaves_nothing_to_grab(desktop: Desktop, source: ScreenSource):
    leave_cursor_out(source)
    desktop.point_at(640, 360)
    assert source.wait(PATIENCE_S) is not None
    assert not source.is_damaged
    pointer_news(source, enough=lambda state: state.at == (640, 360))
    assert source.grab() == []


def test_leaving_the_pointer_out_and_drawing_it_again_repaints_its_place(
    desktop: Desktop, source: ScreenSource
):
    desktop.fill(Region(0, 0, WIDTH, HEIGHT), WHITE)
    desktop.point_at(400, 400)
    settle(source)
    source.draw_cursor(False)
    (patch,) = changes(source)
    assert patch.region.width < 40
    assert (image_of(patch) == 255).all()

    source.draw_cursor(True)
    (patch,) = changes(source)
    assert (image_of(patch) != 255).any()
    assert pointer_news(source, enough=bool) == CursorState(None, None), "one that is drawn is not told"


def test_a_new_shape_of_a_pointer_that_is_not_drawn_is_told_under_another_id(
    desktop: Desktop, source: ScreenSource
):
    desktop.point_at(640, 360)
    settle(source)
    before = leave_cursor_out(source).shape
    font = desktop.connection.open_font("cursor")
    shape = font.create_glyph_cursor(font, 34, 35, (65535, 0, 0), (0, 0, 65535))  # a crosshair
    desktop.root.change_attributes(cursor=shape)
    desktop.connection.sync()
    after = pointer_news(source, enough=lambda state: state.shape is not None).shape
    assert before is not None
    assert after is not None
    assert after.id != before.id
    assert after.bgra != before.bgra


def test_a_pointer_on_another_monitor_is_told_as_absent(desktop: Desktop, opener: Opener):
    desktop.xrandr("--setmonitor", "LEFT", "641/100x721/100+0+0", "screen")
    desktop.xrandr("--setmonitor", "RIGHT", "640/100x721/100+641+0", "none")
    desktop.point_at(700, 50)
    source = opener(desktop.display, list_monitors(desktop.display)[1])
    settle(source)
    assert leave_cursor_out(source).at == (59, 50)
    desktop.point_at(100, 50)
    pointer_news(source, enough=lambda state: state.at is None)
    source.close()


def test_what_is_read_again_still_counts_as_changed(desktop: Desktop, source: ScreenSource):
    desktop.fill(Region(100, 100, 40, 40), RED)
    assert source.wait(PATIENCE_S) is not None
    (patch,) = source.read([Region(90, 90, 60, 60)])
    assert patch.region == Region(90, 90, 60, 60)
    assert (image_of(patch)[10:50, 10:50] == (0, 0, 255)).all()
    assert [patch.region for patch in changes(source)] == [Region(100, 100, 40, 40)]


def test_a_new_mode_is_followed_and_comes_whole(desktop: Desktop, source: ScreenSource):
    desktop.set_size(803, 601)
    patches = changes(source, enough=lambda seen: any(p.region == Region(0, 0, 803, 601) for p in seen))
    assert source.monitor.region == Region(0, 0, 803, 601)
    assert patches
    desktop.fill(Region(790, 590, 13, 11), RED)
    changes(source, enough=lambda seen: any(p.region.right == 803 and p.region.bottom == 601 for p in seen))
    desktop.xrandr("--output", "screen", "--mode", f"{WIDTH}x{HEIGHT}")
    changes(source, enough=lambda seen: any(p.region == Region(0, 0, WIDTH, HEIGHT) for p in seen))


def test_each_monitor_counts_from_its_own_corner(desktop: Desktop, opener: Opener):
    desktop.point_at(0, 0)
    desktop.xrandr("--setmonitor", "LEFT", "641/100x721/100+0+0", "screen")
    desktop.xrandr("--setmonitor", "RIGHT", "640/100x700/100+641+21", "none")
    left, right = list_monitors(desktop.display)
    assert (left.region, right.region) == (Region(0, 0, 641, 721), Region(641, 21, 640, 700))
    assert [left.is_primary, right.is_primary] == [True, False]
    source = opener(desktop.display, right)
    settle(source)
    desktop.fill(Region(600, 100, 61, 10), WHITE)
    (patch,) = changes(source)
    assert patch.region == Region(0, 78, 20, 12)
    assert (image_of(patch)[1:11] == 255).all()
    source.close()


def test_all_monitors_are_one_canvas_that_follows_the_layout(desktop: Desktop, opener: Opener):
    desktop.point_at(0, 0)
    desktop.xrandr("--setmonitor", "LEFT", "641/100x600/100+0+0", "screen")
    desktop.xrandr("--setmonitor", "RIGHT", "500/100x621/100+641+100", "none")
    source = opener(desktop.display, as_one(list_monitors(desktop.display)))
    assert source.monitor.region == Region(0, 0, 1141, 721)
    settle(source)
    desktop.fill(Region(630, 300, 20, 10), WHITE)
    (patch,) = changes(source)
    assert patch.region == Region(630, 300, 20, 10), "a change across the border is one"
    desktop.xrandr("--delmonitor", "RIGHT")
    changes(source, enough=lambda seen: any(p.region == Region(0, 0, 641, 600) for p in seen))
    assert source.monitor.id == 0
    source.close()


def test_a_monitor_that_vanished_is_replaced_by_the_primary(desktop: Desktop, opener: Opener):
    desktop.xrandr("--setmonitor", "LEFT", "641/100x721/100+0+0", "screen")
    desktop.xrandr("--setmonitor", "RIGHT", "640/100x721/100+641+0", "none")
    source = opener(desktop.display, list_monitors(desktop.display)[1])
    settle(source)
    desktop.xrandr("--delmonitor", "RIGHT")
    desktop.xrandr("--delmonitor", "LEFT")
    changes(source, enough=lambda seen: any(p.region == Region(0, 0, WIDTH, HEIGHT) for p in seen))
    assert source.monitor.region == Region(0, 0, WIDTH, HEIGHT)
    source.close()


def test_wake_ends_a_wait_from_another_thread(source: ScreenSource):
    timer = threading.Timer(0.2, source.wake)
    timer.start()
    started = time.monotonic()
    assert source.wait(60.0) is None
    assert time.monotonic() - started < 30.0
    timer.join()


def test_a_wake_before_the_wait_is_not_lost_and_many_are_one(source: ScreenSource):
    for _ in range(100_000):
        source.wake()
    assert source.wait(60.0) is None
    started = time.monotonic()
    source.wait(0.3)
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("moment", ["before wait", "before grab", "during wait"])
def test_a_server_that_dies_is_told_as_lost(desktop: Desktop, source: ScreenSource, moment: str):
    killer = threading.Timer(0.3, desktop.kill)
    if moment == "during wait":
        killer.start()
    else:
        desktop.kill()
    started = time.monotonic()
    attempt = (lambda: source.grab(whole=True)) if moment == "before grab" else (lambda: source.wait(60.0))
    with pytest.raises(CaptureLost) as told:
        attempt()
    assert time.monotonic() - started < 2.3
    assert told.value.hint
    if moment == "during wait":
        killer.join()
    source.close()
    source.close()


def test_a_display_that_is_not_there_is_told_as_unavailable(desktop: Desktop, opener: Opener):
    monitor = list_monitors(desktop.display)[0]
    desktop.kill()
    for attempt in (lambda: opener(desktop.display, monitor), lambda: list_monitors(desktop.display)):
        with pytest.raises(CaptureUnavailable) as told:
            attempt()
        assert told.value.hint


def test_with_everything_in_place_nothing_is_warned_of(desktop: Desktop):
    source = open_source(desktop.display, list_monitors(desktop.display)[0])
    source.grab(whole=True)
    assert isinstance(source, X11Source)
    assert source.warnings == []
    source.close()


def test_an_x_server_without_damage_is_polled_and_says_so():
    desktop = start_desktop("-extension", "DAMAGE")
    try:
        source = open_source(desktop.display, list_monitors(desktop.display)[0])
        settle(source)
        desktop.fill(Region(100, 100, 40, 40), WHITE)
        assert (image_of(changes(source)[0]) == 255).all()
        assert [warning.code for warning in source.warnings] == ["no-damage"]
        source.close()
    finally:
        desktop.kill()


def test_grabs_without_shared_memory_work_and_say_that_they_are_slow(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delattr(os, "memfd_create")
    source = open_source(desktop.display, list_monitors(desktop.display)[0])
    desktop.fill(Region(0, 0, WIDTH, HEIGHT), WHITE)
    assert (whole_image(source)[:300, :300] == 255).all()
    assert [warning.code for warning in source.warnings] == ["capture-slow"]
    source.close()
