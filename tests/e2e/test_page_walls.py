"""What a browser makes of each page's headers: text becomes no markup or code; no frame, no opener."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytestmark = pytest.mark.e2e

# Each is what an attacker's text would have to become.
SINKS = {
    "markup": "document.body.innerHTML = '<b>text</b>'",
    "code": "new Function('return 1')()",
    "a handler": "document.body.setAttribute('onclick', 'steal()')",
    "a foreign script": "document.createElement('script').src = 'https://example.org/x.js'",
    "a policy of its own": "trustedTypes.createPolicy('mine', {createHTML: (text) => text})",
}
# By a timer: what is evaluated from outside may use eval whatever the policy says.
TRY = """() => new Promise((tell) => setTimeout(() => {
  try { ATTEMPT; tell("done") } catch (error) { tell(error.name) }
}))"""
INLINE = """() => {
  const script = document.createElement("script");
  script.append("window.stolen = true");
  document.head.append(script);
}"""


@pytest.fixture
def foreign() -> Iterator[ThreadingHTTPServer]:
    """A server of somebody else, with an empty page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title>")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture
def pages(start_host) -> dict[str, str]:
    """Each page by its name, at this machine's own address."""
    ready = start_host().ready
    origin = ready["console"].partition("/console")[0]
    room = ready["link"].partition("/j/")[2]
    return {"landing": f"{origin}/", "viewer": f"{origin}/j/{room}", "console": ready["console"]}


def test_text_becomes_neither_markup_nor_code_on_any_page(pages, open_viewer):
    for name, address in pages.items():
        page = open_viewer(address).page
        page.wait_for_load_state()
        assert page.evaluate("typeof trustedTypes") == "object", name
        for what, source in SINKS.items():
            outcome = page.evaluate(TRY.replace("ATTEMPT", source))
            assert outcome in {"TypeError", "EvalError"}, (name, what, outcome)
        page.evaluate(INLINE)
        assert page.evaluate("window.stolen") is None, name


def test_no_page_can_be_framed_or_reached_by_who_opened_it(pages, open_viewer, foreign, eventually):
    here = f"http://localhost:{foreign.server_port}/"
    for name, address in pages.items():
        page = open_viewer(here).page
        page.evaluate(
            "(url) => { const frame = document.createElement('iframe'); frame.src = url;"
            " document.body.append(frame) }",
            address,
        )
        eventually(
            lambda page=page: page.frames[-1].evaluate("location.href").startswith("chrome-error:"),
            f"{name} is not framed",
        )
        with page.context.expect_page() as opened:
            page.evaluate("(url) => { window.other = open(url) }", address)
        opened.value.wait_for_load_state()
        assert opened.value.title() != ""
        assert opened.value.evaluate("window.opener") is None, name
        assert page.evaluate("window.other.closed"), name
