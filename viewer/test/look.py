"""Photograph every state of the pages in Chromium, and check what only a browser can tell.

    .venv/bin/python viewer/test/look.py FOLDER [NAME ...]

Writes FOLDER/NAME-WIDTHxHEIGHT-SCHEME.png and fails on a console error, a CSP report or a malformed message.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import segno
from aiohttp import web
from msgspec.structs import replace
from playwright.async_api import Browser, Page, Playwright, async_playwright

from mock_host import ADDRESS, PASSWORD, MockHost, description
from screenshare.capability import Capability
from screenshare.media import CursorShape
from screenshare.protocol import clip, console, messages
from screenshare.protocol.pointer import PointerPlace
from screenshare.video.cursor import describe_cursor

Scene = Callable[[Page, MockHost, str], Awaitable[None]]
SCENES: dict[str, Scene] = {}
SIZES = ((1280, 720), (390, 844))
VIDEO = messages.VideoDescribed(format="h264", chroma="4:2:0", width=1280, height=720, mode="auto")
LINK = "http://192.168.1.20:8765/j/k3n8vQ2xR7aL#k=Zm9vYmFyYmF6cXV4cXV1eA"


def scene(take: Scene) -> Scene:
    SCENES[take.__name__.replace("_", "-")] = take
    return take


async def until_state(page: Page, state: str) -> None:
    # Not page.wait_for_function: it needs eval, which the pages' CSP forbids.
    for _ in range(150):
        if await page.evaluate("window.screenshare?.state") == state:
            return
        await page.wait_for_timeout(100)
    raise AssertionError(f"{await page.evaluate('window.screenshare?.state')}, not {state}")


async def until(page: Page, condition: Callable[[], object], found: Callable[[], object]) -> None:
    """Wait for what the host hears; ``found`` is shown where it does not."""
    for _ in range(250):
        if condition():
            return
        await page.wait_for_timeout(20)
    raise AssertionError(found())


async def go_live(page: Page, host: MockHost, base: str) -> None:
    await page.goto(f"{base}/j/live#k=AAAA")
    await until_state(page, "live")
    host.say(VIDEO)
    await page.wait_for_timeout(300)


async def press(page: Page, name: str) -> None:
    """Press a control; a phone shows most of them only on demand."""
    button = page.get_by_role("button", name=name, exact=True)
    if not await button.is_visible():
        await page.get_by_role("button", name="More controls").click()
    await button.click()


async def take_control(page: Page, host: MockHost) -> None:
    await page.get_by_role("button", name="Request control").click()
    await page.get_by_role("button", name="Cancel request").wait_for()
    host.say(messages.ControlGranted(re=1))
    host.described = description(controls=True)
    host.say(host.described)
    await page.get_by_role("button", name="Release control").wait_for()


@scene
async def landing(page: Page, host: MockHost, base: str) -> None:
    await page.goto(base)


@scene
async def landing_problem(page: Page, host: MockHost, base: str) -> None:
    await page.goto(base)
    await page.get_by_label("Spoken code").fill("482913")
    await page.get_by_role("button", name="Connect").click()


async def sign_in(page: Page, base: str, room: str, password: str = PASSWORD) -> None:
    await page.goto(f"{base}/j/{room}{ADDRESS}")
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_label("Remember this computer").check()
    await page.get_by_role("button", name="Sign in").click()


@scene
async def signing_in(page: Page, host: MockHost, base: str) -> None:
    await page.goto(f"{base}/j/home{ADDRESS}")
    await until_state(page, "sign-in")
    assert await page.evaluate("location.hash") == "", "the secret must leave the address"


@scene
async def sign_in_wrong(page: Page, host: MockHost, base: str) -> None:
    await sign_in(page, base, "home", "horse battery staple")
    await page.get_by_text("That was not the password.").wait_for()


@scene
async def sign_in_locked(page: Page, host: MockHost, base: str) -> None:
    await sign_in(page, base, "home-locked")
    await page.get_by_text("Too many wrong passwords.").wait_for()


@scene
async def computer_away(page: Page, host: MockHost, base: str) -> None:
    host.is_home_2_away = True
    await sign_in(page, base, "home-2")
    await page.get_by_role("button", name="Try again").wait_for()


@scene
async def computers(page: Page, host: MockHost, base: str) -> None:
    for room in ("home-2", "home"):
        await sign_in(page, base, room)
        await until_state(page, "live")
    host.is_home_2_away = True
    await page.goto(base)
    await page.get_by_text("online · without the password").wait_for()
    await page.get_by_text("offline · without the password").wait_for()


@scene
async def comparing(page: Page, host: MockHost, base: str) -> None:
    await page.goto(f"{base}/j/ask")
    await page.get_by_role("heading", name="Waiting for Bob's ThinkPad").wait_for()
    shown = await page.get_by_label("Your digits").locator("output").inner_text()
    assert shown.replace(" ", "") == host.digits, (shown, host.digits)


@scene
async def waiting(page: Page, host: MockHost, base: str) -> None:
    await page.goto(f"{base}/j/wait#k=AAAA")
    await page.get_by_text("Waiting for").first.wait_for()
    assert await page.evaluate("location.hash") == "", "the secret must leave the address"
    await page.wait_for_timeout(1500)


# Ways not to come in, by the rooms that answer so.
DENIALS = {
    "denied": "deny-denied",
    "nobody-answered": "deny-timeout",
    "no-place-left": "deny-full",
    "nobody-shares": "nobody",
    "wrong-secret": "deny-wrong-secret",
}


def denial(room: str) -> Scene:
    async def take(page: Page, host: MockHost, base: str) -> None:
        await page.goto(f"{base}/j/{room}#k=AAAA")
        await until_state(page, "denied")

    return take


SCENES.update((name, denial(room)) for name, room in DENIALS.items())


@scene
async def altered(page: Page, host: MockHost, base: str) -> None:
    host.alters_answers = True
    await page.goto(f"{base}/j/live#k=AAAA")
    await until_state(page, "denied")


@scene
async def no_secret(page: Page, host: MockHost, base: str) -> None:
    await page.goto(f"{base}/j/live")


@scene
async def browser_too_old(page: Page, host: MockHost, base: str) -> None:
    await page.add_init_script("delete window.RTCPeerConnection")
    await page.goto(f"{base}/j/live#k=AAAA")
    await page.get_by_role("heading", name="This browser cannot show a live screen").wait_for()


@scene
async def why_not(page: Page, host: MockHost, base: str) -> None:
    await page.route_web_socket("**/v1/ws*", lambda socket: socket.close())
    await page.goto(f"{base}/j/live#k=AAAA")
    await page.get_by_role("button", name="Why can’t I connect?").click()
    await page.get_by_role("button", name="Copy report").wait_for()


@scene
async def live(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)


@scene
async def recorded(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    host.describe(recording_s=760.0)
    await page.get_by_text("Recording 12:4").wait_for()


@scene
async def asking(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await page.get_by_role("button", name="Request control").click()
    await page.wait_for_timeout(300)


@scene
async def controlling(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await take_control(page, host)
    await page.locator("#screen").hover(position={"x": 200, "y": min(330, page.viewport_size["height"] / 2)})
    await page.wait_for_timeout(200)


@scene
async def controlling_tucked(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await take_control(page, host)
    box = await page.locator("#screen").bounding_box()
    await page.mouse.move(box["width"] / 2, box["height"] / 2)
    await page.mouse.down()
    await page.mouse.up()
    await page.keyboard.type("aB")
    await page.mouse.wheel(0, 120)
    await page.wait_for_timeout(3600)
    # The hidden controls must not swallow a click on what lies under them.
    await page.mouse.click(box["width"] / 2, box["height"] - 40)
    await page.wait_for_timeout(200)
    presses = [heard for heard in host.heard if isinstance(heard, messages.ButtonPress)]
    assert len(presses) == 2, presses
    # On a phone a pixel of the page is more than three of the host's.
    assert abs(presses[0].x - 32_768) < 100, presses[0]
    keys = [heard.key for heard in host.heard if isinstance(heard, messages.KeyPress)]
    assert [key for key in keys if key != "Shift"] == ["a", "B"], keys
    turns = [heard for heard in host.heard if isinstance(heard, messages.WheelTurn)]
    assert [turn.dy for turn in turns] == [120], turns


@scene
async def keyboard_left(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await take_control(page, host)
    await page.keyboard.down("Shift")
    await page.keyboard.up("Shift")
    await page.keyboard.press("ControlRight")
    await page.get_by_text("Click the screen to type there").wait_for(state="attached")
    await page.wait_for_timeout(100)
    assert any(isinstance(heard, messages.InputRelease) for heard in host.heard)
    before = len(host.heard)
    await page.keyboard.press("x")
    await page.wait_for_timeout(150)
    assert not any(isinstance(heard, messages.KeyPress) for heard in host.heard[before:])


@scene
async def control_taken_back(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await take_control(page, host)
    host.say(messages.ControlRevoked(reason="host"))
    host.described = description()
    host.say(host.described)
    await page.get_by_text("Control was taken back by the host").last.wait_for()
    await page.wait_for_timeout(250)


def arrow() -> messages.CursorShaped:
    """Return a pointer of 24 × 36 pixels that points with its third one in each direction."""
    pixels = np.zeros((36, 24, 4), np.uint8)
    for row in range(2, 34):
        pixels[row, 2 : min(4 + row * 2 // 3, 23)] = 255
        pixels[row, 3 : min(3 + row * 2 // 3, 22), :3] = 30
    return describe_cursor(CursorShape(1, pixels.tobytes(), 24, 36, hot_x=2, hot_y=2))


@scene
async def pointer_of_another(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    chris = messages.Participant(id="b", name="Chris", controls=True)
    host.describe(participants=[*description().participants[:1], chris])
    host.say(arrow())
    host.point(PointerPlace(seq=5, monitor=1, x=32_768, y=32_768))
    host.point(PointerPlace(seq=4, monitor=1, x=0, y=0))
    label = page.get_by_text("Chris", exact=True)
    await label.wait_for()
    await page.wait_for_timeout(200)
    screen = await page.locator("#screen").bounding_box()
    tip = await page.locator(".host-pointer").bounding_box()
    scale = max(screen["width"] / 1280, 0.5)
    assert abs(tip["x"] + 2 * scale - screen["width"] / 2) <= 1, (screen, tip)
    assert abs(tip["y"] + 2 * scale - screen["height"] / 2) <= 1, (screen, tip)
    host.point(PointerPlace(seq=6, monitor=None))
    await label.wait_for(state="hidden")
    host.point(PointerPlace(seq=7, monitor=1, x=60_000, y=32_768))
    await label.wait_for()


@scene
async def turns(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    ana, chris = description().participants
    dana = messages.Participant(id="c", name="Dana", may_control=True)
    controlling, waiting = replace(chris, controls=True, may_control=True), replace(ana, place=1)
    host.describe(
        participants=[waiting, controlling, dana],
        granted=[Capability.VIEW, Capability.CONTROL],
        control_waits=True,
    )
    await page.get_by_text("You are the next to control").wait_for(state="attached")
    await press(page, "People")
    await page.get_by_role("button", name="Take control from Chris").click()
    await until(page, lambda: messages.ControlTake(id=1) in host.heard, lambda: host.heard)
    host.describe(
        participants=[
            replace(ana, controls=True, may_control=True),
            replace(chris, may_control=True, place=1),
            dana,
        ],
        granted=[Capability.VIEW, Capability.CONTROL],
        control_reach="pointer",
    )
    await page.get_by_role("button", name="Give control to Chris").click()
    await until(page, lambda: messages.ControlGive(to="b") in host.heard, lambda: host.heard)


@scene
async def control_locked(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    host.describe(control_locked=True)
    await page.wait_for_timeout(100)
    button = page.get_by_role("button", name="Request control")
    assert await button.get_attribute("aria-disabled") == "true"


@scene
async def pointer_in_hand(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    host.say(arrow())
    await take_control(page, host)
    host.point(PointerPlace(seq=1, monitor=1, x=32_768, y=32_768))
    await page.wait_for_timeout(200)
    style = "document.getElementById('screen').style.cursor"
    if page.viewport_size["width"] >= 600:
        assert (await page.evaluate(style)).endswith("2 2, default"), await page.evaluate(style)
        assert not await page.locator(".host-pointer").is_visible()
        host.say(messages.CursorShaped(id=2))
        await page.wait_for_timeout(100)
        assert await page.evaluate(style) == "none"
        host.describe(recording_s=1.0)


@scene
async def statistics(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await press(page, "Statistics")
    await page.wait_for_timeout(2600)
    figures = await page.evaluate("window.screenshare.stats()")
    assert figures["state"] == "live", figures
    assert figures["width"] == 1280, figures
    assert figures["fps"] > 5, figures
    assert figures["path"].startswith("direct"), figures
    assert 0 < figures["latency_ms"] <= figures["latency_p95_ms"] < 1000, figures
    assert figures["chroma"] == "4:2:0", figures
    before = await page.locator(".panel").bounding_box()
    await page.wait_for_timeout(1200)
    assert await page.locator(".panel").bounding_box() == before, "the figures make the page jump"
    await page.get_by_role("button", name="Copy as text").click()
    await page.get_by_role("button", name="Copied").wait_for()
    assert "Size: 1280 × 720" in await page.evaluate("navigator.clipboard.readText()")


@scene
async def quality(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    host.say(replace(VIDEO, limit="path", limit_kbps=3200))
    await press(page, "Quality")
    await page.get_by_role("radio", name="Save data").check()
    await page.get_by_label("At most").select_option("2000")
    await page.wait_for_timeout(200)
    chosen = [heard for heard in host.heard if isinstance(heard, messages.QualityChoose)]
    assert chosen == [
        messages.QualityChoose(mode="saver"),
        messages.QualityChoose(mode="saver", max_kbps=2000),
    ], chosen


@scene
async def keyboard(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await take_control(page, host)
    await press(page, "Keyboard")
    await page.get_by_role("radio", name="As text").check()
    await page.get_by_label("Type text at the host").fill("sudo apt upgrade")


MONITORS = [
    messages.MonitorDescribed(id=1, name="HDMI-1", width=1280, height=720, is_primary=True),
    messages.MonitorDescribed(id=2, name="DP-2", width=2560, height=1440),
]


@scene
async def controls_at_the_left(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    if page.viewport_size["width"] < 600:
        return  # a phone has them at the bottom
    await page.get_by_role("button", name="Move controls").click()
    await press(page, "Quality")
    await page.get_by_role("separator", name="Width of quality").press("ArrowLeft")


@scene
async def controls_at_the_top(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await take_control(page, host)
    if page.viewport_size["width"] < 600:
        return
    await page.get_by_role("button", name="Move controls").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Lock pointer").hover()


@scene
async def controls_at_the_right(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    if page.viewport_size["width"] < 600:
        return
    for _ in range(3):
        await page.get_by_role("button", name="Move controls").click()
    await press(page, "Keyboard")


@scene
async def touch(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    if page.viewport_size["width"] > 600:
        return  # a mouse has no such choice
    await press(page, "Touch")
    await page.get_by_role("radio", name="Trackpad").check()


@scene
async def key_bar(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await take_control(page, host)
    if page.viewport_size["width"] > 600:
        return
    await press(page, "Virtual keyboard")
    await page.get_by_role("button", name="Ctrl", exact=True).click()
    shift = page.get_by_role("button", name="Shift", exact=True)
    await shift.click()
    await shift.click()
    await page.wait_for_timeout(100)
    pressed = [heard for heard in host.heard if isinstance(heard, messages.KeyPress)]
    assert [key.code for key in pressed] == ["ControlLeft", "ShiftLeft"], pressed


@scene
async def more_controls(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    if page.viewport_size["width"] < 600:
        await page.get_by_role("button", name="More controls").click()


@scene
async def clipboard(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    allowed = [Capability.VIEW, Capability.CLIPBOARD]
    host.describe(granted=allowed, clipboard=messages.ClipboardTerms(direction="both", limit_bytes=2**24))
    text = b"ssh -L 8080:localhost:80 bob@203.0.113.7"
    host.say(messages.ClipboardOffered(parts=[messages.ClipPart(format="text", bytes=len(text))]))
    await press(page, "Clipboard")
    await until(page, lambda: messages.ClipboardFetch(id=1) in host.heard, lambda: host.heard)
    host.bring(clip.ClipBegun(id=1, parts=(("text", len(text)),)), text)
    await page.get_by_role("button", name="Copy to my clipboard").click()
    await page.get_by_role("button", name="On your clipboard").wait_for()


@scene
async def clipboard_asked(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    host.describe(askable=["control", "clipboard"])
    await press(page, "Clipboard")
    await page.get_by_role("button", name="Ask for the clipboard").wait_for()


@scene
async def clipboard_picture(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    allowed = [Capability.VIEW, Capability.CLIPBOARD]
    host.describe(granted=allowed, clipboard=messages.ClipboardTerms(direction="out", limit_bytes=2**24))
    picture = arrow().png
    data = base64.b64decode(picture)
    host.say(messages.ClipboardOffered(parts=[messages.ClipPart(format="png", bytes=6_000_000)]))
    await press(page, "Clipboard")
    await page.get_by_role("button", name="Get it (6 MB)").click()
    await until(page, lambda: messages.ClipboardFetch(id=1) in host.heard, lambda: host.heard)
    host.bring(clip.ClipBegun(id=1, parts=(("png", len(data)),)), data)
    await page.get_by_role("img", name="Picture that was copied at the host").wait_for()


@scene
async def monitor(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await page.wait_for_timeout(100)
    if page.viewport_size["width"] > 600:
        button = page.get_by_role("button", name="Monitor", exact=True)
        assert await button.get_attribute("aria-disabled") == "true"
        assert "one screen" in await button.get_attribute("aria-description")
    host.describe(monitors=MONITORS, watching=1)
    await press(page, "Monitor")
    await page.get_by_role("radio", name="1 · HDMI-1", exact=True).wait_for()
    assert await page.get_by_role("radio", name="1 · HDMI-1", exact=True).is_checked()
    await page.get_by_role("radio", name="All monitors", exact=True).click()
    await until(page, lambda: messages.ScreenChoose(monitor=0) in host.heard, lambda: host.heard)
    host.describe(watching=0)
    await page.wait_for_timeout(100)
    assert await page.get_by_role("radio", name="All monitors", exact=True).is_checked()


@scene
async def language(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    assert await page.evaluate("document.documentElement.lang") == "en"
    if page.viewport_size["width"] < 600:
        return  # a phone chooses below the cards
    await press(page, "Language")
    await page.get_by_role("radio", name="Deutsch").check()
    await page.get_by_role("button", name="Steuerung anfragen").wait_for()
    assert await page.evaluate("document.documentElement.lang") == "de"


@scene
async def waiting_in_french(page: Page, host: MockHost, base: str) -> None:
    await waiting(page, host, base)
    await page.get_by_label("Language").select_option("fr")
    await page.get_by_role("heading", name="En attente que Bob's ThinkPad vous laisse entrer").wait_for()
    await page.reload()
    await page.get_by_label("Langue").wait_for()


@scene
async def landing_in_german(page: Page, host: MockHost, base: str) -> None:
    await landing_problem(page, host, base)
    await page.get_by_label("Language").select_option("de")
    await page.get_by_text("Ein Code hat zehn bis dreizehn Ziffern; das sind 6.").wait_for()


@scene
async def paused(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await take_control(page, host)
    host.describe(paused=True)
    await page.get_by_role("heading", name="Bob's ThinkPad has paused sharing").wait_for()
    before = len(host.heard)
    await page.mouse.click(100, 200)
    await page.keyboard.press("x")
    await page.wait_for_timeout(200)
    sent = [type(heard).__name__ for heard in host.heard[before:]]
    assert not {"ButtonPress", "KeyPress", "PointerMove"} & set(sent), sent


@scene
async def resumed(page: Page, host: MockHost, base: str) -> None:
    await paused(page, host, base)
    host.describe(paused=False)
    await page.get_by_role("heading", name="paused").wait_for(state="detached")
    await page.get_by_role("button", name="Release control").wait_for()


@scene
async def all_controls(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    if page.viewport_size["width"] < 600:
        await page.get_by_role("button", name="More controls").click()


@scene
async def people(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await press(page, "People")
    await page.wait_for_timeout(300)


@scene
async def actual_size(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await press(page, "Actual size")
    await page.locator(".stage.actual").wait_for()
    assert await page.evaluate("document.getElementById('screen').getBoundingClientRect().width") == 1280


@scene
async def collapsed(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    if page.viewport_size["width"] < 600:
        return  # a phone's bar does not cover the picture
    await page.get_by_role("button", name="Hide controls").click()
    await page.get_by_role("button", name="Show controls").wait_for()
    await page.mouse.move(100, 100)
    await page.wait_for_timeout(200)


@scene
async def reconnecting(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    host.is_silent = True
    await until_state(page, "reconnecting")
    await page.wait_for_timeout(1200)


@scene
async def reconnected(page: Page, host: MockHost, base: str) -> None:
    await reconnecting(page, host, base)
    host.is_silent = False
    await until_state(page, "live")
    await page.wait_for_timeout(300)


@scene
async def reloaded(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await page.reload()
    await until_state(page, "live")
    knocks = [heard for heard in host.heard if type(heard).__name__ == "KnockProve"]
    assert [knock.resume is not None for knock in knocks] == [False, True], knocks


@scene
async def ended(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    host.say(messages.SessionEnded(reason="stopped", duration_s=754.0))
    await until_state(page, "ended")


@scene
async def left(page: Page, host: MockHost, base: str) -> None:
    await go_live(page, host, base)
    await press(page, "Disconnect")
    await until_state(page, "ended")
    await page.wait_for_timeout(300)
    names = {type(heard).__name__ for heard in host.heard}
    assert {"SessionLeave", "ViewerBye"} <= names, names


def viewer(identifier: str, name: str, **change: object) -> console.ViewerDescription:
    fields: dict[str, object] = {
        "id": identifier,
        "name": name,
        "address": "203.0.113.7",
        "browser": "Chrome on Windows",
        "phase": "live",
        "wants": [Capability.VIEW, Capability.CONTROL],
        "granted": [Capability.VIEW],
        "since_s": 312.0,
        "secret": "link",
    }
    return console.ViewerDescription(**(fields | change))


def host_described(*viewers: console.ViewerDescription, **change: object) -> console.HostDescribed:
    rows = segno.make(LINK, error="m").matrix
    fields: dict[str, object] = {
        "name": "Bob's ThinkPad",
        "origin": "http://192.168.1.20:8765",
        "link": LINK,
        "view_link": LINK.replace("Zm9v", "dmll"),
        "link_qr": "\n".join("".join(str(int(cell)) for cell in row) for row in rows),
        "code": "482 913 0571",
        "code_expires_s": 552.0,
        "age_s": 700.0,
        "viewers": list(viewers),
        "media": console.MediaFigures(width=1920, height=1080, fps=29.7, kbps=1832.0),
        "available": [Capability.VIEW, Capability.CONTROL],
        "paused": False,
        "panic_key": "Escape",
        "invitations": [
            console.InvitationDescription(
                id="link", link=LINK, allows="control", expires_s=840.0, uses_left=1
            )
        ],
    }
    fields["view_link_qr"] = fields["link_qr"]
    return console.HostDescribed(**(fields | change))


async def open_console(page: Page, host: MockHost, base: str, described: console.HostDescribed) -> None:
    host.host_described = described
    await page.goto(f"{base}/console#t=token")
    await page.get_by_role("heading", name="Invite").wait_for()
    assert await page.evaluate("location.hash") == ""


@scene
async def console_empty(page: Page, host: MockHost, base: str) -> None:
    idle = console.MediaFigures(width=0, height=0, fps=0, kbps=0)
    await open_console(page, host, base, host_described(media=idle))


@scene
async def console_busy(page: Page, host: MockHost, base: str) -> None:
    recording = console.RecordingDescription(path="/home/bob/share.mp4", duration_s=760.0, bytes=9_000_000)
    lan = console.PathDescription(format="h264-444", mode="sharp", kbps=1832.0, rtt_ms=1.4)
    road = console.PathDescription(
        format="h264", mode="auto", kbps=640.0, rtt_ms=84.0, loss=0.012, limit_kbps=900
    )
    ana = viewer("a", "Ana", controls=True, control_expires_s=252.0, granted=["view", "control"], path=road)
    chris = viewer(
        "b", "Chris", address="192.168.1.31", browser="Firefox on Linux", secret="link", place=1, path=lan
    )
    dana = viewer(
        "c", "", address="192.168.1.44", browser="Safari on iOS", phase="reconnecting", secret="code"
    )
    await open_console(page, host, base, host_described(ana, chris, dana, recording=recording))


@scene
async def console_unattended(page: Page, host: MockHost, base: str) -> None:
    link = f"{LINK.partition('/j/')[0]}/j/k3n8vQ2xR7aLk3n8{ADDRESS}"
    await open_console(page, host, base, host_described(unattended_link=link))
    await page.get_by_text("While nobody is here").click()


@scene
async def console_in_german(page: Page, host: MockHost, base: str) -> None:
    await console_busy(page, host, base)
    await page.get_by_label("Language").select_option("de")
    await page.get_by_role("button", name="Teilen beenden").wait_for()


@scene
async def console_server_away(page: Page, host: MockHost, base: str) -> None:
    away = console.ServerDescription(url="https://share.example.org", is_reached=False)
    public = LINK.replace("http://192.168.1.20:8765", away.url)
    described = host_described(viewer("b", "Chris"), server=away, origin=away.url, link=public, lan_link=LINK)
    await open_console(page, host, base, described)
    await page.get_by_text("Link in this network, without the server").click()
    assert await page.get_by_label("Link in this network, without the server").input_value() == LINK


@scene
async def console_paused(page: Page, host: MockHost, base: str) -> None:
    screens = [
        console.MonitorDescription(id=1, name="HDMI-1", x=0, y=0, width=1920, height=1080, is_primary=True),
        console.MonitorDescription(id=2, name="DP-2", x=1920, y=0, width=2560, height=1440, is_primary=False),
    ]
    watched = host_described(viewer("b", "Chris"), paused=False, monitors=screens, showing=1)
    await open_console(page, host, base, watched)
    await page.get_by_label("Monitor that is shown").select_option("0")
    await page.get_by_role("button", name="Pause sharing").click()
    chosen = [console.ScreenChoose(monitor=0), console.SharePause()]
    await until(page, lambda: host.commands[-2:] == chosen, lambda: host.commands)
    await host.describe_host(replace(watched, paused=True, showing=0))
    await page.get_by_role("button", name="Resume sharing").click()
    await until(page, lambda: host.commands[-1] == console.ShareResume(), lambda: host.commands)


@scene
async def console_log(page: Page, host: MockHost, base: str) -> None:
    ana = {"id": "a", "name": "Ana"}
    host.logged = [
        console.Logged(ago_s=900, happened=console.ViewerJoined(**ana)),
        console.Logged(ago_s=700, happened=console.ControlPassed(id="a")),
        console.Logged(ago_s=400, happened=console.ControlTaken(id="a", reason="host")),
        console.Logged(ago_s=60, happened=console.SharePaused()),
        console.Logged(ago_s=20, happened=console.ShareResumed()),
    ]
    await open_console(page, host, base, host_described(viewer("a", "Ana")))
    await page.get_by_role("button", name="Log").press("Enter")
    await page.get_by_text("Ana was let in").wait_for()
    await page.get_by_role("button", name="New code").click()
    await page.get_by_role("button", name="Revoke code").click()
    asked = [console.CodeRenew(), console.CodeRevoke()]
    await until(page, lambda: host.commands[-2:] == asked, lambda: host.commands)
    await host.describe_host(host_described(viewer("a", "Ana"), code=None, code_expires_s=None))
    await page.get_by_text("No spoken code works now").wait_for()


@scene
async def console_question(page: Page, host: MockHost, base: str) -> None:
    ana = viewer("a", "Ana", phase="knocking", answer_in_s=30.0, granted=[])
    await open_console(page, host, base, host_described(ana, viewer("b", "Chris")))
    await page.get_by_text("Ana wants to see your screen").wait_for()
    deny = page.get_by_role("button", name="Deny")
    assert await deny.evaluate("button => button === document.activeElement"), "Deny has the focus"
    assert await page.get_by_role("button", name="Allow view").is_disabled(), "Allow is dead at first"
    await page.wait_for_timeout(2300)
    assert "wants to see" in await page.title()


@scene
async def console_digits_question(page: Page, host: MockHost, base: str) -> None:
    ana = viewer("a", "Ana", phase="knocking", answer_in_s=30.0, granted=[], secret="digits", digits="482913")
    await open_console(page, host, base, host_described(ana))
    await page.get_by_text("Allow only who reads these digits to you").wait_for()
    await page.get_by_text("482 913", exact=True).wait_for()
    await page.wait_for_timeout(1300)


@scene
async def console_control_question(page: Page, host: MockHost, base: str) -> None:
    ana = viewer("a", "Ana", asks="control", answer_in_s=30.0)
    await open_console(page, host, base, host_described(ana))
    await page.wait_for_timeout(1300)
    await page.get_by_role("button", name="Allow control").click(trial=True)


@scene
async def console_right_question(page: Page, host: MockHost, base: str) -> None:
    ana = viewer("a", "Ana", asks="clipboard", answer_in_s=30.0)
    await open_console(page, host, base, host_described(ana))
    await page.wait_for_timeout(1300)
    await page.get_by_role("button", name="Allow", exact=True).click()
    allowed = console.CapabilitySet(id="a", capability=Capability.CLIPBOARD, granted=True)
    await until(page, lambda: host.commands[-1:] == [allowed], lambda: host.commands)


@scene
async def console_admits(page: Page, host: MockHost, base: str) -> None:
    ana = viewer("a", "Ana", phase="knocking", answer_in_s=30.0, granted=[])
    await open_console(page, host, base, host_described(ana))
    await page.get_by_role("button", name="Allow control").click()
    admit = console.ViewerAdmit(id="a", grant=[Capability.VIEW, Capability.CONTROL])
    await until(page, lambda: host.commands[-1:] == [admit], lambda: host.commands)
    await host.describe_host(host_described(viewer("a", "Ana", granted=["view", "control"])))
    await page.get_by_label("What Ana may use").select_option("keyboard")
    await page.get_by_label("Which window Ana may use").select_option("in “notes.txt – Editor”")
    await page.get_by_role("button", name="Give control").click()
    await page.get_by_role("button", name="Copy link").click()
    await page.get_by_role("button", name="Copied").wait_for()
    await page.get_by_label("View only").check(force=True)
    await page.get_by_role("button", name="Record", exact=True).click()
    given = [
        console.ControlGrant(id="a", for_s=300, reach="keyboard", window=7),
        console.RecordingStart(),
    ]
    await until(page, lambda: host.commands[-2:] == given, lambda: host.commands)


def two_receipts() -> list[console.Receipt]:
    since = datetime(2026, 11, 23, 14, 1, 20, tzinfo=UTC).timestamp()
    return [
        console.Receipt(
            id="a",
            name="Ana Fernández de la Vega",
            address="192.168.1.31",
            proved="link",
            since=since,
            until=since + 1460,
            ways=["direct", "relay-tls"],
            rights=[Capability.VIEW, Capability.CONTROL, Capability.CLIPBOARD],
            controlled_s=312.0,
            taken_bytes=1_240,
            given_bytes=83_000,
        ),
        console.Receipt(
            id="b", name="Chris", address="2001:db8::17", proved="code", since=since + 900, ways=["relay-udp"]
        ),
    ]


@scene
async def console_receipts(page: Page, host: MockHost, base: str) -> None:
    host.receipts = two_receipts()
    await open_console(page, host, base, host_described(viewer("b", "Chris")))
    await page.get_by_role("button", name="Who was here").click()
    await page.get_by_text("controlled for 5:12").wait_for()


@scene
async def console_stopped(page: Page, host: MockHost, base: str) -> None:
    await open_console(page, host, base, host_described())
    ended = [replace(receipt, until=receipt.since + 1460) for receipt in two_receipts()]
    await host.tell_console(console.ReceiptsListed(receipts=ended))
    await host.tell_console(console.Stopped(reason="stopped"))
    await page.get_by_text("Sharing has stopped").wait_for()
    await page.get_by_text("controlled for 5:12").wait_for()


@scene
async def console_stop(page: Page, host: MockHost, base: str) -> None:
    await open_console(page, host, base, host_described(viewer("b", "Chris")))
    await page.get_by_role("button", name="Stop sharing").click()
    await page.wait_for_timeout(200)


@scene
async def console_used(page: Page, host: MockHost, base: str) -> None:
    await page.goto(f"{base}/console#t=used")
    await page.get_by_text("has been used").wait_for()


async def photograph(folder: Path, names: list[str]) -> list[str]:
    problems: list[str] = []
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        for name in names or SCENES:
            for width, height in SIZES:
                for scheme in ("light", "dark"):
                    label = f"{name}-{width}x{height}-{scheme}"
                    async with stage(browser, width, height, scheme) as (page, host, base):
                        found = await take(SCENES[name], page, host, base, folder / f"{label}.png")
                    problems += [f"{label}: {problem}" for problem in found]
        await browser.close()
    return problems


async def launch(playwright: Playwright) -> Browser:
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    return await playwright.chromium.launch(
        executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
    )


@asynccontextmanager
async def stage(
    browser: Browser, width: int, height: int, scheme: str, **options: object
) -> AsyncIterator[tuple[Page, MockHost, str]]:
    """Give a scene its empty page, its host, and the host's address."""
    host = MockHost()
    runner = web.AppRunner(host.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=width < 600,
        permissions=["clipboard-read", "clipboard-write"],
        **options,
    )
    yield await context.new_page(), host, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await context.close()
    await host.close()
    await runner.cleanup()


async def take(take_scene: Scene, page: Page, host: MockHost, base: str, target: Path) -> list[str]:
    problems: list[str] = []
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    try:
        await take_scene(page, host, base)
        await page.screenshot(path=target)
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append("the page is wider than the window")
    except Exception as exc:  # noqa: BLE001 - one broken scene must not hide the others
        problems.append(f"{type(exc).__name__}: {exc}")
        await page.screenshot(path=target)
    return problems + host.complaints


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    problems = asyncio.run(photograph(folder, sys.argv[2:]))
    sys.stdout.write("\n".join([*problems, f"{len(problems)} problems", ""]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
