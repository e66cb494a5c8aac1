"""What aiohttp lacks: a deadline for each step of a connection, and a bound on connections.

aiohttp 3.14 keeps a silent socket, a head that comes byte by byte and a reader who does not read for ever
(measured, more than 40 s each). ``Connections`` stands between the socket and aiohttp's own protocol.
"""

from __future__ import annotations

import asyncio
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from aiohttp import web
from aiohttp.typedefs import Handler

from screenshare.session.door import source_of

# From the connection to the end of the first request's head.
HEAD_LIMIT_S: Final = 5.0
# Nothing here takes long to answer; a WebSocket, which stays, has a heartbeat of its own.
ANSWER_LIMIT_S: Final = 10.0
# To take the answer, a script of a few hundred kB on a slow line, and to ask for the next thing.
NEXT_LIMIT_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections; ``is_exempt`` tells addresses that speak for many, as a reverse proxy does."""

    per_address: int = 100
    in_all: int = 1000
    is_exempt: Callable[[str], bool] = lambda _: False


class Connections:
    """A factory of protocols, as ``create_server`` wants one."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._by_address: Counter[str] = Counter()
        self._known: weakref.WeakKeyDictionary[asyncio.BaseTransport, Guarded] = weakref.WeakKeyDictionary()
        self.total = 0

    def guard(self, make: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        """Return a factory like ``make`` whose connections are counted and have deadlines."""
        return lambda: Guarded(self, make())

    def of(self, request: web.Request) -> Guarded | None:
        """Return the connection of a request; None when it is gone."""
        return None if request.transport is None else self._known.get(request.transport)

    def admit(self, guarded: Guarded, transport: asyncio.Transport, address: str) -> bool:
        source = source_of(address)
        is_counted = not self._bounds.is_exempt(address)
        if self.total >= self._bounds.in_all:
            return False
        if is_counted and self._by_address[source] >= self._bounds.per_address:
            return False
        self.total += 1
        if is_counted:
            self._by_address[source] += 1
        self._known[transport] = guarded
        return True

    def leave(self, address: str) -> None:
        self.total -= 1
        if self._bounds.is_exempt(address):
            return
        source = source_of(address)
        self._by_address[source] -= 1
        if not self._by_address[source]:
            del self._by_address[source]


class Guarded(asyncio.Protocol):
    """One connection; all that comes goes on to aiohttp, and nothing takes longer than it may."""

    def __init__(self, connections: Connections, inner: asyncio.Protocol) -> None:
        self._connections = connections
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self._address = ""
        self._alarm: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        address = str((transport.get_extra_info("peername") or ("unknown",))[0])
        if not self._connections.admit(self, self._transport, address):
            self._transport.abort()
            return
        self._address = address
        self.limit(HEAD_LIMIT_S)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._address:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._address else None

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self.limit(None)
        if self._address:
            self._connections.leave(self._address)
            self._inner.connection_lost(exc)

    def limit(self, seconds: float | None) -> None:
        """Cut the connection off after so long, unless another limit takes the place of this one."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if seconds is not None and self._transport is not None:
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._transport.abort)


CONNECTIONS: Final = web.AppKey("CONNECTIONS", Connections)


@web.middleware
async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Hold each request to its limits: the head is here, now the answer, then the next head."""
    connection = request.app[CONNECTIONS].of(request)
    if connection is None:
        return await handler(request)
    connection.limit(ANSWER_LIMIT_S)
    try:
        return await handler(request)
    finally:
        connection.limit(NEXT_LIMIT_S)


def stays(request: web.Request) -> None:
    """Let a WebSocket stay, whose heartbeat tells whether somebody is there."""
    connection = request.app[CONNECTIONS].of(request)
    if connection is not None:
        connection.limit(None)
