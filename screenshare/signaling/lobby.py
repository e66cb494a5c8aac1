"""The two sides of a signaling socket: the guest who came, and the lobby that answers."""

from __future__ import annotations

from typing import Final, Protocol

from screenshare.errors import RemoteProtocolError, ScreenshareError
from screenshare.protocol.signaling import Signal, SignalError

MAX_ERRORS: Final = 20
_LONGEST_EXPLANATION: Final = 200


class RoomNotFound(RemoteProtocolError):
    """Nobody shares under this name (any more)."""

    code = "room-not-found"


class Guest(Protocol):
    """One viewer's socket, wherever it ends."""

    @property
    def id(self) -> str:
        """A name for this socket, never used again."""

    @property
    def address(self) -> str:
        """The IP address it comes from."""

    @property
    def user_agent(self) -> str:
        """What the browser calls itself; text from outside."""

    def send(self, signal: Signal) -> None:
        """Queue a message; a guest who does not read is disconnected."""

    def relay(self, data: str) -> None:
        """Queue a message that somebody else wrote."""

    def close(self) -> None:
        """Close after everything queued was sent."""


class Lobby(Protocol):
    """Answers for rooms. All methods are called on the event loop; but for ``arrived`` they return at once.

    Refusals are raised as ``ScreenshareError``, sent back as ``error`` and counted (``Discipline``).
    """

    async def arrived(self, guest: Guest, room: str) -> None:
        """A socket named a room; raises RoomNotFound."""

    def received(self, guest: Guest, data: str) -> None:
        """A later frame of the same socket, as it came."""

    def misbehaved(self, guest: Guest, error: ScreenshareError) -> None:
        """A refused message was answered with ``error``; count it."""

    def departed(self, guest: Guest) -> None:
        """The socket is gone."""


class Discipline:
    """Answers what one guest should not have sent, and knows when it is enough."""

    def __init__(self, guest: Guest, lobby: Lobby) -> None:
        self._guest, self._lobby = guest, lobby
        self._errors = 0

    @property
    def has_had_enough(self) -> bool:
        return self._errors >= MAX_ERRORS

    def refuse(self, error: ScreenshareError) -> None:
        self._errors += 1
        self._lobby.misbehaved(self._guest, error)
        self._guest.send(SignalError(code=error.code, message=str(error)[:_LONGEST_EXPLANATION]))
