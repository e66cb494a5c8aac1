"""What the page tells of the picture, and what it lets a helper choose."""

from __future__ import annotations

import itertools

import pytest

pytestmark = pytest.mark.e2e

COLOURS = ("#ff0000", "#00ff00", "#0000ff")


def test_the_page_measures_how_old_a_picture_is_when_it_is_seen(start_host, open_viewer, paint):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    colours = itertools.cycle(COLOURS)

    def is_measured() -> bool:
        paint(next(colours))
        return viewer.stats()["latency_ms"] is not None

    viewer.wait(is_measured, "a picture's age is known")
    figures = viewer.stats()
    # One machine, one clock: what is told must be its own delay, not the offset of two clocks.
    assert 0 < figures["latency_ms"] <= figures["latency_p95_ms"] < 2000
    assert figures["rtt_ms"] < 2000


def test_statistics_open_and_close_by_keyboard_and_name_every_figure(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    button = viewer.page.get_by_role("button", name="Statistics", exact=True)
    button.focus()
    viewer.page.keyboard.press("Enter")
    panel = viewer.page.get_by_role("complementary", name="Statistics")
    viewer.wait(lambda: "1280 × 720" in panel.inner_text(), "the size is told")
    names = panel.get_by_role("term").all_inner_texts()
    assert {
        "From capture to display",
        "Round trip",
        "Jitter",
        "Data",
        "Limit",
        "Lost packets",
        "Path",
    } <= set(names)
    viewer.page.keyboard.press("Escape")
    panel.wait_for(state="detached")
    viewer.wait(lambda: button.evaluate("button => button === document.activeElement"), "the focus is back")


def test_a_choice_of_quality_is_kept_and_marked(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.press_button("Quality")
    panel = viewer.page.get_by_role("complementary", name="Quality")
    assert panel.get_by_role("radio", name="Automatic", exact=True).is_checked()
    panel.get_by_role("radio", name="Sharp", exact=True).check()
    panel.get_by_label("At most").select_option("4000")
    viewer.press_button("People")
    viewer.press_button("Quality")
    assert panel.get_by_role("radio", name="Sharp", exact=True).is_checked()
    assert panel.get_by_label("At most").input_value() == "4000"
    assert viewer.state == "live"
