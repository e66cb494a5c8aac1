"""A helper who was told a code on the telephone, by way of a server that learns nothing from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from servers import ViewProcess

pytestmark = pytest.mark.e2e


@pytest.fixture
def start_view() -> Iterator[Callable[[str], ViewProcess]]:
    started: list[ViewProcess] = []

    def start(link: str) -> ViewProcess:
        started.append(ViewProcess(link))
        return started[-1]

    yield start
    for view in started:
        view.end()


def type_code(viewer, code: str) -> None:
    viewer.page.get_by_role("textbox").fill(code)
    viewer.page.get_by_role("button", name="Connect").click()


def test_a_code_typed_at_the_servers_door_brings_the_picture(start_host, open_viewer, paint, server):
    host = start_host("--server", server.url)
    host.wait_for("server.reached")
    paint("#0033aa")
    ana = open_viewer(server.url)
    type_code(ana, host.ready["code"])
    knock = host.wait_for("viewer.knocked")
    host.do("viewer.admit", id=knock["id"], grant=["view"])
    ana.wait_state("live")
    ana.wait_colour("#0033aa")
    digits = "".join(host.ready["code"].split())
    assert digits not in ana.page.url
    assert digits[3:] not in server.logged


def test_whoever_came_by_a_code_is_back_after_a_reload(start_host, open_viewer, server):
    host = start_host("--server", server.url, "--allow", "view")
    host.wait_for("server.reached")
    ana = open_viewer(server.url)
    type_code(ana, host.ready["code"])
    ana.wait_state("live")
    ana.page.reload()
    ana.wait_state("live")
    assert len([event for event in host.seen if event["event"] == "viewer.joined"]) <= 1


def test_a_reload_while_the_host_is_asked_needs_no_other_code(start_host, open_viewer, server):
    host = start_host("--server", server.url)
    host.wait_for("server.reached")
    ana = open_viewer(server.url)
    type_code(ana, host.ready["code"])
    knock = host.wait_for("viewer.knocked")
    ana.wait_state("waiting")
    ana.page.get_by_label("Your name").fill("Ana")
    ana.page.get_by_role("button", name="Tell").click()
    ana.wait_state("waiting")
    ana.page.reload()
    ana.wait_state("waiting")
    host.do("viewer.admit", id=knock["id"], grant=["view"])
    ana.wait_state("live")
    assert host.wait_for("viewer.joined", id=knock["id"])["name"] == "Ana"


def test_a_wrong_code_is_refused_and_three_burn_it(start_host, open_viewer, server):
    host = start_host("--server", server.url, "--allow", "view")
    host.wait_for("server.reached")
    room, *digits = host.ready["code"].split()
    wrong = f"{room} {(int(''.join(digits)) + 1) % 10**7:07d}"
    for _ in range(3):
        eve = open_viewer(server.url)
        type_code(eve, wrong)
        eve.wait_state("denied")
    assert host.wait_for("code.changed")["code"] != host.ready["code"]
    late = open_viewer(server.url)
    type_code(late, host.ready["code"])
    late.wait_state("denied")
    assert not [event for event in host.seen if event["event"].startswith("viewer.")]


def test_the_page_of_ones_own_machine_takes_a_code_too(start_host, open_viewer, paint, server, start_view):
    host = start_host("--server", server.url, "--allow", "view")
    host.wait_for("server.reached")
    paint("#cc2200")
    view = start_view(server.url)
    ana = open_viewer(view.address)
    assert ana.page.url == view.origin + "/"
    type_code(ana, host.ready["code"])
    ana.wait_state("live")
    ana.wait_colour("#cc2200")


def test_the_page_of_ones_own_machine_opens_a_link(start_host, open_viewer, start_view):
    host = start_host("--allow", "view")
    view = start_view(host.ready["link"])
    ana = open_viewer(view.address)
    ana.wait_state("live")
    assert ana.page.url.startswith(view.origin + "/j/")
    assert ana.page.evaluate("isSecureContext")
    assert host.ready["link"].partition("#k=")[2] not in ana.page.url


def test_two_people_without_a_secret_compare_six_digits(start_host, open_viewer, paint):
    host = start_host("--ask-me", "--allow", "view")
    paint("#0033aa")
    ana = open_viewer(host.ready["ask_link"])
    knock = host.wait_for("viewer.knocked")
    ana.wait_state("waiting")
    shown = ana.page.get_by_label("Your digits").locator("output").inner_text()
    assert shown.replace(" ", "") == knock["digits"]
    host.do("viewer.admit", id=knock["id"], grant=["view"])
    ana.wait_state("live")
    ana.wait_colour("#0033aa")
    ana.page.reload()
    ana.wait_state("live")
