"""TURN: credentials that live for minutes, and a configuration of coturn that nobody can abuse (sans-IO).

A relay with nothing but authentication forwards packets into its operator's own network: to loopback, to
private addresses, to the metadata service of a cloud. ``coturn_configuration`` refuses them all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from screenshare.config import IceEntry
from screenshare.errors import ConfigError
from screenshare.protocol.signaling import IceServer

CREDENTIAL_LIFE_S: Final = 600
SHORTEST_SECRET: Final = 32
LONGEST_UID: Final = 64
# One host and one viewer take two allocations at a time; a page that reloads leaves some behind for minutes.
ALLOCATIONS_PER_UID: Final = 12
ALLOCATIONS_IN_ALL: Final = 1200
BYTES_PER_SECOND: Final = 3_000_000

# Everything that is not the public internet. coturn asks for the address as the client wrote it, so an IPv4
# address inside an IPv6 one must be refused too. Ranges, because coturn 4.6 reads no prefixes.
DENIED_PEERS: Final = (
    ("this network (RFC 1122)", "0.0.0.0-0.255.255.255"),
    ("private (RFC 1918)", "10.0.0.0-10.255.255.255"),
    ("shared by carriers (RFC 6598)", "100.64.0.0-100.127.255.255"),
    ("loopback", "127.0.0.0-127.255.255.255"),
    ("link-local, with the metadata services of clouds", "169.254.0.0-169.254.255.255"),
    ("private (RFC 1918)", "172.16.0.0-172.31.255.255"),
    ("IETF protocol assignments (RFC 6890)", "192.0.0.0-192.0.0.255"),
    ("6to4 relays (RFC 7526)", "192.88.99.0-192.88.99.255"),
    ("private (RFC 1918)", "192.168.0.0-192.168.255.255"),
    ("multicast, reserved, broadcast", "224.0.0.0-255.255.255.255"),
    # From ::1 on: coturn 4.6 takes a range that begins with :: for one that has every IPv4 address, and it
    # refuses :: itself by its own rule.
    ("loopback and IPv4-compatible", "::1-::ffff:ffff"),
    ("IPv4-mapped", "::ffff:0.0.0.0-::ffff:255.255.255.255"),
    ("IPv4-translated (RFC 2765)", "::ffff:0:0:0-::ffff:0:ffff:ffff"),
    ("NAT64 (RFC 6052)", "64:ff9b::-64:ff9b::ffff:ffff"),
    ("NAT64, local use (RFC 8215)", "64:ff9b:1::-64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
    ("discard only (RFC 6666)", "100::-100::ffff:ffff:ffff:ffff"),
    ("Teredo and other assignments (RFC 2928)", "2001::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("6to4 (RFC 3056)", "2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("private (RFC 4193)", "fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("link-local", "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("site-local (RFC 3879)", "fec0::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("multicast", "ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
)


@dataclass(frozen=True, slots=True)
class TurnSecret:
    """What the rendezvous and coturn share; never shown in a log or an error."""

    text: str = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.text) < SHORTEST_SECRET or not self.text.isascii() or not self.text.isprintable():
            raise ConfigError(
                f"the TURN secret must be {SHORTEST_SECRET} or more printable ASCII characters",
                hint="make one with: openssl rand -hex 32",
            )


@dataclass(frozen=True, slots=True)
class Relay:
    """A coturn whose secret is known here."""

    urls: tuple[str, ...]
    secret: TurnSecret

    def servers_for(self, uid: str, wall_time: float) -> tuple[IceServer, ...]:
        """Return its servers with new credentials; see ``ice_servers``.

        Where it listens on UDP it tells whoever asks how the internet sees him, too (RFC 8489): without that
        two people behind ordinary routers would meet at the relay alone.
        """
        over_udp = filter(None, (re.fullmatch(r"turn:([^?]+)(\?transport=udp)?", url) for url in self.urls))
        stun = dict.fromkeys(f"stun:{match[1]}" for match in over_udp)
        return ice_servers((*stun, *self.urls), self.secret, uid=uid, wall_time=wall_time)


def named_servers(entries: Sequence[IceEntry]) -> tuple[IceServer, ...]:
    """Return the servers that somebody named, with the passwords he gave."""
    return tuple(
        IceServer(urls=[entry.url], username=entry.username, credential=entry.password) for entry in entries
    )


def ice_servers(
    urls: Sequence[str], secret: TurnSecret, *, uid: str, wall_time: float
) -> tuple[IceServer, ...]:
    """Return the STUN and TURN servers for one joining viewer (REST form of coturn's ``use-auth-secret``).

    Args:
        uid: one per accepted join. coturn counts its quota by it, so it must not change with the time.
        wall_time: seconds since the epoch; the credentials can begin allocations for ``CREDENTIAL_LIFE_S``.
    """
    if not 1 <= len(uid) <= LONGEST_UID or not uid.replace("-", "").replace("_", "").isalnum():
        raise ValueError("a uid consists of letters, digits, - and _")
    without = [url for url in urls if url.startswith("stun")]
    with_password = [url for url in urls if not url.startswith("stun")]
    servers = [IceServer(urls=without)] if without else []
    if with_password:
        username = f"{int(wall_time) + CREDENTIAL_LIFE_S}:{uid}"
        digest = hmac.new(secret.text.encode(), username.encode(), hashlib.sha1).digest()
        credential = base64.b64encode(digest).decode()
        servers.append(IceServer(urls=with_password, username=username, credential=credential))
    return tuple(servers)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnConfig:
    """What differs from one TURN machine to the next.

    ``deny`` names further addresses or ranges that nobody may reach through the relay: other addresses of
    the machine, networks that trust it. Two people who are both relayed meet at the relay's own address,
    so that one stays allowed.
    """

    realm: str
    listen: tuple[str, ...] = ()
    external: tuple[str, ...] = ()
    port: int = 3478
    tls_port: int = 443
    certificate: str | None = None
    private_key: str | None = None
    relay_ports: tuple[int, int] = (49_152, 65_535)
    deny: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        words = (self.realm, *self.listen, *self.external, *self.deny, self.certificate, self.private_key)
        for word in words:
            # One line of the file is one setting: a line break would smuggle another one in.
            if word is not None and (not word or not word.isprintable() or word != word.strip()):
                raise ConfigError(f"{word!r} cannot stand in a line of coturn's configuration")
        if (self.certificate is None) != (self.private_key is None):
            raise ConfigError("TLS needs both a certificate and its private key")


def coturn_configuration(config: TurnConfig, secret: TurnSecret) -> str:
    """Return the text of a ``turnserver.conf``; it holds the secret, so only coturn may read it."""
    lines = [
        "# Written by `screenshare server turn-config`. Holds a secret: mode 0600, owned by coturn's user.",
        "",
        "# Where browsers and hosts reach the relay",
        *(f"listening-ip={address}" for address in config.listen),
        *(f"relay-ip={address}" for address in config.listen),
        *(f"external-ip={address}" for address in config.external),
        f"listening-port={config.port}",
        f"min-port={config.relay_ports[0]}",
        f"max-port={config.relay_ports[1]}",
        "# Without it a client that has IPv6 alone gets no relayed address",
        "allocation-default-address-family=keep",
        "",
        *_tls_lines(config),
        "",
        "# Credentials that the rendezvous makes for each accepted join",
        "use-auth-secret",
        f"static-auth-secret={secret.text}",
        f"realm={config.realm}",
        "fingerprint",
        "stale-nonce=600",
        "",
        "# Limits",
        f"user-quota={ALLOCATIONS_PER_UID}",
        f"total-quota={ALLOCATIONS_IN_ALL}",
        f"max-bps={BYTES_PER_SECOND}",
        "",
        "# What nobody reaches through this machine",
        "no-multicast-peers",
        "no-tcp-relay",
        *(line for why, peers in DENIED_PEERS for line in (f"# {why}", f"denied-peer-ip={peers}")),
        *(f"denied-peer-ip={peers}" for peers in config.deny),
        "",
        "# No door beside TURN itself, and nothing told about it",
        "no-cli",
        "no-rfc5780",
        "no-software-attribute",
        "syslog",
    ]
    return "\n".join(lines) + "\n"


def _tls_lines(config: TurnConfig) -> list[str]:
    if config.certificate is None:
        return [
            "# No certificate was given: networks that let only TCP 443 out cannot connect",
            "no-tls",
            "no-dtls",
        ]
    return [
        "# TCP 443 with TLS is what the strictest networks let out",
        f"tls-listening-port={config.tls_port}",
        f"cert={config.certificate}",
        f"pkey={config.private_key}",
        "no-tlsv1",
        "no-tlsv1_1",
        "no-dtls",
    ]
