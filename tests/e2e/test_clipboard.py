"""The clipboards of two computers, through the viewer's page: Ctrl+C, Ctrl+V, and the panel."""

from __future__ import annotations

import base64
import os
import struct
import subprocess
import zlib

import pytest

pytestmark = pytest.mark.e2e

TEXT = "Grüße, 漢字 😀\nsecond line"
HTML = "<b>Grüße</b>"


def png(width: int, height: int) -> bytes:
    """Return a real picture that does not shrink when it is packed."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + os.urandom(3 * width) for _ in range(height))
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class HostClipboard:
    """Programs at the host that copy and paste."""

    def __init__(self, desktop) -> None:
        self._env = os.environ | {"DISPLAY": desktop.display}

    def copy(self, data: bytes, target: str = "UTF8_STRING") -> None:
        self._xclip("-i", "-t", target, input=data)

    def paste(self, target: str = "UTF8_STRING") -> bytes:
        return self._xclip("-o", "-t", target, stdout=subprocess.PIPE).stdout

    def _xclip(self, *flags: str, **how: object) -> subprocess.CompletedProcess[bytes]:
        command = ["xclip", "-selection", "clipboard", *flags]
        how.setdefault("stdout", subprocess.DEVNULL)
        return subprocess.run(
            command, env=self._env, stderr=subprocess.DEVNULL, timeout=10, check=False, **how
        )


@pytest.fixture
def host_clipboard(x_desktop):
    return HostClipboard(x_desktop)


def local(link: str) -> str:
    """Return the link over this very machine: a secure page, with the browser's clipboard."""
    return "http://127.0.0.1:" + link.split(":", 2)[2]


@pytest.fixture
def helper(start_host, open_viewer):
    """``helper(*flags)``: a viewer who controls, on a secure page whose browser lets it use the clipboard."""

    def start(*flags: str, allow: str = "view,control,clipboard"):
        host = start_host("--allow", allow, *flags)
        viewer = open_viewer(local(host.ready["link"]))
        viewer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        viewer.wait_state("live")
        viewer.take_control()
        viewer.page.locator("#screen").click(position={"x": 300, "y": 300})
        return host, viewer

    return start


def clipboard_of(viewer) -> str:
    return viewer.page.evaluate("navigator.clipboard.readText()")


def put(viewer, kind: str, data: bytes) -> None:
    """Copy something in another window of the viewer's computer."""
    viewer.page.evaluate("window.dispatchEvent(new Event('blur'))")
    viewer.page.evaluate(
        """async ([kind, data]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            await navigator.clipboard.write([new ClipboardItem({[kind]: new Blob([bytes], {type: kind})})]);
        }""",
        [kind, base64.b64encode(data).decode()],
    )


def test_what_is_copied_at_the_host_is_on_the_helpers_clipboard(helper, host_clipboard):
    _, viewer = helper()
    host_clipboard.copy(TEXT.encode())
    viewer.wait(lambda: clipboard_of(viewer) == TEXT, "the text is here")


def test_a_helper_asks_for_the_clipboard_once_he_is_in(start_host, open_viewer, host_clipboard):
    host = start_host("--allow", "view")
    viewer = open_viewer(local(host.ready["link"]))
    viewer.wait_state("live")
    viewer.page.get_by_role("button", name="Clipboard").click()
    viewer.page.get_by_role("button", name="Ask for the clipboard").click()
    asked = host.wait_for("capability.requested")
    assert asked["capability"] == "clipboard"
    host.do("capability.deny", id=asked["id"])
    viewer.page.get_by_role("status").filter(has_text="The host did not allow it").wait_for()
    viewer.page.get_by_role("button", name="Ask for the clipboard").click()
    asked = host.wait_for("capability.requested")
    host.do("capability.set", id=asked["id"], capability="clipboard", granted=True)
    viewer.page.get_by_role("region", name="From the host").wait_for()
    host_clipboard.copy(TEXT.encode())
    preview = viewer.page.get_by_label("What was copied at the host")
    viewer.wait(lambda: preview.input_value() == TEXT, "the text is here")


def test_ctrl_v_brings_to_the_host_what_the_helper_copied(helper, host_clipboard):
    _, viewer = helper()
    put(viewer, "text/plain", b"echo pasted > pasted.txt")
    viewer.page.keyboard.press("Control+v")
    viewer.wait(
        lambda: host_clipboard.paste() == b"echo pasted > pasted.txt", "it is on the host's clipboard"
    )


def test_a_program_at_the_host_gets_the_key_when_the_contents_are_there(
    helper, x_desktop, eventually, tmp_path
):
    _, viewer = helper()
    target = tmp_path / "got.txt"
    xterm = subprocess.Popen(
        [
            "xterm",
            "-u8",
            "-xrm",
            "XTerm*VT100.Translations: #override Ctrl<Key>V: insert-selection(CLIPBOARD)",
            "-geometry",
            "80x20+500+300",
            "-e",
            "sh",
            "-c",
            f"stty -icanon; cat > {target}",
        ],
        env=os.environ | {"DISPLAY": x_desktop.display, "LC_ALL": "C.UTF-8"},
    )
    try:
        eventually(target.exists, "the second terminal is open")
        viewer.page.locator("#screen").click(position={"x": 700, "y": 450})
        so_far = ""
        for number in range(5):
            put(viewer, "text/plain", f"<{number}>".encode())
            viewer.page.keyboard.type("a")
            viewer.page.keyboard.press("Control+v")
            so_far += f"a<{number}>"
            # A terminal takes further keys before the clipboard that it asked for has come.
            eventually(
                lambda wanted=so_far: target.read_text() == wanted, "this clipboard, not the one before"
            )
        put(viewer, "text/plain", b"<twice>")
        viewer.page.keyboard.press("Control+v")
        viewer.page.keyboard.press("Control+v")
        eventually(lambda: target.read_text() == so_far + "<twice><twice>", "who pastes quickly pastes twice")
    finally:
        xterm.kill()
        xterm.wait()


def test_what_is_copied_at_the_host_is_pasted_there_although_it_did_not_come_here(helper, host_clipboard):
    _, viewer = helper()
    put(viewer, "text/plain", b"older")
    viewer.page.keyboard.press("Control+v")
    viewer.wait(lambda: host_clipboard.paste() == b"older", "the helper's text is at the host")
    # Too large to be fetched unasked.
    picture = png(1, 1) + os.urandom(5 * 2**20)
    host_clipboard.copy(picture, "image/png")
    viewer.press_button("Clipboard")
    viewer.page.get_by_role("button", name="Get it").wait_for(timeout=10_000)
    viewer.page.keyboard.press("Escape")
    viewer.page.locator("#screen").click(position={"x": 300, "y": 300})
    for leave in (False, True):
        if leave:
            viewer.page.evaluate("window.dispatchEvent(new Event('blur'))")
        viewer.page.keyboard.press("Control+v")
        viewer.page.wait_for_timeout(500)
        assert host_clipboard.paste("image/png") == picture
    put(viewer, "text/plain", b"newer")
    viewer.page.keyboard.press("Control+v")
    viewer.wait(lambda: host_clipboard.paste() == b"newer", "what the helper copied since is at the host")


def test_ctrl_v_is_known_on_a_keyboard_without_latin_letters(helper, host_clipboard):
    _, viewer = helper()
    put(viewer, "text/plain", TEXT.encode())
    cdp = viewer.page.context.new_cdp_session(viewer.page)
    press = {
        "code": "KeyV",
        "key": "\N{CYRILLIC SMALL LETTER EM}",
        "windowsVirtualKeyCode": 86,
        "modifiers": 2,
    }
    viewer.page.keyboard.down("Control")
    cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **press})
    cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", **press})
    viewer.page.keyboard.up("Control")
    viewer.wait(lambda: host_clipboard.paste() == TEXT.encode(), "it is on the host's clipboard")


def test_pictures_and_formatting_travel_both_ways(helper, host_clipboard):
    _, viewer = helper()
    picture = png(300, 200)
    put(viewer, "image/png", picture)
    viewer.page.keyboard.press("Control+v")
    viewer.wait(lambda: host_clipboard.paste("image/png")[:8] == picture[:8], "the picture is at the host")
    host_clipboard.copy(picture, "image/png")
    viewer.wait(
        lambda: (
            "image/png"
            in viewer.page.evaluate(
                "navigator.clipboard.read().then((items) => items.flatMap((i) => i.types))"
            )
        ),
        "the picture is here",
    )
    host_clipboard.copy(HTML.encode(), "text/html")
    viewer.wait(
        lambda: (
            "text/html"
            in viewer.page.evaluate(
                "navigator.clipboard.read().then((items) => items.flatMap((i) => i.types))"
            )
        ),
        "the formatting is here",
    )


def test_nothing_goes_without_the_right_and_only_one_way_where_one_is_closed(helper, host_clipboard):
    host, viewer = helper("--clipboard", "out", "--ask", "clipboard", allow="view,control")
    host_clipboard.copy(b"copied before")
    put(viewer, "text/plain", b"mine")
    viewer.page.keyboard.press("Control+v")
    viewer.page.wait_for_timeout(500)
    assert clipboard_of(viewer) == "mine"
    host.do("capability.set", id="v1", capability="clipboard", granted=True)
    viewer.page.get_by_role("status").filter(has_text="The host now allows you: Clipboard").wait_for()
    put(viewer, "text/plain", b"mine")
    viewer.page.keyboard.press("Control+v")
    viewer.page.wait_for_timeout(500)
    assert clipboard_of(viewer) == "mine"
    assert host_clipboard.paste() == b"copied before"
    host_clipboard.copy(b"copied after")
    viewer.wait(lambda: clipboard_of(viewer) == "copied after", "what was copied since is here")


def test_the_panel_does_it_on_plain_http(start_host, open_viewer, host_clipboard):
    host = start_host("--allow", "view,clipboard")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    if viewer.page.evaluate("isSecureContext"):
        pytest.skip("this machine has no address but its own")
    viewer.press_button("Clipboard")
    viewer.page.get_by_label("Type or paste text or a picture here").fill("from the panel")
    viewer.press_button("Send to the host")
    viewer.wait(lambda: host_clipboard.paste() == b"from the panel", "it is on the host's clipboard")
    host_clipboard.copy(TEXT.encode())
    preview = viewer.page.get_by_label("What was copied at the host")
    preview.wait_for(timeout=10_000)
    assert preview.input_value() == TEXT
    viewer.press_button("Copy to my clipboard")
    viewer.wait_button("On your clipboard")
    viewer.page.get_by_label("Type or paste text or a picture here").click()
    viewer.page.keyboard.press("Control+v")
    assert viewer.page.get_by_label("Type or paste text or a picture here").input_value() == TEXT


def test_on_plain_http_the_next_key_takes_what_the_host_copied(start_host, open_viewer, host_clipboard):
    host = start_host("--allow", "view,control,clipboard")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    if viewer.page.evaluate("isSecureContext"):
        pytest.skip("this machine has no address but its own")
    viewer.take_control()
    # The controls stay while the pointer rests on them.
    viewer.page.get_by_role("button", name="Clipboard", exact=True).hover()
    # A gesture allows copying for five seconds only.
    viewer.page.wait_for_timeout(5500)
    host_clipboard.copy(TEXT.encode())
    viewer.press_button("Clipboard")
    viewer.page.get_by_label("What was copied at the host").wait_for(timeout=10_000)
    viewer.page.keyboard.press("Escape")
    viewer.page.locator("#screen").click(position={"x": 300, "y": 300})
    viewer.page.keyboard.press("Shift")
    viewer.press_button("Clipboard")
    field = viewer.page.get_by_label("Type or paste text or a picture here")
    field.click()
    viewer.page.keyboard.press("Control+v")
    assert field.input_value() == TEXT


def test_what_the_helper_copied_elsewhere_is_not_written_over(helper, host_clipboard):
    _, viewer = helper()
    # In a panel nothing is taken unasked; it waits for the next key at the host.
    viewer.press_button("Clipboard")
    host_clipboard.copy(b"of the host")
    viewer.page.get_by_label("What was copied at the host").wait_for(timeout=10_000)
    put(viewer, "text/plain", b"copied elsewhere")
    viewer.page.keyboard.press("Escape")
    viewer.page.locator("#screen").click(position={"x": 300, "y": 300})
    viewer.page.keyboard.press("Shift")
    viewer.page.wait_for_timeout(300)
    assert clipboard_of(viewer) == "copied elsewhere"
    viewer.page.keyboard.press("Control+v")
    viewer.wait(lambda: host_clipboard.paste() == b"copied elsewhere", "what he copied is at the host")


def test_what_is_too_large_is_said_and_nothing_is_pasted_instead(helper, host_clipboard):
    _, viewer = helper("--clipboard-limit", "1K")
    host_clipboard.copy(b"of the host")
    viewer.wait(lambda: clipboard_of(viewer) == "of the host", "the host's text is here")
    put(viewer, "text/plain", b"x" * 2000)
    viewer.page.keyboard.press("Control+v")
    viewer.page.get_by_text("That is more than the host takes at once").last.wait_for(timeout=10_000)
    assert host_clipboard.paste() == b"of the host"
