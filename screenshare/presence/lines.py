"""What host and sign say to each other: one JSON object a line, over the pipes of the sign's process."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from screenshare.errors import MalformedMessage
from screenshare.presence.sign import Sign
from screenshare.protocol.console import AnyHostCommand

MAX_LINE_BYTES = 65_536

_Message = TypeVar("_Message")


class FromSign(msgspec.Struct, frozen=True, kw_only=True, tag_field="tell"):
    """Base of what the sign tells the host."""


class Stands(FromSign, frozen=True, kw_only=True, tag="stands"):
    """A sign can be shown from now on; ``has_tray``: an icon stands in the tray as well."""

    has_tray: bool


class Pressed(FromSign, frozen=True, kw_only=True, tag="pressed"):
    """The person at the host decided."""

    command: AnyHostCommand


_encoder = msgspec.json.Encoder()
_from_sign: msgspec.json.Decoder[Stands | Pressed] = msgspec.json.Decoder(Stands | Pressed)
_sign: msgspec.json.Decoder[Sign] = msgspec.json.Decoder(Sign)


def encode(message: FromSign | Sign) -> bytes:
    return _encoder.encode(message) + b"\n"


def decode_from_sign(line: bytes) -> Stands | Pressed:
    """Return what the sign told; raises MalformedMessage."""
    return _decode(_from_sign, line)


def decode_sign(line: bytes) -> Sign:
    """Return the sign to show; raises MalformedMessage."""
    return _decode(_sign, line)


def _decode(decoder: msgspec.json.Decoder[_Message], line: bytes) -> _Message:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise MalformedMessage(str(exc)) from exc
