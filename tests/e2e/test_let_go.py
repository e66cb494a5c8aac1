"""However control ends, nothing stays pressed: the X server itself is asked."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error
from Xlib.display import Display

from e2e.conftest import HostProcess, ViewerPage

pytestmark = pytest.mark.e2e


def stop_in_order(host: HostProcess, viewer: ViewerPage) -> None:
    host.process.send_signal(signal.SIGTERM)


def kill(host: HostProcess, viewer: ViewerPage) -> None:
    host.process.send_signal(signal.SIGKILL)


def revoke(host: HostProcess, viewer: ViewerPage) -> None:
    host.do("control.revoke")


def crash_the_tab(host: HostProcess, viewer: ViewerPage) -> None:
    with suppress(Error):  # that is how it answers
        viewer.page.goto("chrome://crash", timeout=3000)


def leave_the_page(host: HostProcess, viewer: ViewerPage) -> None:
    viewer.page.goto("about:blank")


@pytest.fixture
def held(x_desktop) -> Iterator[Callable[[], int]]:
    """``held()`` asks the X server how many keys and buttons are down."""
    display = Display(x_desktop.display)

    def count() -> int:
        keys = sum(byte.bit_count() for byte in display.query_keymap())
        return keys + (display.screen().root.query_pointer().mask >> 8 & 0x1F).bit_count()

    yield count
    display.close()


@pytest.fixture
def pressing(start_host, open_viewer) -> tuple[HostProcess, ViewerPage]:
    """A viewer who controls, and holds a button and Control down."""
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.mouse.move(500, 300)
    viewer.page.mouse.down()
    viewer.page.keyboard.down("Control")
    return host, viewer


@pytest.mark.parametrize("end", [stop_in_order, kill, revoke, crash_the_tab, leave_the_page])
def test_nothing_stays_pressed(pressing, held, eventually, end):
    host, viewer = pressing
    viewer.page.keyboard.down("Shift")
    eventually(lambda: held() == 3, "two keys and a button are down")
    end(host, viewer)
    # Each of these is heard of at once; none waits for the missing heartbeat, which takes two seconds.
    eventually(lambda: held() == 0, "everything is up", limit_s=1.5)


def browser_processes() -> list[int]:
    """Return all processes of the browsers that this test run started."""
    found, waiting = [], [os.getpid()]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            children = [int(pid) for pid in task.read_text().split()]
            waiting += children
            found += [pid for pid in children if "chrom" in Path(f"/proc/{pid}/comm").read_text()]
    return found


def test_nothing_stays_pressed_when_the_network_is_cut(pressing, held, eventually):
    eventually(lambda: held() == 2, "a key and a button are down")
    frozen = browser_processes()
    assert frozen
    try:
        # To the host this is a cut cable: no packet comes any more, and none says goodbye.
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        eventually(lambda: held() == 0, "everything is up", limit_s=3.0)
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
