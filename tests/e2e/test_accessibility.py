"""What people without a mouse, without sight or with other eyes need of the pages."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).resolve().parents[2]
# The pages' own scenes: every state of every page, against a host that speaks the product's wire.
sys.path.insert(0, str(ROOT / "viewer" / "test"))

import look  # noqa: E402

AXE = ROOT / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 up to AA, and what axe's authors call good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = (1280, 720), (390, 844)
# The pages' policy allows no foreign script, which axe is; a colour on its way to another is none to judge.
STILL = {"bypass_csp": True, "reduced_motion": "reduce"}

# One loop for all of them, because one browser serves them all.
pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await look.launch(playwright)
        yield browser
        await browser.close()


async def findings(page: Page) -> list[str]:
    """Return what axe finds wrong in light and dark, one line for each kind and place."""
    await page.add_script_tag(path=AXE)
    found = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        rules: list[dict[str, Any]] = await page.evaluate(
            "async (tags) => (await axe.run(document, {runOnly: {type: 'tag', values: tags}})).violations",
            RULES,
        )
        found += [
            f"{scheme}: {rule['id']}: {node['html'][:200]} – {node['failureSummary']}"
            for rule in rules
            for node in rule["nodes"]
        ]
    return found


# What is cut off, or covered by something else, of all that can be pressed or is a heading. What a person can
# scroll to is not lost.
LOST = """() => {
    const isShown = (element) => element.checkVisibility({visibilityProperty: true, opacityProperty: true});
    const canScroll = (element) => {
        for (let at = element.parentElement; at; at = at.parentElement) {
            if (['auto', 'scroll'].includes(getComputedStyle(at).overflowY)) return true;
        }
        return document.documentElement.scrollHeight > innerHeight;
    };
    const isOutside = (box, within) =>
        ['left', 'top'].some((edge) => box[edge] < within[edge] - 1) ||
        ['right', 'bottom'].some((edge) => box[edge] > within[edge] + 1);
    const page = {left: 0, right: innerWidth, top: 0, bottom: innerHeight};
    const lost = [];
    const place = document.querySelector('dialog:modal') ?? document;
    for (const element of place.querySelectorAll('button, a[href], select, input, h1, h2')) {
        if (!isShown(element) || element.closest('.only-heard')) continue;
        if (canScroll(element)) element.scrollIntoView({block: 'nearest', inline: 'nearest'});
        const box = element.getBoundingClientRect();
        if (box.width === 0) continue;
        const name = element.ariaLabel ?? element.textContent.trim();
        const bar = element.closest('.toolbar')?.getBoundingClientRect();
        if (isOutside(box, page) || (bar && isOutside(box, bar))) {
            lost.push(`cut off: ${name} ${JSON.stringify(box)}`);
            continue;
        }
        const hit = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
        const isCovered = hit && !element.contains(hit) && !hit.contains(element);
        if (isCovered) lost.push(`covered: ${name} by ${hit.outerHTML.slice(0, 90)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) lost.push('the page is wider than the window');
    return lost;
}"""


# The page hears of another size of the window before its next frame.
LAID_OUT = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


@pytest.mark.parametrize("scene", look.SCENES)
async def test_every_state_is_fit_for_everybody_on_a_desk(chromium: Browser, scene: str) -> None:
    async with look.stage(chromium, *DESKTOP, "light", **STILL) as (page, host, base):
        await look.SCENES[scene](page, host, base)
        found = await findings(page)
        # What a browser does at 200 %.
        await page.set_viewport_size({"width": DESKTOP[0] // 2, "height": DESKTOP[1] // 2})
        await page.evaluate(LAID_OUT)
        lost = await page.evaluate(LOST)
    assert (found, lost) == ([], [])


@pytest.mark.parametrize("scene", look.SCENES)
async def test_every_state_is_fit_for_everybody_on_a_phone(chromium: Browser, scene: str) -> None:
    async with look.stage(chromium, *PHONE, "light", **STILL) as (page, host, base):
        await look.SCENES[scene](page, host, base)
        assert await findings(page) == []


# Foreground, background, and the least contrast: 4.5 for text, 3 for what only has to be found.
PAIRS = [
    ("text", "surface", 4.5),
    ("text", "surface-2", 4.5),
    ("text", "surface-3", 4.5),
    ("text", "page", 4.5),
    ("text-2", "surface", 4.5),
    ("text-2", "surface-2", 4.5),
    ("text-2", "page", 4.5),
    ("text-2", "accent-soft", 4.5),
    ("accent-text", "surface", 4.5),
    ("accent-text", "accent-soft", 4.5),
    ("accent-text", "page", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
    ("control-text", "surface", 4.5),
    ("control-text", "control-soft", 4.5),
    ("on-control", "control", 4.5),
    ("on-control", "control-hover", 4.5),
    ("danger", "surface", 4.5),
    ("danger", "danger-soft", 4.5),
    ("danger", "page", 4.5),
    ("on-ground", "ground", 4.5),
    ("on-ground-2", "ground", 4.5),
    ("line-strong", "surface", 3.0),
    ("accent", "surface", 3.0),
    ("accent", "page", 3.0),
    ("record", "surface", 3.0),
    ("ok", "surface", 3.0),
    ("control", "ground", 3.0),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_colours_stand_out_from_each_other(chromium: Browser, scheme: str) -> None:
    async with look.stage(chromium, *DESKTOP, scheme) as (page, _, base):
        await page.goto(base)
        ratios = await page.evaluate(
            """(pairs) => {
                const context = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
                const style = getComputedStyle(document.documentElement);
                const luminance = (token) => {
                    context.fillStyle = style.getPropertyValue(`--${token}`);
                    context.fillRect(0, 0, 1, 1);
                    const linear = (value) =>
                        value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
                    const {data} = context.getImageData(0, 0, 1, 1);
                    const [red, green, blue] = [...data].map((value) => linear(value / 255));
                    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
                };
                return pairs.map(([front, back]) => {
                    const [dark, light] = [luminance(front), luminance(back)].sort((a, b) => a - b);
                    return (light + 0.05) / (dark + 0.05);
                });
            }""",
            PAIRS,
        )
    weak = [
        f"{front} on {back}: {ratio:.2f}, not {least}"
        for (front, back, least), ratio in zip(PAIRS, ratios, strict=True)
        if ratio < least
    ]
    assert weak == []


# Every stop of the Tab key: what it is called, and whether a ring is drawn on it or on what stands for it.
STOPS = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const ringed = [element, element.nextElementSibling, element.closest('label')].some((shown) => {
        const style = shown && getComputedStyle(shown);
        return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    const box = (element.closest('label') ?? element).getBoundingClientRect();
    const inView = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    return {html: element.outerHTML.slice(0, 120), ringed, inView};
}"""


@pytest.mark.parametrize("colours", ["none", "active"])
@pytest.mark.parametrize(
    "scene",
    [
        "landing",
        "computers",
        "signing-in",
        "waiting",
        "denied",
        "all-controls",
        "quality",
        "language",
        "console-busy",
        "ended",
    ],
)
async def test_every_stop_of_the_tab_key_can_be_seen(chromium: Browser, scene: str, colours: str) -> None:
    """Also with the few colours that a person has set in the system (``forced-colors``)."""
    async with look.stage(chromium, *DESKTOP, "light", forced_colors=colours) as (page, host, base):
        await look.SCENES[scene](page, host, base)
        stops = []
        for _ in range(40):
            await page.keyboard.press("Tab")
            stop = await page.evaluate(STOPS)
            if stop is not None:
                stops.append(stop)
    assert stops, "nothing takes the focus"
    assert [stop["html"] for stop in stops if not stop["ringed"] or not stop["inView"]] == []


@pytest.mark.parametrize("scene", ["landing", "waiting", "controlling", "reconnecting", "console-question"])
async def test_nothing_moves_for_who_wants_no_motion(chromium: Browser, scene: str) -> None:
    async with look.stage(chromium, *DESKTOP, "dark", reduced_motion="reduce") as (page, host, base):
        await look.SCENES[scene](page, host, base)
        assert await page.evaluate("document.getAnimations().length") == 0


async def test_the_page_speaks_the_browsers_language_until_somebody_chooses(chromium: Browser) -> None:
    async with look.stage(chromium, *DESKTOP, "light", locale="fr-CA") as (page, _, base):
        await page.goto(base)
        await page.get_by_role("button", name="Se connecter").wait_for()
        assert await page.evaluate("document.documentElement.lang") == "fr"
        await page.get_by_label("Langue").select_option(label="Deutsch")
        await page.get_by_role("button", name="Verbinden").wait_for()
        # Also on the other pages of this host, and the next time.
        await page.goto(f"{base}/j/deny-full#k=AAAA")
        await page.get_by_role("heading", name="Kein Platz mehr frei").wait_for()
        assert await page.evaluate("document.documentElement.lang") == "de"


async def test_the_page_refuses_an_answer_that_was_altered_on_the_way(chromium: Browser) -> None:
    async with look.stage(chromium, *DESKTOP, "light") as (page, host, base):
        host.alters_answers = True
        await page.goto(f"{base}/j/live#k=AAAA")
        await page.get_by_role("heading", name="This connection is not safe").wait_for()
        assert host.session is not None
        assert host.session.readyState != "open"


async def test_a_browser_of_another_language_gets_english(chromium: Browser) -> None:
    async with look.stage(chromium, *DESKTOP, "light", locale="ja-JP") as (page, _, base):
        await page.goto(base)
        await page.get_by_role("button", name="Connect").wait_for()
        assert await page.evaluate("document.documentElement.lang") == "en"
