"""Hidden windows never leave capture, against a real X server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from Xlib import X
from Xlib.display import Display

from screenshare.capture.backends.polling import PollingSource
from screenshare.capture.backends.x11 import X11Source
from screenshare.capture.backends.x11_windows import WindowMasks
from screenshare.capture.choose import list_monitors
from screenshare.capture.source import ScreenSource
from screenshare.media import Patch, Region
from tests.contracts.test_screen_source import PATIENCE_S, Desktop, desktop, image_of, settle

__all__ = ["desktop"]

SECRET = 0xFF00C8
SECRET_BGR = (0xC8, 0x00, 0xFF)
OTHER, OTHER_BGR = 0x00FF40, (0x40, 0xFF, 0x00)


@pytest.fixture(params=[X11Source, PollingSource], ids=["x11", "polling"])
def source(request: pytest.FixtureRequest, desktop: Desktop) -> Iterator[ScreenSource]:
    """A source that hides windows with "vault" in their title."""
    hidden = WindowMasks(desktop.display, ("vault",))
    source = request.param(desktop.display, list_monitors(desktop.display)[0], hidden=hidden)
    settle(source)
    yield source
    source.close()


def open_window(connection: Display, title: str, colour: int, place: Region, parent: Any = None) -> Any:
    parent = connection.screen().root if parent is None else parent
    window = parent.create_window(*corners(place), 0, X.CopyFromParent, background_pixel=colour)
    window.set_wm_name(title)
    return window


def corners(place: Region) -> tuple[int, int, int, int]:
    return place.x, place.y, place.width, place.height


def shows(patches: list[Patch], colour: tuple[int, int, int]) -> bool:
    return any(bool((image_of(patch) == np.array(colour, np.uint8)).all(axis=2).any()) for patch in patches)


def look(source: ScreenSource) -> list[Patch]:
    return source.grab(whole=True)


def until(source: ScreenSource, condition: Callable[[list[Patch]], bool]) -> None:
    """Take changes until the whole picture, made of them alone, fulfils ``condition``."""
    deadline = time.monotonic() + PATIENCE_S
    place = source.monitor.region
    (patch,) = look(source)
    picture = image_of(patch).copy()
    while True:
        rows = np.dstack([picture, np.zeros(picture.shape[:2], np.uint8)])
        if condition([Patch(Region(0, 0, place.width, place.height), rows.tobytes(), place.width * 4)]):
            return
        assert time.monotonic() < deadline, "it never came to be"
        if source.wait(0.5) is not None:
            for patch in source.grab():
                box = patch.region
                picture[box.y : box.bottom, box.x : box.right] = image_of(patch)


def test_a_window_that_moves_fast_never_leaves_capture(desktop: Desktop, source: ScreenSource):
    mover = Display(desktop.display)
    over = threading.Event()

    def move() -> None:
        step = 0
        window = None
        while not over.is_set():
            if window is None:
                window = open_window(mover, "My VAULT", SECRET, Region(10, 10, 90, 70))
                window.map()
            window.configure(x=step * 37 % 1100, y=step * 23 % 600, width=60 + step % 90)
            step += 1
            if step % 40 == 0:
                window.unmap()
                window.map()
            if step % 150 == 0:
                window.destroy()
                window = None
            mover.sync()

    thread = threading.Thread(target=move)
    thread.start()
    leaked, seen, deadline = 0, 0, time.monotonic() + 3.0
    while time.monotonic() < deadline:
        patches = source.grab(whole=seen % 3 == 0)
        patches += source.read([Region(200, 100, 300, 300)])
        seen += 1
        leaked += shows(patches, SECRET_BGR)
    over.set()
    thread.join()
    mover.close()
    assert seen > 1
    assert leaked == 0


def test_other_windows_are_seen_and_the_hidden_place_is_flat(desktop: Desktop, source: ScreenSource):
    open_window(desktop.connection, "Vault", SECRET, Region(100, 100, 80, 80)).map()
    open_window(desktop.connection, "Editor", OTHER, Region(300, 100, 80, 80)).map()
    desktop.connection.sync()
    until(source, lambda seen: shows(seen, OTHER_BGR))
    (patch,) = look(source)
    image = image_of(patch)
    assert (image[100:180, 300:380] == OTHER_BGR).all()
    assert len(np.unique(image[100:180, 100:180].reshape(-1, 3), axis=0)) == 1
    assert not shows([patch], SECRET_BGR)


def test_a_title_that_changes_covers_and_uncovers_by_itself(desktop: Desktop, source: ScreenSource):
    window = open_window(desktop.connection, "Notes", SECRET, Region(400, 300, 100, 60))
    window.map()
    desktop.connection.sync()
    until(source, lambda seen: shows(seen, SECRET_BGR))
    window.set_wm_name("Vault of notes")
    desktop.connection.sync()
    until(source, lambda seen: not shows(seen, SECRET_BGR))
    window.set_wm_name("Notes")
    desktop.connection.sync()
    until(source, lambda seen: shows(seen, SECRET_BGR))


def test_the_frame_around_a_hidden_window_is_hidden_with_it(desktop: Desktop, source: ScreenSource):
    connection = desktop.connection
    frame = open_window(connection, "", OTHER, Region(500, 200, 120, 120))
    window = open_window(connection, "Vault", SECRET, Region(0, 0, 100, 100))
    window.reparent(frame, 10, 20)
    window.map()
    frame.map()
    connection.sync()
    settle(source)
    assert not shows(look(source), OTHER_BGR)
    assert not shows(look(source), SECRET_BGR)
    frame.configure(x=10, y=10)
    connection.sync()
    settle(source)
    assert not shows(look(source), OTHER_BGR)


def test_where_a_hidden_window_was_the_screen_is_seen_again(desktop: Desktop, source: ScreenSource):
    desktop.fill(Region(0, 0, 1000, 700), OTHER)
    window = open_window(desktop.connection, "vault", SECRET, Region(100, 100, 80, 80))
    window.map()
    desktop.connection.sync()
    until(source, lambda seen: bool((image_of(seen[0])[100:180, 100:180] != OTHER_BGR).any()))
    window.unmap()
    desktop.fill(Region(0, 0, 1000, 700), OTHER)
    until(source, lambda seen: bool((image_of(seen[0])[100:180, 100:180] == OTHER_BGR).all()))
