"""Networks that lie between a host and its helper: each is crossed, directly where that can be.

Real routers in namespaces, our server and coturn in their midst, a real host and a real Chromium. How long a
connect takes is recorded (``record_property``), never asserted.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from conftest import XDesktop
from coturn import SECRET, Coturn, coturn
from e2e.conftest import HostProcess, ViewerPage, browser_inside
from e2e.faults import Trial
from netlab import runs
from netlab.routed import HOST_HOME, RELAY, RELAY6, VIEWER_HOME, Routed
from servers import ServerProcess

pytestmark = pytest.mark.e2e
# Which of the ways to the relay is the first to answer is chance.
RELAYED = {"relay udp", "relay tcp", "relay tls"}
SETTLE_LIMIT_S = 6.0


@dataclass(frozen=True)
class Lab:
    """What stands between the two."""

    server: ServerProcess
    turn: Coturn


@contextmanager
def laid(net: Routed, folder: Path) -> Iterator[Lab]:
    """Build the network with its server and relay."""
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
                yield Lab(server, turn)
            finally:
                server.kill()
    finally:
        net.down()


@contextmanager
def shared(net: Routed, folder: Path, desktop: XDesktop, allow: str) -> Iterator[tuple[Browser, str, Lab]]:
    """Share a desktop across ``net``; yield a helper's browser, the link for it, and what is between."""
    with laid(net, folder) as lab, relay_browser(net, folder) as browser:
        trusted = str(lab.turn.certificate)
        env = {**desktop.env, "HOME": str(desktop.home), "XDG_CONFIG_HOME": str(desktop.home)}
        flags = ("--display", desktop.display, "--allow", allow, "--server", lab.server.url)
        host = HostProcess(*flags, env=env | {"SSL_CERT_FILE": trusted}, inside=net.inside(net.host))
        try:
            host.wait_for("server.reached")
            yield browser, host.ready["link"], lab
        finally:
            host.stop()


def relay_browser(net: Routed, folder: Path) -> AbstractContextManager[Browser]:
    # The relay's certificate is our own.
    return browser_inside(net.inside(net.view), folder, "--ignore-certificate-errors")


def visits(net: Routed, folder: Path, desktop: XDesktop, wanted: set[str]) -> list[tuple[str, float]]:
    """Let helpers come one by one, each with a page of his own; return each path, and how long it took."""
    with shared(net, folder, desktop, "view") as (browser, link, _):
        return [visit(browser, link, wanted) for _ in range(runs.VISITS)]


def visit(browser: Browser, link: str, wanted: set[str]) -> tuple[str, float]:
    context = browser.new_context()
    page = context.new_page()
    began = time.monotonic()
    page.goto(link, wait_until="commit")
    viewer = ViewerPage(page)
    viewer.wait_state("live", 30)
    took_s = round(time.monotonic() - began, 2)
    # The first path that answers is taken, and left for a better one.
    page.wait_for_timeout(1000)
    give_up_at = time.monotonic() + SETTLE_LIMIT_S
    while (path := viewer.stats()["path"]) not in wanted and time.monotonic() < give_up_at:
        page.wait_for_timeout(50)
    context.close()
    return path, took_s


@pytest.mark.timeout(120 + 5 * runs.VISITS)
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
    came = visits(Routed(host=host, view=view), tmp_path, x_desktop, possible)
    record_property("came", came)
    assert {path for path, _ in came} <= possible


@pytest.mark.timeout(120 + 5 * runs.VISITS)
@pytest.mark.parametrize(
    "net",
    [Routed(), Routed(is_lossy=True), Routed(ipv6=True)],
    ids=["nat-cone", "lossy", "ipv6-only"],
)
def test_where_a_direct_way_leads_it_is_taken(x_desktop, tmp_path, record_property, net):
    came = visits(net, tmp_path, x_desktop, {"direct udp"})
    record_property("came", came)
    assert {path for path, _ in came} == {"direct udp"}


# Each does it another time with each call.
FAULTS: dict[str, Callable[[Routed], None]] = {
    "viewer-router": lambda net: net.rebind(VIEWER_HOME),
    "host-router": lambda net: net.rebind(HOST_HOME),
    "viewer-address": lambda net: net.move(VIEWER_HOME),
    "host-address": lambda net: net.move(HOST_HOME),
}


@pytest.fixture
def trial_across(x_desktop, tmp_path, held_keys, eventually, paint, record_property):
    """Let a viewer control across a network."""

    @contextmanager
    def across(net: Routed) -> Iterator[tuple[Trial, Lab]]:
        with shared(net, tmp_path, x_desktop, "view,control") as (browser, link, lab):
            viewer = ViewerPage(browser.new_page())
            viewer.page.goto(link)
            viewer.wait_state("live", 30)
            viewer.take_control()
            trial = Trial(viewer, held_keys, eventually, paint)
            try:
                yield trial, lab
            finally:
                trial.record(record_property)

    return across


@pytest.mark.timeout(120 + 30 * runs.FAULTS)
@pytest.mark.parametrize("fault", FAULTS)
def test_another_address_costs_seconds_and_no_control(trial_across, fault):
    net = Routed()
    with trial_across(net) as (trial, _):
        for _ in range(runs.FAULTS):
            trial.hold()
            FAULTS[fault](net)
            changed_at = time.monotonic()
            # A browser that moves may find the path anew before it was silent for long: then nothing goes up.
            if fault != "viewer-address":
                trial.expect_let_go(changed_at)
            trial.expect_back(changed_at, trial.change_picture())


@pytest.mark.timeout(120 + 30 * runs.FAULTS)
def test_a_relay_that_is_killed_and_started_again_costs_seconds_and_no_control(trial_across):
    with trial_across(Routed(host="symmetric", view="symmetric")) as (trial, lab):
        for _ in range(runs.FAULTS):
            trial.hold()
            lab.turn.end(signal.SIGKILL)
            trial.expect_let_go(time.monotonic())
            colour = trial.change_picture()
            lab.turn.start()
            trial.expect_back(time.monotonic(), colour)


@pytest.mark.timeout(120 + 30 * runs.FAULTS)
def test_a_server_that_is_killed_takes_nothing_along_and_is_reached_again(trial_across):
    with trial_across(Routed()) as (trial, lab):
        for _ in range(runs.FAULTS):
            trial.hold()
            lab.server.kill()
            trial.expect_back(time.monotonic(), trial.change_picture())
            trial.hold()
            lab.server.start()
            started_at = time.monotonic()
            trial.viewer.page.reload()
            trial.expect_back(started_at, trial.change_picture())
