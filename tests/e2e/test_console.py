"""The host console in a browser: the person at the host answers, takes back, records and stops."""

from __future__ import annotations

import re

import pytest

from support import is_close

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


def test_the_preview_shows_what_viewers_see_and_nothing_while_paused(start_host, open_viewer, paint):
    host = start_host()
    console = open_viewer(host.ready["console"])
    for colour in ("#c03020", "#2040c0"):
        paint(colour)
        console.wait(
            lambda wanted=colour: is_close(preview_colour(console), wanted, 24), f"{colour} is shown"
        )
    console.page.get_by_role("button", name="Pause sharing").click()
    console.page.get_by_text("Nobody sees anything now").wait_for(timeout=10_000)
    assert console.page.get_by_role("img", name=re.compile("What viewers see now")).count() == 0
    paint("#20a040")
    console.page.get_by_role("button", name="Resume sharing").click()
    console.wait(lambda: is_close(preview_colour(console), "#20a040", 24), "the new picture is shown")


def test_the_preview_is_for_the_console_alone(start_host):
    host = start_host()
    host.do("preview.watch", on=True)
    assert host.wait_for("error")["code"] == "refused"


def preview_colour(console) -> tuple[int, int, int]:
    """Return the colour of the preview away from the pointer; black before there is one."""
    red, green, blue = console.page.evaluate(
        """() => {
            const image = document.querySelector('.preview img');
            if (!image || !image.complete || !image.naturalWidth) return [0, 0, 0];
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = 1;
            const context = canvas.getContext('2d');
            context.drawImage(image, image.naturalWidth / 4, image.naturalHeight / 4, 1, 1, 0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        }"""
    )
    return int(red), int(green), int(blue)


def test_the_spoken_code_is_renewed_and_revoked(start_host, open_viewer):
    host = start_host()
    console = open_viewer(host.ready["console"])
    console.page.get_by_text(host.ready["code"]).wait_for(timeout=10_000)
    console.page.get_by_role("button", name="New code").click()
    fresh = host.wait_for("code.changed")["code"]
    assert fresh != host.ready["code"]
    console.page.get_by_text(fresh).wait_for(timeout=10_000)
    assert knock_by_code(open_viewer, host, host.ready["code"]) == "denied"
    console.page.get_by_role("button", name="Revoke code").click()
    host.wait_for("code.revoked")
    console.page.get_by_text("No spoken code works now").wait_for(timeout=10_000)
    assert knock_by_code(open_viewer, host, fresh) == "denied"
    console.page.get_by_role("button", name="New code").click()
    assert knock_by_code(open_viewer, host, host.wait_for("code.changed")["code"]) == "waiting"


def knock_by_code(open_viewer, host, code: str) -> str:
    """Knock with a spoken code at the landing page; return what the viewer page says then."""
    viewer = open_viewer(host.ready["link"].split("/j/")[0])
    viewer.page.get_by_label("Spoken code").fill(code)
    viewer.page.get_by_role("button", name="Connect").click()
    viewer.wait(lambda: viewer.state in {"denied", "waiting"}, "an answer to the code")
    return viewer.state


def test_the_log_tells_also_what_happened_before_the_page_came(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    console = open_viewer(host.ready["console"])
    console.page.get_by_role("button", name="Log").press("Enter")
    log = console.page.get_by_role("region", name="Log")
    log.get_by_text("was let in").wait_for(timeout=10_000)
    viewer.press_button("Disconnect")
    log.get_by_text(re.compile("left$")).wait_for(timeout=10_000)
    console.page.reload()
    console.page.get_by_role("button", name="Log").press("Enter")
    log.get_by_text(re.compile("left$")).wait_for(timeout=10_000)
    assert log.get_by_text("was let in").count() == 1


def test_the_console_says_who_was_here_while_it_goes_on_and_at_its_end(start_host, open_viewer):
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    console = open_viewer(host.ready["console"])
    console.page.get_by_role("button", name="Who was here").press("Enter")
    stays = console.page.get_by_role("list", name="Who was here")
    stays.get_by_text(re.compile("^since")).wait_for(timeout=10_000)
    stays.get_by_text("verified by link · direct").wait_for(timeout=10_000)
    viewer.take_control()
    stays.get_by_text(re.compile("controlled for")).wait_for(timeout=10_000)
    viewer.press_button("Disconnect")
    stays.get_by_text(re.compile(" – ")).wait_for(timeout=10_000)
    host.do("stop")
    console.page.get_by_text("Sharing has stopped").wait_for(timeout=10_000)
    stays.get_by_text(re.compile("controlled for")).wait_for(timeout=10_000)


def test_every_act_of_the_console_is_reached_by_the_tab_key(start_host, open_viewer):
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    console = open_viewer(host.ready["console"])
    console.page.get_by_role("button", name="Stop control").wait_for(timeout=10_000)
    console.wait(
        lambda: console.page.get_by_role("button", name="Stop control").is_enabled(), "it is controlled"
    )
    reached = set()
    for _ in range(40):
        console.page.keyboard.press("Tab")
        reached.add(
            console.page.evaluate(
                "(document.activeElement.ariaLabel || document.activeElement.innerText || '').trim()"
            )
        )
    acts = {
        "Pause sharing",
        "Stop sharing",
        "Copy link",
        "New code",
        "Revoke code",
        "Who was here",
        "Stop control",
        "Record",
        "Log",
    }
    assert acts <= reached, acts - reached
