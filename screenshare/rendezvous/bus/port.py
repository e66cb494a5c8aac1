"""The port: what a backend must do; ``tests/contracts/test_bus.py`` tries it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from screenshare.errors import RemoteProtocolError

# A claim that is not refreshed for so long is forgotten; its owner refreshes it three times as often.
CLAIM_LIFE_S: Final = 15.0
KEEP_INTERVAL_S: Final = 5.0
DEGRADED_INTERVAL_S: Final = 1.0
MAX_PARCELS: Final = 4096
MAX_PARCEL_BYTES: Final = 16 * 2**20


class RoomTaken(RemoteProtocolError):
    """Another owner has the room."""

    code = "room-taken"


class BusDown(RemoteProtocolError):
    """The other nodes cannot be reached at the moment."""

    code = "rendezvous-degraded"

    def __init__(self) -> None:
        super().__init__("the servers cannot reach each other; this works again soon")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a room is: a host's line at a node. ``epoch`` is another one for each claim (fencing)."""

    node: str
    line: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A room with its owner, and where it is."""

    owner: str
    place: Place


class Bus(Protocol):
    """One node's end of the bus. All methods are called on the event loop."""

    @property
    def node(self) -> str:
        """This node's name, another one at each start."""

    @property
    def is_up(self) -> bool:
        """Tell whether other nodes can be reached, as far as is known."""

    async def open(
        self,
        *,
        receive: Callable[[bytes], None],
        undelivered: Callable[[str], None],
        back: Callable[[], None],
    ) -> None:
        """Take part.

        ``receive`` gets parcels; ``undelivered`` the name of a node that one did not reach; ``back`` is
        called when the bus is there again, and may have forgotten every claim.
        """

    async def close(self) -> None:
        """Take part no more; claims are left to whoever claims them next, or to be forgotten."""

    async def claim(self, room: str, *, owner: str, line: str) -> tuple[Claim, Place | None]:
        """Take a room to this node and ``line``; return the claim and where the room was before.

        Raises:
            RoomTaken: it has another owner.
            BusDown: nothing is known at the moment.
        """

    async def keep(self, claims: Mapping[str, Claim]) -> set[str]:
        """Refresh claims by room, or make them again where they were forgotten; return the lost ones.

        Raises:
            BusDown: nothing is known at the moment.
        """

    async def release(self, room: str, claim: Claim) -> None:
        """Forget a claim, unless it is not the current one any more; raises BusDown."""

    async def find(self, room: str) -> Place | None:
        """Tell where a room is; raises BusDown."""

    def post(self, node: str, parcel: bytes) -> None:
        """Queue a parcel for a node; parcels for one node arrive in order, or not at all.

        What finds no room in the queue counts as undelivered.
        """
