"""Bytes in text: base64url without padding (RFC 4648 §5)."""

from __future__ import annotations

import base64


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Return what ``base64url`` made ``text`` of; raises ValueError (binascii.Error)."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
