"""Text typed in a browser here into a browser there, read back exactly."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

TARGETS = Path(__file__).parent / "targets"
CORPUS = (
    "The quick brown fox, 0123456789 {[(<>)]} \\|~^`´'\"@#€$%&/=?+*-_.:;!\n"
    "Grüße, ça va? ñ ß ł ő ž İ ı · Ελλάδα · Привет, ёж · שלום · مرحبا · می\N{ZERO WIDTH NON-JOINER}خواهم\n"
    "漢字かな 한글 · \N{GRINNING FACE}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"
    "\N{REGIONAL INDICATOR SYMBOL LETTER F}\N{REGIONAL INDICATOR SYMBOL LETTER R} · ≠ ∀ → ½ µ\n"
)


class FieldServer(ThreadingHTTPServer):
    """Serves a page with a text field, which tells what is in it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FieldHandler)
        self.text: str | None = None
        self.address = f"http://127.0.0.1:{self.server_port}/"


class FieldHandler(BaseHTTPRequestHandler):
    server: FieldServer

    def do_GET(self) -> None:
        self._answer((TARGETS / "browser.html").read_bytes())

    def do_POST(self) -> None:
        self.server.text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._answer(b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the library
        pass

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def field_server():
    with FieldServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def read_field(x_desktop, eventually, tmp_path, field_server):
    """A browser at the host with the focus in a text field; gives how to read what is in it."""
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}"]
    page = [f"--app={field_server.address}", "--window-size=1280,720", "--window-position=0,0"]
    env = os.environ | {"DISPLAY": x_desktop.display}
    process = subprocess.Popen(["chromium", *flags, *page], env=env, stderr=subprocess.DEVNULL)
    eventually(lambda: field_server.text is not None, "the browser is up", limit_s=30)
    yield lambda: field_server.text
    process.kill()
    process.wait()


def control(start_host, open_viewer):
    host = start_host("--allow", "view,control")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.wait_for_timeout(300)
    viewer.page.locator("#screen").click(position={"x": 640, "y": 400})
    return viewer


@pytest.mark.parametrize("layout", ["de", "ru"])
def test_a_text_arrives_as_it_was_typed(start_host, open_viewer, read_field, x_desktop, layout):
    subprocess.run(["setxkbmap", "-display", x_desktop.display, layout], check=True)
    viewer = control(start_host, open_viewer)
    viewer.page.keyboard.type(CORPUS)
    give_up_at = time.monotonic() + 60
    while (got := read_field()) != CORPUS and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert got == CORPUS
