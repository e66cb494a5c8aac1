"""How long signing in takes, from the click or the address to the picture in Chromium, on loopback.

    .venv/bin/python scripts/benchmark/sign_in.py [--times N]

By the password (argon2id in the page included); by a remembered browser; in the page that was open when its host
was killed and started again, from when the host is up; by a link, also where a STUN server never answers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from playwright.sync_api import Browser, sync_playwright

from conftest import x_server
from e2e.conftest import CHROMIUM_FLAGS, PASSWORD, HostProcess, ViewerPage
from screenshare.clock import wall_s
from screenshare.unattended import password
from screenshare.unattended.vault import Vault

# An address that is nobody's (RFC 5737): what is sent there is dropped without a word.
SILENT_STUN = ("--ice-server", "stun:192.0.2.1:3478")
Start = Callable[..., HostProcess]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--times", type=int, default=10)
    times = options.parse_args().times
    with tempfile.TemporaryDirectory() as home, x_server() as (display, _), sync_playwright() as playwright:
        vault = Vault(Path(home) / "unattended.json", wall=wall_s)
        vault.switch_on(password.derive(PASSWORD))
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        with hosts(display, Path(home), vault) as start:
            by_sign_in(chromium, start, times)
            after_a_kill(chromium, start, times)
            by_link(chromium, start, times)
        chromium.close()


@contextmanager
def hosts(display: str, home: Path, vault: Vault) -> Iterator[Start]:
    started: list[HostProcess] = []
    env = os.environ | {"DISPLAY": display, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}

    def start(*flags: str) -> HostProcess:
        started.append(HostProcess("--display", display, "--unattended", str(vault.path), *flags, env=env))
        return started[-1]

    try:
        yield start
    finally:
        for host in started:
            if host.process.poll() is None:
                host.stop()


def by_sign_in(chromium: Browser, start: Start, times: int) -> None:
    host = start("--listen", "127.0.0.1:0")
    by_password, by_device = [], []
    for _ in range(times):
        viewer = opened(chromium, host.ready["unattended_link"])
        viewer.wait_state("sign-in")
        viewer.page.get_by_label("Password", exact=True).fill(PASSWORD)
        viewer.page.get_by_label("Remember this computer").check()
        began = time.monotonic()
        viewer.press_button("Sign in")
        by_password.append(live_after(viewer, began))
        viewer.press_button("Disconnect")
        viewer.wait_state("ended")
        viewer.page.goto("about:blank")
        began = time.monotonic()
        viewer.page.goto(host.ready["unattended_link"], wait_until="commit")
        by_device.append(live_after(viewer, began))
        viewer.page.context.close()
    host.stop()  # one host of a user answers at the address
    tell("password, from the click", by_password)
    tell("remembered browser, from the address", by_device)


def after_a_kill(chromium: Browser, start: Start, times: int) -> None:
    host = start("--listen", "127.0.0.1:0")
    place = host.ready["link"].split("/")[2]
    viewer = opened(chromium, host.ready["unattended_link"])
    viewer.sign_in(remember=True)
    viewer.wait_state("live")
    took = []
    for _ in range(times):
        host.process.kill()
        viewer.wait_state("reconnecting")
        host = start("--listen", place)
        took.append(live_after(viewer, time.monotonic()))
    viewer.page.context.close()
    tell("host killed, from when it is up again", took)


def by_link(chromium: Browser, start: Start, times: int) -> None:
    for what, flags in (("link", ()), ("link, with a STUN server that is silent", SILENT_STUN)):
        host = start("--allow", "view", *flags)
        took = []
        for _ in range(times):
            began = time.monotonic()
            viewer = opened(chromium, host.ready["link"])
            took.append(live_after(viewer, began))
            viewer.press_button("Disconnect")
            viewer.page.context.close()
        tell(what, took)


def opened(chromium: Browser, link: str) -> ViewerPage:
    page = chromium.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.goto(link, wait_until="commit")
    return ViewerPage(page)


def live_after(viewer: ViewerPage, began: float) -> float:
    viewer.wait_state("live", limit_s=30.0)
    return time.monotonic() - began


def tell(what: str, took: list[float]) -> None:
    print(f"{what:45} p50 {statistics.median(took):.2f} s  most {max(took):.2f} s  ({len(took)})", flush=True)


if __name__ == "__main__":
    main()
