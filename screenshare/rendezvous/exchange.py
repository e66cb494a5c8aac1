"""The lobby of a public server: viewers here or there, hosts here or there, one node among several."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import logging
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Protocol, assert_never

import msgspec

from screenshare.clock import monotonic_s
from screenshare.errors import RateLimited, RemoteProtocolError, ScreenshareError
from screenshare.protocol import line
from screenshare.protocol.decode import envelope_to_host
from screenshare.protocol.signaling import SignalError
from screenshare.rendezvous import parcels
from screenshare.rendezvous.bus.port import (
    CLAIM_LIFE_S,
    DEGRADED_INTERVAL_S,
    KEEP_INTERVAL_S,
    Bus,
    BusDown,
    Claim,
    Place,
    RoomTaken,
)
from screenshare.rendezvous.figures import Figures
from screenshare.rendezvous.quota import CodeRooms, Quota
from screenshare.session.door import is_code_room, room_of, source_of
from screenshare.signaling.lobby import Guest, RoomNotFound

log = logging.getLogger(__name__)

MAX_ROOMS_PER_LINE: Final = 4
MAX_GUESTS_PER_LINE: Final = 200
# A bus that came back may not have heard yet of a room that there is.
BACK_GRACE_S: Final = 3.0


class HostAway(RemoteProtocolError):
    """The room is known, but its host has no line at the moment."""

    code = "host-away"

    def __init__(self) -> None:
        super().__init__("the host is not connected to the server at the moment")


class HostLine(Protocol):
    """A host's line at this node."""

    @property
    def id(self) -> str:
        """A name that no other line of any node has."""

    def put(self, envelope: line.Envelope) -> bool:
        """Queue an envelope; False where it finds no room."""


@dataclass(slots=True)
class _Held:
    """A line with what came by it."""

    line: HostLine
    token: str
    source: str
    rooms: set[str] = field(default_factory=set)
    guests: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Visit:
    guest: Guest
    place: Place


@dataclass(frozen=True, slots=True)
class _Local:
    """A room whose line is at this node; ``claim`` None: the bus has not heard of it yet."""

    line: str
    owner: str
    claim: Claim | None


class Exchange:
    """Brings each viewer's frames to the line of his room, and what the host says back; reads nothing."""

    def __init__(
        self, bus: Bus, *, max_rooms: int, codes_per_address: int, joins_per_minute: int, figures: Figures
    ) -> None:
        self._bus = bus
        self._max_rooms = max_rooms
        self._codes = CodeRooms(codes_per_address)
        self._joins = Quota(joins_per_minute)
        self._figures = figures
        self._lines: dict[str, _Held] = {}
        self._rooms: dict[str, _Local] = {}
        self._visits: dict[str, _Visit] = {}
        self._names: dict[str, str] = {}  # a guest's own id -> his name between nodes
        self._numbers = itertools.count(1)
        self._keeping: asyncio.Task[None] | None = None
        self._keep_now = asyncio.Event()
        self._bus_back_at = float("-inf")
        figures.gauge("hosts", "Lines of hosts at this node.", lambda: len(self._lines))
        figures.gauge("rooms", "Rooms of this node's hosts.", lambda: len(self._rooms))
        figures.gauge("viewers", "Viewers in a room who are at this node.", lambda: len(self._visits))
        figures.gauge("bus_up", "Whether other nodes can be reached.", lambda: int(bus.is_up))

    @property
    def node(self) -> str:
        return self._bus.node

    @property
    def is_degraded(self) -> bool:
        return not self._bus.is_up

    async def open(self) -> None:
        await self._bus.open(
            receive=self._on_parcel, undelivered=self._on_undelivered, back=self._on_bus_back
        )
        self._keeping = asyncio.get_running_loop().create_task(self._keep(), name="bus-keep")

    async def close(self) -> None:
        """Let go of the bus. Claims stay: the hosts take them along to wherever they dial next."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        await self._bus.close()

    # --- viewers: the lobby ----------------------------------------------------------------------------

    async def arrived(self, guest: Guest, room: str) -> None:
        try:
            if not self._joins.take(source_of(guest.address), monotonic_s()):
                raise RateLimited("too many came from this address; try again in a minute")
            place = await self._find(room)
            self._enter(guest, room, place)
        except ScreenshareError as error:
            self._figures.joins.labels(error.code).inc()
            raise
        self._figures.joins.labels("ok").inc()

    def _enter(self, guest: Guest, room: str, place: Place) -> None:
        name = f"{self._bus.node}.{next(self._numbers)}"
        # Headers may hold bytes that are no UTF-8.
        user_agent = guest.user_agent.encode(errors="replace").decode()
        arrived = line.GuestArrived(
            guest=name, room=room, address=guest.address.partition("%")[0], user_agent=user_agent
        )
        self._visits[name] = _Visit(guest, place)
        self._names[guest.id] = name
        if not self._to_line(place, arrived):
            self._forget(guest)
            raise HostAway

    def received(self, guest: Guest, data: str) -> None:
        name = self._names.get(guest.id)
        if name is None:
            return  # his host is gone, and his socket is being closed
        self._figures.frames.labels("host").inc()
        if not self._to_line(self._visits[name].place, line.GuestSaid(guest=name, data=data)):
            self._forget(guest)
            guest.close()

    def misbehaved(self, guest: Guest, error: ScreenshareError) -> None:
        self._figures.refusals.labels(error.code).inc()

    def departed(self, guest: Guest) -> None:
        name = self._names.get(guest.id)
        if name is not None:
            place = self._visits[name].place
            self._forget(guest)
            self._to_line(place, line.GuestGone(guest=name))

    def _forget(self, guest: Guest) -> None:
        self._visits.pop(self._names.pop(guest.id))

    async def _find(self, room: str) -> Place:
        local = self._rooms.get(room)
        if local is not None:
            epoch = 0 if local.claim is None else local.claim.place.epoch
            return Place(self._bus.node, local.line, epoch)
        place = await self._bus.find(room)
        if place is None:
            if monotonic_s() < self._bus_back_at + BACK_GRACE_S:
                raise BusDown
            raise RoomNotFound("nobody shares under this link now")
        if place.node == self._bus.node:  # its line was here, and may come back
            raise HostAway
        return place

    # --- hosts -----------------------------------------------------------------------------------------

    def line_opened(self, host: HostLine, token: str, address: str) -> None:
        self._lines[host.id] = _Held(host, token, source_of(address))

    def line_closed(self, host: HostLine) -> None:
        """The host is gone: so are his viewers' sockets, but his rooms are kept for him a while."""
        held = self._lines.pop(host.id)
        forgotten_at = monotonic_s() + CLAIM_LIFE_S
        for room in held.rooms:
            self._codes.drop(held.source, (self._rooms.pop(room).owner, room), forgotten_at)
        for name in held.guests:
            self._to_guest(host.id, name, None)

    async def claim(
        self, host: HostLine, room: str, token: str | None = None
    ) -> line.RoomClaimed | line.RoomRefused:
        """Bring whoever names ``room`` to this line from now on; ``token``: it is made from this one."""
        answer = await self._claim(host, room, token or self._lines[host.id].token)
        result = "ok" if isinstance(answer, line.RoomClaimed) else answer.reason
        self._figures.claims.labels(result).inc()
        return answer

    async def _claim(self, host: HostLine, room: str, token: str) -> line.RoomClaimed | line.RoomRefused:
        held = self._lines[host.id]
        if is_code_room(room):
            return await self._claim_code(host, held, room, token)
        if room != room_of(token):
            return line.RoomRefused(room=room, reason="not-yours")
        return await self._claim_proved(host, held, room, token)

    async def _claim_code(
        self, host: HostLine, held: _Held, room: str, token: str
    ) -> line.RoomClaimed | line.RoomRefused:
        """Claim a room that is whoever's comes first, and nobody's who has his share of them."""
        code = (_owner(token), room)
        if not self._codes.take(held.source, code, monotonic_s()):
            return line.RoomRefused(room=room, reason="too-many")
        answer = await self._claim_proved(host, held, room, token)
        if isinstance(answer, line.RoomRefused):
            self._codes.drop(held.source, code)
        return answer

    async def _claim_proved(
        self, host: HostLine, held: _Held, room: str, token: str
    ) -> line.RoomClaimed | line.RoomRefused:
        if room not in held.rooms and self._is_full(held):
            return line.RoomRefused(room=room, reason="too-many")
        owner, claim = _owner(token), None
        try:
            claim, before = await self._bus.claim(room, owner=owner, line=host.id)
        except RoomTaken:
            return line.RoomRefused(room=room, reason="taken")
        except BusDown:
            # Nobody else can have the room of a link, so it serves who comes to this node.
            if is_code_room(room):
                return line.RoomRefused(room=room, reason="degraded")
            before = None
        if host.id not in self._lines:  # it closed meanwhile
            return line.RoomRefused(room=room, reason="not-yours")
        self._take_over(room, _Local(host.id, owner, claim))
        if before is not None and before.node != self._bus.node:
            moved = parcels.Moved(sender=self._bus.node, room=room, line=before.line, epoch=before.epoch)
            self._bus.post(before.node, parcels.pack(moved))
        return line.RoomClaimed(room=room)

    def _is_full(self, held: _Held) -> bool:
        return len(held.rooms) >= MAX_ROOMS_PER_LINE or len(self._rooms) >= self._max_rooms

    def _take_over(self, room: str, local: _Local) -> None:
        source = self._lines[local.line].source
        before = self._drop_room(room, counted_on_at=source)
        if before is not None and before.line != local.line:
            self._part_with_guests(before.line, room)
        self._rooms[room] = local
        self._lines[local.line].rooms.add(room)

    def _drop_room(self, room: str, *, counted_on_at: str | None = None) -> _Local | None:
        """Let no line of this node have a room; who came by it stays where he is.

        ``counted_on_at``: the source that has it from now on.
        """
        before = self._rooms.pop(room, None)
        if before is not None and (held := self._lines.get(before.line)) is not None:
            held.rooms.discard(room)
            if held.source != counted_on_at:
                self._codes.drop(held.source, (before.owner, room))
        return before

    def _part_with_guests(self, line_id: str, room: str) -> None:
        """Close the sockets on a line whose own room is on another now: its host dialled anew.

        Who knocked there would wait in vain until the old line is found dead.
        """
        held = self._lines.get(line_id)
        if held is None or room != room_of(held.token):
            return
        for name in held.guests:
            self._to_guest(line_id, name, None)
        held.guests.clear()

    async def release(self, host: HostLine, room: str) -> None:
        if room not in self._lines[host.id].rooms:
            return
        before = self._drop_room(room)
        if before is not None and before.claim is not None:
            try:
                await self._bus.release(room, before.claim)
            except BusDown:
                log.debug("a room is released by being forgotten")

    def told(self, host: HostLine, name: str, data: str | None) -> None:
        """The host has a frame for a viewer of his, or None to close his socket."""
        held = self._lines[host.id]
        if name not in held.guests:
            return  # he is gone
        if data is None:
            held.guests.discard(name)
        self._figures.frames.labels("viewer").inc()
        self._to_guest(host.id, name, data)

    # --- the ways between ------------------------------------------------------------------------------

    def _to_line(self, place: Place, envelope: line.GuestArrived | line.GuestSaid | line.GuestGone) -> bool:
        """Return whether it is on its way; what another node cannot deliver is told later."""
        if place.node == self._bus.node:
            return self._hand_over(place.line, envelope)
        parcel = parcels.ForLine(sender=self._bus.node, line=place.line, envelope=parcels.pack(envelope))
        self._bus.post(place.node, parcels.pack(parcel))
        return True

    def _hand_over(self, line_id: str, envelope: line.GuestArrived | line.GuestSaid | line.GuestGone) -> bool:
        held = self._lines.get(line_id)
        if held is None:
            return False
        match envelope:
            case line.GuestArrived():
                if len(held.guests) >= MAX_GUESTS_PER_LINE:
                    return False
                held.guests.add(envelope.guest)
            case line.GuestSaid():
                if envelope.guest not in held.guests:
                    return False
            case line.GuestGone():
                if envelope.guest not in held.guests:
                    return True
                held.guests.discard(envelope.guest)
            case _:
                assert_never(envelope)
        if held.line.put(envelope):
            return True
        if envelope.guest in held.guests:
            held.guests.discard(envelope.guest)
            held.line.put(line.GuestGone(guest=envelope.guest))
        return False

    def _to_guest(self, line_id: str, name: str, data: str | None) -> None:
        node = name.partition(".")[0]
        if node == self._bus.node:
            self._tell(line_id, name, data)
        else:
            parcel = parcels.ForGuest(sender=self._bus.node, line=line_id, guest=name, data=data)
            self._bus.post(node, parcels.pack(parcel))

    def _tell(self, line_id: str, name: str, data: str | None) -> None:
        visit = self._visits.get(name)
        if visit is None or visit.place.line != line_id:
            return
        if data is not None:
            visit.guest.relay(data)
            return
        self._forget(visit.guest)
        visit.guest.close()

    # --- other nodes -----------------------------------------------------------------------------------

    def _on_parcel(self, data: bytes) -> None:
        try:
            parcel = parcels.unpack(data)
            envelope = (
                envelope_to_host.decode(parcel.envelope) if isinstance(parcel, parcels.ForLine) else None
            )
        except (msgspec.DecodeError, RemoteProtocolError):
            log.warning("a parcel of another version came over the bus")
            return
        match parcel:
            case parcels.ForLine():
                self._on_envelope(parcel, envelope)
            case parcels.ForGuest():
                self._tell(parcel.line, parcel.guest, parcel.data)
            case parcels.Moved():
                self._on_moved(parcel)
            case parcels.AreYouThere():
                return
            case _:
                assert_never(parcel)

    def _on_envelope(self, parcel: parcels.ForLine, envelope: line.ToHost | None) -> None:
        if not isinstance(envelope, line.GuestArrived | line.GuestSaid | line.GuestGone):
            return
        if self._hand_over(parcel.line, envelope):
            return
        if isinstance(envelope, line.GuestArrived):
            self._to_guest(parcel.line, envelope.guest, _refusal(HostAway()))
        self._to_guest(parcel.line, envelope.guest, None)

    def _on_moved(self, moved: parcels.Moved) -> None:
        local = self._rooms.get(moved.room)
        if local is not None and local.line == moved.line:
            self._drop_room(moved.room)
            self._part_with_guests(moved.line, moved.room)

    def _on_undelivered(self, node: str) -> None:
        """A node is gone, or cannot be reached: nothing of what ran over it goes on."""
        for visit in [visit for visit in self._visits.values() if visit.place.node == node]:
            visit.guest.relay(_refusal(BusDown()))
            self._forget(visit.guest)
            visit.guest.close()
        for held in self._lines.values():
            for name in [name for name in held.guests if name.partition(".")[0] == node]:
                held.guests.discard(name)
                held.line.put(line.GuestGone(guest=name))

    def _on_bus_back(self) -> None:
        """It may have forgotten every room: each node says again at once which are its."""
        self._bus_back_at = monotonic_s()
        self._keep_now.set()

    async def _keep(self) -> None:
        """Refresh what this node has, and see whether the nodes it deals with are there."""
        pause_s = KEEP_INTERVAL_S
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._keep_now.wait()
            self._keep_now.clear()
            there = parcels.pack(parcels.AreYouThere(sender=self._bus.node))
            for node in self._neighbours():
                self._bus.post(node, there)
            try:
                await self._refresh()
                pause_s = KEEP_INTERVAL_S
            except BusDown:
                if pause_s == KEEP_INTERVAL_S:
                    log.warning("degraded: other nodes cannot be reached; what needs none of them goes on")
                pause_s = DEGRADED_INTERVAL_S

    def _neighbours(self) -> Counter[str]:
        names = (name for held in self._lines.values() for name in held.guests)
        nodes = Counter(name.partition(".")[0] for name in names)
        nodes.update(visit.place.node for visit in self._visits.values())
        del nodes[self._bus.node]
        return nodes

    async def _refresh(self) -> None:
        known = {room: local.claim for room, local in self._rooms.items() if local.claim is not None}
        for room in await self._bus.keep(known):
            if (local := self._rooms.get(room)) is not None and local.claim == known[room]:
                self._drop_room(room)
                self._lines[local.line].line.put(line.RoomRefused(room=room, reason="not-yours"))
        for room, local in list(self._rooms.items()):
            if local.claim is None:
                await self._register(room, local)

    async def _register(self, room: str, local: _Local) -> None:
        """Tell the bus of a room that was taken while it was down."""
        claim, _ = await self._bus.claim(room, owner=local.owner, line=local.line)
        if self._rooms.get(room) == local:
            self._rooms[room] = _Local(local.line, local.owner, claim)


def _refusal(error: RemoteProtocolError) -> str:
    return msgspec.json.encode(SignalError(code=error.code, message=str(error))).decode()


def _owner(token: str) -> str:
    """Return what the bus knows an owner by."""
    return hashlib.sha256(f"screenshare owner v1|{token}".encode()).hexdigest()[:32]
