"""What a helper sees in Chromium is the screen itself, to the bit, wherever it stands still."""

from __future__ import annotations

import subprocess

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture
def type_in_xterm(x_desktop):
    """``type_in_xterm(text)`` types into the focused terminal, its last line break included."""

    def type_text(text: str) -> None:
        subprocess.run(["xdotool", "type", "--delay", "2", text], env=x_desktop.env, check=True)

    subprocess.run(["xdotool", "mousemove", "1279", "719"], env=x_desktop.env, check=True)
    return type_text


@pytest.fixture
def differs(x_desktop, screen_pixels):
    """``differs(viewer)``: how many pixels of his picture are not those of the screen."""

    def count(viewer) -> int:
        shown, real = viewer.picture(), screen_pixels(x_desktop.display)
        return int((shown != real).any(axis=2).sum()) if shown.shape == real.shape else real.size

    return count


def test_a_screen_at_rest_is_shown_to_the_last_bit(start_host, open_viewer, type_in_xterm, differs):
    viewer = open_viewer(start_host("--allow", "view").ready["link"])
    viewer.wait_state("live")
    viewer.wait(lambda: differs(viewer) == 0, "the first picture is exact")
    type_in_xterm("for i in $(seq 300); do ls -la /etc; done\n")
    viewer.page.wait_for_timeout(500)
    viewer.wait(lambda: differs(viewer) == 0, "what has scrolled is exact")


def test_who_comes_later_sees_it_exactly_too_and_spoils_nothing(
    start_host, open_viewer, type_in_xterm, differs
):
    link = start_host("--allow", "view").ready["link"]
    ana = open_viewer(link)
    ana.wait_state("live")
    type_in_xterm("ls -la /etc | head -20\n")
    ana.wait(lambda: differs(ana) == 0, "what was typed is exact")
    ben = open_viewer(link)
    ben.wait_state("live")
    for viewer in (ben, ana):
        viewer.wait(lambda viewer=viewer: differs(viewer) == 0, "the picture is exact")


def test_a_screen_that_changes_its_size_is_followed(
    start_host, open_viewer, x_desktop, type_in_xterm, differs
):
    viewer = open_viewer(start_host("--allow", "view").ready["link"])
    viewer.wait_state("live")

    def xrandr(*arguments: str) -> None:
        subprocess.run(["xrandr", "-d", x_desktop.display, *arguments], check=True, capture_output=True)

    xrandr("--newmode", "901x601", "0", "901", "0", "0", "0", "601", "0", "0", "0")
    xrandr("--addmode", "screen", "901x601")
    xrandr("--output", "screen", "--mode", "901x601")
    # Odd edges: 4:2:0 rounds them up, and the last column is there twice.
    viewer.wait(lambda: viewer.picture().shape == (602, 902, 3), "the smaller screen")
    xrandr("--output", "screen", "--mode", "1280x720")
    viewer.wait(lambda: differs(viewer) == 0, "the screen as it was before")
    type_in_xterm("date\n")
    viewer.wait(lambda: differs(viewer) == 0, "what was typed after it")
