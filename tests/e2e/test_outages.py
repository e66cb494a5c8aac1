"""A network that fails and comes back: a real host and a real browser in two namespaces."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Page

from e2e.conftest import HostProcess, StartHost, ViewerPage, browser_inside
from e2e.faults import Trial
from netlab import runs
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
def trial(lan, start_host, open_viewer, held_keys, eventually, paint, record_property):
    """A viewer who controls."""
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    trial = Trial(viewer, held_keys, eventually, paint)
    yield trial
    lan.mend()
    trial.record(record_property)


@pytest.mark.timeout(120 + 60 * runs.FAULTS)
@pytest.mark.parametrize("outage_s", [1, 3, 10, 40])
def test_picture_and_control_are_back_after_an_outage(lan, trial, outage_s):
    for _ in range(runs.FAULTS):
        trial.hold()
        lan.cut()
        cut_at = time.monotonic()
        if outage_s >= 3:
            trial.expect_let_go(cut_at)
        colour = trial.change_picture()
        trial.viewer.page.wait_for_timeout((outage_s - (time.monotonic() - cut_at)) * 1000)
        lan.mend()
        trial.expect_back(time.monotonic(), colour)


@pytest.mark.timeout(120 + 30 * runs.FAULTS)
def test_a_host_that_is_killed_and_started_again_is_the_same_share(
    start_host, open_viewer, held_keys, eventually, paint, tmp_path, record_property
):
    flags = ("--allow", "view", "--comeback", str(tmp_path / "comeback"))
    host = start_host(*flags)
    link = host.ready["link"]
    viewer = open_viewer(link)
    viewer.wait_state("live")
    viewer.press_button("Request control")
    host.do("control.grant", id=host.wait_for("control.requested")["id"])
    viewer.wait_button("Release control")
    trial = Trial(viewer, held_keys, eventually, paint)
    for _ in range(runs.FAULTS):
        trial.hold()
        host.process.kill()
        trial.expect_let_go(time.monotonic())
        colour = trial.change_picture()
        host = start_host(*flags)
        # Nobody is asked again: not for the picture, and not for control.
        trial.expect_back(time.monotonic(), colour)
        assert host.ready["link"] == link
        assert host.wait_for("warning", code="taken-up")
    trial.record(record_property)


def test_what_was_typed_into_a_gap_is_not_done_after_it_and_what_is_typed_then_is(
    lan, start_host, open_viewer, held_keys, eventually, x_desktop
):
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.keyboard.type("echo before > before.txt\n")
    eventually(lambda: (x_desktop.home / "before.txt").exists(), "what is typed arrives")
    lan.cut()
    viewer.page.keyboard.type("echo gap > gap.txt\n")
    viewer.page.wait_for_timeout(1200)
    lan.mend()
    # It comes when it is sent again, too late; or the path counts as silent by then, and brings none of it.
    viewer.wait(lambda: re.search("too late|Connected again", viewer.said), "word of what became of it")
    viewer.wait_button("Release control")
    # As he is told to.
    viewer.page.wait_for_timeout(1100)
    viewer.page.keyboard.type("echo after > after.txt\n")
    eventually(lambda: (x_desktop.home / "after.txt").exists(), "what is typed then arrives")
    assert (x_desktop.home / "after.txt").read_text() == "after\n"
    assert not (x_desktop.home / "gap.txt").exists()
    eventually(lambda: held_keys() == 0, "nothing is held")


def test_a_change_that_was_lost_on_a_still_screen_is_shown_after_it(lan, trial):
    for _ in range(runs.FAULTS):
        # A browser asks for a picture that it misses only where one came in the last five seconds.
        trial.viewer.page.wait_for_timeout(6000)
        trial.hold()
        lan.cut()
        colour = trial.change_picture()
        trial.viewer.page.wait_for_timeout(500)
        lan.mend()
        trial.expect_back(time.monotonic(), colour)


@pytest.mark.parametrize("who", ["viewer", "host"])
def test_a_computer_that_sleeps_costs_no_control(trial, who):
    for _ in range(runs.FAULTS):
        trial.hold()
        sleepers = [process for process in psutil.Process().children(recursive=True) if is_of(process, who)]
        assert sleepers
        for process in sleepers:
            process.suspend()
        colour = trial.change_picture()
        # Longer than a path may be silent.
        time.sleep(4)
        for process in sleepers:
            process.resume()
        trial.expect_back(time.monotonic(), colour)


def is_of(process: psutil.Process, who: str) -> bool:
    return "chrom" in process.name() if who == "viewer" else "--display" in process.cmdline()


def test_the_old_path_goes_on_when_it_is_heard_again_and_nobody_can_be_dialled(lan, trial):
    for _ in range(runs.FAULTS):
        trial.hold()
        lan.let_nobody_dial()
        try:
            lan.cut()
            trial.viewer.wait_state("reconnecting", 5)
            colour = trial.change_picture()
            trial.viewer.page.wait_for_timeout(2000)
            lan.mend()
            trial.expect_back(time.monotonic(), colour)
        finally:
            lan.let_dial()


def test_a_viewer_whose_address_changes_controls_as_before(lan, trial):
    for run in range(runs.FAULTS):
        trial.hold()
        lan.move(f"192.168.77.{9 + run % 2}")
        moved_at = time.monotonic()
        # Long enough for a silence to be noticed; whether there is one is for the browser to say.
        trial.viewer.page.wait_for_timeout(4000)
        trial.expect_back(moved_at + 4, trial.change_picture())


def test_a_page_whose_process_is_killed_is_back_in_its_tab_and_controls(
    browser, start_host, held_keys, eventually, paint, record_property
):
    host = start_host("--allow", "view,control")
    trial = Trial(ViewerPage(browser.new_page()), held_keys, eventually, paint)
    trial.viewer.page.goto(host.ready["link"])
    trial.viewer.wait_state("live")
    trial.viewer.take_control()
    for _ in range(runs.FAULTS):
        trial.hold()
        kept = trial.viewer.page.evaluate("JSON.stringify(sessionStorage)")
        context = browser.new_context()
        kill_page(trial.viewer.page)
        trial.expect_let_go(time.monotonic())
        # A tab that was killed and is opened again has its storage, and nothing else.
        context.add_init_script(f"Object.assign(sessionStorage, {kept})")
        reopened_at = time.monotonic()
        trial.viewer.page = context.new_page()
        trial.viewer.page.goto(host.ready["link"])
        trial.expect_back(reopened_at, trial.change_picture())
    trial.record(record_property)


def test_a_tab_that_is_duplicated_is_another_viewer(browser, start_host):
    host = start_host("--allow", "view")
    context = browser.new_context()
    first = ViewerPage(context.new_page())
    first.page.goto(host.ready["link"])
    first.wait_state("live")
    kept = first.page.evaluate("JSON.stringify(sessionStorage)")
    second = ViewerPage(context.new_page())
    second.page.add_init_script(f"Object.assign(sessionStorage, {kept})")
    second.page.goto(host.ready["link"])
    second.wait_state("live")
    assert host.wait_for("viewer.joined", id="v2")
    first.page.wait_for_timeout(500)
    assert first.state == "live"
    context.close()


def kill_page(page: Page) -> None:
    """Kill the process that draws a page, as the system does when it wants memory."""
    session = page.context.browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    for process in processes:
        if process["type"] == "renderer":
            os.kill(process["id"], signal.SIGKILL)
    session.detach()
