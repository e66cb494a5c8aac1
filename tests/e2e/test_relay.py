"""A browser behind a relay, and one that finds out why it does not connect."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from coturn import SECRET, Coturn, coturn
from screenshare.rendezvous.turn import ice_servers
from servers import ServerProcess

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("coturn"), reaches_loopback=True) as running:
        yield running


def flags(relay: Coturn, folder: Path, *transports: str) -> list[str]:
    words = []
    for transport in transports:
        url = f"turn:127.0.0.1:{relay.port}?transport={transport}"
        (server,) = ice_servers([url], SECRET, uid=f"e2e-{transport}", wall_time=time.time())
        password = folder / f"password-{transport}"
        password.write_text(str(server.credential))
        words += ["--turn", f"{url},{server.username},{password}"]
    return words


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_helper_sees_the_screen_through_the_relay_alone(
    start_host, open_viewer, paint, relay, tmp_path, transport
):
    host = start_host("--allow", "view", "--relay-only", *flags(relay, tmp_path, transport))
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    paint("#0033aa")
    viewer.wait_colour("#0033aa")
    viewer.wait(lambda: viewer.stats()["path"] == f"relay {transport}", "a path through the relay")


def test_a_server_lends_its_relay_to_every_host(start_host, open_viewer, paint, relay, tmp_path):
    secret = tmp_path / "turn.secret"
    secret.write_text(SECRET.text)
    url = f"turn:127.0.0.1:{relay.port}?transport=tcp"
    log = tmp_path / "server.log"
    server = ServerProcess("--turn-url", url, "--turn-secret-file", str(secret), log=log)
    try:
        host = start_host("--allow", "view", "--relay-only", "--server", server.url)
        host.wait_for("server.reached")
        viewer = open_viewer(host.ready["link"])
        viewer.wait_state("live")
        paint("#0033aa")
        viewer.wait_colour("#0033aa")
        viewer.wait(lambda: viewer.stats()["path"] == "relay tcp", "a path through the relay")
    finally:
        server.kill()
    assert SECRET.text not in server.logged


def test_who_cannot_connect_learns_what_his_network_allows(start_host, open_viewer, relay, tmp_path):
    host = start_host("--allow", "view", *flags(relay, tmp_path, "udp", "tcp"))
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    host.process.kill()
    viewer.wait_button("Why can’t I connect?")
    viewer.press_button("Why can’t I connect?")
    viewer.wait_button("Copy report")
    assert "does not answer" in viewer.said
    rows = {row.split("\n")[0]: row for row in viewer.page.locator(".findings li").all_inner_texts()}
    bad = {name for name, row in rows.items() if "does not work" in row}
    assert {"Relay over UDP", "Relay over TCP", "Reaching the server of this page"} <= set(rows)
    assert bad == {"Reaching the server of this page"}
    viewer.press_button("Back")
    viewer.wait_button("Why can’t I connect?")
