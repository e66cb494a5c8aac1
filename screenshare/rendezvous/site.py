"""Under which names a server is reached, and whose word about addresses counts (pure)."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from screenshare.config import Network, is_address

# More proxies in a row are nobody's.
MOST_HOPS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """``public_url`` None: this machine's addresses and names. ``proxies``: networks of one's own."""

    public_url: str | None = None
    proxies: tuple[Network, ...] = ()
    # Asked by machines that know the server by its address.
    machine_paths: frozenset[str] = frozenset()

    @property
    def is_https(self) -> bool:
        return self.public_url is not None and self.public_url.startswith("https://")

    def is_own_host(self, request: web.Request) -> bool:
        """Tell whether the Host header is right; a rebound DNS name (an attack) is not."""
        if request.path in self.machine_paths:
            return True
        if self.public_url is None:
            return is_own_host(request.host)
        scheme, host = self.public_url.split("://")
        return request.host == host and self._scheme(request) == scheme

    def is_same_origin(self, request: web.Request) -> bool:
        """Tell whether a request with an Origin comes from a page of this very address."""
        origin = request.headers.get("Origin")
        own = self.public_url or f"{request.scheme}://{request.host}"
        return origin is None or origin == own

    def address_of(self, request: web.Request) -> str:
        """Return where a request comes from, by the word of one's own proxies and of nobody else."""
        address = request.remote or "unknown"
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
        for hop in reversed(hops[-MOST_HOPS:]):
            if not self.is_proxy(address):
                break
            named = hop.strip()
            if not is_address(named) or "%" in named:  # a zone is any text, and of no use elsewhere
                break
            address = named
        return address

    def _scheme(self, request: web.Request) -> str:
        if self.is_proxy(request.remote or ""):
            return request.headers.get("X-Forwarded-Proto", request.scheme)
        return request.scheme

    def is_proxy(self, address: str) -> bool:
        """Tell whether this is one of one's own proxies."""
        return is_address(address) and any(
            ipaddress.ip_address(address) in network for network in self.proxies
        )


def is_own_host(host: str) -> bool:
    """Tell whether a Host header names this machine."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or is_address(name):
        return True
    own = socket.gethostname().lower()
    return name in {own, f"{own}.local", own.partition(".")[0], f"{own.partition('.')[0]}.local"}


def is_loopback(request: web.Request) -> bool:
    """Tell whether a request comes from this very machine, under a name of this very machine."""
    name = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback_name(name) and _is_loopback_name(request.remote or "")


def _is_loopback_name(name: str) -> bool:
    return name == "localhost" or (is_address(name) and ipaddress.ip_address(name).is_loopback)
