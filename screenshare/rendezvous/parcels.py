"""What nodes of one rendezvous say to each other over the bus."""

from __future__ import annotations

import msgspec

from screenshare.protocol.line import Envelope


class Parcel(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", array_like=True):
    """Base of everything between nodes; ``sender`` is the node that wrote it."""

    sender: str


class ForLine(Parcel, frozen=True, kw_only=True, tag="line", array_like=True):
    """A viewer of the sender's has something for a host's line."""

    line: str
    envelope: bytes


class ForGuest(Parcel, frozen=True, kw_only=True, tag="guest", array_like=True):
    """The host of ``line`` has something for a viewer."""

    line: str
    guest: str
    data: str | None = None  # None: close his socket


class Moved(Parcel, frozen=True, kw_only=True, tag="moved", array_like=True):
    """A room was claimed elsewhere; the line that had it has it no more."""

    room: str
    line: str
    epoch: int


class AreYouThere(Parcel, frozen=True, kw_only=True, tag="there", array_like=True):
    """No answer is wanted: that it was delivered says enough."""


AnyParcel = ForLine | ForGuest | Moved | AreYouThere

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyParcel] = msgspec.msgpack.Decoder(AnyParcel)


def pack(parcel: Parcel | Envelope) -> bytes:
    return _encoder.encode(parcel)


def unpack(data: bytes) -> AnyParcel:
    """Return the parcel in ``data``; raises msgspec.DecodeError."""
    return _decoder.decode(data)
