"""One viewer's signaling socket: size, rate and time limits around the frames it carries."""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import Final

from aiohttp import WSMsgType, web

from screenshare.clock import monotonic_s
from screenshare.errors import (
    MalformedMessage,
    OutOfOrder,
    RateLimited,
    ScreenshareError,
    UnsupportedVersion,
)
from screenshare.protocol.decode import encode, signal_from_viewer
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.protocol.signaling import MAX_SIGNAL_BYTES, RoomEnter, Signal
from screenshare.rendezvous.drain import note
from screenshare.rendezvous.guard import SocketLimit
from screenshare.session.door import source_of
from screenshare.session.limits import TokenBucket
from screenshare.signaling.lobby import Discipline, Lobby, RoomNotFound

log = logging.getLogger(__name__)

FIRST_MESSAGE_LIMIT_S: Final = 10.0
PING_INTERVAL_S: Final = 10.0
CLOSE_LIMIT_S: Final = 2.0
MAX_UNSENT: Final = 64
_numbers = itertools.count(1)


class SocketGuest:
    """A viewer's socket as the lobby sees it.

    At most ``MAX_UNSENT`` messages wait for the network; a guest who lets more pile up is
    disconnected, since every message counts and none may be dropped.
    """

    def __init__(self, socket: web.WebSocketResponse, address: str, user_agent: str) -> None:
        self.id = f"s{next(_numbers)}"
        self.address = address
        self.user_agent = user_agent
        self._socket = socket
        self._unsent: asyncio.Queue[str | None] = asyncio.Queue(MAX_UNSENT)

    def send(self, signal: Signal) -> None:
        self._put(encode(signal))

    def relay(self, data: str) -> None:
        self._put(data)

    def close(self) -> None:
        self._put(None)

    def _put(self, item: str | None) -> None:
        try:
            self._unsent.put_nowait(item)
        except asyncio.QueueFull:
            while not self._unsent.empty():
                self._unsent.get_nowait()
            self._unsent.put_nowait(None)

    async def write(self) -> None:
        """Send what is queued until ``close``; then close the socket."""
        try:
            while (data := await self._unsent.get()) is not None:
                async with asyncio.timeout(PING_INTERVAL_S):
                    await self._socket.send_str(data)
        except (ConnectionError, TimeoutError):
            log.debug("%s does not read", self.id)
        await self._socket.close()


async def serve_socket(
    request: web.Request, lobby: Lobby, limit: SocketLimit, *, address: str
) -> web.StreamResponse:
    """Handle ``GET /v1/ws`` from the first message to the last."""
    try:
        with limit.admit(source_of(address)):
            return await _converse(request, lobby, address)
    except RateLimited as exc:
        raise web.HTTPTooManyRequests(text=f"429: {exc}\n") from exc


async def _converse(request: web.Request, lobby: Lobby, address: str) -> web.StreamResponse:
    socket = web.WebSocketResponse(
        max_msg_size=MAX_SIGNAL_BYTES, compress=False, heartbeat=PING_INTERVAL_S, timeout=CLOSE_LIMIT_S
    )
    await socket.prepare(request)
    note(request, socket)
    guest = SocketGuest(socket, address, request.headers.get("User-Agent", "")[:300])
    conversation = _Conversation(guest, lobby)
    async with asyncio.TaskGroup() as tasks:
        writer = tasks.create_task(guest.write(), name=f"signaling-writer:{guest.id}")
        try:
            await conversation.read(socket, first=request.query.get("first"))
        finally:
            conversation.end()
            guest.close()
            await asyncio.wait([writer], timeout=CLOSE_LIMIT_S)
            writer.cancel()
    return socket


class _Conversation:
    """The order of one socket's frames: a room first, then whatever the lobby makes of them."""

    def __init__(self, guest: SocketGuest, lobby: Lobby) -> None:
        self._guest = guest
        self._lobby = lobby
        self._discipline = Discipline(guest, lobby)
        self._has_room = False
        self._bucket = TokenBucket(rate_hz=20, burst=100)

    async def read(self, socket: web.WebSocketResponse, *, first: str | None) -> None:
        """Take what comes; ``first`` stood in the address, and spared a way there and back."""
        if first is not None:
            await self._take_or_refuse(first)
        while not self._discipline.has_had_enough:
            limit_s = None if self._has_room else FIRST_MESSAGE_LIMIT_S
            try:
                message = await socket.receive(timeout=limit_s)
            except TimeoutError:
                return
            if message.type not in {WSMsgType.TEXT, WSMsgType.BINARY}:
                return
            await self._take_or_refuse(message.data)

    def end(self) -> None:
        if self._has_room:
            self._lobby.departed(self._guest)

    async def _take_or_refuse(self, data: str | bytes) -> None:
        try:
            await self._take(data)
        except ScreenshareError as error:
            self._discipline.refuse(error)
            if isinstance(error, RoomNotFound | UnsupportedVersion):
                self._guest.close()

    async def _take(self, data: str | bytes) -> None:
        if not self._bucket.take(monotonic_s()):
            raise RateLimited("too many messages")
        if not isinstance(data, str):
            raise MalformedMessage("a signal is a text frame")
        if self._has_room:
            self._lobby.received(self._guest, data)
        else:
            await self._enter(data)

    async def _enter(self, data: str) -> None:
        signal = signal_from_viewer.decode(data)
        if not isinstance(signal, RoomEnter):
            raise OutOfOrder("name a room first")
        if signal.version != PROTOCOL_VERSION:
            raise UnsupportedVersion(f"this host speaks version {PROTOCOL_VERSION}")
        await self._lobby.arrived(self._guest, signal.room)
        self._has_room = True
