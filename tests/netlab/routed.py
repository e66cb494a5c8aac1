"""A host and a viewer behind routers of their own, and a server between them.

    host 10.1.0.2 -- nath (198.51.100.2) --.
                                            inet -- server 203.0.113.10 (pages), .11 (relay)
    view 10.2.0.2 -- natv (198.18.0.2)   --'

The addresses are those set aside for documentation and tests (RFC 5737, RFC 2544, RFC 3849).
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pytest

from netlab.namespaces import Namespaces

SERVER, RELAY = "203.0.113.10", "203.0.113.11"
SERVER6, RELAY6 = "2001:db8:f::10", "2001:db8:f::11"
# How a router treats what its people send, and what comes (RFC 4787 §4.1, §5):
# "cone": the same port for every target, answers from there alone. "symmetric": another port for each target.
# "web": a cone that lets nothing out but TCP 80 and 443, and says nothing about the rest.
Nat = Literal["cone", "symmetric", "web"]
# A bad Wi-Fi at the viewer's: 80 ms there and back, give or take 30, and of a hundred packets three are lost.
DELAY_MS, JITTER_MS, LOSS = 40, 15, 0.03


@dataclass(frozen=True, slots=True)
class Home:
    """One side: a computer and its router."""

    computer: str
    router: str
    inner: str  # the first three numbers of the network at home
    outer: str  # and of the one between router and internet
    inner6: str
    outer6: str


HOST_HOME: Final = Home("host", "nath", "10.1.0", "198.51.100", "2001:db8:1", "2001:db8:a")
VIEWER_HOME: Final = Home("view", "natv", "10.2.0", "198.18.0", "2001:db8:2", "2001:db8:b")
HOMES: Final = (HOST_HOME, VIEWER_HOME)


class Routed:
    """``host``, ``view`` and ``server`` name the computers."""

    host, view, server = "host", "view", "server"

    def __init__(
        self, *, host: Nat = "cone", view: Nat = "cone", is_lossy: bool = False, ipv6: bool = False
    ) -> None:
        self._nats = {"nath": host, "natv": view}
        self._is_lossy = is_lossy
        self.ipv6 = ipv6
        self._numbers: dict[str, int] = {}  # the last number of whoever changed his address
        relay = RELAY6 if ipv6 else RELAY
        # Chromium asks for the names of relays with a dot at the end.
        self._net = Namespaces({"relay.test": relay, "relay.test.": relay})

    @property
    def pages(self) -> str:
        """The address of the server's pages, as it stands in a URL."""
        return f"[{SERVER6}]" if self.ipv6 else SERVER

    def up(self) -> None:
        """Create it, or skip the test where this machine does not let us."""
        if not shutil.which("iptables"):
            pytest.skip("routers that translate addresses need iptables")
        net = self._net
        net.add("inet", forwards=True)
        net.add(self.server)
        if self.ipv6:
            self._lay6()
            return
        net.cable((self.server, "eth0", f"{SERVER}/24"), ("inet", "server", "203.0.113.1/24"))
        net.ip(self.server, "addr", "add", f"{RELAY}/24", "dev", "eth0")
        net.ip(self.server, "route", "add", "default", "via", "203.0.113.1")
        for home in HOMES:
            self._lay(home)

    def down(self) -> None:
        self._net.down()

    def inside(self, name: str) -> Sequence[str]:
        """Return the command that runs another one on a computer."""
        return self._net.inside(name)

    def rebind(self, home: Home) -> None:
        """Let a router have another address from now on, and forget whom it knew."""
        self._renumber(home.router, "wan", home.outer)

    def move(self, home: Home) -> None:
        """Give a computer another address, as the next network would; the old one is gone."""
        self._renumber(home.computer, "eth0", home.inner)

    def _renumber(self, name: str, device: str, network: str) -> None:
        before = self._numbers.get(name, 2)
        after = self._numbers[name] = 77 if before == 2 else 2
        self._net.ip(name, "addr", "add", f"{network}.{after}/24", "dev", device)
        self._net.ip(name, "addr", "del", f"{network}.{before}/24", "dev", device)
        # The first address of a network takes those after it along.
        self._net.ip(name, "addr", "replace", f"{network}.{after}/24", "dev", device)
        self._net.ip(name, "route", "replace", "default", "via", f"{network}.1")

    def _lay(self, home: Home) -> None:
        net = self._net
        net.add(home.router, forwards=True)
        net.add(home.computer)
        net.cable((home.router, "wan", f"{home.outer}.2/24"), ("inet", home.router, f"{home.outer}.1/24"))
        indoors = (home.computer, "eth0", f"{home.inner}.2/24"), (home.router, "lan", f"{home.inner}.1/24")
        if self._is_lossy and home is VIEWER_HOME:
            net.long_cable(*indoors, delay_ms=DELAY_MS, jitter_ms=JITTER_MS, loss=LOSS)
        else:
            net.cable(*indoors)
        net.ip(home.router, "route", "add", "default", "via", f"{home.outer}.1")
        net.ip(home.computer, "route", "add", "default", "via", f"{home.inner}.1")
        self._translate(home.router)

    def _translate(self, router: str) -> None:
        nat = self._nats[router]
        rules = [
            "-P FORWARD DROP",
            "-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
            # Else an early check from outside reaches the router itself and leaves an entry, and the hole
            # that is punched a moment later gets another port: the cone would turn symmetric.
            "-A INPUT -i wan -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
            "-A INPUT -i wan -j DROP",
        ]
        if nat == "web":
            rules += ["-A FORWARD -i lan -p tcp -m multiport --dports 80,443 -j ACCEPT"]
        else:
            rules += ["-A FORWARD -i lan -j ACCEPT"]
        masquerade = "-t nat -A POSTROUTING -o wan -j MASQUERADE"
        rules.append(f"{masquerade} --random-fully" if nat == "symmetric" else masquerade)
        for rule in rules:
            self._net.run(router, "iptables", "-w", *rule.split())

    def _lay6(self) -> None:
        """Everybody has addresses of his own; the routers translate nothing."""
        net = self._net
        net.cable((self.server, "eth0", f"{SERVER6}/64"), ("inet", "server", "2001:db8:f::1/64"))
        net.ip(self.server, "addr", "add", f"{RELAY6}/64", "dev", "eth0", "nodad")
        net.ip(self.server, "-6", "route", "add", "default", "via", "2001:db8:f::1")
        for home in HOMES:
            net.add(home.router, forwards=True)
            net.add(home.computer)
            inner, outer = home.inner6, home.outer6
            net.cable((home.router, "wan", f"{outer}::2/64"), ("inet", home.router, f"{outer}::1/64"))
            net.cable((home.computer, "eth0", f"{inner}::2/64"), (home.router, "lan", f"{inner}::1/64"))
            net.ip(home.router, "-6", "route", "add", "default", "via", f"{outer}::1")
            net.ip(home.computer, "-6", "route", "add", "default", "via", f"{inner}::1")
            net.ip("inet", "-6", "route", "add", f"{inner}::/64", "via", f"{outer}::2")
