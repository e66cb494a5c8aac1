"""The real product: ``screenshare host`` as a process on a real X display, Chromium as the viewer."""

from __future__ import annotations

import base64
import json
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from e2e.witness import Witness
from screenshare.clock import wall_s
from screenshare.unattended import password
from screenshare.unattended.vault import Vault
from support import Rgb, is_close

EVENT_LIMIT_S = 15.0
PASSWORD = "horse staple über-42"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class HostProcess:
    """A host started as a user starts it; speaks ``--json``."""

    def __init__(self, *flags: str, env: dict[str, str], inside: Sequence[str] = ()) -> None:
        """Start it; ``inside`` is a command that runs another one, in a network of its own say."""
        python = [*inside, sys.executable]
        self.process = subprocess.Popen(
            [*python, "-m", "screenshare", "host", "--json", "--no-open", "--listen", ":0", *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            text=True,
        )
        self.seen: list[dict[str, Any]] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._errors: list[str] = []
        self._readers = [
            threading.Thread(target=lambda: [self._lines.put(line) for line in self.process.stdout]),
            threading.Thread(target=lambda: self._errors.extend(self.process.stderr)),
        ]
        for reader in self._readers:
            reader.start()
        self.ready = self.wait_for("ready")

    @property
    def errors(self) -> str:
        return "".join(self._errors)

    def wait_for(self, event: str, **fields: object) -> dict[str, Any]:
        """Return the next event of this kind with these fields; all events are kept in ``seen``."""
        give_up_at = time.monotonic() + EVENT_LIMIT_S
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, give_up_at - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"no {event} {fields} within {EVENT_LIMIT_S} s; seen {self.seen}; {self.errors}")
            message = json.loads(line)
            self.seen.append(message)
            if message["event"] == event and fields.items() <= message.items():
                return message

    def do(self, command: str, **fields: object) -> None:
        """Give one command on standard input."""
        self.process.stdin.write(json.dumps({"do": command, **fields}) + "\n")
        self.process.stdin.flush()

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(15)
        for reader in self._readers:
            reader.join(5)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        return status


StartHost = Callable[..., HostProcess]


@pytest.fixture
def vault(x_desktop) -> Vault:
    """Unattended access, as somebody has switched it on at the host's machine."""
    vault = Vault(x_desktop.home / ".local/state/screenshare/unattended.json", wall=wall_s)
    vault.switch_on(password.derive(PASSWORD))
    return vault


@pytest.fixture
def start_host(x_desktop) -> Iterator[StartHost]:
    """Start hosts that share ``x_desktop``; they are ended after the test."""
    hosts: list[HostProcess] = []

    def start(*flags: str) -> HostProcess:
        # A home of its own: no config file and no recordings folder of whoever runs the tests.
        env = {**x_desktop.env, "HOME": str(x_desktop.home), "XDG_CONFIG_HOME": str(x_desktop.home)}
        host = HostProcess("--display", x_desktop.display, *flags, env=env)
        hosts.append(host)
        return host

    yield start
    for host in hosts:
        if host.process.poll() is None:
            host.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module's tests; each test opens pages in contexts of its own.

    Not for the whole session: Playwright's loop would stand in the way of the asyncio tests.
    """
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        pytest.fail("Chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def browser_inside(inside: Sequence[str], folder: Path, *flags: str) -> Iterator[Browser]:
    """Chromium on another computer, where ``inside`` runs a command."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    start = folder / "chromium"
    start.write_text(f'#!/bin/sh\nexec {" ".join(inside)} {chromium} "$@"\n')
    start.chmod(0o700)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=start, args=[*CHROMIUM_FLAGS, *flags])
        yield browser
        browser.close()


class ViewerPage:
    """A helper at his browser. Nothing here reaches into the page but its public state."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def state(self) -> str:
        return str(self.page.evaluate("window.screenshare?.state ?? 'none'"))

    def stats(self) -> dict[str, Any]:
        return dict(self.page.evaluate("window.screenshare.stats()"))

    def wait_state(self, state: str, limit_s: float = 15.0) -> None:
        self.wait(lambda: self.state == state, f"state {state}, not {self.state}", limit_s)

    def wait(self, condition: Callable[[], object], what: str, limit_s: float = 15.0) -> None:
        give_up_at = time.monotonic() + limit_s
        while not condition():
            if time.monotonic() > give_up_at:
                pytest.fail(f"not within {limit_s} s: {what}; the page says {self.said!r}")
            self.page.wait_for_timeout(20)

    @property
    def said(self) -> str:
        return " ".join(self.page.get_by_role("status").all_inner_texts())

    def press_button(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def wait_button(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).wait_for(state="visible", timeout=15_000)

    def take_control(self) -> None:
        self.press_button("Request control")
        self.wait_button("Release control")

    def sign_in(self, text: str = PASSWORD, *, remember: bool = False) -> None:
        """Say the password at a host's address."""
        self.wait_state("sign-in")
        self.page.get_by_label("Password", exact=True).fill(text)
        if remember:
            self.page.get_by_label("Remember this computer").check()
        self.press_button("Sign in")

    def wait_colour(self, colour: str) -> None:
        """Wait until the shown picture has this colour away from the pointer."""
        self.wait(lambda: is_close(self.colour_at(0.25, 0.75), colour), f"{colour} is shown")

    def colour_at(self, x: float, y: float) -> Rgb:
        """Return the colour of the shown picture at a fraction of its width and height."""
        red, green, blue = self.page.evaluate(
            """([x, y]) => {
                const video = document.getElementById('screen');
                if (!video) return [0, 0, 0];  // what is to be seen comes after the way to it
                const canvas = document.createElement('canvas');
                canvas.width = video.videoWidth; canvas.height = video.videoHeight;
                const context = canvas.getContext('2d', {willReadFrequently: true});
                context.drawImage(video, 0, 0);
                const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
                return [...context.getImageData(at[0], at[1], 1, 1).data].slice(0, 3);
            }""",
            [x, y],
        )
        return int(red), int(green), int(blue)

    def picture(self) -> np.ndarray:
        """Return what the page shows of the screen: (height, width, 3) uint8, RGB."""
        width, height, data = self.page.evaluate(
            """async () => {
                const video = document.getElementById('screen');
                const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
                const context = canvas.getContext('2d');
                context.drawImage(video, 0, 0);
                const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
                const reader = new FileReader();
                const read = new Promise((resolve) => { reader.onload = resolve; });
                reader.readAsDataURL(new Blob([data]));
                await read;
                return [canvas.width, canvas.height, reader.result.split(',')[1]];
            }"""
        )
        return np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)[:, :, :3]


@pytest.fixture
def open_viewer(browser: Browser) -> Iterator[Callable[..., ViewerPage]]:
    """Open links as helpers do, each in a browser of his own."""
    contexts = []

    def open_link(link: str, *, script: str | None = None) -> ViewerPage:
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        contexts.append(context)
        page = context.new_page()
        if script is not None:
            page.add_init_script(script)
        page.goto(link)
        return ViewerPage(page)

    yield open_link
    for context in contexts:
        context.close()


@pytest.fixture
def paint(x_desktop, eventually) -> Iterator[Callable[[str], None]]:
    """Fill the whole display with one colour, above all windows; ``paint('#rrggbb')``."""
    from Xlib import X
    from Xlib.display import Display

    display = Display(x_desktop.display)
    screen = display.screen()
    window = screen.root.create_window(
        0, 0, screen.width_in_pixels, screen.height_in_pixels, 0, screen.root_depth, override_redirect=1
    )

    def fill(colour: str) -> None:
        window.change_attributes(background_pixel=int(colour[1:], 16))
        window.map()
        window.configure(stack_mode=X.Above)
        window.clear_area()
        display.sync()

    yield fill
    display.close()


@pytest.fixture
def held_keys(x_desktop) -> Iterator[Callable[[], int]]:
    """``held_keys()`` asks the X server how many keys are down."""
    from Xlib.display import Display

    display = Display(x_desktop.display)
    yield lambda: sum(byte.bit_count() for byte in display.query_keymap())
    display.close()


@pytest.fixture
def witness(x_desktop) -> Iterator[Witness]:
    """A window over the whole display that notes buttons and keys."""
    window = Witness(x_desktop.display)
    yield window
    window.close()


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "recordings"
    folder.mkdir()
    return folder
