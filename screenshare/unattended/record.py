"""What stands in the file (sans-IO)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from screenshare.errors import BackendError

MOST_DEVICES: Final = 50
MOST_SOURCES: Final = 256
MAX_RECORD_BYTES: Final = 256 * 2**10

Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Salt = Annotated[bytes, Meta(min_length=16, max_length=16)]
Key = Annotated[bytes, Meta(min_length=32, max_length=32)]


class RecordUnreadable(BackendError):
    """Who may come in unattended cannot be read: then nobody may."""

    code = "unattended-unreadable"


class Password(msgspec.Struct, frozen=True, kw_only=True):
    """What a password became by argon2id (RFC 9106); who reads it can come in at this host alone."""

    salt: Salt
    memory_kib: Annotated[int, Meta(ge=19_456, le=2**20)]
    passes: Annotated[int, Meta(ge=2, le=16)]
    lanes: Literal[1]
    key: Key

    def __repr__(self) -> str:
        return "Password(...)"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where one signs in: ``token`` makes and owns the room, ``secret`` stands in the link."""

    token: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{32}$")]
    secret: Salt

    def __repr__(self) -> str:
        return "Address(...)"


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that proves itself by a key of its own; ``used_at`` None: never since it was added.

    ``public_key`` is a point of P-256, uncompressed (SEC 1); ``pin`` is what both sides base their exchanges
    on, so that the host proves itself too.
    """

    id: Annotated[str, Meta(pattern="^[0-9a-f]{8}$")]
    name: Annotated[str, Meta(min_length=1, max_length=40)]
    public_key: Annotated[bytes, Meta(min_length=65, max_length=65)]
    pin: Key
    added_at: float
    used_at: float | None = None
    used_from: Annotated[str, Meta(max_length=64)] = ""


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong guesses since the last right one; ``last_at`` is wall time, which goes on when nothing runs."""

    count: Count = 0
    last_at: float = 0.0


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Everything; the state of a computer on which nobody ever switched it on is ``Record()``."""

    version: Literal[1] = 1
    is_on: bool = False
    address: Address | None = None
    # Where the host that answers is reached, or was last.
    origin: Annotated[str, Meta(max_length=300)] = ""
    password: Password | None = None
    # Whether a browser that knew the password may come without it next time.
    remembers: bool = True
    devices: Annotated[tuple[Device, ...], Meta(max_length=MOST_DEVICES)] = ()
    failures: Failures = Failures()
    by_source: Annotated[dict[str, Failures], Meta(max_length=MOST_SOURCES)] = msgspec.field(
        default_factory=dict
    )


_decoder = msgspec.json.Decoder(Record)


def read(content: bytes) -> Record:
    """Return the record in ``content``; raises RecordUnreadable, and never stands in with an open one."""
    if len(content) > MAX_RECORD_BYTES:
        raise RecordUnreadable("the file of unattended access is too large", hint=_START_ANEW)
    try:
        return _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise RecordUnreadable(f"the file of unattended access is damaged: {exc}", hint=_START_ANEW) from exc


def written(record: Record) -> str:
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


_START_ANEW: Final = "remove it and set a password again: screenshare unattended on"
