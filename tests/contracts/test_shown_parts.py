"""A part of the display shown alone, one window or a region: nothing else leaves capture."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from Xlib import X, Xatom
from Xlib.display import Display

from screenshare.capture.backends.polling import PollingSource
from screenshare.capture.backends.x11 import X11Source
from screenshare.capture.canvas import part
from screenshare.capture.choose import list_monitors, open_source
from screenshare.capture.source import ScreenSource
from screenshare.errors import CaptureUnavailable
from screenshare.media import Patch, Region
from tests.contracts.test_hidden_windows import open_window, shows
from tests.contracts.test_screen_source import HEIGHT, PATIENCE_S, WIDTH, Desktop, desktop, image_of, settle

__all__ = ["desktop"]

GREEN, GREEN_BGR = 0x00FF40, (0x40, 0xFF, 0x00)
SECRET, SECRET_BGR = 0xFF00C8, (0xC8, 0x00, 0xFF)
PLACE = Region(200, 150, 320, 240)


@pytest.fixture
def editor(desktop: Desktop) -> Any:
    """The window to show, on a ground that must not be seen."""
    desktop.point_at(WIDTH - 1, HEIGHT - 1)
    desktop.fill(Region(0, 0, 2000, 2000), SECRET)
    desktop.root.change_attributes(background_pixel=SECRET)
    window = open_window(desktop.connection, "My Editor", GREEN, PLACE)
    window.map()
    desktop.connection.sync()
    return window


@pytest.fixture
def source(desktop: Desktop, editor: Any) -> Iterator[ScreenSource]:
    source = open_source(desktop.display, list_monitors(desktop.display)[0], only="editor")
    settle(source)
    yield source
    source.close()


def see(source: ScreenSource) -> Patch:
    """Take the whole picture once it follows what has been asked of the server."""
    deadline = time.monotonic() + PATIENCE_S
    while not (patches := source.grab(whole=True)):
        assert time.monotonic() < deadline, "the window never rests"
    return patches[0]


def is_all(patch: Patch, colour: tuple[int, int, int]) -> bool:
    return bool((image_of(patch) == np.array(colour, np.uint8)).all())


def wait_all(source: ScreenSource, colour: tuple[int, int, int]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_all(see(source), colour):
        assert time.monotonic() < deadline, "it never shows that alone"
        time.sleep(0.02)


def test_the_window_alone_is_the_screen(source: ScreenSource):
    assert (source.monitor.region, source.monitor.name) == (PLACE, "My Editor")
    wait_all(source, GREEN_BGR)


def test_the_picture_follows_the_window(desktop: Desktop, source: ScreenSource, editor: Any):
    editor.configure(x=700, y=300, width=333, height=111)
    desktop.connection.sync()
    see(source)
    assert source.monitor.region == Region(700, 300, 333, 111)
    wait_all(source, GREEN_BGR)


def test_what_lies_above_the_window_is_not_seen(desktop: Desktop, source: ScreenSource, editor: Any):
    above = open_window(desktop.connection, "Mail", SECRET, Region(250, 180, 50, 50))
    above.map()
    desktop.connection.sync()
    image = image_of(see(source))
    assert not shows([see(source)], SECRET_BGR)
    assert (image[0:30, 0:300] == GREEN_BGR).all()
    editor.configure(stack_mode=X.Above)
    desktop.connection.sync()
    wait_all(source, GREEN_BGR)


def test_its_own_dialog_is_seen_with_it(desktop: Desktop, source: ScreenSource, editor: Any):
    dialog = open_window(desktop.connection, "Save as", 0x0000FF, Region(250, 180, 50, 50))
    dialog.change_property(Xatom.WM_TRANSIENT_FOR, Xatom.WINDOW, 32, [editor.id])
    dialog.map()
    desktop.connection.sync()
    assert shows([see(source)], (0xFF, 0x00, 0x00))


def test_the_menu_of_another_program_is_not(desktop: Desktop, source: ScreenSource):
    other = Display(desktop.display)
    menu = other.screen().root.create_window(
        250, 180, 50, 50, 0, X.CopyFromParent, background_pixel=SECRET, override_redirect=1
    )
    menu.map()
    other.sync()
    assert not shows([see(source)], SECRET_BGR)
    other.close()


def test_a_window_that_is_gone_leaves_nothing_to_see_and_may_come_back(
    desktop: Desktop, source: ScreenSource, editor: Any
):
    editor.destroy()
    desktop.connection.sync()
    patch = see(source)
    assert not shows([patch], SECRET_BGR)
    assert not shows([patch], GREEN_BGR)
    open_window(desktop.connection, "editor 2", GREEN, Region(10, 10, 100, 80)).map()
    desktop.connection.sync()
    wait_all(source, GREEN_BGR)
    assert source.monitor.region == Region(10, 10, 100, 80)


def test_partly_outside_the_display_it_keeps_its_size(desktop: Desktop, source: ScreenSource, editor: Any):
    editor.configure(x=-100, y=600)
    desktop.connection.sync()
    image = image_of(see(source))
    assert image.shape[:2] == (PLACE.height, PLACE.width)
    assert (image[:100, 100:] == GREEN_BGR).all()
    assert not shows([see(source)], SECRET_BGR)


def test_a_window_that_moves_fast_shows_nothing_beside_it(desktop: Desktop, source: ScreenSource):
    over = threading.Event()

    def move() -> None:
        mover = Display(desktop.display)
        step = 0
        found = next(w for w in mover.screen().root.query_tree().children if w.get_wm_name() == "My Editor")
        while not over.wait(0.003):
            step += 1
            found.configure(x=step * 37 % 700, y=step * 23 % 400, width=200 + step % 90)
            mover.sync()
        mover.close()

    thread = threading.Thread(target=move)
    thread.start()
    leaked, seen, deadline = 0, 0, time.monotonic() + 3.0
    while time.monotonic() < deadline:
        patches = [*source.grab(whole=True), *source.read([Region(0, 0, 60, 60)])]
        seen += bool(patches)
        leaked += shows(patches, SECRET_BGR)
    over.set()
    thread.join()
    assert seen > 5
    assert leaked == 0


def test_a_title_that_no_window_has_is_refused_with_those_there_are(desktop: Desktop, editor: Any):
    with pytest.raises(CaptureUnavailable) as refused:
        open_source(desktop.display, list_monitors(desktop.display)[0], only="spreadsheet")
    assert "My Editor" in refused.value.hint


@pytest.mark.parametrize("opener", [X11Source, PollingSource], ids=["x11", "polling"])
def test_a_region_shows_its_own_pixels_and_flat_ones_outside_the_display(
    desktop: Desktop, editor: Any, opener: Any
):
    source = opener(desktop.display, part(Region(PLACE.x, PLACE.y, 2000, PLACE.height)))
    image = image_of(see(source))
    inside = list_monitors(desktop.display)[0].region.width - PLACE.x
    assert image.shape[:2] == (PLACE.height, 2000)
    assert (image[:, : PLACE.width] == GREEN_BGR).all()
    assert (image[:, PLACE.width : inside] == SECRET_BGR).all()
    assert len(np.unique(image[:, inside:].reshape(-1, 3), axis=0)) == 1
    source.close()
