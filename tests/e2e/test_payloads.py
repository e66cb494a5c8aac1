"""A host that wants to run code in its viewers' browsers, and viewers that want to in the console's.

What arrives here has passed no host of ours: the pages get each payload as it is, through every
text that they show.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp.test_utils import TestServer
from mock_host import MockHost, description
from playwright.async_api import Page, async_playwright

from e2e.conftest import CHROMIUM_FLAGS
from payloads import HURT, MARKUP
from screenshare.capability import Capability
from screenshare.protocol import clip, console, messages

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

AT_ONCE = 10
LAST = "The last one is <b>text</b>"
# Before anything of the page: what its policy had to stop, which nothing of ours may even try.
WATCH = """
window.stopped = [];
document.addEventListener("securitypolicyviolation", (event) => window.stopped.push(event.violatedDirective));
"""


@dataclass
class Stage:
    """One page before a host of somebody else."""

    page: Page
    host: MockHost
    base: str
    problems: list[str] = field(default_factory=list)

    async def is_unhurt(self) -> None:
        assert await self.page.evaluate(HURT) == []
        assert await self.page.evaluate("window.stopped") == []
        assert self.problems == []


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    host = MockHost()
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    async with TestServer(host.app()) as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        await page.add_init_script(WATCH)
        made = Stage(page, host, str(server.make_url("/")).rstrip("/"))
        page.on("dialog", lambda dialog: made.problems.append(f"dialog: {dialog.message}"))
        page.on("pageerror", lambda error: made.problems.append(f"error: {error}"))
        page.on("popup", lambda popup: made.problems.append(f"popup: {popup.url}"))
        try:
            yield made
        finally:
            await browser.close()
            await host.close()


async def through(made: Stage, show: Callable[[str], Awaitable[None]]) -> None:
    """Send the whole corpus, and look at the page again and again."""
    for number, text in enumerate((*MARKUP, LAST)):
        await show(text)
        if number % AT_ONCE == 0:
            await made.page.wait_for_timeout(20)
            await made.is_unhurt()
    await made.page.get_by_text(LAST, exact=True).first.wait_for(timeout=10_000)
    await made.page.wait_for_timeout(300)  # what comes late: a picture that fails, an animation
    await made.is_unhurt()


async def reaches(page: Page, state: str) -> None:
    for _ in range(150):
        if await page.evaluate("window.screenshare?.state") == state:
            return
        await page.wait_for_timeout(100)
    pytest.fail(f"the page does not become {state}")


def described(text: str) -> messages.SessionDescribed:
    """Return a state with ``text`` wherever somebody chose one."""
    return description(
        host=text,
        participants=[
            messages.Participant(id="a", name=text, is_you=True),
            messages.Participant(id="b", name=text, controls=True),
        ],
        screen=messages.Screen(monitor=1, name=text, width=1280, height=720),
        control_window=text,
        monitors=[
            messages.MonitorDescribed(id=number, name=text, width=1280, height=720, is_primary=number == 1)
            for number in (1, 2)
        ],
        watching=1,
    )


async def test_a_host_gets_nothing_but_text_into_its_viewers_pages():
    async with stage() as made:
        page, host = made.page, made.host
        await page.goto(f"{made.base}/j/live#k=AAAA")
        await reaches(page, "live")
        host.say(messages.VideoDescribed(format="h264", chroma="4:2:0", width=1280, height=720, mode="auto"))
        host.describe(granted=[Capability.VIEW, Capability.CLIPBOARD])
        await page.get_by_role("button", name="People").first.click()

        async def show(text: str) -> None:
            host.say(described(text))
            host.say(messages.ChannelError(code=text[:40], message=text))
            host.say(messages.ClipboardOffered(parts=[messages.ClipPart(format="html", bytes=len(text))]))
            host.bring(clip.ClipBegun(id=1, parts=(("html", len(text.encode())),)), text.encode())

        await through(made, show)
        host.say(messages.SessionEnded(reason="constructor", duration_s=1.0))
        await reaches(page, "ended")
        await made.is_unhurt()


async def test_viewers_get_nothing_but_text_into_the_console():
    async with stage() as made:
        page, host = made.page, made.host
        host.host_described = board(LAST)
        await page.goto(f"{made.base}/console#t=token")
        await page.get_by_role("button", name="Log").press("Enter")

        async def show(text: str) -> None:
            for event in (
                board(text),
                console.ViewerKnocked(
                    id="a", name=text, address=text, browser=text, wants=[Capability.VIEW], limit_s=30.0
                ),
                console.ViewerJoined(id="a", name=text, address=text, browser=text),
                console.ViewerLeft(id="a", reason=text),
                console.Warned(code=text, message=text, hint=text),
                console.Failed(code=text, message=text, hint=text),
                console.RecordingStopped(path=text, duration_s=1.0, bytes=1),
                console.WindowsListed(windows=[console.WindowDescription(id=7, title=text)]),
                console.ReceiptsListed(
                    receipts=[console.Receipt(id="a", name=text, address=text, proved=text, since=1.0)]
                ),
            ):
                await host.tell_console(event)

        await through(made, show)
        await host.tell_console(board(LAST, asks=True))
        await page.get_by_role("dialog").get_by_text(LAST).first.wait_for(timeout=10_000)
        for text in MARKUP[::AT_ONCE]:
            await host.tell_console(board(text, asks=True))
            await page.wait_for_timeout(20)
            await made.is_unhurt()
        await host.tell_console(console.Stopped(reason=MARKUP[0]))
        await page.get_by_text("Sharing has stopped").wait_for(timeout=10_000)
        await made.is_unhurt()


def board(text: str, *, asks: bool = False) -> console.HostDescribed:
    """Return a state with ``text`` wherever it can come from outside; who asks, asks to come in."""
    here = {"address": text, "browser": text, "wants": [Capability.VIEW], "granted": [Capability.VIEW]}
    viewers = [
        console.ViewerDescription(
            id=id_, name=text, phase=phase, since_s=1.0, secret="link", control_window=text, **here, **more
        )
        for id_, phase, more in (
            ("a", "live", {"controls": True}),
            ("b", "reconnecting", {}),
            *([("c", "knocking", {"answer_in_s": 30.0, "digits": text})] if asks else []),
        )
    ]
    return console.HostDescribed(
        name=text,
        origin="http://192.0.2.7:8765",
        link=text,
        view_link=text,
        link_qr="",
        code=text,
        code_expires_s=500.0,
        age_s=1.0,
        viewers=viewers,
        media=console.MediaFigures(width=1280, height=720, fps=1.0, kbps=1.0),
        available=[Capability.CONTROL, Capability.VIEW],
        recording=console.RecordingDescription(path=text, duration_s=1.0, bytes=1),
        invitations=[console.InvitationDescription(id="link", link=text, allows="control")],
        monitors=[
            console.MonitorDescription(
                id=number, name=text, x=0, y=0, width=1280, height=720, is_primary=True
            )
            for number in (1, 2)
        ],
        showing=1,
        lan_link=text,
        ask_link=text,
    )
