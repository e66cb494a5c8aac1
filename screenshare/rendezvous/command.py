"""``screenshare server`` from the first line logged to the exit code."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import ssl
import sys
from typing import Final

from aiohttp import web

from screenshare.config import Network, ServerConfig
from screenshare.errors import ConfigError
from screenshare.rendezvous import server
from screenshare.rendezvous.bus.choose import open_bus
from screenshare.rendezvous.deadlines import Bounds
from screenshare.rendezvous.exchange import Exchange
from screenshare.rendezvous.figures import CONTENT_TYPE, Figures
from screenshare.rendezvous.guard import SocketLimit
from screenshare.rendezvous.hosts import serve_line
from screenshare.rendezvous.json_log import JsonLines
from screenshare.rendezvous.pages import Pages
from screenshare.rendezvous.site import Site
from screenshare.rendezvous.stopping import asked_to_stop
from screenshare.rendezvous.turn import Relay, TurnSecret

log = logging.getLogger(__name__)

# A browser opens up to six connections for a page, beside its socket; some of them at the same moment.
PAGES_PER_SOCKET: Final = 3
_MACHINE_PATHS: Final = frozenset({"/healthz", "/metrics"})


def run(config: ServerConfig, *, verbose: bool) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status."""
    logging.basicConfig(level=logging.WARNING, handlers=[JsonLines()], force=True)
    logging.getLogger("screenshare").setLevel(logging.DEBUG if verbose else logging.INFO)
    asyncio.run(_serve(config))
    return 0


async def _serve(config: ServerConfig) -> None:
    asked = asked_to_stop()
    tls = None if config.tls is None else load_tls(config.tls)
    pages = await asyncio.to_thread(Pages)
    listening = server.bind(config.listen.address, config.listen.port)
    node = Node(config, pages)
    try:
        await node.exchange.open()
        serving = await server.serve(node.app, [listening], tls=tls)
        log.info("listening")
        _tell_address(config, listening.getsockname()[1])
        await asked.wait()
        log.info("draining: hosts and waiting viewers are told to dial again")
        await serving.stop()
    finally:
        await node.exchange.close()
        listening.close()
    log.info("stopped")


class Node:
    """One server: its application, and what lies behind it."""

    def __init__(self, config: ServerConfig, pages: Pages) -> None:
        self.site = Site(
            public_url=config.public_url, proxies=config.behind_proxy, machine_paths=_MACHINE_PATHS
        )
        self.figures = Figures()
        self.exchange = Exchange(
            open_bus(config.bus),
            max_rooms=config.max_rooms,
            codes_per_address=config.hosts_per_address,
            joins_per_minute=config.joins_per_minute,
            figures=self.figures,
        )
        self._hosts = SocketLimit(config.hosts_per_address, config.max_sockets)
        self._metrics_from = config.metrics_from
        self._relay = None
        if config.turn_secret is not None:
            self._relay = Relay(config.turn_urls, TurnSecret(config.turn_secret))
        self.app = server.make_app(
            self.exchange,
            pages=pages,
            site=self.site,
            limit=SocketLimit(config.sockets_per_address, config.max_sockets),
            bounds=Bounds(
                per_address=PAGES_PER_SOCKET * config.sockets_per_address + config.hosts_per_address,
                in_all=PAGES_PER_SOCKET * config.max_sockets,
                is_exempt=self.site.is_proxy,
            ),
            health=self._health,
            extra_routes=[web.get("/v1/host", self._line), web.get("/metrics", self._metrics)],
        )

    async def _line(self, request: web.Request) -> web.StreamResponse:
        address = self.site.address_of(request)
        return await serve_line(request, self.exchange, self._hosts, self._relay, address=address)

    async def _health(self, _: web.Request) -> web.Response:
        """Answer 200 even when degraded: what needs no other node is served, and no other node is better."""
        status = "degraded" if self.exchange.is_degraded else "ok"
        return web.json_response({"status": status})

    async def _metrics(self, request: web.Request) -> web.Response:
        if not _is_among(self.site.address_of(request), self._metrics_from):
            raise web.HTTPNotFound
        return web.Response(body=self.figures.text(), headers={"Content-Type": CONTENT_TYPE})


def load_tls(files: tuple[object, object]) -> ssl.SSLContext:
    """Return what speaks TLS with this certificate and key; raises ConfigError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(str(files[0]), str(files[1]))
    except (OSError, ssl.SSLError) as exc:
        reason = exc.strerror or "they do not fit together"
        raise ConfigError(
            f"cannot use the certificate and key: {reason}", hint="give two PEM files that belong together"
        ) from exc
    return context


def _is_among(address: str, networks: tuple[Network, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.is_loopback or any(parsed in network for network in networks)


def _tell_address(config: ServerConfig, port: int) -> None:
    """Say where it listens, for whoever started it with port 0."""
    sys.stdout.write(
        json.dumps({"event": "listening", "address": config.listen.address, "port": port}) + "\n"
    )
    sys.stdout.flush()
