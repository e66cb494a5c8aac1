"""One host's line to this server: size, rate and time limits around the envelopes it carries."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from typing import Final, assert_never

from aiohttp import WSCloseCode, WSMsgType, web

from screenshare.clock import monotonic_s, wall_s
from screenshare.errors import OutOfOrder, RateLimited, RemoteProtocolError, UnknownMessage
from screenshare.protocol import line
from screenshare.protocol.decode import envelope_from_host
from screenshare.rendezvous.drain import note
from screenshare.rendezvous.exchange import Exchange
from screenshare.rendezvous.guard import SocketLimit
from screenshare.rendezvous.turn import CREDENTIAL_LIFE_S, Relay
from screenshare.session.door import room_of, source_of
from screenshare.session.limits import TokenBucket

log = logging.getLogger(__name__)

OPEN_LIMIT_S: Final = 10.0
WRITE_LIMIT_S: Final = 10.0
CLOSE_LIMIT_S: Final = 2.0
MAX_UNSENT: Final = 1024
MAX_UNSENT_BYTES: Final = 2 * 2**20
# Well before the credentials end, for a host that begins a connection in the last moment.
LEND_AGAIN_S: Final = CREDENTIAL_LIFE_S / 2
# What ends a visit is said whatever waits: there are no more of them than guests.
_ALWAYS: Final = (line.GuestGone, line.RoomRefused, line.LineRefused)
_numbers = itertools.count(1)


class Outbox:
    """What waits for one host: bounded in number and bytes; what finds no room is refused to who sent it."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._has_some = asyncio.Event()

    def put(self, envelope: line.Envelope) -> bool:
        data = line.pack(envelope)
        is_full = len(self._waiting) >= MAX_UNSENT or self._bytes + len(data) > MAX_UNSENT_BYTES
        if is_full and not isinstance(envelope, _ALWAYS):
            return False
        self._waiting.append(data)
        self._bytes += len(data)
        self._has_some.set()
        return True

    async def take(self) -> bytes:
        await self._has_some.wait()
        data = self._waiting.popleft()
        self._bytes -= len(data)
        if not self._waiting:
            self._has_some.clear()
        return data


class HostSocket:
    """A host's line, from its first envelope to its last."""

    def __init__(
        self, socket: web.WebSocketResponse, exchange: Exchange, relay: Relay | None, *, address: str
    ) -> None:
        self.id = f"{exchange.node}.h{next(_numbers)}"
        self._address = address
        self._socket = socket
        self._exchange = exchange
        self._relay = relay
        self._room = ""  # the one of the host's link, once the line is open
        self._outbox = Outbox()
        self._is_open = False
        # A host answers each of its viewers; two hundred of them at once are a full line.
        self._bucket = TokenBucket(rate_hz=200, burst=2000)
        # A claim may cost a round trip to Redis.
        self._claims = TokenBucket(rate_hz=2, burst=20)

    def put(self, envelope: line.Envelope) -> bool:
        return self._outbox.put(envelope)

    async def run(self) -> None:
        """Converse until one side ends it."""
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(self._write(), name=f"line-writer:{self.id}")
            lender = None
            if self._relay is not None:
                lender = tasks.create_task(self._lend_again(self._relay), name=f"line-lender:{self.id}")
            try:
                await self._read()
            except RemoteProtocolError as error:
                log.info("a host's line ends: %s", error.code)
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=error.code.encode())
            finally:
                if self._is_open:
                    self._exchange.line_closed(self)
                writer.cancel()
                if lender is not None:
                    lender.cancel()

    async def _lend_again(self, relay: Relay) -> None:
        while True:
            await asyncio.sleep(LEND_AGAIN_S)
            if self._is_open:
                self._lend(relay)

    def _lend(self, relay: Relay) -> None:
        uids = [f"{self._room}-{number}" for number in range(line.MAX_LENT_SETS)]
        self.put(line.RelayLent(sets=[list(relay.servers_for(uid, wall_s())) for uid in uids]))

    async def _write(self) -> None:
        try:
            while True:
                data = await self._outbox.take()
                async with asyncio.timeout(WRITE_LIMIT_S):
                    await self._socket.send_bytes(data)
        except (ConnectionError, TimeoutError):
            log.debug("%s does not read", self.id)
            await self._socket.close()

    async def _read(self) -> None:
        limit_s: float | None = OPEN_LIMIT_S
        while True:
            try:
                message = await self._socket.receive(timeout=limit_s)
            except TimeoutError:
                return
            if message.type is not WSMsgType.BINARY:
                return
            if not self._bucket.take(monotonic_s()):
                raise RateLimited("too many messages")
            try:
                envelope = envelope_from_host.decode(message.data)
            except UnknownMessage:
                continue  # of a newer host
            if not await self._take(envelope):
                return
            limit_s = None

    async def _take(self, envelope: line.FromHost) -> bool:
        """Carry one envelope out; return whether the line goes on."""
        if isinstance(envelope, line.LineOpen):
            return await self._open(envelope)
        if not self._is_open:
            raise OutOfOrder("open the line first")
        match envelope:
            case line.RoomClaim():
                if not self._claims.take(monotonic_s()):
                    raise RateLimited("too many claims")
                self.put(await self._exchange.claim(self, envelope.room, envelope.token))
            case line.RoomRelease():
                await self._exchange.release(self, envelope.room)
            case line.GuestTell():
                self._exchange.told(self, envelope.guest, envelope.data)
            case line.GuestClose():
                self._exchange.told(self, envelope.guest, None)
            case _:
                assert_never(envelope)
        return True

    async def _open(self, opening: line.LineOpen) -> bool:
        if self._is_open:
            raise OutOfOrder("this line is open already")
        if opening.version != line.LINE_VERSION:
            refused = line.LineRefused(reason="unsupported-version")
            async with asyncio.timeout(WRITE_LIMIT_S):
                await self._socket.send_bytes(line.pack(refused))
            return False
        self._is_open = True
        self._exchange.line_opened(self, opening.token, self._address)
        self._room = room_of(opening.token)
        self.put(line.LineOpened())
        if self._relay is not None:
            self._lend(self._relay)
        return True


async def serve_line(
    request: web.Request, exchange: Exchange, limit: SocketLimit, relay: Relay | None, *, address: str
) -> web.StreamResponse:
    """Hold one ``GET /v1/host``."""
    try:
        with limit.admit(source_of(address)):
            socket = web.WebSocketResponse(
                max_msg_size=line.MAX_LINE_BYTES,
                compress=False,
                heartbeat=line.LINE_PING_S,
                timeout=CLOSE_LIMIT_S,
            )
            await socket.prepare(request)
            note(request, socket)
            await HostSocket(socket, exchange, relay, address=address).run()
            return socket
    except RateLimited as exc:
        raise web.HTTPTooManyRequests(text=f"429: {exc}\n") from exc
