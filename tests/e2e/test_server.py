"""A helper elsewhere: the link leads to a public server, which may go and come back."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


def test_the_picture_outlives_the_server_and_a_second_helper_comes_when_it_is_back(
    start_host, open_viewer, paint, server
):
    host = start_host("--server", server.url)
    host.wait_for("server.reached", url=server.url)
    paint("#0033aa")
    ana = open_viewer(host.ready["link"])
    assert ana.page.url.startswith(server.url)
    knock = host.wait_for("viewer.knocked")
    host.do("viewer.admit", id=knock["id"], grant=["view"])
    ana.wait_state("live")
    ana.wait_colour("#0033aa")
    server.kill()
    host.wait_for("warning", code="server-lost")
    paint("#cc2200")
    ana.wait_colour("#cc2200")
    server.start()
    host.wait_for("server.reached")
    ben = open_viewer(host.ready["link"])
    knock = host.wait_for("viewer.knocked")
    host.do("viewer.admit", id=knock["id"], grant=["view"])
    ben.wait_state("live")
    ben.wait_colour("#cc2200")
    assert ana.state == "live"
    assert not [event for event in host.seen if event["event"] == "viewer.left"]


def test_who_waits_for_the_hosts_yes_waits_on_when_the_server_restarts(start_host, open_viewer, server):
    host = start_host("--server", server.url)
    host.wait_for("server.reached")
    ana = open_viewer(host.ready["link"])
    host.wait_for("viewer.knocked")
    ana.wait_state("waiting")
    assert server.end() == 0
    server.start()
    host.wait_for("server.reached")
    knock = host.wait_for("viewer.knocked")
    host.do("viewer.admit", id=knock["id"], grant=["view"])
    ana.wait_state("live")


def test_a_spoken_code_is_typed_at_the_server(start_host, open_viewer, server):
    host = start_host("--allow", "view", "--server", server.url)
    host.wait_for("server.reached")
    ana = open_viewer(server.url)
    ana.page.get_by_role("textbox").fill(host.ready["code"])
    ana.page.get_by_role("textbox").press("Enter")
    ana.wait_state("live")


def test_the_console_says_that_the_server_is_away(start_host, open_viewer, server):
    host = start_host("--server", server.url)
    host.wait_for("server.reached")
    console = open_viewer(host.ready["console"]).page
    console.get_by_text("Spoken code, at").wait_for()
    away = console.get_by_text("new viewers cannot come in by the link now").first
    assert away.count() == 0
    server.kill()
    away.wait_for()
    server.start()
    host.wait_for("server.reached")
    console.locator(".banner.trouble").wait_for(state="detached")
