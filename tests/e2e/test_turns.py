"""Two helpers and one keyboard: waiting in line, giving, taking, locking, and half of control."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture
def two(start_host, open_viewer):
    """Ana controls and holds a key; Ben may control too."""
    host = start_host("--allow", "view,control")
    ana, ben = open_viewer(host.ready["link"]), open_viewer(host.ready["link"])
    for viewer in (ana, ben):
        viewer.wait_state("live")
        viewer.press_button("People")
    ana.take_control()
    return host, ana, ben


def hold_a_key(viewer, held_keys):
    viewer.page.keyboard.down("a")
    viewer.wait(lambda: held_keys() == 1, "the key is down at the host")


def test_control_is_waited_for_given_and_taken_and_no_key_stays_down(two, held_keys):
    _, ana, ben = two
    ben.press_button("Request control")
    ben.page.get_by_text("You are the next to control").wait_for(timeout=10_000)
    ana.page.get_by_text("waits for control").first.wait_for(timeout=10_000)
    ana.page.locator("#screen").click(position={"x": 30, "y": 300})
    hold_a_key(ana, held_keys)
    ana.page.get_by_role("button", name="Give control to", exact=False).click()
    ben.wait_button("Release control")
    ana.wait_button("Request control")
    ana.wait(lambda: held_keys() == 0, "the key is up")
    ben.page.locator("#screen").click(position={"x": 30, "y": 300})
    hold_a_key(ben, held_keys)
    ana.page.get_by_role("button", name="Take control from", exact=False).click()
    ana.wait_button("Release control")
    ana.wait(lambda: held_keys() == 0, "the key is up")
    ben.page.get_by_text("Somebody else took control").last.wait_for(timeout=10_000)


def test_the_next_in_line_controls_when_control_is_released(two):
    _, ana, ben = two
    ben.press_button("Request control")
    ben.wait_button("Cancel request")
    ana.press_button("Release control")
    ben.wait_button("Release control")


def test_the_host_locks_control_and_gives_the_mouse_alone(two, open_viewer, held_keys):
    host, ana, ben = two
    console = open_viewer(host.ready["console"])
    console.page.get_by_text("Only I pass control on").click()
    host.wait_for("control.locked")
    button = ben.page.get_by_role("button", name="Request control", exact=True)
    ben.wait(lambda: button.get_attribute("aria-disabled") == "true", "nobody can ask")
    # Ana controls, and could have pressed what is on the screen; taking back needs nobody's hand.
    console.page.get_by_role("button", name="Take control back").click()
    host.wait_for("control.revoked")
    give = console.page.locator(".person").filter(has_text="Viewer 2")
    give.get_by_label("What Viewer 2 may use").select_option("pointer")
    give.get_by_role("button", name="Give control", exact=True).click()
    assert host.wait_for("control.granted", reach="pointer")["id"] == "v2"
    ben.page.get_by_text("Using the mouse of").first.wait_for(timeout=10_000)
    ana.wait_button("Request control")
    ben.page.locator("#screen").click(position={"x": 30, "y": 300})
    ben.page.keyboard.down("a")
    console.page.get_by_label("What Viewer 2 may use").wait_for(state="detached")
    host.do("control.grant", id="v2", reach="keyboard")
    ben.page.get_by_text("Using the keyboard of").first.wait_for(timeout=10_000)
    assert held_keys() == 0
    ben.page.keyboard.up("a")
    hold_a_key(ben, held_keys)
    host.do("control.revoke")
    ben.wait(lambda: held_keys() == 0, "the key is up")
