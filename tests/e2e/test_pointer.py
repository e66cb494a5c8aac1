"""The mouse in a real browser, and what the X server gets of it: exact, with every button, and locked."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from e2e.conftest import ViewerPage
from e2e.witness import SCREEN, Witness

pytestmark = pytest.mark.e2e

WHOLE = (0, 0, *SCREEN)
PART = (200, 100, 320, 180)


@dataclass(frozen=True, slots=True)
class Picture:
    """Where the picture is on the page, in CSS pixels, and which pixels of the host it shows."""

    left: float
    top: float
    width: float
    height: float
    shared: tuple[int, int, int, int]

    @classmethod
    def on(cls, page, shared: tuple[int, int, int, int] = WHOLE) -> Picture:
        left, top, width, height = page.evaluate(
            """() => {
                const {left, top, width, height} = document.getElementById('screen').getBoundingClientRect();
                return [left, top, width, height];
            }"""
        )
        scale = min(width / shared[2], height / shared[3])
        wide, high = shared[2] * scale, shared[3] * scale
        return cls(left + (width - wide) / 2, top + (height - high) / 2, wide, high, shared)

    def middle_of(self, x: int, y: int) -> tuple[float, float]:
        """Return where on the page this pixel of the host is seen."""
        at_x, at_y, wide, high = self.shared
        return (
            self.left + (x - at_x + 0.5) / wide * self.width,
            self.top + (y - at_y + 0.5) / high * self.height,
        )

    def is_seen_at(self, pixel: tuple[int, int], x: float, y: float, ratio: float) -> bool:
        """Tell whether the pixel of the viewer's screen at ``x``, ``y`` shows something of this one."""
        at_x, at_y, wide, high = self.shared
        from_x, from_y = (x - self.left) / self.width * wide, (y - self.top) / self.height * high
        over_x, over_y = wide / self.width / ratio, high / self.height / ratio
        return (
            from_x - 1 < pixel[0] - at_x < from_x + over_x and from_y - 1 < pixel[1] - at_y < from_y + over_y
        )


@pytest.fixture
def controlling(start_host, browser):
    """``controlling(*flags, width=, height=, ratio=)`` is a viewer who controls."""
    contexts = []

    def open_it(*flags: str, width: int = 1280, height: int = 720, ratio: float = 1.0) -> ViewerPage:
        host = start_host("--allow", "view,control", *flags)
        viewport = {"width": width, "height": height}
        contexts.append(browser.new_context(viewport=viewport, device_scale_factor=ratio))
        viewer = ViewerPage(contexts[-1].new_page())
        viewer.page.goto(host.ready["link"])
        viewer.wait_state("live")
        viewer.take_control()
        return viewer

    yield open_it
    for context in contexts:
        context.close()


def wait_tucked(viewer: ViewerPage) -> None:
    """Wait until the controls have gone: at a small size they cover much of the picture."""
    viewer.page.mouse.move(160, 60)
    gone = "getComputedStyle(document.querySelector('.toolbar')).visibility === 'hidden'"
    viewer.wait(lambda: viewer.page.evaluate(gone), "the controls are away")


def click_lands(viewer: ViewerPage, witness: Witness, x: float, y: float) -> tuple[int, int]:
    """Click there and return where the X server saw it go down and up."""
    before = len(witness.look())
    viewer.page.mouse.click(x, y)
    viewer.wait(lambda: len(witness.look()) == before + 2, "a click")
    (_, button, *place), released = witness.seen[before:]
    assert (button, released) == (1, ("release", 1, *place))
    return place[0], place[1]


def check_exact(viewer: ViewerPage, witness: Witness, picture: Picture, ratio: float) -> None:
    left, top, wide, high = picture.shared
    zoom = picture.width / wide * ratio
    for share_x, share_y in ((0, 0), (1, 0), (0.5, 0.5), (0.333, 0.127), (0.86, 0.88), (0.123, 0.345)):
        pixel = left + round(share_x * (wide - 1)), top + round(share_y * (high - 1))
        # A mouse points at whole pixels of the viewer's own screen.
        x, y = (math.floor(at * ratio) / ratio for at in picture.middle_of(*pixel))
        landed = click_lands(viewer, witness, x, y)
        if zoom > 0.999 or share_x in (0, 1):
            assert landed == pixel, f"at zoom {zoom}"
        assert picture.is_seen_at(landed, x, y, ratio), f"{landed}, not {pixel}, at zoom {zoom}"


@pytest.mark.parametrize(
    ("size", "ratio", "shared"),
    [
        ((320, 180), 1, WHOLE),
        ((640, 360), 1, WHOLE),
        ((640, 360), 2, WHOLE),
        ((1280, 720), 1, WHOLE),
        ((1024, 576), 1.25, WHOLE),
        ((1100, 700), 1.25, WHOLE),
        ((1920, 1080), 1, WHOLE),
        ((960, 540), 2, WHOLE),
        ((1280, 720), 1, PART),
        ((1024, 600), 1.25, PART),
    ],
    ids=lambda value: "x".join(map(str, value)) if isinstance(value, tuple) else str(value),
)
def test_a_click_lands_on_the_very_pixel_at_any_zoom(controlling, witness, size, ratio, shared):
    """The picture fills windows of 0.25 to 4 times its size, on screens of several densities."""
    flags = () if shared == WHOLE else ("--region", ",".join(map(str, shared)))
    viewer = controlling(*flags, width=size[0], height=size[1], ratio=ratio)
    wait_tucked(viewer)
    check_exact(viewer, witness, Picture.on(viewer.page, shared), ratio)


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_a_click_lands_on_the_very_pixel_at_actual_size(controlling, witness, ratio):
    viewer = controlling(width=1400, height=896, ratio=ratio)
    viewer.press_button("Actual size")
    wait_tucked(viewer)
    picture = Picture.on(viewer.page)
    assert picture.width * ratio == pytest.approx(1280)
    check_exact(viewer, witness, picture, ratio)


def test_a_click_lands_on_the_very_pixel_where_actual_size_is_scrolled(controlling, witness):
    viewer = controlling(width=700, height=500)
    viewer.press_button("Actual size")
    viewer.page.evaluate("document.querySelector('.stage').scrollTo(431, 97)")
    wait_tucked(viewer)
    picture = Picture.on(viewer.page)
    assert picture.left == -431
    assert click_lands(viewer, witness, *picture.middle_of(700, 300)) == (700, 300)


def test_all_five_buttons_arrive_and_come_up(controlling, witness):
    viewer = controlling()
    x, y = Picture.on(viewer.page).middle_of(500, 300)
    viewer.page.mouse.move(x, y)
    # Playwright's mouse has three buttons; the browser's own input has all of them.
    cdp = viewer.page.context.new_cdp_session(viewer.page)
    for button, mask in (("left", 1), ("middle", 4), ("right", 2), ("back", 8), ("forward", 16)):
        where = {"x": x, "y": y, "button": button, "clickCount": 1}
        cdp.send("Input.dispatchMouseEvent", {"type": "mousePressed", "buttons": mask, **where})
        cdp.send("Input.dispatchMouseEvent", {"type": "mouseReleased", "buttons": 0, **where})
    clicks = [(kind, button, 500, 300) for button in (1, 2, 3, 8, 9) for kind in ("press", "release")]
    viewer.wait(lambda: witness.look() == clicks, "five clicks")


def test_a_drag_holds_the_button_from_pixel_to_pixel(controlling, witness):
    viewer = controlling()
    picture = Picture.on(viewer.page)
    viewer.page.mouse.move(*picture.middle_of(200, 200))
    viewer.page.mouse.down()
    viewer.wait(lambda: witness.look() == [("press", 1, 200, 200)], "the button is down")
    viewer.page.mouse.move(*picture.middle_of(640, 333), steps=10)
    viewer.wait(lambda: witness.pointer == (640, 333), "the pointer went along")
    viewer.page.mouse.up()
    viewer.wait(lambda: witness.look()[1:] == [("release", 1, 640, 333)], "the button is up")


def test_a_double_click_is_two_clicks_on_one_pixel(controlling, witness):
    viewer = controlling()
    viewer.page.mouse.dblclick(*Picture.on(viewer.page).middle_of(321, 123))
    click = [("press", 1, 321, 123), ("release", 1, 321, 123)]
    viewer.wait(lambda: witness.look() == [*click, *click], "two clicks")


def test_the_wheel_turns_both_ways_where_the_pointer_is(controlling, witness):
    viewer = controlling()
    viewer.page.mouse.move(*Picture.on(viewer.page).middle_of(400, 400))
    for dx, dy in ((0, 120), (0, -120), (120, 0), (-120, 0)):
        viewer.page.mouse.wheel(dx, dy)
    notches = [("press", button, 400, 400) for button in (5, 4, 7, 6)]
    viewer.wait(lambda: [e for e in witness.look() if e[0] == "press"] == notches, "a notch each way")


# --- locked ------------------------------------------------------------------------------------------


def test_a_locked_pointer_tells_how_far_the_mouse_goes_until_it_is_let_go(controlling, witness):
    viewer = controlling()
    page = viewer.page
    picture = Picture.on(page)
    viewer.press_button("Lock pointer")
    viewer.wait(lambda: page.evaluate("document.pointerLockElement?.id") == "screen", "the lock")
    viewer.wait(lambda: "Press Esc to free the mouse" in page.inner_text(".state-pill"), "the way out")
    page.mouse.move(600, 500)
    start = settled_pointer(viewer, witness)
    for step in range(1, 11):
        page.mouse.move(600 + 9 * step, 500 - 7 * step)
    there = start[0] + 90, start[1] - 70
    viewer.wait(lambda: witness.pointer == there, f"the pointer has gone on to {there}")
    page.mouse.down()
    page.mouse.up()
    viewer.wait(lambda: witness.look() == [("press", 1, *there), ("release", 1, *there)], "a click there")
    page.keyboard.down("ControlRight")
    page.keyboard.up("ControlRight")
    viewer.wait(lambda: page.evaluate("document.pointerLockElement") is None, "the pointer is free")
    page.mouse.move(*picture.middle_of(333, 222))
    viewer.wait(lambda: witness.pointer == (333, 222), "it goes to places again")


def settled_pointer(viewer: ViewerPage, witness: Witness) -> tuple[int, int]:
    """Return where the pointer is once all that was sent has arrived."""
    viewer.page.wait_for_timeout(300)
    return witness.pointer


def test_the_pointer_is_free_when_the_host_takes_control_back(start_host, open_viewer):
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.press_button("Lock pointer")
    viewer.wait(lambda: viewer.page.evaluate("document.pointerLockElement?.id") == "screen", "the lock")
    host.do("control.revoke")
    viewer.wait(lambda: viewer.page.evaluate("document.pointerLockElement") is None, "the pointer is free")
