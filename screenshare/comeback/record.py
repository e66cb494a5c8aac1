"""The file's content, and whether it may be gone on with. Sans-IO."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import msgspec

from screenshare.config import HostConfig
from screenshare.session.kept import KeptShare
from screenshare.session.participant import LIMIT_S, Phase

VERSION: Final = 1
# A hundred viewers with the longest names and addresses take 60 kB.
MAX_RECORD_BYTES: Final = 262_144
# As long as the places of those who were in are kept.
GOOD_FOR_S: Final = LIMIT_S[Phase.RECONNECTING]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``alive_at``: monotonic seconds of the boot ``boot`` at which the share still ran; ``port``: where."""

    version: int
    boot: str
    alive_at: float
    port: int
    share: KeptShare


_decoder: Final = msgspec.json.Decoder(Record)


def written(record: Record) -> str:
    return msgspec.json.encode(record).decode()


def read(content: bytes, *, boot: str, now: float) -> Record | None:
    """Return what may be gone on with; None for what is too old, of another boot, or no record at all."""
    if len(content) > MAX_RECORD_BYTES:
        return None
    try:
        record = _decoder.decode(content)
    except msgspec.DecodeError:
        return None
    is_recent = 0.0 <= now - record.alive_at <= GOOD_FOR_S
    return record if record.version == VERSION and record.boot == boot and is_recent else None


def name_of(config: HostConfig, display: str | None) -> str:
    """Return what only shares with these settings, of this display, are called."""
    settings = msgspec.to_builtins(config, enc_hook=_as_text, order="deterministic") | {"display": display}
    for entry in settings["ice"]:
        del entry["password"]
    del settings["turn_secret"], settings["fresh"]
    return hashlib.sha256(msgspec.json.encode(settings)).hexdigest()[:16]


def _as_text(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError
