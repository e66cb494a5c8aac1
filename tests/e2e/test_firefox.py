"""The main job in Firefox: no H.264 before it has fetched its plug-in, no track generators, no patience."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from Xlib.display import Display

from e2e.firefox import ANSWER_LIMIT_S, Firefox, open_firefox
from e2e.test_clipboard import TEXT, HostClipboard, local

pytestmark = pytest.mark.e2e

COLOUR_AT = """(() => {
    const video = document.getElementById('screen');
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth; canvas.height = video.videoHeight;
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    return [...context.getImageData(canvas.width * 0.25, canvas.height * 0.75, 1, 1).data].slice(0, 3);
})()"""


async def wait(firefox: Firefox, expression: str, is_right: Any) -> Any:
    give_up_at = time.monotonic() + ANSWER_LIMIT_S
    while not is_right(value := await firefox.evaluate(expression)):
        assert time.monotonic() < give_up_at, f"{expression} stays {value}"
        await asyncio.sleep(0.05)
    return value


def is_near(wanted: tuple[int, int, int]) -> Any:
    return lambda seen: all(abs(a - b) <= 12 for a, b in zip(seen, wanted, strict=True))


def button(name: str) -> str:
    return f"[...document.querySelectorAll('button')].find(b => (b.ariaLabel ?? b.textContent) === '{name}')"


@asynccontextmanager
async def watching(link: str, tmp_path: Path) -> AsyncIterator[Firefox]:
    """A Firefox that shows the host's screen."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.fail("Firefox is not installed")
    profile = tmp_path / "firefox"
    profile.mkdir()
    async with open_firefox(program, profile) as firefox:
        await firefox.resize(1280, 720)
        await firefox.go(link)
        await wait(firefox, "window.screenshare?.state ?? ''", lambda state: state == "live")
        yield firefox


FIELD = "document.querySelector('[aria-label=\"Type or paste text or a picture here\"]')"


async def test_copying_and_pasting_works_in_firefox_both_ways(start_host, x_desktop, tmp_path):
    clipboard = HostClipboard(x_desktop)
    host = start_host("--allow", "view,control,clipboard")
    async with watching(local(host.ready["link"]), tmp_path) as firefox:
        await firefox.evaluate(f"{button('Request control')}.click()")
        await asyncio.to_thread(host.wait_for, "control.granted")
        await firefox.click(300, 300)
        # Pages may write only soon after a gesture, and Shift alone is none to Firefox; a click is one.
        await wait(firefox, "navigator.userActivation.isActive", lambda is_active: not is_active)
        clipboard.copy(TEXT.encode())
        await asyncio.sleep(1)
        await firefox.press("Shift")
        await firefox.click(300, 300)
        await firefox.evaluate(f"{button('Clipboard')}.click()")
        await wait(
            firefox,
            "document.querySelector('[aria-label=\"What was copied at the host\"]')?.value",
            lambda text: text == TEXT,
        )
        await firefox.evaluate(f"{FIELD}.focus()")
        await firefox.press("Control", "v")
        await wait(firefox, f"{FIELD}.value", lambda text: text == TEXT)
        await firefox.press("Control", "a")
        await firefox.type("from Firefox")
        await firefox.press("Control", "a")
        await firefox.press("Control", "c")
        await firefox.press("Escape")
        await firefox.click(300, 300)
        await firefox.press("Control", "v")
        give_up_at = time.monotonic() + ANSWER_LIMIT_S
        while (got := await asyncio.to_thread(clipboard.paste)) != b"from Firefox":
            assert time.monotonic() < give_up_at, got
            await asyncio.sleep(0.1)


async def test_a_helper_in_firefox_sees_and_controls(start_host, x_desktop, paint, tmp_path):
    paint("#206040")
    host = start_host("--allow", "view,control")
    async with watching(host.ready["link"], tmp_path) as firefox:
        await wait(firefox, COLOUR_AT, is_near((0x20, 0x60, 0x40)))
        paint("#a03050")
        await wait(firefox, COLOUR_AT, is_near((0xA0, 0x30, 0x50)))
        stats = await firefox.evaluate("window.screenshare.stats()")
        assert (stats["width"], stats["height"], stats["path"]) == (1280, 720, "direct udp")
        assert stats["codec"] in ("VP8", "H264")
        await firefox.evaluate(f"{button('Request control')}.click()")
        await asyncio.to_thread(host.wait_for, "control.granted")
        display = Display(x_desktop.display)
        await firefox.move_pointer(320, 360)
        at = display.screen().root.query_pointer()
        give_up_at = time.monotonic() + ANSWER_LIMIT_S
        while (at.root_x, at.root_y) != (320, 360):
            assert time.monotonic() < give_up_at, (at.root_x, at.root_y)
            await asyncio.sleep(0.05)
            at = display.screen().root.query_pointer()
        display.close()
