"""Messages on a host's line to a server, ``GET /v1/host``: binary frames of MessagePack.

    host                                     server
      line.open         ->
                        <-                   line.opened | line.refused
                        <-                   relay.lent             where the server has a relay; renewed
      room.claim        ->  (each room)
                        <-                   room.claimed | room.refused
                        <-                   guest.arrived          a viewer named one of the rooms
                        <-                   guest.said             his frames, unread
      guest.tell        ->                   frames for him, unread
      guest.close       ->
                        <-                   guest.gone

MessagePack, because a frame of a viewer then needs no escaping: what the line carries is as long as what
the viewer sent, and a few bytes.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from screenshare.protocol.fields import RoomId, Token
from screenshare.protocol.signaling import MAX_SIGNAL_BYTES, IceServer

LINE_VERSION = 1
MAX_LINE_BYTES = MAX_SIGNAL_BYTES + 1024
# How often each end asks whether the other one is there; silence for half as long again ends the line.
LINE_PING_S = 5.0

GuestId = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9._-]+$")]
# What a person at the host reads: no control character comes in with it.
Address = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[0-9A-Za-z.:%_-]+$")]
Frame = Annotated[str, Meta(max_length=MAX_SIGNAL_BYTES)]
MAX_LENT_SETS = 8
LentSet = Annotated[list[IceServer], Meta(max_length=4)]
RoomRefusal = Literal["taken", "not-yours", "too-many", "degraded"]


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of everything that travels on the line."""


class LineOpen(Envelope, frozen=True, kw_only=True, tag="line.open"):
    """Host: the first message. The token owns the rooms that are claimed; the server keeps its hash."""

    version: Annotated[int, Meta(ge=0, le=65_535)] = LINE_VERSION
    token: Token


class LineOpened(Envelope, frozen=True, kw_only=True, tag="line.opened"):
    """Server: claim your rooms."""


class RelayLent(Envelope, frozen=True, kw_only=True, tag="relay.lent"):
    """Server: use this relay for your viewers from now on, each with one of ``sets`` (RFC 8656).

    The passwords end after some minutes, and others come before that. There are as many sets as a room may
    use of the relay's quota.
    """

    sets: Annotated[list[LentSet], Meta(min_length=1, max_length=MAX_LENT_SETS)]


class LineRefused(Envelope, frozen=True, kw_only=True, tag="line.refused"):
    """Server: no; the line closes after this."""

    reason: Literal["unsupported-version", "full"]


class RoomClaim(Envelope, frozen=True, kw_only=True, tag="room.claim"):
    """Host: whoever names this room is to be brought here; said again, it takes the room to this line.

    A room of the link is made from the token (``room_of``), so nobody else can claim it; a room of three
    digits belongs to the token that has it until it is let go or forgotten. ``token`` is there for a room
    that is made from another one than the line's: the address of a host, which outlives each of his shares.
    """

    room: RoomId
    token: Token | None = None


class RoomRelease(Envelope, frozen=True, kw_only=True, tag="room.release"):
    """Host: the room is not in use any more."""

    room: RoomId


class RoomClaimed(Envelope, frozen=True, kw_only=True, tag="room.claimed"):
    """Server: the room is yours."""

    room: RoomId


class RoomRefused(Envelope, frozen=True, kw_only=True, tag="room.refused"):
    """Server: it is not, or not any more."""

    room: RoomId
    reason: RoomRefusal


class GuestArrived(Envelope, frozen=True, kw_only=True, tag="guest.arrived"):
    """Server: a viewer named one of the rooms; ``address`` is his, as the server sees it."""

    guest: GuestId
    room: RoomId
    address: Address
    user_agent: Annotated[str, Meta(max_length=300)]


class GuestSaid(Envelope, frozen=True, kw_only=True, tag="guest.said"):
    """Server: a frame of his."""

    guest: GuestId
    data: Frame


class GuestGone(Envelope, frozen=True, kw_only=True, tag="guest.gone"):
    """Server: his socket is closed."""

    guest: GuestId


class GuestTell(Envelope, frozen=True, kw_only=True, tag="guest.tell"):
    """Host: a frame for him."""

    guest: GuestId
    data: Frame


class GuestClose(Envelope, frozen=True, kw_only=True, tag="guest.close"):
    """Host: close his socket after what was sent."""

    guest: GuestId


FromHost = LineOpen | RoomClaim | RoomRelease | GuestTell | GuestClose
ToHost = (
    LineOpened | RelayLent | LineRefused | RoomClaimed | RoomRefused | GuestArrived | GuestSaid | GuestGone
)

_encoder = msgspec.msgpack.Encoder()


def pack(envelope: msgspec.Struct) -> bytes:
    return _encoder.encode(envelope)
