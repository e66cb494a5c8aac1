"""A helper signs in at a computer before which nobody sits."""

from __future__ import annotations

import pytest

from e2e.conftest import PASSWORD
from screenshare.clock import wall_s
from screenshare.unattended.lockout import FREE
from screenshare.unattended.vault import Vault

pytestmark = pytest.mark.e2e

# Browsers let a page keep keys that came over https, or from this very machine.
NEARBY = ("--listen", "127.0.0.1:0")


def open_again(viewer, link: str) -> None:
    # From elsewhere: to go to another fragment of the same page would load it in its own time.
    viewer.page.goto("about:blank")
    viewer.page.goto(link)


def guess_wrong(vault: Vault, times: int) -> None:
    """Guess as soon as the next guess is taken, the last time just now."""
    waits_s = [2.0**number for number in range(times - FREE)]
    at = wall_s() - sum(waits_s)
    past = Vault(vault.path, wall=lambda: at)
    for wait_s in [0.0] * FREE + waits_s:
        at += wait_s
        past.begin("192.0.2.7")


def test_the_password_alone_brings_picture_and_control(start_host, open_viewer, paint, vault):
    host = start_host()
    paint("#0033aa")
    ana = open_viewer(host.ready["unattended_link"])
    ana.sign_in()
    ana.wait_state("live")
    ana.wait_colour("#0033aa")
    assert host.wait_for("viewer.joined")["proved"] == "password"
    assert {"control", "clipboard", "view"} <= set(host.wait_for("capability.changed")["granted"])
    assert not [event for event in host.seen if event["event"] == "viewer.knocked"]


def test_a_wrong_password_is_said_and_the_right_one_still_works(start_host, open_viewer, vault):
    host = start_host()
    eve = open_viewer(host.ready["unattended_link"])
    eve.sign_in("horse staple over-42")
    eve.page.get_by_text("That was not the password.").wait_for()
    assert host.wait_for("sign-in.failed")["reason"] == "wrong-password"
    assert not [event for event in host.seen if event["event"].startswith("viewer.")]
    eve.sign_in()
    eve.wait_state("live")


def test_too_many_wrong_passwords_lock_out_after_a_restart_too(start_host, open_viewer, vault):
    guess_wrong(vault, FREE + 4)
    host = start_host()
    eve = open_viewer(host.ready["unattended_link"])
    eve.sign_in()
    eve.page.get_by_text("Too many wrong passwords.").wait_for()
    assert host.wait_for("sign-in.failed")["reason"] == "locked-out"


def test_a_remembered_browser_comes_in_without_the_password(start_host, open_viewer, vault):
    host = start_host(*NEARBY)
    link = host.ready["unattended_link"]
    ana = open_viewer(link)
    ana.sign_in(remember=True)
    ana.wait_state("live")
    ana.page.get_by_role("button", name="Disconnect").click()
    ana.wait_state("ended")
    open_again(ana, link)
    ana.wait_state("live")
    assert host.wait_for("viewer.joined", proved="device")
    (device,) = vault.read().devices
    assert device.used_from == "127.0.0.1"


def test_who_remembers_a_computer_finds_it_on_the_first_page(start_host, open_viewer, vault):
    host = start_host(*NEARBY, "--name", "Studio")
    ana = open_viewer(host.ready["unattended_link"])
    ana.sign_in(remember=True)
    ana.wait_state("live")
    ana.page.goto(host.ready["unattended_link"].split("/j/")[0])
    studio = ana.page.get_by_role("link", name="Studio")
    ana.page.get_by_text("online · without the password").wait_for()
    studio.click()
    ana.wait_state("live")
    ana.page.go_back()
    ana.page.get_by_role("button", name="Forget Studio").click()
    studio.wait_for(state="detached")


def test_a_revoked_browser_is_sent_away_and_needs_the_password(start_host, open_viewer, vault):
    host = start_host(*NEARBY)
    link = host.ready["unattended_link"]
    ana = open_viewer(link)
    ana.sign_in(remember=True)
    ana.wait_state("live")
    (device,) = vault.read().devices
    vault.revoke(device.id)
    ana.wait_state("ended")
    open_again(ana, link)
    ana.wait_state("sign-in")
    ana.page.get_by_text("no longer remembers this browser").wait_for()
    ana.sign_in()
    ana.wait_state("live")
    ana.page.goto(link.split("/j/")[0])
    ana.page.get_by_text("online · with the password").wait_for()


def test_switching_it_off_at_the_machine_ends_the_visit(start_host, open_viewer, vault):
    host = start_host()
    link = host.ready["unattended_link"]
    ana = open_viewer(link)
    ana.sign_in()
    ana.wait_state("live")
    vault.switch_off()
    ana.wait_state("ended")
    assert host.wait_for("unattended.changed")["is_on"] is False
    open_again(ana, link)
    ana.sign_in()
    ana.wait_state("denied")


def test_a_host_that_restarts_is_found_again_without_a_hand(start_host, open_viewer, vault):
    host = start_host(*NEARBY)
    ana = open_viewer(host.ready["unattended_link"])
    ana.sign_in(remember=True)
    ana.wait_state("live")
    place = host.ready["link"].split("/")[2]
    host.process.kill()
    ana.wait_state("reconnecting")
    start_host("--listen", place)
    ana.wait_state("live")


def test_who_has_the_password_and_another_address_gets_nowhere(start_host, open_viewer, vault):
    host = start_host()
    vault.move()
    host.wait_for("unattended.changed")
    ana = open_viewer(host.ready["unattended_link"])
    ana.sign_in()
    ana.wait_state("denied")


def test_a_page_from_an_open_network_keeps_the_address_alone(start_host, open_viewer, vault):
    host = start_host("--name", "Studio")
    ana = open_viewer(host.ready["unattended_link"])
    ana.sign_in(remember=True)
    ana.wait_state("live")
    ana.press_button("Disconnect")
    ana.wait_state("ended")
    ana.page.goto(host.ready["unattended_link"].split("/j/")[0])
    ana.page.get_by_text("online · with the password").wait_for()
    ana.page.get_by_role("link", name="Studio").click()
    ana.sign_in()
    ana.wait_state("live")
    assert vault.read().devices == ()


def test_behind_a_server_a_host_that_was_killed_is_found_again(start_host, open_viewer, vault, server):
    host = start_host("--server", server.url)
    host.wait_for("server.reached")
    ana = open_viewer(host.ready["unattended_link"])
    ana.sign_in(remember=True)
    ana.wait_state("live")
    host.process.kill()
    ana.wait_state("reconnecting")
    again = start_host("--server", server.url)
    ana.wait_state("live")
    assert again.wait_for("viewer.joined")["proved"] == "device"
    assert PASSWORD not in server.logged
    assert host.ready["unattended_link"].partition("#u=")[2] not in server.logged
