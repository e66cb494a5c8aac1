"""Two computers on one switch, in network namespaces of their own; needs root and iproute2."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

import pytest

HOST_ADDRESS: Final = "192.168.77.2"
VIEWER_ADDRESS: Final = "192.168.77.3"
_COMMAND_LIMIT_S: Final = 10


class Lan:
    """``host`` and ``view`` name the namespaces; nothing leads out of them."""

    def __init__(self) -> None:
        self.host, self.view, self._switch = (
            f"ss{os.getpid()}-{name}" for name in ("host", "view", "switch")
        )
        self._made: list[str] = []

    def up(self) -> None:
        """Create it, or skip the test where this machine does not let us."""
        if os.geteuid() != 0 or not shutil.which("ip"):
            pytest.skip("network namespaces need root and iproute2")
        for name in (self.host, self.view, self._switch):
            if _try("ip", "netns", "add", name) != 0:
                self.down()
                pytest.skip("this kernel or container has no network namespaces for us")
            self._made.append(name)
        switch = ("ip", "-n", self._switch, "link")
        _run(*switch, "add", "br0", "type", "bridge", "mcast_snooping", "0")
        _run(*switch, "set", "br0", "up")
        for port, name, address in (("host", self.host, HOST_ADDRESS), ("view", self.view, VIEWER_ADDRESS)):
            _run(*switch, "add", "name", port, "type", "veth", "peer", "name", "eth0", "netns", name)
            _run(*switch, "set", port, "master", "br0", "up")
            _run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                _run("ip", "-n", name, "link", "set", device, "up")
            _run("ip", "-n", name, "route", "add", "default", "dev", "eth0")

    def down(self) -> None:
        for name in self._made:
            _try("ip", "netns", "del", name)

    def inside(self, name: str) -> Sequence[str]:
        """Return the command that runs another one in a namespace."""
        return ("ip", "netns", "exec", name)

    def cut(self) -> None:
        """Lose every packet, and tell nobody: the cable still has its carrier."""
        _run("ip", "-n", self._switch, "link", "set", "view", "nomaster")

    def mend(self) -> None:
        _run("ip", "-n", self._switch, "link", "set", "view", "master", "br0")


def _try(*command: str) -> int:
    return subprocess.run(command, capture_output=True, timeout=_COMMAND_LIMIT_S, check=False).returncode


def _run(*command: str) -> None:
    subprocess.run(command, capture_output=True, timeout=_COMMAND_LIMIT_S, check=True)
