"""The two sides of a signaling socket: the guest who came, and the lobby that answers."""

from __future__ import annotations

from typing import Protocol

from screenshare.errors import ScreenshareError
from screenshare.protocol.signaling import FromViewer, Signal


class Guest(Protocol):
    """One viewer's socket."""

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

    def close(self) -> None:
        """Close after everything queued was sent."""


class Lobby(Protocol):
    """Answers for rooms. All methods are called on the event loop and return at once.

    Refusals are raised as ``RemoteProtocolError`` and sent back as ``error``.
    """

    def knows_room(self, room: str) -> bool:
        """Tell whether somebody shares under this name now."""

    def arrived(self, guest: Guest, room: str) -> None:
        """A socket named a room that is known."""

    def received(self, guest: Guest, signal: FromViewer) -> None:
        """A later message of the same socket."""

    def misbehaved(self, guest: Guest, error: ScreenshareError) -> None:
        """A refused message was answered with ``error``; count it."""

    def departed(self, guest: Guest) -> None:
        """The socket is gone."""
