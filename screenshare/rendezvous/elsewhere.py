"""Carries signals between this machine's pages and a server elsewhere, unread."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType

from screenshare.errors import RemoteProtocolError, ScreenshareError
from screenshare.protocol.decode import encode
from screenshare.protocol.signaling import MAX_SIGNAL_BYTES, RoomEnter
from screenshare.signaling.lobby import Guest

log = logging.getLogger(__name__)

CONNECT_LIMIT_S: Final = 8.0
WRITE_LIMIT_S: Final = 10.0
PING_INTERVAL_S: Final = 10.0
MAX_UNSENT: Final = 64


class ServerUnreachable(RemoteProtocolError):
    """The server that the link names does not answer."""

    code = "server-unreachable"


class Elsewhere:
    """The ``Lobby`` of pages whose host is behind ``server`` (an origin): each guest has a socket there."""

    def __init__(self, server: str, http: aiohttp.ClientSession) -> None:
        self._url = f"{server}/v1/ws"
        self._http = http
        self._calls: dict[str, _Call] = {}

    async def arrived(self, guest: Guest, room: str) -> None:
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                socket = await self._http.ws_connect(
                    self._url, max_msg_size=MAX_SIGNAL_BYTES, heartbeat=PING_INTERVAL_S
                )
                await socket.send_str(encode(RoomEnter(room=room)))
        except (aiohttp.ClientError, OSError, TimeoutError) as exc:
            log.warning("the server does not answer: %s", exc or type(exc).__name__)
            raise ServerUnreachable("the server that the link names does not answer") from exc
        call = _Call(guest, socket)
        self._calls[guest.id] = call
        call.task = asyncio.create_task(call.run(), name=f"elsewhere:{guest.id}")

    def received(self, guest: Guest, data: str) -> None:
        call = self._calls[guest.id]
        try:
            call.unsent.put_nowait(data)
        except asyncio.QueueFull:  # each frame counts: without this one the others are worth nothing
            guest.close()

    def misbehaved(self, guest: Guest, error: ScreenshareError) -> None:
        log.info("%s: refused (%s)", guest.id, error.code)

    def departed(self, guest: Guest) -> None:
        call = self._calls.pop(guest.id, None)
        if call is not None and call.task is not None:
            call.task.cancel()


@dataclass(slots=True)
class _Call:
    """One page's socket at the server; at most ``MAX_UNSENT`` frames wait for the network."""

    guest: Guest
    socket: ClientWebSocketResponse
    unsent: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(MAX_UNSENT))
    task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Carry frames both ways until either side is gone."""
        writer = asyncio.create_task(self._write(), name=f"elsewhere-writer:{self.guest.id}")
        try:
            async for message in self.socket:
                if message.type is not WSMsgType.TEXT:
                    break
                self.guest.relay(message.data)
        finally:
            writer.cancel()
            self.guest.close()
            await self.socket.close()

    async def _write(self) -> None:
        try:
            while True:
                data = await self.unsent.get()
                async with asyncio.timeout(WRITE_LIMIT_S):
                    await self.socket.send_str(data)
        except (OSError, TimeoutError, aiohttp.ClientError):
            self.guest.close()
