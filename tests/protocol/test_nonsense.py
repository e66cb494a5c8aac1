"""A great deal of nonsense, made from good messages: no decoder does anything but refuse it.

``SCREENSHARE_FRAMES=1000000`` makes it a million; the seed is fixed, so a failure comes again.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
from pathlib import Path

from screenshare.errors import RemoteProtocolError
from screenshare.protocol import line
from screenshare.protocol.clip import unpack_clip
from screenshare.protocol.decode import (
    envelope_from_host,
    envelope_to_host,
    host_command,
    input_message,
    sealed_from_viewer,
    session_message,
    signal_from_viewer,
)
from screenshare.protocol.pointer import unpack_pointer

FRAMES = int(os.environ.get("SCREENSHARE_FRAMES", "20000"))
VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "wire.json").read_text())
GOOD = [
    *(json.dumps(vector["json"]).encode() for vector in VECTORS["messages"]),
    *(bytes.fromhex(vector["hex"]) for vector in (*VECTORS["pointer"], *VECTORS["clips"])),
    line.pack(line.GuestArrived(guest="n.1", room="r", address="192.0.2.1", user_agent="Firefox")),
    line.pack(line.RoomClaim(room="r")),
]
BAD = [b"[" * 300, b"-1e999", b'"\\u0000"', b"null", b"\xff\xfe", b"1" * 400]
READERS = [
    *(decoder.decode for decoder in (signal_from_viewer, sealed_from_viewer, session_message, input_message)),
    *(decoder.decode for decoder in (host_command, envelope_from_host, envelope_to_host)),
    unpack_pointer,
    unpack_clip,
]


def nonsense(chance: random.Random) -> bytes:
    """Return bytes at random, or a good message with some of it changed, cut out, doubled or put in."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(200))
    data = bytearray(chance.choice(GOOD))
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0 if at < len(data):
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randrange(1, 10)]
            case 2:
                data[at:at] = chance.randbytes(chance.randrange(1, 6))
            case 3:
                data[at:at] = chance.choice(BAD)
            case _:
                data[at:] = chance.choice(GOOD)[at:]
    return bytes(data)


def test_nonsense_is_refused_by_every_reader_and_breaks_none():
    chance = random.Random(20261123)
    understood = 0
    for _ in range(FRAMES):
        frame = nonsense(chance)
        for read in READERS:
            with contextlib.suppress(RemoteProtocolError):
                read(frame)
                understood += 1
    assert understood > 0
