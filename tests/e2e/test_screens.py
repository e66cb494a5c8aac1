"""What is shared: a monitor, another one, all, a region, one window; chosen at either end while it runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest
from Xlib import X
from Xlib.display import Display

from support import is_close

pytestmark = pytest.mark.e2e

LEFT, RIGHT = "#206040", "#803020"


@pytest.fixture
def two_monitors(x_desktop) -> Iterator[None]:
    """The display as two monitors side by side, each with a colour of its own."""
    display = Display(x_desktop.display)
    root = display.screen().root
    width, height = root.get_geometry().width, root.get_geometry().height
    half = width // 2
    for name, x, output in (("LEFT", 0, "screen"), ("RIGHT", half, "none")):
        xrandr(x_desktop, "--setmonitor", name, f"{half}/300x{height}/200+{x}+0", output)
    for x, colour in ((0, LEFT), (half, RIGHT)):
        window = root.create_window(
            x, 0, half, height, 0, X.CopyFromParent, background_pixel=int(colour[1:], 16), override_redirect=1
        )
        window.map()
    display.sync()
    yield
    display.close()


def xrandr(x_desktop, *arguments: str) -> None:
    subprocess.run(["xrandr", "-d", x_desktop.display, *arguments], check=True, capture_output=True)


def sees(viewer, colours: dict[tuple[float, float], str]) -> Callable[[], bool]:
    return lambda: all(is_close(viewer.colour_at(*at), colour) for at, colour in colours.items())


def test_each_viewer_watches_the_monitor_of_his_choice(start_host, open_viewer, two_monitors):
    host = start_host("--allow", "view")
    assert [monitor["name"] for monitor in host.ready["monitors"]] == ["screen", "Monitor 2"]
    ana, ben = open_viewer(host.ready["link"]), open_viewer(host.ready["link"])
    for viewer in (ana, ben):
        viewer.wait_state("live")
        viewer.wait(sees(viewer, {(0.2, 0.5): LEFT, (0.8, 0.5): LEFT}), "the first monitor")
    ana.press_button("Monitor")
    ana.page.get_by_role("radio", name="2 · Monitor 2").check()
    ana.wait(sees(ana, {(0.2, 0.5): RIGHT, (0.8, 0.5): RIGHT}), "the second monitor")
    assert sees(ben, {(0.2, 0.5): LEFT, (0.8, 0.5): LEFT})()
    ana.page.get_by_role("radio", name="All monitors").check()
    ana.wait(sees(ana, {(0.2, 0.5): LEFT, (0.8, 0.5): RIGHT}), "both monitors")
    assert ana.stats()["width"] == 2 * ben.stats()["width"]


def test_the_pointer_hits_the_monitor_that_is_watched(
    start_host, open_viewer, two_monitors, x_desktop, eventually
):
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    display = Display(x_desktop.display)

    def pointer() -> tuple[int, int]:
        at = display.screen().root.query_pointer()
        return at.root_x, at.root_y

    def point_at(x: float, y: float) -> None:
        box, stats = viewer.page.locator("#screen").bounding_box(), viewer.stats()
        scale = min(box["width"] / stats["width"], box["height"] / stats["height"])
        left = box["x"] + (box["width"] - scale * stats["width"]) / 2
        top = box["y"] + (box["height"] - scale * stats["height"]) / 2
        viewer.page.mouse.move(left + x * scale * stats["width"], top + y * scale * stats["height"])

    width = display.screen().width_in_pixels
    viewer.press_button("Monitor")
    for name, left, span in (("2 · Monitor 2", width // 2, width // 2), ("All monitors", 0, width)):
        viewer.page.get_by_role("radio", name=name).check()
        viewer.wait(lambda span=span: viewer.stats()["width"] == span, f"{name} is shown")

        def is_there(left: int = left, span: int = span) -> bool:
            point_at(0.3, 0.4)
            point_at(0.25, 0.5)
            return abs(pointer()[0] - (left + span // 4)) <= 2

        eventually(is_there, "the pointer is a quarter into it")
    display.close()


def test_the_host_chooses_and_the_recording_follows(start_host, open_viewer, two_monitors, recordings):
    path = recordings / "both.mp4"
    host = start_host("--allow", "view", "--monitor", "1", "--record", str(path))
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.wait(sees(viewer, {(0.5, 0.5): LEFT}), "the first monitor")
    chooser = viewer.page.get_by_role("button", name="Monitor", exact=True)
    assert chooser.get_attribute("aria-disabled") == "true"
    host.do("screen.choose", monitor=2)
    host.wait_for("screen.chosen", monitor=2)
    viewer.wait(sees(viewer, {(0.5, 0.5): RIGHT}), "the second monitor")
    time.sleep(3)  # a still screen is recorded three times a second, and a busy machine is late
    host.do("recording.stop")
    stopped = host.wait_for("recording.stopped")
    with av.open(stopped["path"]) as container:
        last = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][-1]
    assert is_close(tuple(int(part) for part in last[last.shape[0] // 2, last.shape[1] // 2]), RIGHT)


def test_a_monitor_that_goes_away_is_replaced_by_one_that_is_there(
    start_host, open_viewer, two_monitors, x_desktop
):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.press_button("Monitor")
    viewer.page.get_by_role("radio", name="2 · Monitor 2").check()
    viewer.wait(sees(viewer, {(0.5, 0.5): RIGHT}), "the second monitor")
    xrandr(x_desktop, "--delmonitor", "RIGHT")
    viewer.wait(sees(viewer, {(0.5, 0.5): LEFT}), "the monitor that is left")


def test_a_region_is_all_that_is_seen(start_host, open_viewer, two_monitors):
    host = start_host("--allow", "view", "--region", "100,50,320,200")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.wait(sees(viewer, {(0.1, 0.1): LEFT, (0.9, 0.9): LEFT}), "the region")
    assert (viewer.stats()["width"], viewer.stats()["height"]) == (320, 200)


def test_one_window_is_all_that_is_seen_and_reached(start_host, open_viewer, x_desktop, eventually):
    display = Display(x_desktop.display)
    root = display.screen().root
    window = root.create_window(40, 60, 301, 203, 0, X.CopyFromParent, background_pixel=0x3355AA)
    window.change_attributes(event_mask=X.ButtonPressMask)
    window.set_wm_name("The Editor")
    window.map()
    above = root.create_window(200, 150, 100, 80, 0, X.CopyFromParent, background_pixel=0xFF00C8)
    above.change_attributes(event_mask=X.ButtonPressMask)
    above.map()
    display.sync()
    host = start_host("--allow", "view,control", "--window", "editor")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.wait(sees(viewer, {(0.1, 0.1): "#3355aa"}), "the window")
    assert not is_close(viewer.colour_at(0.7, 0.6), "#ff00c8", within=60)
    viewer.take_control()
    box = viewer.page.locator("#screen").bounding_box()
    for x, y in ((0.7, 0.6), (0.1, 0.1)):
        viewer.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    def clicked() -> list[int]:
        return [display.next_event().window.id for _ in range(display.pending_events())]

    seen: list[int] = []
    eventually(lambda: seen.extend(clicked()) or seen, "a click arrives")
    assert set(seen) == {window.id}
    window.configure(x=500, y=100)
    display.sync()
    viewer.wait(sees(viewer, {(0.1, 0.1): "#3355aa", (0.7, 0.6): "#3355aa"}), "the window where it is now")
    assert not np.any(np.all(np.abs(viewer.picture().astype(int) - (0xFF, 0x00, 0xC8)) < 40, axis=2))
    display.close()


def test_a_title_that_no_window_has_is_refused_in_words(x_desktop):
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "screenshare",
            "host",
            "--display",
            x_desktop.display,
            "--window",
            "no such thing",
        ],
        capture_output=True,
        text=True,
        timeout=30,
        env={**x_desktop.env, "HOME": str(x_desktop.home)},
    )
    assert run.returncode == 3
    assert "there is no window “no such thing”" in run.stderr
