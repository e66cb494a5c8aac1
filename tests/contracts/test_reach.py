"""Which window a click and a key would reach, asked of a real X server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from Xlib import X, Xatom
from Xlib.display import Display

from screenshare.input.choose import open_injector
from screenshare.input.port import Injector
from screenshare.media import Region
from tests.contracts.test_hidden_windows import open_window
from tests.contracts.test_screen_source import Desktop, desktop

__all__ = ["desktop"]


@pytest.fixture
def injector(desktop: Desktop) -> Iterator[Injector]:
    injector = open_injector(desktop.display)
    yield injector
    injector.close()


def test_a_click_reaches_a_window_where_nothing_lies_above_it(desktop: Desktop, injector: Injector):
    frame = open_window(desktop.connection, "", 0, Region(100, 100, 220, 220))
    window = open_window(desktop.connection, "Editor", 0, Region(10, 10, 200, 200), parent=frame)
    above = open_window(desktop.connection, "Mail", 0, Region(150, 150, 50, 50))
    for each in (window, frame, above):
        each.map()
    desktop.connection.sync()
    injector.move(130, 130)
    assert injector.is_over(window.id)
    injector.move(160, 160)
    assert not injector.is_over(window.id)
    injector.move(600, 600)
    assert not injector.is_over(window.id)
    assert injector.is_over(window.id, (130, 130))
    assert not injector.is_over(window.id, (160, 160))


def test_its_dialogs_belong_to_a_window_and_other_programs_menus_do_not(desktop: Desktop, injector: Injector):
    window = open_window(desktop.connection, "Editor", 0, Region(0, 0, 300, 300))
    dialog = open_window(desktop.connection, "Save", 0, Region(400, 400, 50, 50))
    dialog.change_property(Xatom.WM_TRANSIENT_FOR, Xatom.WINDOW, 32, [window.id])
    other = Display(desktop.display)
    menu = other.screen().root.create_window(500, 500, 50, 50, 0, X.CopyFromParent, override_redirect=1)
    for each in (window, dialog):
        each.map()
    desktop.connection.sync()
    menu.map()
    other.sync()
    injector.move(410, 410)
    assert injector.is_over(window.id)
    injector.move(510, 510)
    assert not injector.is_over(window.id)
    other.close()


def test_keys_reach_the_window_that_has_the_focus(desktop: Desktop, injector: Injector):
    window = open_window(desktop.connection, "Editor", 0, Region(0, 0, 100, 100))
    other = open_window(desktop.connection, "Mail", 0, Region(200, 0, 100, 100))
    window.map()
    other.map()
    desktop.connection.sync()
    other.set_input_focus(X.RevertToPointerRoot, X.CurrentTime)
    desktop.connection.sync()
    assert not injector.has_focus(window.id)
    window.set_input_focus(X.RevertToPointerRoot, X.CurrentTime)
    desktop.connection.sync()
    assert injector.has_focus(window.id)
    window.destroy()
    desktop.connection.sync()
    assert not injector.has_focus(window.id)
