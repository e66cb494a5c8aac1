"""Real servers for tests: ``screenshare server`` and Redis as processes, on ports of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

START_LIMIT_S = 15.0
_COMMAND = (sys.executable, "-m", "screenshare", "-vv", "server")


def free_port() -> int:
    """Return a port that nobody has now; for what is to come back at the same one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """``screenshare server`` as somebody starts it; it can be killed, and started again at its port."""

    def __init__(
        self,
        *flags: str,
        log: Path,
        port: int = 0,
        address: str = "127.0.0.1",
        inside: Sequence[str] = (),
    ) -> None:
        """Start it; ``inside`` is a command that runs another one, in a network of its own say."""
        self._flags, self._log = flags, log
        self._address, self._inside = address, inside
        self.port = port
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._inside, *_COMMAND, "--listen", f"{self._address}:{self.port}", *self._flags],
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "XDG_CONFIG_HOME": str(self._log.parent)},
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.logged
        self.port = json.loads(line)["port"]

    @property
    def url(self) -> str:
        return f"http://{self._address}" + ("" if self.port == 80 else f":{self.port}")

    @property
    def logged(self) -> str:
        return self._log.read_text()

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.url + path, timeout=5) as answer:
            return str(answer.read().decode())

    def health(self) -> str:
        return str(json.loads(self.get("/healthz"))["status"])

    def figure(self, name: str) -> float:
        """Return one line of /metrics; 0 where there is none yet."""
        lines = self.get("/metrics").splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(name)), 0.0)

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status


class ViewProcess:
    """``screenshare view LINK`` as a helper starts it, without a browser."""

    def __init__(self, link: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "screenshare", "view", "-", "--no-open"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(link + "\n")
        self.process.stdin.close()
        self.said = self.process.stdout.readline()
        self.address = self.process.stdout.readline().strip()
        assert self.address, self.said

    @property
    def origin(self) -> str:
        return self.address.partition("/open/")[0]

    def end(self) -> int:
        """End it as Ctrl-C does; return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status


class RedisProcess:
    """Debian's redis-server in memory alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                "redis-server",
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                self._folder,
            ],
            stdout=subprocess.DEVNULL,
        )
        give_up_at = time.monotonic() + START_LIMIT_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert time.monotonic() < give_up_at, "redis-server does not start"
                time.sleep(0.02)
            else:
                return

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
