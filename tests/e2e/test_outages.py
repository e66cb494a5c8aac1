"""A network that fails and comes back: a real host and a real browser in two namespaces."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from e2e.conftest import HostProcess, StartHost, browser_inside
from netlab.lan import Lan

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def lan() -> Iterator[Lan]:
    lan = Lan()
    try:
        lan.up()
        yield lan
    finally:
        lan.down()


@pytest.fixture(scope="module")
def browser(lan, tmp_path_factory):
    """Chromium on the viewer's computer."""
    with browser_inside(lan.inside(lan.view), tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def start_host(lan, x_desktop) -> Iterator[StartHost]:
    hosts: list[HostProcess] = []

    def start(*flags: str) -> HostProcess:
        env = {**x_desktop.env, "HOME": str(x_desktop.home), "XDG_CONFIG_HOME": str(x_desktop.home)}
        inside = lan.inside(lan.host)
        hosts.append(HostProcess("--display", x_desktop.display, *flags, env=env, inside=inside))
        return hosts[-1]

    yield start
    for host in hosts:
        host.stop()


@pytest.fixture
def controlling(lan, start_host, open_viewer, held_keys, eventually):
    """A viewer who controls, and holds Control down."""
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.keyboard.down("Control")
    eventually(lambda: held_keys() == 1, "Control is down on the host")
    yield viewer
    lan.mend()


def expect_back(viewer, held_keys, eventually, limit_s: float) -> float:
    """Wait until the viewer controls again; return how long that took."""
    began = time.monotonic()
    viewer.wait_state("live", limit_s)
    viewer.wait_button("Release control")
    took_s = time.monotonic() - began
    viewer.page.keyboard.up("Control")
    viewer.page.keyboard.down("Shift")
    eventually(lambda: held_keys() == 1, "what he presses arrives")
    viewer.page.keyboard.up("Shift")
    return took_s


@pytest.mark.parametrize("outage_s", [4, 10])
def test_a_viewer_is_back_and_controls_after_an_outage(
    lan, controlling, held_keys, eventually, record_property, outage_s
):
    lan.cut()
    cut_at = time.monotonic()
    eventually(lambda: held_keys() == 0, "nothing is held", limit_s=3.8)
    record_property("let_go_s", round(time.monotonic() - cut_at, 2))
    controlling.wait_state("reconnecting", 5)
    controlling.page.wait_for_timeout((outage_s - (time.monotonic() - cut_at)) * 1000)
    lan.mend()
    record_property("back_s", round(expect_back(controlling, held_keys, eventually, 15), 2))


def test_the_old_path_goes_on_when_it_is_heard_again_and_nobody_can_be_dialled(
    lan, controlling, held_keys, eventually, paint, record_property
):
    lan.let_nobody_dial()
    try:
        lan.cut()
        controlling.wait_state("reconnecting", 5)
        paint("#2080c0")
        controlling.page.wait_for_timeout(2000)
        lan.mend()
        record_property("back_s", round(expect_back(controlling, held_keys, eventually, 15), 2))
        controlling.wait_colour("#2080c0")
    finally:
        lan.let_dial()


def test_a_viewer_whose_address_changes_controls_as_before(lan, controlling, held_keys, eventually):
    lan.move("192.168.77.9")
    # Long enough for a silence to be noticed; whether there is one is for the browser to say.
    controlling.page.wait_for_timeout(4000)
    expect_back(controlling, held_keys, eventually, 15)
