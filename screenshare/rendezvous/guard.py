"""Who may speak HTTP here, and what every answer carries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from screenshare.errors import RateLimited
from screenshare.rendezvous.site import Site

MAX_SOCKETS_PER_ADDRESS: Final = 20
MAX_SOCKETS: Final = 200


def content_policy(*scripts: str) -> str:
    """Return what a page may load and run; ``scripts``: hashes of those that stand in the page itself."""
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *(f"'{script}'" for script in scripts))),
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
    "Content-Security-Policy": content_policy(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
    "Referrer-Policy": "no-referrer",
    "Server": "screenshare",
    "X-Content-Type-Options": "nosniff",
}
_HSTS: Final = {"Strict-Transport-Security": "max-age=31536000"}


def make_guard(site: Site) -> Middleware:
    """Return what refuses foreign Host and Origin headers, and puts the security headers on every answer."""
    headers = HEADERS | _HSTS if site.is_https else HEADERS

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not site.is_own_host(request) or not site.is_same_origin(request):
            raise web.HTTPForbidden(text="403: this address is not served here\n", headers=headers)
        try:
            response = await handler(request)
        except web.HTTPException as refused:
            refused.headers.update(headers)
            raise
        if not response.prepared:
            for name, value in headers.items():
                response.headers.setdefault(name, value)
        return response

    return guard


class SocketLimit:
    """Counts open sockets; refuses the one too many of an address (/64 for IPv6) or in all."""

    def __init__(self, per_address: int = MAX_SOCKETS_PER_ADDRESS, in_all: int = MAX_SOCKETS) -> None:
        self._per_address, self._in_all = per_address, in_all
        self._open: Counter[str] = Counter()
        self._total = 0

    @contextmanager
    def admit(self, source: str) -> Iterator[None]:
        """Hold one place for ``source``, or raise RateLimited."""
        if self._open[source] >= self._per_address or self._total >= self._in_all:
            raise RateLimited("too many connections from this address")
        self._open[source] += 1
        self._total += 1
        try:
            yield
        finally:
            self._total -= 1
            self._open[source] -= 1
            if not self._open[source]:
                del self._open[source]
