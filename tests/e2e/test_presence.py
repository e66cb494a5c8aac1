"""The sign on the host's desktop, from a browser's knock to the end: nobody watches unseen."""

from __future__ import annotations

import os

import numpy as np
import pytest

from conftest import read_screen

pytestmark = pytest.mark.e2e

BLUE, AMBER = (0x20, 0x60, 0xE0), (0xF7, 0xA9, 0x0B)


@pytest.fixture
def with_sign(monkeypatch):
    monkeypatch.setitem(os.environ, "SCREENSHARE_SIGN", "auto")


def edges(desktop) -> set[tuple[int, ...]]:
    """Return the colours in the middle of the four edges of the host's screen."""
    picture = read_screen(desktop.display)
    return {
        tuple(int(part) for part in picture[y, x]) for x, y in ((640, 1), (640, 718), (1, 360), (1278, 360))
    }


def test_a_viewer_is_seen_at_the_host_and_sent_off_with_a_click(
    with_sign, start_host, open_viewer, x_desktop, eventually
):
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    eventually(lambda: edges(x_desktop) == {BLUE}, "a blue frame", limit_s=15.0)
    viewer.take_control()
    eventually(lambda: edges(x_desktop) == {AMBER}, "an amber frame", limit_s=15.0)
    host.do("share.pause")
    eventually(
        lambda: len(edges(x_desktop)) == 1 and edges(x_desktop) != {AMBER}, "a grey frame", limit_s=15.0
    )
    host.do("share.resume")
    viewer.press_button("Disconnect")
    eventually(
        lambda: len(edges(x_desktop)) != 1 or edges(x_desktop) == {(0, 0, 0)}, "no frame", limit_s=15.0
    )
    assert not [event for event in host.seen if event["event"] == "warning"]


def test_who_signs_in_while_nobody_is_there_is_seen_all_the_same(
    with_sign, start_host, open_viewer, x_desktop, vault, eventually
):
    host = start_host()
    viewer = open_viewer(host.ready["unattended_link"])
    viewer.sign_in()
    viewer.wait_state("live")
    eventually(lambda: edges(x_desktop) == {BLUE}, "a blue frame", limit_s=15.0)


def test_somebody_is_let_in_by_a_click_on_the_desktop(
    with_sign, start_host, open_viewer, x_desktop, click_at, eventually
):
    host = start_host()
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("waiting")

    def allow_view() -> tuple[int, int] | None:
        is_blue = (read_screen(x_desktop.display) == BLUE).all(axis=2)
        rows, columns = np.nonzero(is_blue)
        return (int(np.median(columns)), int(np.median(rows))) if len(rows) > 2000 else None

    eventually(allow_view, "the dialog with a button that is awake", limit_s=15.0)
    click_at(*allow_view())
    host.wait_for("viewer.joined")
    viewer.wait_state("live")


def test_a_still_sign_sends_nothing(with_sign, start_host, open_viewer, x_desktop, eventually):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    eventually(lambda: edges(x_desktop) == {BLUE}, "a blue frame", limit_s=15.0)
    viewer.page.wait_for_timeout(3000)  # until the last pixels are sharp
    viewer.wait(lambda: viewer.stats()["kbps"] == 0, "nothing comes any more", limit_s=15.0)


def test_where_no_sign_can_be_shown_it_says_so(start_host, monkeypatch):
    monkeypatch.setitem(os.environ, "SCREENSHARE_SIGN", "notification")
    monkeypatch.setitem(os.environ, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    warning = start_host().wait_for("warning", code="no-sign")
    assert "cannot show that somebody watches" in warning["message"]


@pytest.fixture
def click_at(x_desktop):
    from Xlib import X
    from Xlib.display import Display
    from Xlib.ext import xtest

    display = Display(x_desktop.display)

    def click(x: int, y: int) -> None:
        xtest.fake_input(display, X.MotionNotify, x=x, y=y)
        xtest.fake_input(display, X.ButtonPress, 1)
        xtest.fake_input(display, X.ButtonRelease, 1)
        display.sync()

    yield click
    display.close()
