"""Lines of JSON, each with the SHA-256 of the line before it (pure).

Whoever changes, removes or reorders lines breaks the chain where he did. Whoever can write the file can also
write the whole chain anew, or cut off its end: the hash that the host tells at the end of a share, kept
elsewhere, shows that too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

START: Final = "0" * 64
# More than any line here; a longer one is somebody else's.
MAX_LINE_BYTES: Final = 65_536


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``at``: seconds since 1970 (UTC); ``share``: which share it belongs to."""

    at: float
    share: str
    happened: dict[str, Any]
    before: str


@dataclass(frozen=True, slots=True)
class Broken:
    """What is wrong with line ``number``, counted from 1."""

    number: int
    why: str


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Entry)


def line_of(entry: Entry) -> bytes:
    """Return the line without its end."""
    return _encoder.encode(entry)


def hash_of(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def check(lines: Iterable[bytes]) -> list[Broken]:
    """Return what is wrong, line by line; a line that a crash cut short is wrong in itself, and known."""
    broken, before = [], START
    for number, line in enumerate(lines, start=1):
        try:
            entry = _decoder.decode(line)
        except msgspec.DecodeError:
            broken.append(Broken(number, "is no entry: cut short by a crash, or written by somebody else"))
        else:
            continues = (
                number == 1 and entry.happened.get("event") == "file.continues"
            )  # older files are gone
            if entry.before != before and not continues:
                broken.append(
                    Broken(number, "does not follow the line before it: a line was changed or is missing")
                )
        before = hash_of(line)
    return broken


def entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Yield what can be read."""
    for line in lines:
        try:
            yield _decoder.decode(line)
        except msgspec.DecodeError:
            continue
