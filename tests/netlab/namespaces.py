"""Network namespaces for one test; needs root and iproute2."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest

from netlab import long_cable

_COMMAND_LIMIT_S: Final = 10
_ETC: Final = Path("/etc/netns")
_FORWARDS: Final = ("net.ipv4.conf.all.forwarding=1", "net.ipv6.conf.all.forwarding=1")
# IPv6 looks for doubles before an address is used; Chromium ends what it loads when one comes late.
_NO_LATE_ADDRESS: Final = ("net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0")
_numbers = itertools.count()


class Namespaces:
    """Computers by name, and the cables between them; nothing leads out of them."""

    def __init__(self, names: Mapping[str, str] = MappingProxyType({})) -> None:
        """``names``: what is in everybody's /etc/hosts."""
        self._names = names
        self._prefix = f"ss{os.getpid()}n{next(_numbers)}"
        self._made: list[str] = []
        self._carriers: list[subprocess.Popen[bytes]] = []

    def add(self, *names: str, forwards: bool = False) -> None:
        """Create computers, or skip the test where this machine does not let us."""
        if os.geteuid() != 0 or not shutil.which("ip"):
            pytest.skip("network namespaces need root and iproute2")
        for name in names:
            if _try("ip", "netns", "add", self.real(name)) != 0:
                self.down()
                pytest.skip("this kernel or container has no network namespaces for us")
            self._made.append(name)
            self._know_names(name)
            self.ip(name, "link", "set", "lo", "up")
            self.run(name, "sysctl", "-qw", *_NO_LATE_ADDRESS, *(_FORWARDS if forwards else ()))

    def down(self) -> None:
        for carrier in self._carriers:
            carrier.kill()
            carrier.wait(_COMMAND_LIMIT_S)
        self._carriers.clear()
        for name in self._made:
            _try("ip", "netns", "del", self.real(name))
            shutil.rmtree(_ETC / self.real(name), ignore_errors=True)
        self._made.clear()

    def _know_names(self, name: str) -> None:
        """Let the computer know the lab's names; ``ip netns exec`` shows these files as those of /etc."""
        etc = _ETC / self.real(name)
        etc.mkdir(parents=True)
        lines = ["127.0.0.1 localhost", *(f"{address} {host}" for host, address in self._names.items())]
        (etc / "hosts").write_text("\n".join(lines) + "\n")
        (etc / "resolv.conf").write_text("# no name server here\n")
        (etc / "nsswitch.conf").write_text("hosts: files\n")

    def real(self, name: str) -> str:
        """Return the kernel's name of a computer."""
        return f"{self._prefix}-{name}"

    def inside(self, name: str) -> Sequence[str]:
        """Return the command that runs another one on a computer."""
        return ("ip", "netns", "exec", self.real(name))

    def cable(self, one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
        """Join two computers; each end is (computer, device, address/bits or "")."""
        (name, device, _), (far_name, far_device, _) = one, other
        peer = ("peer", "name", far_device, "netns", self.real(far_name))
        self.ip(name, "link", "add", "name", device, "type", "veth", *peer)
        self._plug_in(one, other)

    def long_cable(
        self,
        one: tuple[str, str, str],
        other: tuple[str, str, str],
        *,
        delay_ms: int,
        jitter_ms: int,
        loss: float,
    ) -> None:
        """Join two computers by a cable on which frames take so long each way, and some are lost."""
        ready = Path(tempfile.mkdtemp()) / "ready"
        (name, device, _), (far_name, far_device, _) = one, other
        ends = (self.real(name), device, self.real(far_name), far_device)
        figures = (str(delay_ms), str(jitter_ms), str(loss))
        carrier = subprocess.Popen([sys.executable, long_cable.__file__, *ends, *figures, str(ready)])
        self._carriers.append(carrier)
        give_up_at = time.monotonic() + _COMMAND_LIMIT_S
        while not ready.exists():
            if carrier.poll() is not None or time.monotonic() > give_up_at:
                pytest.skip("this kernel or container has no TAP devices for us")
            time.sleep(0.01)
        shutil.rmtree(ready.parent)
        self._plug_in(one, other)

    def _plug_in(self, *ends: tuple[str, str, str]) -> None:
        for name, device, address in ends:
            if address:
                nodad = ("nodad",) if ":" in address else ()
                self.ip(name, "addr", "add", address, "dev", device, *nodad)
            self.ip(name, "link", "set", device, "up")

    def ip(self, name: str, *words: str) -> None:
        _run("ip", "-n", self.real(name), *words)

    def run(self, name: str, *command: str) -> None:
        _run(*self.inside(name), *command)


def _try(*command: str) -> int:
    return subprocess.run(command, capture_output=True, timeout=_COMMAND_LIMIT_S, check=False).returncode


def _run(*command: str) -> None:
    subprocess.run(command, capture_output=True, timeout=_COMMAND_LIMIT_S, check=True)
