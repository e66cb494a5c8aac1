"""Networks that lie between a host and its helper: each is crossed, directly where that can be.

Real routers in namespaces, our server and coturn in their midst, a real host and a real Chromium. How long a
connect takes is recorded (``record_property``), never asserted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conftest import XDesktop
from coturn import SECRET, coturn
from e2e.conftest import HostProcess, ViewerPage, browser_inside
from netlab.routed import RELAY, RELAY6, Routed
from servers import ServerProcess

pytestmark = pytest.mark.e2e
RUNS = 3
# Which of the ways to the relay is the first to answer is chance.
RELAYED = {"relay udp", "relay tcp", "relay tls"}


@contextmanager
def laid(net: Routed, folder: Path) -> Iterator[tuple[ServerProcess, str]]:
    """Build the network with its server and relay; yield the server and the certificate to trust."""
    try:
        net.up()
        secret = folder / "turn.secret"
        secret.write_text(SECRET.text)
        inside = net.inside(net.server)
        listens = (RELAY6 if net.ipv6 else RELAY,)
        with coturn(folder, at=listens, ports=(3478, 443), inside=inside) as turn:
            urls = [f"turn:relay.test:{turn.port}?transport={way}" for way in ("udp", "tcp")]
            urls.append(f"turns:relay.test:{turn.tls_port}?transport=tcp")
            flags = [word for url in urls for word in ("--turn-url", url)]
            server = ServerProcess(
                *(*flags, "--turn-secret-file", str(secret)),
                log=folder / "server.log",
                port=80,
                address=net.pages,
                inside=inside,
            )
            try:
                yield server, str(turn.certificate)
            finally:
                server.kill()
    finally:
        net.down()


@contextmanager
def shared(net: Routed, folder: Path, desktop: XDesktop, allow: str) -> Iterator[tuple[Browser, str]]:
    """Share a desktop across ``net``; yield a helper's browser and the link for it."""
    with laid(net, folder) as (server, trusted), relay_browser(net, folder) as browser:
        env = {**desktop.env, "HOME": str(desktop.home), "XDG_CONFIG_HOME": str(desktop.home)}
        flags = ("--display", desktop.display, "--allow", allow, "--server", server.url)
        host = HostProcess(*flags, env=env | {"SSL_CERT_FILE": trusted}, inside=net.inside(net.host))
        try:
            host.wait_for("server.reached")
            yield browser, host.ready["link"]
        finally:
            host.stop()


def relay_browser(net: Routed, folder: Path) -> AbstractContextManager[Browser]:
    # The relay's certificate is our own.
    return browser_inside(net.inside(net.view), folder, "--ignore-certificate-errors")


def visits(net: Routed, folder: Path, desktop: XDesktop) -> list[tuple[str, float]]:
    """Let a helper come three times, each with a page of his own; return each path, and how long it took."""
    with shared(net, folder, desktop, "view") as (browser, link):
        return [visit(browser, link) for _ in range(RUNS)]


def visit(browser: Browser, link: str) -> tuple[str, float]:
    context = browser.new_context()
    began = time.monotonic()
    page = context.new_page()
    page.goto(link)
    viewer = ViewerPage(page)
    viewer.wait_state("live", 30)
    took_s = round(time.monotonic() - began, 2)
    # The first path that answers is taken, and left for a better one.
    page.wait_for_timeout(1000)
    path = viewer.stats()["path"]
    context.close()
    return path, took_s


@pytest.mark.parametrize(
    ("host", "view", "possible"),
    [
        ("symmetric", "symmetric", RELAYED),
        ("cone", "web", {"relay tls"}),
        ("web", "web", {"relay tls"}),
    ],
    ids=["nat-symmetric", "udp-blocked-viewer", "udp-blocked-both"],
)
def test_where_no_direct_way_leads_the_relay_does(x_desktop, tmp_path, record_property, host, view, possible):
    came = visits(Routed(host=host, view=view), tmp_path, x_desktop)
    record_property("came", came)
    assert {path for path, _ in came} <= possible


# As a rule: two holes are punched at the same moment, and where the relay is quicker it is kept, because the
# host's side of ICE (aioice) ends its checks with the first pair that is chosen.
@pytest.mark.parametrize(
    "net",
    [Routed(), Routed(loses=True), Routed(ipv6=True)],
    ids=["nat-cone", "lossy", "ipv6-only"],
)
def test_where_a_direct_way_leads_it_is_taken_as_a_rule(x_desktop, tmp_path, record_property, net):
    came = visits(net, tmp_path, x_desktop)
    record_property("came", came)
    assert {path for path, _ in came} <= {"direct udp", *RELAYED}
    assert "direct udp" in {path for path, _ in came}


def test_a_router_that_gets_another_address_costs_seconds_and_no_control(
    x_desktop, tmp_path, held_keys, eventually, record_property
):
    net = Routed()
    with shared(net, tmp_path, x_desktop, "view,control") as (browser, link):
        viewer = ViewerPage(browser.new_page())
        viewer.page.goto(link)
        viewer.wait_state("live", 30)
        viewer.take_control()
        viewer.page.keyboard.down("Control")
        eventually(lambda: held_keys() == 1, "Control is down on the host")
        net.rebind()
        began = time.monotonic()
        eventually(lambda: held_keys() == 0, "nothing is held", limit_s=3.8)
        record_property("let_go_s", round(time.monotonic() - began, 2))
        viewer.wait_state("reconnecting", 5)
        viewer.wait_state("live", 20)
        viewer.wait_button("Release control")
        record_property("back_s", round(time.monotonic() - began, 2))
        viewer.page.keyboard.up("Control")
        viewer.page.keyboard.down("Shift")
        eventually(lambda: held_keys() == 1, "what he presses arrives")
