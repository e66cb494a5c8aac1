"""MACs over offer and answer, so that whoever carries them cannot put himself in the middle (sans-IO).

An SDP holds the fingerprint of a DTLS certificate. Who exchanges it on the way has both sides talk to him
instead of each other. He does not know the secret in the link's fragment, so he cannot make the MAC.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from screenshare.errors import RemoteProtocolError

KEY_BYTES = 32


class AlteredOnTheWay(RemoteProtocolError):
    """An offer was not made by who proved the secret."""

    code = "altered"


@dataclass(frozen=True, slots=True)
class Binding:
    """The key of one knock: it hangs on the secret and on the nonces that both sides chose for it."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes, room: str, *, host_nonce: str, viewer_nonce: str) -> Binding:
        """Derive the key by HKDF-SHA256 (RFC 5869), with the nonces as salt."""
        salt = f"{host_nonce}|{viewer_nonce}".encode()
        info = f"screenshare binding v3|{room}".encode()
        return cls(HKDF(SHA256(), KEY_BYTES, salt=salt, info=info).derive(secret))

    def offer_mac(self, attempt: int, offer: str) -> str:
        return self._mac(f"offer|{attempt}|{_digest(offer)}")

    def answer_mac(self, attempt: int, offer: str, answer: str) -> str:
        """Cover the offer too: an answer from another attempt fits no other offer."""
        return self._mac(f"answer|{attempt}|{_digest(offer)}|{_digest(answer)}")

    def check_offer(self, attempt: int, offer: str, mac: str) -> None:
        """Raise AlteredOnTheWay unless ``mac`` was made for this offer with this key."""
        if not hmac.compare_digest(self.offer_mac(attempt, offer), mac):
            raise AlteredOnTheWay("this offer is not from whoever knows the link; open the link again")

    def _mac(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()


def _digest(sdp: str) -> str:
    return hashlib.sha256(sdp.encode("utf-8", "surrogatepass")).hexdigest()
