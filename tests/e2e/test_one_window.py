"""A helper who got one window, while the whole screen is shown to him."""

from __future__ import annotations

import subprocess

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture
def other(x_desktop, eventually):
    """A second terminal, which writes to ``other.txt`` whatever is typed there."""
    took = x_desktop.home / "other.txt"
    command = ["xterm", "-T", "Other", "-geometry", "40x10+760+450", "-e"]
    process = subprocess.Popen(
        [*command, "sh", "-c", "stty -icanon; cat > other.txt"], env=x_desktop.env, cwd=x_desktop.home
    )
    eventually(took.exists, "it runs")
    yield took
    process.kill()
    process.wait()


def windows_of(host) -> dict[str, int]:
    host.do("window.list")
    return {window["title"]: window["id"] for window in host.wait_for("windows.listed")["windows"]}


def test_keys_and_clicks_reach_one_window_and_no_other(start_host, open_viewer, x_desktop, other, eventually):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    windows = windows_of(host)
    assert windows.keys() == {"bash", "Other"}
    host.do("control.grant", id="v1", window=windows["bash"])
    assert host.wait_for("control.granted")["window"] == "bash"
    viewer.page.get_by_role("status").filter(has_text="You can now use the window “bash”").wait_for()
    # The second terminal has the focus since it came: nothing goes there.
    viewer.page.keyboard.type("lost\n")
    screen = viewer.page.locator("#screen")
    screen.click(position={"x": 200, "y": 300})
    viewer.page.keyboard.type("echo reached > reached.txt\n")
    eventually((x_desktop.home / "reached.txt").exists, "the window was reached")
    screen.click(position={"x": 850, "y": 520})
    viewer.page.keyboard.type("echo again > again.txt\n")
    eventually((x_desktop.home / "again.txt").exists, "the click moved no focus")
    assert other.read_text() == ""
    viewer.page.keyboard.type("exit\n")
    assert host.wait_for("control.revoked")["reason"] == "window-gone"
    viewer.page.get_by_role("status").filter(has_text="The window you could use is closed").wait_for()


def test_the_console_offers_the_windows_there_are(start_host, open_viewer, x_desktop, other):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    console = open_viewer(host.ready["console"])
    console.page.get_by_label("Which window").select_option("in “Other”")
    console.press_button("Give control")
    assert host.wait_for("control.granted")["window"] == "Other"
    console.page.get_by_text("in “Other”", exact=False).first.wait_for()
    viewer.page.keyboard.type("here")
    viewer.wait(lambda: other.read_text() == "here", "it is typed")
