"""The sign on a real display: what is told is shown, and what is pressed is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.error import BadWindow
from Xlib.ext import damage, shape, xtest

from conftest import read_screen, stop, wait_until
from screenshare.capability import Capability
from screenshare.presence.backends.desktop import DesktopBoard
from screenshare.presence.port import SignUnavailable
from screenshare.presence.sign import IDLE, Area, Offer, Question, Sign
from screenshare.protocol import console

BLUE, AMBER = (0x20, 0x60, 0xE0), (0xF7, 0xA9, 0x0B)
SCREEN = Area(x=0, y=0, width=1280, height=720)
WATCHED = Sign(level="watched", words="Ana is watching", areas=[SCREEN])
CONTROLLED = Sign(level="controlled", words="Ana controls this computer", areas=[SCREEN])
KNOCK = Question(
    kind="entry",
    id="pana",
    title="Ana wants to see your screen",
    facts="203.0.113.7 · Chrome",
    proved="verified by link",
    offers=[
        Offer(capability=Capability.VIEW, words="See the screen", is_fixed=True),
        Offer(capability=Capability.CONTROL, words="Control mouse and keyboard"),
    ],
    answer_in_s=30.0,
)
SOON_S = 15.0


class Desktop:
    """A sign on a display, and a hand at that display."""

    def __init__(self, display: str) -> None:
        self.name = display
        self.display = Display(display)
        self.pressed: list[console.AnyHostCommand] = []
        self.board = DesktopBoard(display, self.pressed.append)

    async def until(self, condition: Callable[[], object], what: str) -> None:
        give_up_at = time.monotonic() + SOON_S
        while not condition():
            if time.monotonic() > give_up_at:
                pytest.fail(f"not within {SOON_S} s: {what}")
            await asyncio.sleep(0.02)

    def picture(self) -> np.ndarray:
        return read_screen(self.name)

    def edges(self) -> list[tuple[int, ...]]:
        """Return the colours in the middle of the four edges of the screen."""
        picture = self.picture()
        return [tuple(int(part) for part in picture[y, x]) for x, y in EDGES]

    def windows(self, title: str) -> list[object]:
        """Return the mapped windows with this title, the lowest first, but those that go meanwhile."""
        found = []
        pending = [self.display.screen().root]
        while pending:
            with contextlib.suppress(BadWindow):
                for window in pending.pop().query_tree().children:
                    pending.append(window)
                    if self._is_shown_as(window, title):
                        found.append(window)
        return found

    def _is_shown_as(self, window: Any, title: str) -> bool:
        try:
            name = window.get_full_property(self.display.intern_atom("_NET_WM_NAME"), X.AnyPropertyType)
            is_shown = window.get_attributes().map_state == X.IsViewable
        except BadWindow:
            return False
        return is_shown and name is not None and name.value.decode() == title

    def place(self, title: str) -> tuple[int, int, int, int]:
        """Return x, y, width and height of the window with this title on the screen."""
        (window,) = self.windows(title)
        size = window.get_geometry()
        at = window.translate_coords(self.display.screen().root, 0, 0)
        return -at.x, -at.y, size.width, size.height

    def click(self, x: int, y: int) -> None:
        xtest.fake_input(self.display, X.MotionNotify, x=x, y=y)
        xtest.fake_input(self.display, X.ButtonPress, 1)
        xtest.fake_input(self.display, X.ButtonRelease, 1)
        self.display.sync()

    def strike(self, *keysyms: int) -> None:
        for keysym in keysyms:
            code = self.display.keysym_to_keycode(keysym)
            xtest.fake_input(self.display, X.KeyPress, code)
            xtest.fake_input(self.display, X.KeyRelease, code)
        self.display.sync()

    def active_window(self) -> int:
        """Return the window that the window manager lets have the keyboard; 0 for none."""
        root = self.display.screen().root
        active = root.get_full_property(self.display.intern_atom("_NET_ACTIVE_WINDOW"), Xatom.WINDOW)
        return 0 if active is None else int(active.value[0])

    def is_asked(self, title: str) -> bool:
        """Whether a dialog with this title has the keyboard."""
        active = self.active_window()
        return any(window.id == active for window in self.windows(title))


EDGES = ((640, 1), (640, 718), (1, 360), (1278, 360))
BADGE, BAR = "Screenshare", "Screenshare frame"
TAB, SPACE, RETURN, ESCAPE = 0xFF09, 0x20, 0xFF0D, 0xFF1B


@pytest.fixture
async def desktop(x_desktop) -> AsyncIterator[Desktop]:
    one = Desktop(x_desktop.display)
    await one.board.open()
    try:
        yield one
    finally:
        await one.board.close()
        one.display.close()


async def test_who_watches_is_seen_in_blue_and_who_controls_in_amber(desktop):
    desktop.board.show(WATCHED)
    await desktop.until(lambda: desktop.edges() == [BLUE] * 4, "a blue frame")
    await desktop.until(lambda: desktop.windows(BADGE), "a badge")
    x, y, width, height = desktop.place(BADGE)
    assert (desktop.picture()[y + 4 : y + height - 4, x + 12 : x + width - 12] == BLUE).all(axis=2).any()
    desktop.board.show(CONTROLLED)
    await desktop.until(lambda: desktop.edges() == [AMBER] * 4, "an amber frame")
    desktop.board.show(IDLE)
    await desktop.until(lambda: not desktop.windows(BADGE) and not desktop.windows(BAR), "no sign")


async def test_every_click_goes_through_the_frame(desktop):
    desktop.board.show(WATCHED)
    await desktop.until(lambda: len(desktop.windows(BAR)) == 4, "a frame")
    for bar in desktop.windows(BAR):
        assert bar.shape_get_rectangles(shape.SK.Input).rectangles == []


async def test_frame_and_badge_stay_above_a_window_that_is_raised(desktop, x_desktop):
    desktop.board.show(CONTROLLED)
    await desktop.until(lambda: desktop.edges() == [AMBER] * 4, "a frame")
    root = desktop.display.screen().root
    cover = root.create_window(0, 0, 1280, 720, 0, root.get_geometry().depth, override_redirect=1)
    cover.map()
    cover.configure(stack_mode=X.Above)
    desktop.display.sync()
    await desktop.until(lambda: desktop.edges() == [AMBER] * 4, "the frame above all")
    x, y, _, height = desktop.place(BADGE)
    assert tuple(desktop.picture()[y + height // 2, x + 3]) == AMBER


async def test_a_still_sign_changes_no_pixel(desktop):
    desktop.board.show(WATCHED)
    await desktop.until(lambda: desktop.edges() == [BLUE] * 4, "a frame")
    await asyncio.sleep(0.5)
    # Windows that come to the top, though they are there, must not be damage: it is raised each second.
    display = Display(desktop.name)
    watched = [*desktop.windows(BADGE), *desktop.windows(BAR)]
    display.query_extension("DAMAGE")
    display.damage_query_version()
    for window in watched:
        display.create_resource_object("window", window.id).damage_create(damage.DamageReportNonEmpty)
    display.sync()
    while display.pending_events():  # what a new watch is told at once
        display.next_event()
    before = desktop.picture()
    await asyncio.sleep(2.5)
    assert display.pending_events() == 0
    assert (desktop.picture() == before).all()
    display.close()


@pytest.mark.parametrize(
    ("sign", "from_right", "command"),
    [
        (WATCHED, 60, console.Stop()),
        (WATCHED, 200, console.SharePause()),
        (CONTROLLED, 320, console.ControlRevoke()),
        (Sign(level="paused", words="Paused", areas=[SCREEN]), 200, console.ShareResume()),
    ],
    ids=["stop", "pause", "stop control", "resume"],
)
async def test_the_badge_ends_it_with_one_click(desktop, sign, from_right, command):
    desktop.board.show(sign)
    await desktop.until(lambda: desktop.windows(BADGE), "a badge")
    x, y, width, height = desktop.place(BADGE)
    desktop.click(x + width - from_right, y + height // 2)
    await desktop.until(lambda: desktop.pressed, "what was pressed")
    assert desktop.pressed == [command]


async def test_the_badge_never_takes_the_keyboard(desktop):
    before = desktop.active_window()
    assert before
    desktop.board.show(CONTROLLED)
    await desktop.until(lambda: desktop.windows(BADGE), "a badge")
    x, y, _, height = desktop.place(BADGE)
    desktop.click(x + 20, y + height // 2)
    await asyncio.sleep(0.2)
    assert desktop.active_window() == before


async def test_the_badge_can_be_dragged_away(desktop):
    desktop.board.show(WATCHED)
    await desktop.until(lambda: desktop.windows(BADGE), "a badge")
    x, y, _, height = desktop.place(BADGE)
    xtest.fake_input(desktop.display, X.MotionNotify, x=x + 20, y=y + height // 2)
    xtest.fake_input(desktop.display, X.ButtonPress, 1)
    for step in range(1, 6):
        xtest.fake_input(desktop.display, X.MotionNotify, x=x + 20 - 40 * step, y=y + height // 2 - 80 * step)
    xtest.fake_input(desktop.display, X.ButtonRelease, 1)
    desktop.display.sync()
    await desktop.until(lambda: desktop.place(BADGE)[:2] == (x - 200, y - 400), "the badge elsewhere")


async def ask(desktop: Desktop, question: Question = KNOCK) -> None:
    desktop.board.show(replace(IDLE, question=question))
    await desktop.until(lambda: desktop.is_asked(question.title), "a dialog with the keyboard")


@pytest.mark.parametrize("key", [RETURN, ESCAPE, SPACE], ids=["Enter", "Esc", "Space"])
async def test_a_key_that_was_meant_for_something_else_denies(desktop, key):
    await ask(desktop)
    desktop.strike(key)
    await desktop.until(lambda: desktop.pressed, "an answer")
    assert desktop.pressed == [console.ViewerDeny(id="pana")]


async def test_allow_is_dead_for_the_first_second(desktop):
    await ask(desktop)
    asked_at = time.monotonic()
    while not desktop.pressed:
        # A disabled button cannot be reached: from Deny, one step back of the focus leads to a tick box.
        desktop.click(*allow_view(desktop))
        await asyncio.sleep(0.05)
        assert time.monotonic() < asked_at + SOON_S
    assert desktop.pressed == [console.ViewerAdmit(id="pana", grant=[Capability.VIEW])]
    # Focus was seen a moment after the dialog had begun to count.
    assert time.monotonic() - asked_at > 0.5


async def test_a_question_that_is_answered_elsewhere_goes_away(desktop):
    await ask(desktop)
    desktop.board.show(IDLE)
    await desktop.until(lambda: not desktop.windows(KNOCK.title), "no dialog")
    assert desktop.pressed == []


async def test_while_somebody_controls_nothing_can_be_allowed(desktop):
    await ask(desktop, replace(KNOCK, blocked="While Bo controls this computer nobody can be allowed."))
    x, y, width, height = desktop.place(KNOCK.title)
    give_up_at = time.monotonic() + SOON_S
    while not desktop.pressed:  # what comes in the dialog's first second counts for nothing
        for across in range(20, width, 24):  # wherever there might be a button
            for down in range(height // 2, height, 16):
                desktop.click(x + across, y + down)
        await asyncio.sleep(0.3)
        assert time.monotonic() < give_up_at
    assert not [one for one in desktop.pressed if isinstance(one, console.ViewerAdmit | console.ControlGrant)]


def allow_view(desktop: Desktop) -> tuple[int, int]:
    """Return a place on the blue button of the dialog, or where it will be."""
    x, y, width, height = desktop.place(KNOCK.title)
    picture = desktop.picture()[y : y + height, x : x + width]
    rows, columns = np.nonzero((picture == BLUE).all(axis=2) & (np.arange(height) > height // 2)[:, None])
    if len(rows) < 1000:  # only a ring of focus yet
        return x + width // 2, y + height - 86
    return x + int(np.median(columns)), y + int(np.median(rows))


async def test_a_name_is_text_and_no_markup(desktop):
    await ask(desktop, replace(KNOCK, title="<img src=x><h1>Bob</h1> wants to see your screen"))


async def test_the_sign_goes_with_the_host(desktop):
    desktop.board.show(WATCHED)
    await desktop.until(lambda: desktop.windows(BADGE), "a badge")
    await desktop.board.close()
    await desktop.until(lambda: not desktop.windows(BADGE), "no badge")


async def test_a_crash_of_the_sign_is_told(desktop):
    desktop.board.show(WATCHED)
    await desktop.until(lambda: desktop.windows(BADGE), "a badge")
    process = desktop.board._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    async with asyncio.timeout(SOON_S):
        assert "ended" in await desktop.board.lost()


async def test_a_display_that_is_not_there_is_told():
    board = DesktopBoard(":99999", lambda _: None)
    with pytest.raises(SignUnavailable):
        await board.open()
    await board.close()


@pytest.fixture
def tray(x_desktop) -> Iterator[None]:
    process = subprocess.Popen(
        ["trayer", "--edge", "top", "--align", "right", "--widthtype", "request", "--height", "28"],
        env=x_desktop.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    display = Display(x_desktop.display)
    atom = display.intern_atom("_NET_SYSTEM_TRAY_S0")
    wait_until(lambda: display.get_selection_owner(atom) != X.NONE, "a tray")
    display.close()
    yield
    stop(process)


async def test_the_tray_shows_the_state_and_its_menu_ends_it(tray, x_desktop):
    desktop = Desktop(x_desktop.display)
    await desktop.board.open()
    try:
        desktop.board.show(replace(CONTROLLED, areas=[Area(x=0, y=100, width=1280, height=620)]))

        def corner() -> np.ndarray:
            return (desktop.picture()[:28, 1180:] == AMBER).all(axis=2)

        await desktop.until(lambda: corner().sum() > 50, "an amber icon in the tray")
        rows, columns = np.nonzero(corner())
        desktop.click(1180 + int(np.median(columns)), int(np.median(rows)))
        await asyncio.sleep(0.5)
        up = 0xFF52
        desktop.strike(up, RETURN)  # the last entry
        await desktop.until(lambda: desktop.pressed, "what was chosen")
        assert desktop.pressed == [console.Stop()]
    finally:
        await desktop.board.close()
        desktop.display.close()
