"""The HTTP application, and its place on the network."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast
from weakref import WeakSet

from aiohttp import web
from aiohttp.typedefs import Handler

from screenshare.errors import AddressInUse, ConfigError
from screenshare.rendezvous.deadlines import CONNECTIONS, HEAD_LIMIT_S, Bounds, Connections, watch
from screenshare.rendezvous.drain import SOCKETS, drain
from screenshare.rendezvous.guard import SocketLimit, make_guard
from screenshare.rendezvous.pages import Pages
from screenshare.rendezvous.site import Site
from screenshare.rendezvous.socket import serve_socket
from screenshare.signaling.lobby import Lobby

FIRST_PORT: Final = 8765
LAST_PORT: Final = 8865
SHUTDOWN_LIMIT_S: Final = 2.0
_BACKLOG: Final = 128


def make_app(
    lobby: Lobby,
    *,
    pages: Pages,
    site: Site | None = None,
    limit: SocketLimit | None = None,
    bounds: Bounds | None = None,
    health: Handler | None = None,
    extra_routes: Sequence[web.RouteDef] = (),
) -> web.Application:
    """Return the application; whatever is not routed here is 404."""
    site = site or Site()
    limit = limit or SocketLimit()

    async def landing(_: web.Request) -> web.Response:
        return pages.page("index.html")

    async def viewer(_: web.Request) -> web.Response:
        return pages.page("viewer.html")

    async def signaling(request: web.Request) -> web.StreamResponse:
        return await serve_socket(request, lobby, limit, address=site.address_of(request))

    app = web.Application(middlewares=[watch, make_guard(site)], client_max_size=65_536)
    app[SOCKETS] = WeakSet()
    app[CONNECTIONS] = Connections(bounds or Bounds())
    app.on_shutdown.append(drain)
    app.add_routes(
        [
            web.get("/", landing),
            web.get("/j/{room:[A-Za-z0-9_-]{1,64}}", viewer),
            web.get("/assets/{name:[A-Za-z0-9._-]{1,128}}", pages.asset),
            web.get("/v1/ws", signaling),
            web.get("/healthz", health or _is_up),
            *extra_routes,
        ]
    )
    return app


async def _is_up(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def bind(address: str, port: int | None) -> socket.socket:
    """Return a listening socket; ``port`` None means the first free one from 8765, 0 means any.

    Raises:
        AddressInUse: the port asked for is taken, or none was free.
        ConfigError: the address is not one of this machine.
    """
    candidates = range(FIRST_PORT, LAST_PORT + 1) if port is None else (port,)
    for candidate in candidates:
        try:
            return _listen(address, candidate)
        except OSError as exc:
            if exc.errno == errno.EADDRINUSE:
                continue
            if isinstance(exc, PermissionError):
                raise ConfigError(
                    f"port {candidate} needs more rights than this user has", hint="take a port above 1023"
                ) from exc
            raise ConfigError(
                f"cannot listen on {address}: {exc.strerror or exc}",
                hint="give an address of this computer, or 0.0.0.0 for all of them",
            ) from exc
    asked = f"port {port}" if port is not None else f"every port from {FIRST_PORT} to {LAST_PORT}"
    raise AddressInUse(
        f"{asked} on {address} is already in use", hint="choose another one with --listen ADDRESS:PORT"
    )


def _listen(address: str, port: int) -> socket.socket:
    family, kind, proto, _, where = socket.getaddrinfo(
        address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    sock = socket.socket(family, kind, proto)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(where)
        sock.listen(_BACKLOG)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that runs."""

    runner: web.AppRunner
    listeners: list[asyncio.Server]

    async def stop(self) -> None:
        """Take nobody in any more, then end what is open."""
        for listener in self.listeners:
            listener.close()
        await self.runner.cleanup()


async def serve(
    app: web.Application, sockets: Sequence[socket.socket], *, tls: ssl.SSLContext | None = None
) -> Serving:
    """Serve ``app`` on listening ``sockets``."""
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=SHUTDOWN_LIMIT_S,
        handle_signals=False,
        keepalive_timeout=15,
        lingering_time=HEAD_LIMIT_S,
    )
    await runner.setup()
    protocol = app[CONNECTIONS].guard(cast("Callable[[], asyncio.Protocol]", runner.server))
    loop, handshake_s = asyncio.get_running_loop(), HEAD_LIMIT_S if tls else None
    listeners = [
        await loop.create_server(
            protocol,
            sock=sock,
            ssl=tls,
            ssl_handshake_timeout=handshake_s,
            backlog=_BACKLOG,
        )
        for sock in sockets
    ]
    return Serving(runner, listeners)
