"""``screenshare view``: the viewer page from this very machine, which no server can exchange."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import sys
import webbrowser
from typing import Final

import aiohttp
from aiohttp import web

from screenshare.config import ViewConfig
from screenshare.rendezvous import server
from screenshare.rendezvous.elsewhere import Elsewhere
from screenshare.rendezvous.pages import Pages
from screenshare.rendezvous.site import is_loopback
from screenshare.rendezvous.stopping import asked_to_stop

log = logging.getLogger(__name__)

LOOPBACK: Final = "127.0.0.1"


def run(config: ViewConfig, *, opens_browser: bool) -> int:
    """Serve the page until SIGTERM or SIGINT; return the exit status."""
    asyncio.run(_serve(config, opens_browser=opens_browser))
    return 0


async def _serve(config: ViewConfig, *, opens_browser: bool) -> None:
    asked = asked_to_stop()
    pages = await asyncio.to_thread(Pages)
    listening = server.bind(LOOPBACK, config.port)
    door = OneUse(config.target)
    try:
        async with aiohttp.ClientSession() as http:
            app = server.make_app(
                Elsewhere(config.server, http),
                pages=pages,
                extra_routes=[web.get("/open/{token:[A-Za-z0-9_-]{1,64}}", door.open)],
            )
            serving = await server.serve(app, [listening])
            address = f"http://{LOOPBACK}:{listening.getsockname()[1]}/open/{door.token}"
            _say(f"The viewer page from this computer, for one opening:\n  {address}\nCtrl-C ends it.")
            if opens_browser:
                await asyncio.to_thread(webbrowser.open, address)
            await asked.wait()
            await serving.stop()
    finally:
        listening.close()


class OneUse:
    """Leads the first who names the token to ``target``, which holds the link's secret.

    The address of a browser that is started can be read by others on this machine; the token in it is
    worth nothing as soon as it was used.
    """

    def __init__(self, target: str) -> None:
        self.token = secrets.token_urlsafe(16)
        self._target: str | None = target

    async def open(self, request: web.Request) -> web.Response:
        """Handle ``GET /open/TOKEN``."""
        is_known = hmac.compare_digest(request.match_info["token"], self.token)
        if not is_known or self._target is None or not is_loopback(request):
            raise web.HTTPForbidden(text="403: this address was used already; start screenshare view again\n")
        target, self._target = self._target, None
        # Not aiohttp's redirect, which would cut the fragment off.
        return web.Response(status=302, headers={"Location": target, "Cache-Control": "no-store"})


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
