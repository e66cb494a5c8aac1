"""Addresses for people: links with their secrets, and QR codes of them."""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache
from urllib.parse import urlsplit

import ifaddr
import segno

from screenshare.config import ListenAddress
from screenshare.protocol.base64url import base64url


def reachable_address(listen: ListenAddress) -> str:
    """Return the address others should use for a server that listens on ``listen``."""
    if not listen.is_wildcard:
        return listen.address
    return _route_address() or _first_address() or "127.0.0.1"


def origin(address: str, port: int) -> str:
    """Return ``http://address:port``, with brackets round IPv6."""
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}"


def invitation(base: str, room: str, secret: bytes) -> str:
    """Return the link of a room; the secret stands in the fragment, which browsers never send."""
    return f"{base}/j/{room}#k={base64url(secret)}"


def qr_rows(text: str) -> list[str]:
    """Return a QR code as rows of ``0`` (light) and ``1`` (dark), without quiet zone."""
    code = segno.make(text, error="l", micro=False)
    return ["".join("1" if module else "0" for module in row) for row in code.matrix]


@lru_cache(maxsize=8)
def qr_text(text: str) -> str:
    """Return the rows of a QR code in one text, line by line; the page draws it. Empty for no text."""
    return "\n".join(qr_rows(text)) if text else ""


def is_loopback(address: str) -> bool:
    """Tell whether only this very machine reaches ``address``."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def is_in_the_open(server: str) -> bool:
    """Tell whether the way to a server, given by its origin, leaves this machine unencrypted."""
    parts = urlsplit(server)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")


def _route_address() -> str | None:
    """Return the local address of the default route; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): an address that is nobody's
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _first_address() -> str | None:
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if isinstance(ip.ip, str) and not is_loopback(ip.ip):
                return ip.ip
    return None
