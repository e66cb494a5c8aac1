"""From a password to the secret of a sign-in, and passwords that nobody has to think of."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from screenshare.errors import ConfigError
from screenshare.unattended.record import Password

SHORTEST, LONGEST = 12, 128  # characters
_FEWEST_SIGNS: Final = 4
# OWASP's least for argon2id. A page computes the same in JavaScript, and must stay below two seconds.
MEMORY_KIB: Final = 19_456
PASSES: Final = 2
_KEY_BYTES, _SALT_BYTES = 32, 16
# Five letters that can be said and carry 16 bits (D. Wilkerson, "Proquints", arXiv:0901.4016).
_CONSONANTS: Final = "bdfghjklmnprstvz"
_VOWELS: Final = "aiou"
_WORDS: Final = 5


def derive(text: str) -> Password:
    """Turn a new password into what is kept of it; raises ConfigError where it is too short or too long."""
    text = normal(text)
    if not SHORTEST <= len(text) <= LONGEST:
        raise ConfigError(
            f"a password for unattended access has {SHORTEST} to {LONGEST} characters",
            hint="take a longer one, or let one be made with --generate",
        )
    if len(set(text)) < _FEWEST_SIGNS:
        raise ConfigError("this password repeats itself", hint="let one be made with --generate")
    salt = secrets.token_bytes(_SALT_BYTES)
    return Password(
        salt=salt,
        memory_kib=MEMORY_KIB,
        passes=PASSES,
        lanes=1,
        key=_stretched(text, salt, MEMORY_KIB, PASSES),
    )


def matches(text: str, password: Password) -> bool:
    """Tell whether ``text`` is this password; takes some hundredths of a second on purpose."""
    key = _stretched(normal(text), password.salt, password.memory_kib, password.passes)
    return secrets.compare_digest(key, password.key)


def generate() -> str:
    """Return a password of 80 random bits that one can read out."""
    return "-".join(_word(secrets.randbits(16)) for _ in range(_WORDS))


def normal(text: str) -> str:
    """Return the one form of what different keyboards send for the same letters (NFC)."""
    return unicodedata.normalize("NFC", text)


def _stretched(text: str, salt: bytes, memory_kib: int, passes: int) -> bytes:
    stretching = Argon2id(salt=salt, length=_KEY_BYTES, iterations=passes, lanes=1, memory_cost=memory_kib)
    return stretching.derive(text.encode())


def _word(bits: int) -> str:
    first, vowel, middle, other, last = bits >> 12, bits >> 10, bits >> 6, bits >> 4, bits
    return (
        _CONSONANTS[first & 15]
        + _VOWELS[vowel & 3]
        + _CONSONANTS[middle & 15]
        + _VOWELS[other & 3]
        + _CONSONANTS[last & 15]
    )
