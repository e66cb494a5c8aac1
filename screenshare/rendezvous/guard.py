"""Who may speak HTTP here, and what every answer carries."""

from __future__ import annotations

import ipaddress
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from screenshare.errors import RateLimited

MAX_SOCKETS_PER_ADDRESS: Final = 20
MAX_SOCKETS: Final = 200

_CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types picture-worker",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": _CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
    "Referrer-Policy": "no-referrer",
    "Server": "screenshare",
    "X-Content-Type-Options": "nosniff",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign Host and Origin headers; put the security headers on every answer."""
    if not is_own_host(request.host) or not is_same_origin(request):
        raise web.HTTPForbidden(text="403: this address is not served here\n", headers=HEADERS)
    try:
        response = await handler(request)
    except web.HTTPException as refused:
        refused.headers.update(HEADERS)
        raise
    if not response.prepared:
        response.headers.update(HEADERS)
    return response


def is_own_host(host: str) -> bool:
    """Tell whether a Host header names this machine; a rebound DNS name (an attack) does not."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or is_address(name):
        return True
    own = socket.gethostname().lower()
    return name in {own, f"{own}.local", own.partition(".")[0], f"{own.partition('.')[0]}.local"}


def is_same_origin(request: web.Request) -> bool:
    """Tell whether a request with an Origin comes from a page of this very address."""
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.host}"


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(request: web.Request) -> bool:
    """Tell whether a request comes from this very machine, under a name of this very machine."""
    name = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback_name(name) and _is_loopback_name(request.remote or "")


def _is_loopback_name(name: str) -> bool:
    return name == "localhost" or (is_address(name) and ipaddress.ip_address(name).is_loopback)


class SocketLimit:
    """Counts open sockets; refuses the one too many of an address (/64 for IPv6) or in all."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def admit(self, source: str) -> Iterator[None]:
        """Hold one place for ``source``, or raise RateLimited."""
        if self._open[source] >= MAX_SOCKETS_PER_ADDRESS or self._open.total() >= MAX_SOCKETS:
            raise RateLimited("too many connections from this address")
        self._open[source] += 1
        try:
            yield
        finally:
            self._open[source] -= 1
            if not self._open[source]:
                del self._open[source]
