"""Frames that whoever carries them can neither read, alter, leave out, repeat nor turn round (sans-IO)."""

from __future__ import annotations

import re
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.trust.binding import AlteredOnTheWay

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
# Binary of any length, as base64url without padding; the decoder of the standard library skips what is not.
_BOX: Final = re.compile(r"[A-Za-z0-9_-]+")


class Seal:
    """One side's seal on one socket: AES-256-GCM with a key and a counter for each direction.

    The counter is the nonce and does not travel: the frame that is opened next must be the one that was
    closed next. The first that is not breaks the seal, and nothing is opened after it.
    """

    def __init__(self, role: Literal["host", "viewer"], key: bytes, room: str) -> None:
        own, other = ("host", "viewer") if role == "host" else ("viewer", "host")
        self._closing = _Direction(own, key, room)
        self._opening = _Direction(other, key, room)
        self._is_broken = False

    def close(self, text: str) -> str:
        """Return ``text`` in a box for the other side."""
        direction = self._closing
        box = direction.cipher.encrypt(direction.next_nonce(), text.encode(), direction.label)
        return base64url(box)

    def open(self, box: str) -> str:
        """Return what the other side closed next; raises AlteredOnTheWay."""
        if self._is_broken:
            raise AlteredOnTheWay("the seal is broken; open the link again")
        direction = self._opening
        try:
            return direction.cipher.decrypt(direction.next_nonce(), _bytes(box), direction.label).decode()
        except (InvalidTag, ValueError) as exc:
            self._is_broken = True
            raise AlteredOnTheWay(
                "a message was altered, repeated or left out on the way; open the link again"
            ) from exc


class _Direction:
    def __init__(self, sender: str, key: bytes, room: str) -> None:
        info = f"screenshare seal v3|{sender}".encode()
        self.cipher = AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(key))
        self.label = f"screenshare seal v3|{room}|{sender}".encode()
        self._count = 0

    def next_nonce(self) -> bytes:
        self._count += 1
        return self._count.to_bytes(NONCE_BYTES, "big")


def _bytes(box: str) -> bytes:
    """Raises ValueError for what is no base64url."""
    if not _BOX.fullmatch(box):
        raise ValueError("no base64url")
    return from_base64url(box)
