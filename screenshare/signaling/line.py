"""A host's line to a rendezvous elsewhere: who comes there is a guest of the lobby here."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, assert_never

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType

from screenshare.clock import monotonic_s
from screenshare.errors import RemoteProtocolError, ScreenshareError, SignalingError, UnknownMessage
from screenshare.protocol import line
from screenshare.protocol.decode import encode, envelope_to_host
from screenshare.protocol.plain_text import plain_text
from screenshare.protocol.signaling import Signal
from screenshare.session.door import room_of
from screenshare.session.limits import TokenBucket
from screenshare.signaling.lobby import Discipline, Lobby, RoomNotFound

log = logging.getLogger(__name__)

CONNECT_LIMIT_S: Final = 10.0
# The first packet may be lost, and is repeated after a second; later ones come three seconds apart and more.
REACH_LIMIT_S: Final = 2.0
WRITE_LIMIT_S: Final = 10.0
CLOSE_LIMIT_S: Final = 2.0
LAST_WORDS_LIMIT_S: Final = 1.0
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 15.0
# A line that held for so long was a good one: the next pause is the first again.
GOOD_LINE_S: Final = 10.0
# While somebody has to come back by the server: as long as a lost viewer's place is kept.
HURRY_S: Final = 300.0
HURRIED_PAUSE_S: Final = 0.8
# How long a server that is asked may take to answer: asked after two seconds of silence, the line can be
# there when the page, which waits for three, dials.
DOUBT_LIMIT_S: Final = 0.7
# A room that was refused for a reason that passes is claimed again.
CLAIM_AGAIN_S: Final = 5.0
LONGEST_REASON: Final = 160
MAX_UNSENT: Final = 512
MAX_GUESTS: Final = 200
_numbers = itertools.count(1)


class LineLost(SignalingError):
    """The line to the server is down."""

    code = "server-lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCallbacks:
    """What the line tells; called on the event loop."""

    up: Callable[[], None]
    lost: Callable[[LineLost], None]  # once, until it is up again
    refused: Callable[[str, line.RoomRefusal], None]
    lent: Callable[[Sequence[line.LentSet]], None]  # a relay, again and again with new passwords


def redial_pause_s(failures: int, dice: float, *, is_hurried: bool = False) -> float:
    """Return how long to wait before the next attempt; ``dice`` from 0 to 1.

    Spread over the whole span: the hosts of a server that restarts come back one by one.
    """
    spread = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(failures, 8))
    if is_hurried:
        spread = HURRIED_PAUSE_S if failures else 0.0
    return 0.1 + dice * spread


class RemoteGuest:
    """A viewer whose socket ends at the server."""

    def __init__(self, arrived: line.GuestArrived, put: Callable[[line.Envelope], None]) -> None:
        self.id = f"r{next(_numbers)}"
        self.address = arrived.address
        self.user_agent = arrived.user_agent
        self._name = arrived.guest
        self._put = put
        self._is_closed = False

    def send(self, signal: Signal) -> None:
        self.relay(encode(signal))

    def relay(self, data: str) -> None:
        if not self._is_closed:
            self._put(line.GuestTell(guest=self._name, data=data))

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._put(line.GuestClose(guest=self._name))


class Line:
    """Keeps one line up for as long as it runs, and claims its rooms again each time.

    ``server`` is the origin of the server; ``token`` owns the rooms; ``rooms`` says which are in use now,
    with the token of each that is made from another one.
    """

    def __init__(
        self,
        server: str,
        lobby: Lobby,
        *,
        token: str,
        rooms: Callable[[], Mapping[str, str | None]],
        callbacks: LineCallbacks,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._url = f"{server}/v1/host"
        self._lobby = lobby
        self._token = token
        self._rooms = rooms
        self._callbacks = callbacks
        self._dice = dice
        self._call: _Call | None = None
        self._own_room = room_of(token)
        self._is_up = self._has_told_loss = False
        self._hurries_until = float("-inf")
        self._wanted = asyncio.Event()

    @property
    def is_up(self) -> bool:
        """Tell whether viewers who have a link come here."""
        return self._is_up

    def update(self) -> None:
        """Claim the rooms that are in use now, and let go of the others."""
        if self._call is not None:
            self._call.claim(self._rooms())

    def hurry(self) -> None:
        """Somebody has to come back by the server: ask whether it is there, and dial soon if it is not."""
        self._hurries_until = monotonic_s() + HURRY_S
        self._wanted.set()
        if self._call is not None:
            self._call.doubt()

    async def finish(self) -> None:
        """Say what is still to be said, and let go of the rooms; call before ``run`` is cancelled."""
        if self._call is not None:
            self._call.claim({})
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_LIMIT_S):
                    await self._call.said()

    async def run(self) -> None:
        """Dial until cancelled."""
        failures = 0
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(sock_connect=REACH_LIMIT_S)) as http:
            while True:
                began_at = monotonic_s()
                try:
                    await self._hold(http)
                except LineLost as problem:
                    self._lost(problem)
                failures = 0 if monotonic_s() - began_at >= GOOD_LINE_S else failures + 1
                await self._pause(max(0, failures - 1))

    async def _pause(self, failures: int) -> None:
        is_hurried = monotonic_s() < self._hurries_until
        self._wanted.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(redial_pause_s(failures, self._dice(), is_hurried=is_hurried)):
                await self._wanted.wait()

    async def _hold(self, http: aiohttp.ClientSession) -> None:
        """Hold one connection until it ends; raises LineLost."""
        socket = await self._dial(http)
        call = _Call(socket, self._lobby, refused=self._callbacks.refused)
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(call.write(), name="line-writer")
                again = tasks.create_task(self._claim_again(), name="line-claims")
                watcher = tasks.create_task(call.watch(), name="line-watch")
                call.put(line.LineOpen(token=self._token))
                try:
                    async for envelope in call.read():
                        await self._take(call, envelope)
                finally:
                    writer.cancel()
                    again.cancel()
                    watcher.cancel()
        except* LineLost as lost:
            raise LineLost(str(lost.exceptions[0])) from lost
        finally:
            self._call, self._is_up = None, False
            call.end()
            with suppress(TimeoutError):
                async with asyncio.timeout(0 if call.is_dead else 2 * CLOSE_LIMIT_S):
                    await socket.close()
        raise LineLost("the server closed the line")

    async def _dial(self, http: aiohttp.ClientSession) -> ClientWebSocketResponse:
        try:
            async with asyncio.timeout(CONNECT_LIMIT_S):
                return await http.ws_connect(
                    self._url,
                    max_msg_size=line.MAX_LINE_BYTES,
                    heartbeat=line.LINE_PING_S,
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_LIMIT_S),
                )
        except aiohttp.WSServerHandshakeError as exc:
            raise LineLost(f"the server answered {exc.status} instead of taking the line") from exc
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            reason = plain_text(str(exc), LONGEST_REASON) or "it does not answer"
            raise LineLost(f"the server cannot be reached: {reason}") from exc

    async def _take(self, call: _Call, envelope: line.ToHost) -> None:
        match envelope:
            case line.LineOpened():
                self._call = call
                call.claim(self._rooms())
            case line.RelayLent():
                self._callbacks.lent(envelope.sets)
            case line.RoomClaimed():
                if envelope.room == self._own_room and not self._is_up:
                    self._is_up, self._has_told_loss = True, False
                    self._callbacks.up()
            case line.LineRefused():
                raise LineLost(f"the server does not take this host: {envelope.reason}")
            case _:
                await call.take(envelope)

    async def _claim_again(self) -> None:
        while True:
            await asyncio.sleep(CLAIM_AGAIN_S)
            self.update()

    def _lost(self, problem: LineLost) -> None:
        if not self._has_told_loss:
            self._has_told_loss = True
            log.info("no line to the server: %s", problem)
            self._callbacks.lost(problem)


class _Call:
    """One connection: the guests who came by it, and the rooms that were claimed on it."""

    def __init__(
        self,
        socket: ClientWebSocketResponse,
        lobby: Lobby,
        *,
        refused: Callable[[str, line.RoomRefusal], None],
    ) -> None:
        self._socket = socket
        self._lobby = lobby
        self._refused = refused
        self._unsent: asyncio.Queue[line.Envelope] = asyncio.Queue(MAX_UNSENT)
        self._guests: dict[str, _Visitor] = {}
        self._claimed: dict[str, str | None] = {}
        self._is_choked = False
        self._doubted, self._heard = asyncio.Event(), asyncio.Event()
        self.is_dead = False
        # Far more than viewers can send: a server that floods loses the line.
        self._bucket = TokenBucket(rate_hz=500, burst=4000)

    def put(self, envelope: line.Envelope) -> None:
        """Queue one envelope; every one counts, so a server that does not read loses the line."""
        try:
            self._unsent.put_nowait(envelope)
        except asyncio.QueueFull:
            self._is_choked = True

    def claim(self, rooms: Mapping[str, str | None]) -> None:
        # In this order: a server counts the rooms of spoken codes.
        for room in sorted(self._claimed.keys() - rooms.keys()):
            self.put(line.RoomRelease(room=room))
        for room in sorted(rooms.keys() - self._claimed):
            self.put(line.RoomClaim(room=room, token=rooms[room]))
        self._claimed = dict(rooms)

    def doubt(self) -> None:
        """Ask whether the server hears this connection, and give it up if no answer comes."""
        self._doubted.set()

    async def watch(self) -> None:
        """Ask when there is doubt, and not more than once in a while, until cancelled; raises LineLost."""
        while True:
            await self._doubted.wait()
            self._doubted.clear()
            self._heard.clear()
            if not self._claimed:
                continue
            room, token = next(iter(self._claimed.items()))
            self.put(line.RoomClaim(room=room, token=token))  # once more: whatever comes then will do
            try:
                async with asyncio.timeout(DOUBT_LIMIT_S):
                    await self._heard.wait()
            except TimeoutError as exc:
                self.is_dead = True
                raise LineLost("the server does not answer any more") from exc
            await asyncio.sleep(DOUBT_LIMIT_S)

    async def write(self) -> None:
        """Send what is queued until cancelled; raises LineLost."""
        try:
            while not self._is_choked:
                envelope = await self._unsent.get()
                async with asyncio.timeout(WRITE_LIMIT_S):
                    await self._socket.send_bytes(line.pack(envelope))
                self._unsent.task_done()
        except (ConnectionError, TimeoutError) as exc:
            raise LineLost("the server does not read") from exc
        raise LineLost("the server does not read")

    async def said(self) -> None:
        """Return when all that was queued is on its way."""
        await self._unsent.join()

    async def read(self) -> AsyncIterator[line.ToHost]:
        async for message in self._socket:
            if message.type is not WSMsgType.BINARY:
                return
            if not self._bucket.take(monotonic_s()):
                raise LineLost("the server sends too much")
            self._heard.set()
            try:
                yield envelope_to_host.decode(message.data)
            except UnknownMessage:
                continue  # of a newer server
            except RemoteProtocolError as exc:
                raise LineLost(f"the server sent something that is no message: {exc}") from exc

    async def take(
        self,
        envelope: line.RoomRefused | line.GuestArrived | line.GuestSaid | line.GuestGone,
    ) -> None:
        match envelope:
            case line.RoomRefused():
                self._claimed.pop(envelope.room, None)
                self._refused(envelope.room, envelope.reason)
            case line.GuestArrived():
                await self._welcome(envelope)
            case line.GuestSaid():
                if (visitor := self._guests.get(envelope.guest)) is not None and not visitor.hear(
                    envelope.data
                ):
                    self._part(envelope.guest)
            case line.GuestGone():
                self._part(envelope.guest)
            case _:
                assert_never(envelope)

    async def _welcome(self, arrived: line.GuestArrived) -> None:
        guest = RemoteGuest(arrived, self.put)
        if len(self._guests) >= MAX_GUESTS or arrived.guest in self._guests:
            guest.close()
            return
        visitor = _Visitor(guest, self._lobby)
        if await visitor.enter(arrived.room, is_claimed=arrived.room in self._claimed):
            self._guests[arrived.guest] = visitor

    def _part(self, name: str) -> None:
        if (visitor := self._guests.pop(name, None)) is not None:
            visitor.guest.close()
            self._lobby.departed(visitor.guest)

    def end(self) -> None:
        """The line is gone, and with it the sockets of all who came by it; their connections stay."""
        for name in list(self._guests):
            self._part(name)


class _Visitor:
    """One guest before the lobby: what it refuses is answered and counted."""

    def __init__(self, guest: RemoteGuest, lobby: Lobby) -> None:
        self.guest = guest
        self._lobby = lobby
        self._discipline = Discipline(guest, lobby)

    async def enter(self, room: str, *, is_claimed: bool) -> bool:
        """Return whether the lobby took him.

        A room that was not claimed there is none of the server's: that of who has no secret, say.
        """
        try:
            if not is_claimed:
                raise RoomNotFound("nobody shares under this link now")
            await self._lobby.arrived(self.guest, room)
        except ScreenshareError as error:
            self._discipline.refuse(error)
            self.guest.close()
            return False
        return True

    def hear(self, data: str) -> bool:
        """Return whether he may go on."""
        try:
            self._lobby.received(self.guest, data)
        except ScreenshareError as error:
            self._discipline.refuse(error)
        return not self._discipline.has_had_enough
