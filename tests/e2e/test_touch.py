"""A phone as viewer: fingers in a real browser, and what the X server gets of them."""

from __future__ import annotations

import pytest
from Xlib import XK, X

from e2e.conftest import ViewerPage
from e2e.witness import SCREEN

pytestmark = pytest.mark.e2e

PHONE = {"width": 390, "height": 844}


class Finger:
    """Touches through the browser's own input, as a touch screen makes them."""

    def __init__(self, page) -> None:
        self._page = page
        self._cdp = page.context.new_cdp_session(page)
        self.points: dict[int, tuple[float, float]] = {}

    def put(self, kind: str) -> None:
        points = [{"id": id_, "x": x, "y": y} for id_, (x, y) in self.points.items()]
        self._cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def down(self, *points: tuple[float, float]) -> None:
        for id_, point in enumerate(points):
            self.points[id_] = point
            self.put("touchStart")

    def move(self, *points: tuple[float, float], steps: int = 8) -> None:
        before = dict(self.points)
        for step in range(1, steps + 1):
            for id_, (x, y) in enumerate(points):
                from_x, from_y = before[id_]
                self.points[id_] = (
                    from_x + (x - from_x) * step / steps,
                    from_y + (y - from_y) * step / steps,
                )
            self.put("touchMove")
            self._page.wait_for_timeout(16)

    def up(self) -> None:
        for id_ in list(self.points):
            del self.points[id_]
            self.put("touchMove" if self.points else "touchEnd")

    def tap(self, *points: tuple[float, float]) -> None:
        self.down(*points)
        self.up()


@pytest.fixture
def phone(start_host, browser):
    """A viewer on a phone who controls; his picture fills the width in the middle of the window."""
    host = start_host("--allow", "view,control")
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    viewer = ViewerPage(context.new_page())
    viewer.page.goto(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.wait_for_timeout(300)
    yield viewer
    context.close()


def client(viewer, x: float, y: float) -> tuple[float, float]:
    """Return where on the page the middle of this pixel of the host is seen."""
    left, top, width, height = viewer.page.evaluate(
        """() => {
            const {left, top, width, height} = document.getElementById('screen').getBoundingClientRect();
            const scale = Math.min(width / 1280, height / 720);
            const [wide, high] = [1280 * scale, 720 * scale];
            return [left + (width - wide) / 2, top + (height - high) / 2, wide, high];
        }"""
    )
    return left + (x + 0.5) / SCREEN[0] * width, top + (y + 0.5) / SCREEN[1] * height


def choose_trackpad(viewer) -> None:
    viewer.press_button("More controls")
    viewer.press_button("Touch")
    viewer.page.get_by_role("radio", name="Trackpad").check()
    viewer.press_button("Close touch")


def test_a_tap_clicks_there_and_two_fingers_click_right(phone, witness):
    finger = Finger(phone.page)
    finger.tap(client(phone, 640, 300))
    phone.wait(lambda: len(witness.look()) == 2, "a click")
    [(_, button, x, y), released] = witness.seen
    assert (button, released) == (1, ("release", 1, x, y))
    # A finger on a shrunk picture cannot mean one pixel, but no more than one of the page's.
    assert abs(x - 640) <= 3
    assert abs(y - 300) <= 3
    finger.tap(client(phone, 640, 300), client(phone, 800, 300))
    phone.wait(lambda: [event[:2] for event in witness.look()[2:]] == [("press", 3), ("release", 3)], "right")


def test_a_pinch_zooms_and_a_tap_then_hits_the_very_pixel(phone, witness):
    finger = Finger(phone.page)
    (x, y) = client(phone, 640, 360)
    finger.down((x - 20, y), (x + 20, y))
    finger.move((x - 150, y), (x + 150, y))
    finger.up()
    for pixel in ((640, 360), (601, 333)):
        witness.look()
        witness.seen.clear()
        finger.tap(client(phone, *pixel))
        phone.wait(lambda: len(witness.look()) == 2, "a click")
        assert witness.seen[0] == ("press", 1, *pixel)
    # More is there than is seen: one finger moves the view, and nothing is dragged.
    before = client(phone, 640, 360)
    finger.down((200, 420))
    finger.move((140, 420))
    finger.up()
    assert client(phone, 640, 360)[0] == pytest.approx(before[0] - 60, abs=1)
    assert len(witness.look()) == 2


def test_two_fingers_scroll_and_a_resting_one_drags(phone, witness):
    finger = Finger(phone.page)
    (x, y) = client(phone, 640, 360)
    finger.down((x - 30, y), (x + 30, y))
    finger.move((x - 30, y - 90), (x + 30, y - 90))
    finger.up()
    phone.wait(lambda: ("press", 5) in [event[:2] for event in witness.look()], "the wheel turns down")
    assert {event[1] for event in witness.seen} == {5}
    witness.seen.clear()
    finger.down(client(phone, 300, 300))
    finger.move(client(phone, 600, 300))
    phone.wait(lambda: witness.look()[:1] and witness.seen[0][1] == 1, "the button is down")
    finger.up()
    phone.wait(lambda: len(witness.look()) == 2, "and up")
    assert abs(witness.seen[0][2] - 300) <= 3
    assert abs(witness.seen[1][2] - 600) <= 3
    witness.seen.clear()
    finger.down(client(phone, 700, 300))
    phone.page.wait_for_timeout(700)
    finger.up()
    phone.wait(lambda: [event[:2] for event in witness.look()] == [("press", 3), ("release", 3)], "right")


def test_a_trackpad_moves_the_pointer_from_where_it_is(phone, witness):
    finger = Finger(phone.page)
    finger.tap(client(phone, 640, 360))
    phone.wait(lambda: len(witness.look()) == 2, "a click")
    start = witness.pointer
    choose_trackpad(phone)
    finger.down((200, 700))
    finger.move((230, 700), steps=30)
    finger.up()
    phone.wait(lambda: witness.pointer[0] > start[0] + 60, "the pointer went right")
    assert abs(witness.pointer[1] - start[1]) <= 3
    at = witness.pointer
    witness.seen.clear()
    finger.tap((60, 620))
    phone.wait(lambda: len(witness.look()) == 2, "a click")
    assert witness.seen == [("press", 1, *at), ("release", 1, *at)]


def test_the_key_bar_holds_modifiers_for_the_next_key(phone, witness):
    phone.press_button("Virtual keyboard")
    phone.press_button("Ctrl")
    phone.page.keyboard.insert_text("c")
    phone.press_button("Tab")
    phone.wait(lambda: len(witness.look()) == 3, "three keys")
    assert witness.seen == [(XK.XK_Control_L, 0), (XK.XK_c, X.ControlMask), (XK.XK_Tab, 0)]
    shift = phone.page.get_by_role("button", name="Shift", exact=True)
    shift.click()
    shift.click()
    for _ in range(2):
        phone.press_button("ArrowRight")
    phone.wait(lambda: len(witness.look()) == 6, "three more")
    assert witness.seen[4:] == [(XK.XK_Right, X.ShiftMask)] * 2
    shift.click()
    phone.press_button("ArrowRight")
    phone.wait(lambda: witness.look()[6:] == [(XK.XK_Right, 0)], "without it")
