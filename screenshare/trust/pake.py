"""A strong key from a weak secret (a spoken code, a password): SPAKE2 over Ed25519 (sans-IO).

Who only listens learns nothing to try secrets on, and who takes part has tried one secret. It is the
protocol of the ``spake2`` package (of magic-wormhole), not RFC 9382's ciphersuite; the page has the same
over ``@noble/curves``, and ``tests/vectors/trust.json`` holds both to it.

    host                                  viewer
      share            ->
                       <-                 share, confirmation       one secret tried
      checks it, and says what follows under a key that only the right secret gives
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from spake2 import SPAKE2_A, SPAKE2_B, SPAKEError
from spake2.ed25519_basic import NotOnCurve

from screenshare.errors import MalformedMessage

Role = Literal["host", "viewer"]

SHARE_BYTES: Final = 32
KEY_BYTES: Final = 32
DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Agreed:
    """What an exchange came to; the other side has the same if it knew the same secret, and else another."""

    secret: bytes = field(repr=False)
    """32 bytes that take the place of a link's secret."""
    digits: str = field(repr=False)
    """Six digits that are the same on both sides, for two people to compare."""
    _confirming: bytes = field(repr=False)

    @classmethod
    def of(cls, key: bytes) -> Agreed:
        number = int.from_bytes(_derived(key, "digits")[:8], "big")
        return cls(_derived(key, "secret"), f"{number % 10**DIGITS:0{DIGITS}d}", _derived(key, "confirm"))

    def confirmation(self, role: Role) -> str:
        """Return what ``role`` sends to show that it has this key; it says nothing about the secret."""
        return hmac.digest(self._confirming, role.encode(), "sha256").hex()

    def is_confirmed_by(self, role: Role, confirmation: str) -> bool:
        return hmac.compare_digest(self.confirmation(role).encode(), confirmation.encode())


class Exchange:
    """One side of one exchange, good for one share of the other side.

    ``place`` says what the secret is for (``code|482``): shares made for another place come to nothing.
    """

    def __init__(
        self,
        role: Role,
        secret: bytes,
        place: str,
        *,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        side = SPAKE2_A if role == "host" else SPAKE2_B
        ids = {"idA": _name("host", place), "idB": _name("viewer", place)}
        self._side = side(secret, **ids, entropy_f=random_bytes)
        self._other_mark = b"B" if role == "host" else b"A"
        # The package puts a byte before the share that says whose it is; here the message says it.
        self.share: Final[bytes] = self._side.start()[1:]

    def finish(self, share: bytes) -> Agreed:
        """Return the key; raises MalformedMessage for what is no share, and when called twice."""
        if len(share) != SHARE_BYTES:
            raise MalformedMessage(f"a share has {SHARE_BYTES} bytes")
        try:
            return Agreed.of(self._side.finish(self._other_mark + share))
        except (SPAKEError, NotOnCurve, ValueError) as exc:
            raise MalformedMessage("this share is no element of the group") from exc


def commitment(share: bytes) -> bytes:
    """Return what says that one will use ``share``, and not which it is.

    Two people without a secret compare ``Agreed.digits`` of an exchange over nothing. One side commits
    itself before it knows the other's share: who sits between cannot choose his shares so that both see the
    same digits, and has one guess in a million.
    """
    return hashlib.sha256(b"screenshare pake v1|commit|" + share).digest()


def _name(role: Role, place: str) -> bytes:
    return f"screenshare pake v1|{role}|{place}".encode()


def _derived(key: bytes, purpose: str) -> bytes:
    info = f"screenshare pake v1|{purpose}".encode()
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(key)
