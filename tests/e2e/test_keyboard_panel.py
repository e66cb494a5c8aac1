"""Keys that a browser keeps for itself, text typed as keystrokes, and how keys find their meaning."""

from __future__ import annotations

import os
import subprocess

import pytest
from Xlib.display import Display

from conftest import focused_window

pytestmark = pytest.mark.e2e

CORPUS = (
    "Grüße, ça va? ñ ß ł · Ελλάδα · Привет · שלום · مرحبا · 漢字かな · "
    "\N{GRINNING FACE}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER} · "
    "\N{IDEOGRAPHIC SPACE}a\N{NO-BREAK SPACE}b می\N{ZERO WIDTH NON-JOINER}خواهم · {[|\\~^`@#€]}"
)


def control(start_host, open_viewer):
    """Return a viewer who controls a new host."""
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    return viewer


@pytest.fixture
def controlling(start_host, open_viewer):
    return control(start_host, open_viewer)


@pytest.fixture
def key_events(x_desktop, tmp_path, eventually):
    """Lines of xev for a window that has the focus; ``key_events()`` gives the keysyms pressed so far."""
    display = Display(x_desktop.display)
    log = tmp_path / "xev.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            ["stdbuf", "-oL", "xev", "-event", "keyboard", "-geometry", "200x200+900+400"],
            env=os.environ | {"DISPLAY": x_desktop.display},
            stdout=file,
            stderr=subprocess.DEVNULL,
        )

    # It gets the focus when it appears; a click before that would go to whatever lies there.
    eventually(lambda: focused_window(display) != x_desktop.xterm_window, "its window has the focus")
    display.close()

    def pressed() -> list[str]:
        events = log.read_text().split("\n\n")
        return [
            event.split("keysym 0x")[1].split(", ")[1].split(")")[0]
            for event in events
            if event.startswith("KeyPress") and "keysym" in event
        ]

    yield pressed
    process.terminate()
    process.wait()


def test_special_keys_are_sent_by_buttons(controlling, key_events, eventually):
    viewer = controlling
    viewer.page.mouse.click(1000, 500)
    viewer.press_button("Keyboard")
    for name in ("Ctrl+Alt+Del", "Super", "F5", "Mute"):
        viewer.press_button(name)
    wanted = ["Control_L", "Alt_L", "Delete", "Super_L", "F5", "XF86AudioMute"]
    eventually(lambda: key_events() == wanted, "each key once, in order")


@pytest.mark.parametrize("layout", ["us", "de", "fr", "ru", "gr,us"])
def test_a_text_is_typed_into_a_real_program_whatever_its_layout(
    start_host, open_viewer, x_desktop, eventually, layout
):
    subprocess.run(["setxkbmap", "-display", x_desktop.display, layout], check=True)
    viewer = control(start_host, open_viewer)
    page, target = viewer.page, x_desktop.home / "typed.txt"
    page.mouse.click(100, 100)
    page.keyboard.type(f"cat > {target.name}")
    page.keyboard.press("Enter")
    page.keyboard.type(CORPUS)
    page.keyboard.press("Enter")
    viewer.press_button("Keyboard")
    page.get_by_label("Type text at the host").fill("{[(" + CORPUS + ")]}\n")
    page.get_by_role("button", name="Type", exact=True).click()
    page.mouse.click(100, 100)
    page.keyboard.press("Control+d")
    wanted = CORPUS + "\n{[(" + CORPUS + ")]}\n"
    eventually(lambda: target.exists() and target.read_text() == wanted, f"the whole text with {layout}")


def test_keys_as_text_and_by_place_are_remembered(controlling, x_desktop, eventually, key_events):
    viewer = controlling
    viewer.press_button("Keyboard")
    viewer.page.get_by_role("radio", name="By place").check()
    viewer.page.keyboard.press("Escape")
    viewer.page.mouse.click(1000, 500)
    # A German keyboard's key beside T: z there, y by its place on the host's American one.
    cdp = viewer.page.context.new_cdp_session(viewer.page)
    press_z = {"code": "KeyY", "key": "z", "text": "z", "windowsVirtualKeyCode": 90}
    cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", **press_z})
    cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **press_z})
    eventually(lambda: key_events()[-1:] == ["y"], "the key at that place")
    viewer.press_button("Keyboard")
    assert viewer.page.get_by_role("radio", name="By place").is_checked()
    viewer.page.get_by_role("radio", name="Automatic").check()
    viewer.page.keyboard.press("Escape")
    viewer.page.mouse.click(1000, 500)
    cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", **press_z})
    cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **press_z})
    eventually(lambda: key_events()[-1:] == ["z"], "the meaning of the key")
