"""Shared X fixtures: each test has its own X server, and nothing of it is left afterwards."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from Xlib import X
from Xlib.display import Display

from servers import ServerProcess

SCREEN = "1280x720x24"
STOP_LIMIT_S = 5.0
# A sign would be drawn into the pictures that tests compare; tests of the sign switch it on.
os.environ["SCREENSHARE_SIGN"] = "off"
# A host that a test kills is gone on with by no other test.
os.environ["SCREENSHARE_COMEBACK"] = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class XDesktop:
    """A display with a window manager and one focused xterm, whose shell waits for a command."""

    display: str
    xterm_pid: int
    xterm_window: int
    home: Path  # the shell's working directory

    @property
    def env(self) -> dict[str, str]:
        """The environment in which a program draws on this display."""
        return os.environ | {"DISPLAY": self.display}


def wait_until(condition: Callable[[], object], what: str, *, limit_s: float = 10.0) -> None:
    """Return as soon as ``condition()`` is true; fail with ``what`` when that takes too long."""
    give_up_at = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > give_up_at:
            pytest.fail(f"not within {limit_s} s: {what}")
        time.sleep(0.01)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End one process and wait for it."""
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def x_server(screen: str = SCREEN) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run an Xvfb on a display number that it chooses itself; yields its name and its process."""
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp", "-noreset"],
            pass_fds=[writing],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    finally:
        os.close(writing)
    try:
        with os.fdopen(reading) as numbers:
            number = numbers.readline().strip()
        if not number:
            pytest.fail("Xvfb did not start")
        yield f":{number}", process
    finally:
        stop(process)


def focused_window(display: Display) -> int:
    """Return the id of the window that gets the keys, 0 for none or the root."""
    focus = display.get_input_focus().focus
    if isinstance(focus, int) or focus.id == display.screen().root.id:
        return 0
    return int(focus.id)


def read_screen(display_name: str) -> np.ndarray:
    """Return what the display shows: (height, width, 3) uint8, RGB."""
    display = Display(display_name)
    try:
        screen = display.screen()
        width, height = screen.width_in_pixels, screen.height_in_pixels
        image = screen.root.get_image(0, 0, width, height, X.ZPixmap, 0xFFFFFFFF)
        pixels = np.frombuffer(image.data, np.uint8).reshape(height, width, 4)
        return np.ascontiguousarray(pixels[:, :, 2::-1])
    finally:
        display.close()


@pytest.fixture
def x_display() -> Iterator[str]:
    """The name of a private, empty X display of 1280x720."""
    with x_server() as (name, _):
        yield name


@pytest.fixture
def x_desktop(x_display: str, tmp_path: Path) -> Iterator[XDesktop]:
    """``x_display`` with openbox and a focused xterm at 40,40 that runs a shell."""
    home = tmp_path / "home"
    home.mkdir()
    ready = home / ".ready"
    env = os.environ | {
        "DISPLAY": x_display,
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PS1": "$ ",
        "PROMPT_COMMAND": f": > {ready}",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=env, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        started.append(process)
        return process

    display = Display(x_display)
    try:
        # Its startup command runs when it manages windows. An xterm started before, even when the root
        # window names the manager already, may wait 5 s for an answer to its first resize.
        managed = home / ".managed"
        start("openbox", "--startup", f"touch {managed}")
        wait_until(managed.exists, "a window manager")
        xterm = start("xterm", "-u8", "-geometry", "100x30+40+40", "-e", "bash", "--norc", "--noprofile")
        wait_until(lambda: focused_window(display), "xterm has the focus")
        wait_until(ready.exists, "the shell shows its prompt")
        yield XDesktop(
            display=x_display, xterm_pid=xterm.pid, xterm_window=focused_window(display), home=home
        )
    finally:
        display.close()
        for process in reversed(started):
            # Killed: after many changes of the keyboard openbox takes seconds before it sees a SIGTERM.
            process.kill()
            process.wait()


@pytest.fixture
def screen_pixels() -> Callable[[str], np.ndarray]:
    """A function from a display's name to what it shows: (height, width, 3) uint8, RGB."""
    return read_screen


@pytest.fixture
def eventually() -> Callable[..., None]:
    """``eventually(condition, what, limit_s=10)``: wait for something another process does."""
    return wait_until


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A public server, without a relay."""
    server = ServerProcess(log=tmp_path / "server.log")
    yield server
    server.kill()
