"""The windows that a person can choose from, on a real X server."""

from __future__ import annotations

from Xlib import X, Xatom

from screenshare.capture.choose import list_windows
from screenshare.media import Region, Window
from tests.conftest import XDesktop
from tests.contracts.test_hidden_windows import open_window
from tests.contracts.test_screen_source import Desktop, desktop

__all__ = ["desktop"]


def test_titled_windows_are_listed_the_topmost_first(desktop: Desktop):
    editor = open_window(desktop.connection, "Ünïcode", 0, Region(0, 0, 100, 100))
    mail = open_window(desktop.connection, "Mail", 0, Region(50, 50, 100, 100))
    for window in (mail, editor):
        window.map()
    editor.configure(stack_mode=X.Above)
    desktop.connection.sync()
    assert list_windows(desktop.display) == [Window(editor.id, "Ünïcode"), Window(mail.id, "Mail")]


def test_menus_nameless_unmapped_and_furniture_are_not(desktop: Desktop):
    connection = desktop.connection
    atom = connection.intern_atom
    nameless = open_window(connection, "", 0, Region(0, 0, 10, 10))
    menu = connection.screen().root.create_window(0, 0, 9, 9, 0, X.CopyFromParent, override_redirect=1)
    menu.set_wm_name("Menu")
    panel = open_window(connection, "Panel", 0, Region(0, 0, 10, 10))
    dock = atom("_NET_WM_WINDOW_TYPE_DOCK")
    panel.change_property(atom("_NET_WM_WINDOW_TYPE"), Xatom.ATOM, 32, [dock])
    open_window(connection, "Not shown", 0, Region(0, 0, 10, 10))
    for window in (nameless, menu, panel):
        window.map()
    connection.sync()
    assert list_windows(desktop.display) == []


def test_under_a_window_manager_programs_own_windows_are_listed(x_desktop: XDesktop):
    assert [window.title for window in list_windows(x_desktop.display)] == ["bash"]
