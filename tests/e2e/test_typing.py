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
# Marks that combine, written as they are stored and not as they could be joined, signs beyond the first
# 65,536, joined emoji and flags, invisible signs, and what a program could take for a command.
RARE = (
    "Tiếng Việt: Nguyễn, đường, ữ · tie\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING ACUTE ACCENT}ng · "
    "e\N{COMBINING ACUTE ACCENT} n\N{COMBINING TILDE} · Zażółć gęślą jaźń · नमस्ते क्षत्रिय हिन्दी · "
    "ภาษาไทย น้ำ เก้า · Ŀl ŀ ﬁn ﬂ · \N{MATHEMATICAL SCRIPT CAPITAL A}\N{MATHEMATICAL BOLD SMALL X} ∑∞ · "
    "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}"
    "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-6} · "
    "\N{LEFT-TO-RIGHT MARK}שלום\N{RIGHT-TO-LEFT MARK} · 10\N{NO-BREAK SPACE}000\N{NARROW NO-BREAK SPACE}€ "
    "„so“ «là» ‚x‘ — … ¿¡ × ÷ ± ½ ™ ŒœÆæØøÅåÞþÐð ĞğİıŞş\n\tdef f(x): return {x[0]: 'a\\n'}  # 100 %\n"
)
LONG = (CORPUS * 6)[:1000]
TEXT_FIELD = Path(__file__).parent.parent / "text_field.py"
# Programs learn of the keys by the X server alone, as in a session without input methods.
INPUT_METHODS = ("GTK_IM_MODULE", "QT_IM_MODULE", "XMODIFIERS")


@pytest.fixture
def x_desktop(request: pytest.FixtureRequest, x_display: str, tmp_path: Path) -> Iterator[XDesktop]:
    """``x_display`` with a window manager that keeps no shortcut for itself but those the test names.

    When it hears one of them it makes an empty file of that name.
    """
    home = tmp_path / "home"
    home.mkdir()
    config, managed = home / "openbox.xml", home / ".managed"
    binds = "".join(
        f'<keybind key="{name}"><action name="Execute">'
        f"<command>touch {home / name}</command></action></keybind>"
        for name in getattr(request, "param", [])
    )
    config.write_text(
        f'<openbox_config xmlns="http://openbox.org/3.4/rc"><keyboard>{binds}</keyboard></openbox_config>'
    )
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

    def __init__(
        self,
        text: Callable[[], str],
        shortcuts: Callable[[], list[str]],
        zoom: Callable[[], float] = lambda: 1.0,
    ) -> None:
        self.text = text
        self.shortcuts = shortcuts
        self.zoom = zoom


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


# Tab is typed as in an editor: by itself it would leave the field. Commands are told as pages hear them.
TEXT_PAGE = """<textarea autofocus style="width: 90vw; height: 90vh"></textarea>
<script>
  const commands = [];
  addEventListener("keydown", ({ key, ctrlKey, altKey, shiftKey }) => {
    const held = [ctrlKey && "Ctrl", altKey && "Alt", shiftKey && "Shift"].filter(Boolean);
    if (key.length === 1 && (ctrlKey || altKey)) commands.push([...held, key].join("+"));
  });
  document.querySelector("textarea").addEventListener("keydown", (event) => {
    if (event.key !== "Tab") return;
    event.preventDefault();
    document.execCommand("insertText", false, "\\t");
  });
</script>"""


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
        page = chromium.new_page(no_viewport=True)
        page.set_content(TEXT_PAGE)
        page.click("textarea")
        yield Field(
            lambda: str(page.evaluate("document.querySelector('textarea').value")),
            lambda: list(page.evaluate("commands")),
            lambda: float(page.evaluate("devicePixelRatio")),
        )
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
    hands.compose(RARE)
    wanted = CORPUS + LONG + LONG + RARE
    eventually(lambda: len(field.text()) >= len(wanted), "as much as was typed", limit_s=20)
    assert field.text() == wanted


@pytest.mark.parametrize("field", [("qt", "us"), ("gtk3", "fr")], indirect=True, ids=["us", "fr"])
def test_dead_keys_locks_and_repeats_type_what_the_viewers_own_programs_would(
    start_host, open_viewer, eventually, field
):
    hands = controlling(start_host, open_viewer, "de")

    def tap(code: str, key: str) -> None:
        hands.down(code, key)
        hands.up(code, key)

    tap("Equal", "Dead")  # where the next key tells the result: Windows, Firefox
    tap("KeyE", "é")
    tap("Equal", "Dead")  # where it is composed: macOS, input methods
    hands.compose("á")
    tap("Compose", "Compose")
    hands.compose("œ")
    tap("CapsLock", "CapsLock")
    tap("KeyB", "B")
    tap("Digit5", "5")
    hands.down("ShiftLeft", "Shift")
    tap("KeyB", "b")
    hands.up("ShiftLeft", "Shift")
    hands.type("Äß")
    tap("CapsLock", "CapsLock")
    tap("KeyB", "b")
    tap("KeyC", "C")  # Caps Lock went on here while another window had the keyboard
    tap("NumLock", "NumLock")
    tap("Numpad7", "7")
    hands.down("KeyZ", "y")
    # The host's own repeat would begin after 0.66 s.
    hands.page.wait_for_timeout(1200)
    for _ in range(4):
        hands.repeat("KeyZ", "y")
    hands.up("KeyZ", "y")
    tap("KeyY", "z")
    wanted = "éáœB5bÄßbC7yyyyyz"
    eventually(lambda: len(field.text()) >= len(wanted), "all of it", limit_s=20)
    assert field.text() == wanted


def test_a_key_comes_up_when_the_page_loses_the_focus(start_host, open_viewer, eventually, x_desktop):
    hands = controlling(start_host, open_viewer, "us")
    display = Display(x_desktop.display)
    try:
        hands.down("ControlLeft", "Control")
        hands.down("KeyK", "k")
        eventually(lambda: any(display.query_keymap()), "two keys are down")
        hands.page.evaluate("window.dispatchEvent(new Event('blur'))")
        eventually(lambda: not any(display.query_keymap()), "both are up", limit_s=1.5)
        # What the system still repeats or lifts of them presses nothing.
        hands.repeat("KeyK", "k")
        hands.up("KeyK", "k")
        hands.page.wait_for_timeout(300)
        assert not any(display.query_keymap())
    finally:
        display.close()


# Qt names a modifier that was pressed alone by itself or by what it makes of it.
MODIFIERS = {"", "Ctrl", "Control", "Shift", "Alt", "Meta"}


def is_modifier(name: str) -> bool:
    return name.split("+")[-1] in MODIFIERS and not name.endswith("++")


# What both keyboards have without AltGr. Signs lie shifted, unshifted or on AltGr at the different hosts.
SHORTCUTS = {
    "Ctrl+c": "Ctrl+C",
    "Ctrl+z": "Ctrl+Z",
    "Ctrl+a": "Ctrl+A",
    "Ctrl+Shift+t": "Ctrl+Shift+T",
    "Ctrl++": "Ctrl++",
    "Ctrl+-": "Ctrl+-",
    "Ctrl+0": "Ctrl+0",
    "Alt+1": "Alt+1",
    "Ctrl+/": "Ctrl+/",
    "Ctrl+;": "Ctrl+;",
    "Ctrl+_": "Ctrl+_",
    "Alt+F4": "Alt+F4",
    "Alt+Tab": "Alt+Tab",
    "Super+q": "Meta+Q",
    "Super+ArrowUp": "Meta+Up",
    "Shift+Insert": "Shift+Ins",
    "Ctrl+Shift+F12": "Ctrl+Shift+F12",
    "Ctrl+Alt+ArrowLeft": "Ctrl+Alt+Left",
    "Ctrl+Alt+Delete": "Ctrl+Alt+Del",
    "Shift+ArrowRight": "Shift+Right",
    "F5": "F5",
    "PrintScreen": "Print",
}
# Shift that makes the sign at the viewer stays where it makes it at the host as well, and none is added.
SHIFTED_AT_BOTH = {
    "us/us": {"Ctrl++", "Ctrl+_"},
    "us/de": {"Ctrl+_"},
    "de/us": {"Ctrl+_"},
    "de/de": {"Ctrl+/", "Ctrl+;", "Ctrl+_"},
    "fr/us": {"Ctrl++"},
    "fr/de": {"Ctrl+/"},
    "ru/us": {"Ctrl++", "Ctrl+_"},
    "ru/de": {"Ctrl+;", "Ctrl+_"},
}


@pytest.mark.parametrize(
    ("field", "keyboard", "shifted"),
    [(("qt", pair[:2]), pair[3:], shifted) for pair, shifted in SHIFTED_AT_BOTH.items()],
    indirect=["field"],
    ids=SHIFTED_AT_BOTH,
)
def test_a_shortcut_means_the_same_at_both_keyboards(
    start_host, open_viewer, eventually, field, keyboard, shifted
):
    hands = controlling(start_host, open_viewer, keyboard)
    for shortcut in SHORTCUTS:
        hands.press(shortcut)

    def received() -> list[str]:
        return [name for name in field.shortcuts() if name.isascii() and not is_modifier(name)]

    wanted = [
        name.replace("+", "+Shift+", 1) if shortcut in shifted else name
        for shortcut, name in SHORTCUTS.items()
    ]
    eventually(lambda: len(received()) >= len(wanted), "each shortcut", limit_s=20)
    assert received() == wanted


@pytest.mark.parametrize(
    ("field", "keyboard", "commands", "heard"),
    [
        (("chromium", "fr"), "us", ["z", "0", "1", "-", "/", "["], ["z", "0", "1", "-", "/", "["]),
        (("chromium", "us"), "de", ["z", "+", "0", "-", "/", "[", "@"], ["z", "+", "0", "-", "/", "[", "@"]),
        (("chromium", "de"), "de", ["[", "\\", "@"], ["[", "\\", "@"]),
        (("chromium", "ru"), "us", ["z", "b", "T", "0", "[", "/"], ["z", "b", "Shift+t", "0", "[", "/"]),
        (("chromium", "il"), "de", ["z", "b", "T", "0", "[", "/"], ["z", "b", "Shift+t", "0", "[", "/"]),
    ],
    indirect=["field"],
    ids=["fr/us", "us/de", "de/de", "ru/us", "il/de"],
)
def test_a_page_hears_the_command_that_was_meant(
    start_host, open_viewer, eventually, field, keyboard, commands, heard
):
    hands = controlling(start_host, open_viewer, keyboard)
    for command in commands:
        hands.press("Ctrl+Shift+t" if command == "T" else f"Ctrl+{command}")
    eventually(lambda: len(field.shortcuts()) >= len(heard), "each command", limit_s=20)
    assert field.shortcuts() == [f"Ctrl+{command}" for command in heard]


@pytest.mark.parametrize(
    "field",
    [
        *((toolkit, "ru") for toolkit in ("chromium", "gtk3", "gtk4", "qt")),
        *(("chromium", layout) for layout in ("gr", "il")),
    ],
    indirect=True,
    ids=lambda parameters: "/".join(parameters),
)
def test_a_host_without_latin_letters_obeys_latin_commands(start_host, open_viewer, eventually, field):
    hands = controlling(start_host, open_viewer, "us")
    hands.type("да ")  # other spare keycodes may be lent already
    for command in ("Ctrl+a", "Ctrl+c", "End", "Ctrl+v", "Ctrl+a", "Ctrl+x", "Ctrl+v", "Ctrl+v"):
        hands.press(command)
    eventually(lambda: field.text() == "да " * 4, "copied, pasted, cut, pasted twice", limit_s=10)


@pytest.mark.parametrize("field", [("chromium", "fr"), ("chromium", "ru")], indirect=True, ids=["fr", "ru"])
def test_a_browser_zooms_and_comes_back_by_the_viewers_own_keys(start_host, open_viewer, eventually, field):
    hands = controlling(start_host, open_viewer, "us")
    usual = field.zoom()
    hands.press("Ctrl++")
    eventually(lambda: field.zoom() > usual, "it is larger")
    hands.press("Ctrl+0")
    eventually(lambda: field.zoom() == usual, "it is as it was")


# As openbox writes them. Super alone is the first half of each command with it, too.
DESKTOP_SHORTCUTS = {
    "Alt+F4": "A-F4",
    "Alt+Tab": "A-Tab",
    "Ctrl+Alt+ArrowLeft": "C-A-Left",
    "Ctrl+Alt+Delete": "C-A-Delete",
    "Ctrl+Alt+t": "C-A-t",
    "PrintScreen": "Print",
    "Super+l": "W-l",
    "Super+a": "W-a",
    "Super+ArrowUp": "W-Up",
    "Super": "Super_L",
}


@pytest.mark.parametrize("x_desktop", [list(DESKTOP_SHORTCUTS.values())], indirect=True, ids=["openbox"])
@pytest.mark.parametrize(("layout", "keyboard"), [("us", "de"), ("de", "us"), ("fr", "us")])
def test_shortcuts_of_the_desktop_reach_it(start_host, open_viewer, eventually, x_desktop, layout, keyboard):
    subprocess.run(["setxkbmap", "-display", x_desktop.display, layout], check=True)
    hands = controlling(start_host, open_viewer, keyboard)
    for shortcut, name in DESKTOP_SHORTCUTS.items():
        (x_desktop.home / name).unlink(missing_ok=True)
        hands.press(shortcut)
        eventually((x_desktop.home / name).exists, f"{shortcut} is heard")
