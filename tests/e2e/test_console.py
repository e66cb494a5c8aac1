"""The host console in a browser: the person at the host answers, takes back, records and stops."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.e2e


def test_a_knock_is_answered_and_control_is_given_and_taken_back(
    start_host, open_viewer, held_keys, eventually
):
    host = start_host()
    console = open_viewer(host.ready["console"])
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("waiting")
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_text("wants to see your screen").wait_for(timeout=10_000)
    assert dialog.get_by_role("checkbox", name="See the screen").is_checked()
    assert not dialog.get_by_role("checkbox", name="Control mouse and keyboard").is_checked()
    dialog.get_by_role("button", name="Allow view").click()  # waits out the dead first second
    viewer.wait_state("live")
    viewer.press_button("Request control")
    dialog.get_by_text("wants to control this computer").wait_for(timeout=10_000)
    dialog.get_by_role("button", name="Allow control").click()
    viewer.wait_button("Release control")
    viewer.page.keyboard.down("Shift")
    eventually(lambda: held_keys() == 1, "Shift is down on the host")
    console.page.get_by_role("button", name="Stop control").click()
    eventually(lambda: held_keys() == 0, "nothing is held", limit_s=2.0)
    viewer.wait_button("Request control")


def test_a_tick_gives_control_without_a_further_question(start_host, open_viewer):
    host = start_host()
    console, viewer = open_viewer(host.ready["console"]), open_viewer(host.ready["link"])
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Control mouse and keyboard").check()
    assert dialog.get_by_role("button", name="Allow view").is_disabled()
    dialog.get_by_role("button", name="Allow control").click()
    viewer.wait_state("live")
    viewer.take_control()


def test_deny_is_what_the_enter_key_means(start_host, open_viewer):
    host = start_host()
    console, viewer = open_viewer(host.ready["console"]), open_viewer(host.ready["link"])
    console.page.get_by_role("dialog").wait_for(timeout=10_000)
    console.page.keyboard.press("Enter")
    viewer.wait_state("denied")


def test_the_console_records_and_stops(start_host, open_viewer, x_desktop):
    host = start_host("--allow", "view")
    console, viewer = open_viewer(host.ready["console"]), open_viewer(host.ready["link"])
    viewer.wait_state("live")
    console.page.get_by_role("button", name="Record", exact=True).click()
    started = host.wait_for("recording.started")
    assert started["path"].startswith(str(x_desktop.home))
    console.page.get_by_role("button", name="Stop recording").click()
    host.wait_for("recording.stopped", path=started["path"])
    console.page.get_by_role("button", name="Stop sharing").click()
    console.page.get_by_role("dialog").get_by_role("button", name="Stop now").click()
    host.wait_for("stopped")
    viewer.wait_state("ended")
    assert host.process.wait(10) == 0


def test_the_address_of_the_console_opens_once(start_host, open_viewer):
    host = start_host()
    console = open_viewer(host.ready["console"])
    console.page.get_by_text("Invite").wait_for(timeout=10_000)
    console.page.reload()
    console.page.get_by_text("Invite").wait_for(timeout=10_000)
    second = open_viewer(host.ready["console"])
    second.page.get_by_text(re.compile("used|no longer|not open", re.IGNORECASE)).first.wait_for(
        timeout=10_000
    )
    assert second.page.get_by_text("Invite").count() == 0
