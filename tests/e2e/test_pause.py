"""A pause: nothing leaves this computer, viewers are told, and it goes on where it was."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


def test_while_paused_nothing_new_is_seen_and_afterwards_the_picture_is_right(
    start_host, open_viewer, paint, held_keys, eventually
):
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    paint("#ff0000")
    viewer.wait_colour("#ff0000")
    viewer.take_control()
    viewer.page.locator("#screen").click()
    viewer.page.keyboard.down("Shift")
    eventually(lambda: held_keys() == 1, "the key is held")

    host.do("share.pause")
    host.wait_for("share.paused")
    eventually(lambda: held_keys() == 0, "the key is let go")
    viewer.page.get_by_text("paused sharing").first.wait_for(timeout=5000)
    paint("#00ff00")
    viewer.page.wait_for_timeout(1500)
    assert viewer.colour_at(0.25, 0.75)[0] > 200
    late = open_viewer(host.ready["link"])
    late.page.get_by_text("paused sharing").first.wait_for(timeout=10_000)

    host.do("share.resume")
    host.wait_for("share.resumed")
    viewer.wait_colour("#00ff00")
    late.wait_state("live")
    late.wait_colour("#00ff00")
    paint("#0000ff")
    viewer.wait_colour("#0000ff")
    host.do("share.resume")
    assert host.wait_for("error")["code"] == "refused"
