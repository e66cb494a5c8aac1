"""Two computers on one switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netlab.namespaces import Namespaces

HOST_ADDRESS: Final = "192.168.77.2"
VIEWER_ADDRESS: Final = "192.168.77.3"


class Lan:
    """``host`` and ``view`` name the computers."""

    host, view = "host", "view"

    def __init__(self) -> None:
        self._net = Namespaces()

    def up(self) -> None:
        """Create it, or skip the test where this machine does not let us."""
        net = self._net
        net.add("switch", self.host, self.view)
        net.ip("switch", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        net.ip("switch", "link", "set", "br0", "up")
        for name, address in ((self.host, HOST_ADDRESS), (self.view, VIEWER_ADDRESS)):
            net.cable((name, "eth0", f"{address}/24"), ("switch", name, ""))
            net.ip("switch", "link", "set", name, "master", "br0")
            net.ip(name, "route", "add", "default", "dev", "eth0")

    def down(self) -> None:
        self._net.down()

    def inside(self, name: str) -> Sequence[str]:
        """Return the command that runs another one on a computer."""
        return self._net.inside(name)

    def cut(self) -> None:
        """Lose every packet, and tell nobody: the cable still has its carrier."""
        self._net.ip("switch", "link", "set", self.view, "nomaster")

    def mend(self) -> None:
        self._net.ip("switch", "link", "set", self.view, "master", "br0")

    def move(self, address: str) -> None:
        """Give the viewer's computer another address, as the next network would; the old one is gone."""
        self._net.ip(self.view, "addr", "flush", "dev", "eth0")
        self._net.ip(self.view, "addr", "add", f"{address}/24", "dev", "eth0")
        self._net.ip(self.view, "route", "replace", "default", "dev", "eth0")

    def let_nobody_dial(self) -> None:
        """Lose every packet of TCP: pages and their sockets, and not a path over UDP."""
        self._net.run(self.host, "iptables", "-w", "-I", "INPUT", "-p", "tcp", "-j", "DROP")

    def let_dial(self) -> None:
        self._net.run(self.host, "iptables", "-w", "-D", "INPUT", "-p", "tcp", "-j", "DROP")
