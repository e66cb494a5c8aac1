"""A hidden window is seen by nobody: not in the browser, not in the recording."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import av
import numpy as np
import pytest
from Xlib import X
from Xlib.display import Display

pytestmark = pytest.mark.e2e

SECRET = (255, 0, 200)


@pytest.fixture
def secret_window(x_desktop) -> Iterator[None]:
    """A large window called "Password vault" that wanders about until the test is over."""
    over = threading.Event()

    def wander() -> None:
        display = Display(x_desktop.display)
        screen = display.screen()
        colour = (SECRET[0] << 16) + (SECRET[1] << 8) + SECRET[2]
        window = screen.root.create_window(
            300, 200, 300, 200, 0, screen.root_depth, background_pixel=colour, event_mask=X.ExposureMask
        )
        window.set_wm_name("Password vault")
        window.map()
        step = 0
        while not over.wait(0.02):
            step += 1
            window.configure(x=step * 9 % 600, y=step * 5 % 300)
            if step % 50 == 0:
                window.unmap()
                window.map()
            display.sync()
        display.close()

    thread = threading.Thread(target=wander)
    thread.start()
    yield
    over.set()
    thread.join()


def shows_secret(picture: np.ndarray) -> bool:
    """Tell whether a patch of the colour is there, as far as video keeps a colour."""
    # Channel by channel: a hundred pictures are looked at, and this is thirty times as quick as all in one.
    near = [np.abs(picture[:, :, n].astype(np.int16) - SECRET[n]) < 60 for n in range(3)]
    return int((near[0] & near[1] & near[2]).sum()) > 50


def test_neither_the_browser_nor_the_recording_shows_a_hidden_window(
    start_host, open_viewer, recordings, secret_window
):
    path = recordings / "hidden.mp4"
    host = start_host("--allow", "view", "--hide", "password VAULT", "--record", str(path))
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    until = time.monotonic() + 4.0
    while time.monotonic() < until:
        assert not shows_secret(viewer.picture())
    host.do("recording.stop")
    host.wait_for("recording.stopped")
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) > 5
    assert not any(shows_secret(picture) for picture in pictures)


def test_without_the_flag_the_same_window_is_seen(start_host, open_viewer, secret_window):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.wait(lambda: shows_secret(viewer.picture()), "the window is shown")
