"""A real coturn on loopback, with a certificate of its own, for one test module."""

from __future__ import annotations

import datetime
import ipaddress
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from screenshare.rendezvous.turn import TurnConfig, TurnSecret, coturn_configuration

SECRET: Final = TurnSecret("a secret of the tests, of enough characters")
PATIENCE_S: Final = 10.0


@dataclass
class Coturn:
    port: int
    tls_port: int
    certificate: Path
    _at: Sequence[str]
    _folder: Path
    _inside: Sequence[str]
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [*self._inside, "turnserver", "-c", self._folder / "turnserver.conf"]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        _wait_for([*self._inside], self._at, self, self._process, self._folder / "log")

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE_S)
            self._process = None


@contextmanager
def coturn(
    folder: Path,
    *,
    reaches_loopback: bool = False,
    at: Sequence[str] = ("127.0.0.1", "::1"),
    ports: tuple[int, int] | None = None,
    inside: Sequence[str] = (),
) -> Iterator[Coturn]:
    """Run coturn with our configuration.

    ``reaches_loopback`` lets peers of the tests meet through it; ``inside`` is a command that runs another
    one on the computer with the addresses ``at``; ``ports``: plain and TLS.
    """
    certificate, private_key = _certify(folder, at)
    turn = Coturn(*(ports or (_free_port(), _free_port())), certificate, at, folder, inside)
    config = TurnConfig(
        realm="relay.test",
        listen=tuple(at),
        port=turn.port,
        tls_port=turn.tls_port,
        certificate=str(certificate),
        private_key=str(private_key),
        relay_ports=(20_000, 29_999),
        deny=("203.0.113.10",),
    )
    lines = (
        coturn_configuration(config, SECRET).replace("syslog\n", "log-file=stdout\nsimple-log\n").splitlines()
    )
    lines += [f"userdb={folder}/turndb", f"pidfile={folder}/turn.pid"]
    if reaches_loopback:
        lines = [line for line in lines if not line.startswith("denied-peer-ip")]
        lines += ["allow-loopback-peers", "cli-password=unused"]
    file = folder / "turnserver.conf"
    file.write_text("\n".join(lines) + "\n")
    try:
        turn.start()
        yield turn
    finally:
        turn.end()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(
    inside: list[str], at: Sequence[str], turn: Coturn, process: subprocess.Popen[bytes], log: Path
) -> None:
    end = time.monotonic() + PATIENCE_S
    connect = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1)"
    for address, port in [(address, turn.port) for address in at] + [(at[0], turn.tls_port)]:
        command = [*inside, sys.executable, "-c", connect, address, str(port)]
        while subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            if time.monotonic() > end or process.poll() is not None:
                raise RuntimeError(f"coturn did not start: {log.read_text()[-2000:]}")
            time.sleep(0.05)


def _certify(folder: Path, at: Sequence[str]) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    addresses = [x509.IPAddress(ipaddress.ip_address(address)) for address in at]
    names = [x509.DNSName("localhost"), x509.DNSName("relay.test"), *addresses]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
