"""Texts and shortcuts, typed in a browser with one keyboard, arrive in real programs under another one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from Xlib.display import Display

from conftest import XDesktop, focused_window, stop, wait_until
from e2e.keyboards import Hands

pytestmark = pytest.mark.e2e

CORPUS = (
    "Grüße, ça va? ñ ß ł ő Ž zZyY · Ελλάδα, τί κάνεις; · Привет, мир! Ёж · שלום עולם · مرحبا · "
    "漢字かなカナ 한국어 · \N{GRINNING FACE}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"
    "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}\N{THUMBS UP SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4} · "
    "{}[]\\|~^`@#€ <>&*()_+-=;:'\"/?.,!$% if (a[0] != b) { x |= ~y; } // été"
)
LONG = (CORPUS * 6)[:1000]
TEXT_FIELD = Path(__file__).parent.parent / "text_field.py"
# Programs learn of the keys by the X server alone, as in a session without input methods.
INPUT_METHODS = ("GTK_IM_MODULE", "QT_IM_MODULE", "XMODIFIERS")


@pytest.fixture
def x_desktop(x_display: str, tmp_path: Path) -> Iterator[XDesktop]:
    """``x_display`` with a window manager that keeps no shortcut for itself."""
    home = tmp_path / "home"
    home.mkdir()
    config, managed = home / "openbox.xml", home / ".managed"
    config.write_text('<openbox_config xmlns="http://openbox.org/3.4/rc"><keyboard/></openbox_config>')
    desktop = XDesktop(display=x_display, xterm_pid=0, xterm_window=0, home=home)
    manager = subprocess.Popen(
        ["openbox", "--config-file", config, "--startup", f"touch {managed}"],
        env=desktop.env | {"HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(managed.exists, "a window manager")
    yield desktop
    manager.kill()
    manager.wait()


class Field:
    """A program with a text field that has the focus."""

    def __init__(self, text: Callable[[], str], shortcuts: Callable[[], list[str]]) -> None:
        self.text = text
        self.shortcuts = shortcuts


@contextmanager
def toolkit_field(toolkit: str, desktop: XDesktop) -> Iterator[Field]:
    file = desktop.home / "typed.txt"
    keys = desktop.home / "typed.txt.keys"
    python = sys.executable if toolkit == "qt" else "/usr/bin/python3"
    env = {name: value for name, value in desktop.env.items() if name not in INPUT_METHODS}
    env |= {"HOME": str(desktop.home), "LC_ALL": "C.UTF-8", "GDK_BACKEND": "x11", "GSK_RENDERER": "cairo"}
    process = subprocess.Popen([python, TEXT_FIELD, toolkit, file], env=env)
    display = Display(desktop.display)
    try:
        wait_until(lambda: file.exists() and focused_window(display), f"a field of {toolkit}", limit_s=20)
        yield Field(file.read_text, lambda: keys.read_text().splitlines() if keys.exists() else [])
    finally:
        display.close()
        stop(process)


@contextmanager
def browser_field(browser: Browser, desktop: XDesktop) -> Iterator[Field]:
    env = {name: value for name, value in desktop.env.items() if name not in INPUT_METHODS}
    chromium = browser.browser_type.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        headless=False,
        args=["--no-sandbox", "--disable-gpu", "--no-first-run"],
        env=env,
    )
    try:
        page = chromium.new_page()
        page.set_content("<textarea autofocus style='width: 90vw; height: 90vh'></textarea>")
        page.click("textarea")
        yield Field(lambda: str(page.evaluate("document.querySelector('textarea').value")), list)
    finally:
        chromium.close()


@pytest.fixture
def field(request: pytest.FixtureRequest, x_desktop: XDesktop, browser: Browser) -> Iterator[Field]:
    """A field of the toolkit, under the host's layout, that the test's parameters name."""
    toolkit, layout = request.param
    subprocess.run(["setxkbmap", "-display", x_desktop.display, *layout.split()], check=True)
    with (
        browser_field(browser, x_desktop)
        if toolkit == "chromium"
        else toolkit_field(toolkit, x_desktop) as field
    ):
        yield field


def controlling(start_host, open_viewer, keyboard: str) -> Hands:
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    return Hands(viewer.page, keyboard)


COMBINATIONS = os.environ.get("SCREENSHARE_TYPING", "gtk3/de/us gtk4/us/de qt/fr/de").split()


@pytest.mark.parametrize(
    ("field", "keyboard"),
    [(c.split("/")[:2], c.split("/")[2]) for c in COMBINATIONS],
    indirect=["field"],
    ids=COMBINATIONS,
)
def test_a_text_is_read_back_as_it_was_typed(start_host, open_viewer, eventually, field, keyboard):
    hands = controlling(start_host, open_viewer, keyboard)
    hands.type(CORPUS)
    hands.compose(LONG)
    hands.compose(LONG)
    wanted = CORPUS + LONG + LONG
    eventually(lambda: len(field.text()) >= len(wanted), "as much as was typed", limit_s=20)
    assert field.text() == wanted


# Qt names a modifier that was pressed alone by itself or by what it makes of it.
MODIFIERS = {"", "Ctrl", "Control", "Shift", "Alt", "Meta"}


def is_modifier(name: str) -> bool:
    return name.split("+")[-1] in MODIFIERS and not name.endswith("++")


SHORTCUTS = {
    "Ctrl+c": "Ctrl+C",
    "Ctrl+z": "Ctrl+Z",
    "Ctrl+Shift+t": "Ctrl+Shift+T",
    "Ctrl++": "Ctrl++",
    "Ctrl+-": "Ctrl+-",
    "Ctrl+0": "Ctrl+0",
    "Shift+Insert": "Shift+Ins",
    "Ctrl+Shift+F12": "Ctrl+Shift+F12",
    "Ctrl+Alt+ArrowLeft": "Ctrl+Alt+Left",
    "Shift+ArrowRight": "Shift+Right",
    "F5": "F5",
    "PrintScreen": "Print",
}


@pytest.mark.parametrize(
    # Where + needs Shift at the host, it is part of what its own keyboard sends.
    ("field", "keyboard", "plus"),
    [
        (("qt", "us"), "de", "Ctrl+Shift++"),
        (("qt", "de"), "us", "Ctrl++"),
        (("qt", "ru"), "de", "Ctrl+Shift++"),
    ],
    indirect=["field"],
    ids=["us/de", "de/us", "ru/de"],
)
def test_a_shortcut_means_the_same_at_both_keyboards(
    start_host, open_viewer, eventually, field, keyboard, plus
):
    hands = controlling(start_host, open_viewer, keyboard)
    for shortcut in SHORTCUTS:
        hands.press(shortcut)

    def received() -> list[str]:
        return [name for name in field.shortcuts() if name.isascii() and not is_modifier(name)]

    eventually(lambda: len(received()) >= len(SHORTCUTS), "each shortcut", limit_s=20)
    assert received() == [plus if name == "Ctrl++" else name for name in SHORTCUTS.values()]


def test_shortcuts_of_the_desktop_reach_it(start_host, open_viewer, eventually, x_desktop):
    subprocess.run(["setxkbmap", "-display", x_desktop.display, "fr"], check=True)
    hands = controlling(start_host, open_viewer, "de")
    display = Display(x_desktop.display)
    try:
        hands.press("Alt+F4")
        eventually(lambda: focused_window(display) != x_desktop.xterm_window, "the window is closed")
    finally:
        display.close()
