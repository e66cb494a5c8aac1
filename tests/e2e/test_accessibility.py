"""What people without a mouse, without sight or with other eyes need of the pages."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

ROOT = Path(__file__).resolve().parents[2]
# The pages' own scenes: every state of every page, against a host that speaks the product's wire.
sys.path.insert(0, str(ROOT / "viewer" / "test"))

import look  # noqa: E402

AXE = ROOT / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.2 up to AA, and what axe's authors call good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP, PHONE = (1280, 720), (390, 844)

pytestmark = pytest.mark.e2e


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await look.launch(playwright)
        yield browser
        await browser.close()


async def findings(page: Page) -> list[str]:
    """Return what axe finds wrong, one line for each kind and place."""
    await page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = await page.evaluate(
        "async (tags) => (await axe.run(document, {runOnly: {type: 'tag', values: tags}})).violations", RULES
    )
    return [
        f"{rule['id']}: {node['html'][:200]} – {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(("width", "height"), [DESKTOP, PHONE])
@pytest.mark.parametrize("scene", look.SCENES)
async def test_axe_finds_nothing_wrong_in_any_state(
    chromium: Browser, scene: str, width: int, height: int
) -> None:
    found: list[str] = []
    # The pages' policy allows no foreign script, which axe is; colours on their way to others are no colours.
    options = {"bypass_csp": True, "reduced_motion": "reduce"}
    async with look.stage(chromium, width, height, "light", **options) as (page, host, base):
        await look.SCENES[scene](page, host, base)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            found += [f"{scheme}: {line}" for line in await findings(page)]
    assert found == []
