"""The viewer's controls stand where he puts them, and panels are as wide as he likes."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


@pytest.fixture
def viewer(start_host, open_viewer):
    viewer = open_viewer(start_host("--allow", "view,control").ready["link"])
    viewer.wait_state("live")
    viewer.wait_button("Move controls")
    return viewer


def bar(viewer) -> dict[str, float]:
    return viewer.page.get_by_role("toolbar").bounding_box()


def gaps(box: dict[str, float]) -> dict[str, float]:
    """Return how far a box is from each edge of the page."""
    return {
        "left": box["x"],
        "right": 1280 - box["x"] - box["width"],
        "top": box["y"],
        "bottom": 720 - box["y"] - box["height"],
    }


def edge_of(box: dict[str, float]) -> str:
    """Return the edge that a bar stands at: it may reach from end to end of it."""
    far = gaps(box)
    ends = ("top", "bottom") if box["width"] > box["height"] else ("left", "right")
    return min(ends, key=far.__getitem__)


def drag(viewer, element, x: float, y: float) -> None:
    box = element.bounding_box()
    viewer.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    viewer.page.mouse.down()
    viewer.page.mouse.move(x, y, steps=12)
    viewer.page.mouse.up()


def grip(viewer):
    return viewer.page.get_by_role("button", name="Move controls")


@pytest.mark.parametrize(
    ("x", "y", "edge", "stands"),
    [
        (10, 300, "left", "vertical"),
        (1270, 300, "right", "vertical"),
        (300, 10, "top", "horizontal"),
        (300, 712, "bottom", "horizontal"),
    ],
)
def test_the_controls_go_to_the_edge_where_they_are_dragged_and_stay(viewer, x, y, edge, stands):
    drag(viewer, grip(viewer), x, y)
    toolbar = viewer.page.get_by_role("toolbar")
    for _ in range(2):
        assert toolbar.get_attribute("aria-orientation") == stands
        box = bar(viewer)
        assert edge_of(box) == edge
        assert min(gaps(box).values()) >= 0
        viewer.page.reload()
        viewer.wait_state("live")
        viewer.wait_button("Move controls")


def test_the_controls_go_round_the_edges_by_keyboard(viewer):
    grip(viewer).focus()
    for edge in ("left", "top", "right", "bottom"):
        viewer.page.keyboard.press("Enter")
        viewer.wait(lambda edge=edge: edge_of(bar(viewer)) == edge, f"the controls stand at the {edge}")
    viewer.page.keyboard.press("ArrowRight")
    focused = viewer.page.evaluate("document.activeElement.ariaLabel")
    assert focused == "Request control"


def test_controls_that_went_away_come_back_at_their_own_edge(viewer):
    drag(viewer, grip(viewer), 10, 360)
    viewer.take_control()
    viewer.page.mouse.move(640, 360)
    gone = "getComputedStyle(document.querySelector('.toolbar')).visibility === 'hidden'"
    viewer.wait(lambda: viewer.page.evaluate(gone), "the controls are away")
    viewer.page.mouse.move(640, 719)
    assert viewer.page.evaluate(gone)
    viewer.page.mouse.move(0, 500)
    viewer.wait(lambda: not viewer.page.evaluate(gone), "the controls are back")


def test_a_panel_is_made_wider_by_dragging_and_by_keys_and_stays_so(viewer):
    page = viewer.page
    viewer.press_button("Quality")
    panel = page.get_by_role("complementary", name="Quality")
    handle = page.get_by_role("separator", name="Width of quality")
    assert panel.bounding_box()["width"] == 360
    right = panel.bounding_box()["x"] + 360
    drag(viewer, handle, right - 500, 200)
    assert panel.bounding_box()["width"] == pytest.approx(500, abs=2)
    assert panel.bounding_box()["x"] + panel.bounding_box()["width"] == right
    handle.press("Home")
    assert panel.bounding_box()["width"] == 280
    handle.press("ArrowLeft")
    assert (panel.bounding_box()["width"], handle.get_attribute("aria-valuenow")) == (304, "304")
    page.reload()
    viewer.wait_state("live")
    viewer.press_button("People")
    assert page.get_by_role("complementary", name="People").bounding_box()["width"] == 304


def test_controls_that_were_put_away_stay_away_after_a_reload(viewer):
    viewer.press_button("Hide controls")
    viewer.wait_button("Show controls")
    viewer.page.reload()
    viewer.wait_state("live")
    viewer.press_button("Show controls")
    viewer.wait_button("Hide controls")


def test_on_a_phone_what_is_said_covers_no_open_panel(start_host, open_viewer):
    host = start_host("--allow", "view,clipboard")
    viewer = open_viewer(host.ready["link"])
    viewer.page.set_viewport_size({"width": 390, "height": 844})
    viewer.wait_state("live")
    viewer.press_button("Clipboard")
    host.do("capability.set", id="v1", capability="control", granted=True)
    toast = viewer.page.locator(".toast")
    toast.wait_for()
    panel = viewer.page.get_by_role("complementary", name="Clipboard").bounding_box()
    said = toast.bounding_box()
    assert said["y"] + said["height"] <= panel["y"]


def test_words_give_way_group_by_group_and_the_bar_stays_one_line(viewer):
    """The picture's first, then those of the session; what asks for control keeps its own."""

    def worded() -> list[str]:
        labels = viewer.page.get_by_role("toolbar").locator(".label:visible")
        return [label.replace("\n", " ") for label in labels.all_inner_texts()]

    shown = {}
    for width in (1400, 1100, 1040, 900, 780):
        viewer.page.set_viewport_size({"width": width, "height": 720})
        viewer.page.wait_for_timeout(100)
        viewer.page.mouse.move(width / 2, 400 + width % 7)
        box = bar(viewer)
        assert box["x"] >= 12, width
        assert box["x"] + box["width"] <= width - 12, width
        assert box["height"] < 60, "one line"
        shown[width] = worded()
    assert shown[1400] == [
        *("Request control", "Monitor", "Quality", "Actual size"),
        *("People", "Statistics", "Disconnect"),
    ]
    assert shown[1040] == ["Request control", "People", "Statistics", "Disconnect"]
    assert shown[900] == ["Request control", "Disconnect"]
    assert shown[780] == ["Request control"]
    viewer.page.set_viewport_size({"width": 1400, "height": 720})
    viewer.page.wait_for_timeout(100)
    assert worded() == shown[1400]


def test_full_screen_is_the_viewers_own_doing_and_leaves_the_controls_above(start_host, open_viewer):
    """What a host draws could look like another page: nothing of his begins it, or covers the bar."""
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    page = viewer.page
    button = page.get_by_role("button", name="Full screen", exact=True)
    button.wait_for(timeout=10_000)
    host.do("control.grant", id="v1")
    viewer.wait_button("Release control")
    assert page.evaluate("document.fullscreenElement") is None
    button.click()
    viewer.wait(lambda: page.evaluate("document.fullscreenElement?.localName") == "html", "full screen")
    box = bar(viewer)
    above = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('.toolbar') !== null",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    assert above
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    viewer.wait(lambda: page.evaluate("document.fullscreenElement") is None, "the page again")
