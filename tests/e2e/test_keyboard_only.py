"""A whole session without a mouse, on both sides: keys are pressed, and the focus is always to be seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from e2e.conftest import ViewerPage

pytestmark = pytest.mark.e2e

MOST_STOPS = 40
# What has the focus, by the name that a screen reader says, and whether the eye can tell.
FOCUS = """() => {
    const element = document.activeElement;
    const said = element.labels?.[0] ?? element;
    const name = element.getAttribute('aria-label') ?? said.innerText ?? '';
    // A radio button hidden in a choice shows its ring on the choice.
    const ringed = [element, element.nextElementSibling, element.closest('label')].some((shown) => {
        const style = shown && getComputedStyle(shown);
        return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    return {name: name.trim(), ringed, onPage: element !== document.body};
}"""


def tab_to(page: Page, name: str, *, key: str = "Tab") -> None:
    """Press Tab until what has this name has the focus; each stop on the way must be visible."""
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        focus = page.evaluate(FOCUS)
        stops.append(focus["name"])
        assert focus["ringed"] or not focus["onPage"], f"nobody sees that {focus['name']!r} has the focus"
        if focus["name"] == name:
            return
    pytest.fail(f"{key} never reaches {name!r}: {stops}")


def focused(page: Page) -> str:
    return str(page.evaluate(FOCUS)["name"])


def wait_enabled(helper: ViewerPage, name: str) -> None:
    button = helper.page.get_by_role("button", name=name, exact=True)
    helper.wait(button.is_enabled, f"{name} can be pressed")


def test_a_session_from_link_to_goodbye(start_host, open_viewer, held_keys, x_desktop, eventually):
    host = start_host()
    console, viewer = open_viewer(host.ready["console"]), open_viewer(host.ready["link"])
    host_keys, keys = console.page.keyboard, viewer.page.keyboard

    viewer.wait_state("waiting")
    tab_to(viewer.page, "Your name, as the host sees it")
    keys.type("Ana")
    keys.press("Enter")
    console.page.get_by_role("heading", name="Ana wants to see your screen").wait_for(timeout=10_000)

    assert focused(console.page) == "Deny"
    wait_enabled(console, "Allow view")
    tab_to(console.page, "Allow view")
    host_keys.press("Enter")
    viewer.wait_state("live")

    tab_to(viewer.page, "Request control")
    keys.press("Enter")
    console.page.get_by_role("heading", name="Ana wants to control this computer").wait_for(timeout=10_000)
    wait_enabled(console, "Allow control")
    tab_to(console.page, "Allow control")
    host_keys.press("Space")
    viewer.wait_button("Release control")

    # Control takes the keyboard to the host; Tab and Escape go there too.
    assert focused(viewer.page) == "Keyboard of the host"
    keys.type("touch 'typed without a mouse'\n")
    eventually((x_desktop.home / "typed without a mouse").exists, "the host got the keys")
    keys.press("Tab")
    assert focused(viewer.page) == "Keyboard of the host"

    keys.press("ControlRight")
    viewer.wait(lambda: focused(viewer.page) == "Controls", "the focus is in the controls")
    eventually(lambda: held_keys() == 0, "nothing is held at the host")
    tab_to(viewer.page, "Keyboard of the host", key="Shift+Tab")
    keys.down("Escape")
    viewer.wait(lambda: focused(viewer.page) != "Keyboard of the host", "Esc was held for two seconds")
    keys.up("Escape")

    for panel in ("Quality", "People", "Statistics", "Language"):
        tab_to(viewer.page, panel, key="ArrowRight")
        keys.press("Enter")
        viewer.wait(
            lambda panel=panel: focused(viewer.page) == f"Close {panel.lower()}", "the panel has the focus"
        )
        keys.press("Escape")
        viewer.page.get_by_role("complementary").wait_for(state="detached")
        viewer.wait(lambda panel=panel: focused(viewer.page) == panel, f"the focus is back on {panel}", 2.0)

    tab_to(viewer.page, "Disconnect")
    keys.press("Enter")
    viewer.wait_state("ended")
    assert "You have left" in viewer.said


def test_the_host_invites_and_stops(start_host, open_viewer):
    host = start_host("--allow", "view")
    console, viewer = open_viewer(host.ready["console"]), open_viewer(host.ready["link"])
    viewer.wait_state("live")
    tab_to(console.page, "Pause sharing")
    console.page.keyboard.press("Enter")
    viewer.page.get_by_role("heading", name="has paused sharing").wait_for(timeout=10_000)
    console.wait(lambda: "Sharing is paused" in console.said, "the pause is announced")
    tab_to(console.page, "Resume sharing")
    console.page.keyboard.press("Enter")
    viewer.page.get_by_role("heading", name="has paused sharing").wait_for(state="detached")

    tab_to(console.page, "Copy link")
    console.page.keyboard.press("Enter")
    tab_to(console.page, "May ask for control")
    console.page.keyboard.press("ArrowRight")
    assert console.page.get_by_role("radio", name="View only").is_checked()

    console.page.keyboard.press("Home")
    tab_to(console.page, "Stop sharing", key="Shift+Tab")
    console.page.keyboard.press("Enter")
    tab_to(console.page, "Go on sharing")
    console.page.keyboard.press("Escape")
    console.page.get_by_role("dialog").wait_for(state="hidden")
    assert focused(console.page) == "Stop sharing"
    console.page.keyboard.press("Enter")
    tab_to(console.page, "Stop now")
    console.page.keyboard.press("Enter")
    host.wait_for("stopped")
    viewer.wait_state("ended")
