"""One process: nodes that share a ``Board``; a server alone has it to itself."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from screenshare.clock import monotonic_s
from screenshare.rendezvous.bus.port import CLAIM_LIFE_S, Claim, Place, RoomTaken

_TIDY_EACH: Final = 256


@dataclass(slots=True)
class _Entry:
    claim: Claim
    forgotten_at: float


@dataclass(slots=True)
class Board:
    """What all nodes see."""

    now: Callable[[], float] = monotonic_s
    nodes: dict[str, MemoryBus] = field(default_factory=dict)
    _entries: dict[str, _Entry] = field(default_factory=dict)
    _epochs: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def current(self, room: str) -> Claim | None:
        entry = self._entries.get(room)
        return None if entry is None or self.now() >= entry.forgotten_at else entry.claim

    def new_epoch(self) -> int:
        epoch = next(self._epochs)
        if epoch % _TIDY_EACH == 0:
            now = self.now()
            self._entries = {room: e for room, e in self._entries.items() if now < e.forgotten_at}
        return epoch

    def write(self, room: str, claim: Claim) -> None:
        self._entries[room] = _Entry(claim, self.now() + CLAIM_LIFE_S)

    def erase(self, room: str) -> None:
        self._entries.pop(room, None)


class MemoryBus:
    """Never down: what it needs is this process."""

    def __init__(self, board: Board | None = None) -> None:
        self.node = secrets.token_hex(6)
        self._board = board or Board()

    @property
    def is_up(self) -> bool:
        return True

    async def open(
        self,
        *,
        receive: Callable[[bytes], None],
        undelivered: Callable[[str], None],
        back: Callable[[], None],
    ) -> None:
        self.receive, self._undelivered = receive, undelivered
        self._board.nodes[self.node] = self

    async def close(self) -> None:
        self._board.nodes.pop(self.node, None)

    async def claim(self, room: str, *, owner: str, line: str) -> tuple[Claim, Place | None]:
        before = self._board.current(room)
        if before is not None and before.owner != owner:
            raise RoomTaken("another host has this room")
        claim = Claim(owner=owner, place=Place(self.node, line, self._board.new_epoch()))
        self._board.write(room, claim)
        return claim, None if before is None else before.place

    async def keep(self, claims: Mapping[str, Claim]) -> set[str]:
        lost = {room for room, claim in claims.items() if self._board.current(room) not in (None, claim)}
        for room in claims.keys() - lost:
            self._board.write(room, claims[room])
        return lost

    async def release(self, room: str, claim: Claim) -> None:
        if self._board.current(room) == claim:
            self._board.erase(room)

    async def find(self, room: str) -> Place | None:
        claim = self._board.current(room)
        return None if claim is None else claim.place

    def post(self, node: str, parcel: bytes) -> None:
        asyncio.get_running_loop().call_soon(self._deliver, node, parcel)

    def _deliver(self, node: str, parcel: bytes) -> None:
        other = self._board.nodes.get(node)
        if other is None:
            self._undelivered(node)
        else:
            other.receive(parcel)
