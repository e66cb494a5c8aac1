"""Checks of the way out: the port of the host, STUN, each TURN path, the server and its clock."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp

from screenshare.config import ListenAddress
from screenshare.doctor.finding import Finding, fail, ok, warn
from screenshare.errors import ScreenshareError
from screenshare.peer import reach
from screenshare.protocol.signaling import IceServer
from screenshare.rendezvous import server

SERVER_LIMIT_S: Final = 4.0
PROBE_LIMIT_S: Final = 3.0
# TURN credentials live for ten minutes by the server's clock.
LARGEST_SKEW_S: Final = 60.0
_WAYS: Final = {"udp": "TURN/UDP", "tcp": "TURN/TCP", "tls": "TURN/TLS"}


def check_listening(listen: ListenAddress) -> Finding:
    try:
        listening = server.bind(listen.address, listen.port)
    except ScreenshareError as error:
        return fail("listening", str(error), error.hint or "choose another place with --listen ADDRESS:PORT")
    port = listening.getsockname()[1]
    listening.close()
    return ok("listening", f"port {port} is free for viewers")


async def check_servers(servers: Sequence[IceServer]) -> list[Finding]:
    """Ask each STUN and TURN server that was named, and no other."""
    if not servers:
        return [
            warn(
                "network",
                "no STUN or TURN server was named, so viewers of other networks may not reach you",
                "name your own with --ice-server and --turn, or in the config file",
            )
        ]
    probes = await reach.probe(servers, limit_s=PROBE_LIMIT_S)
    return [_of_probe(probe) for probe in probes] + _of_all(probes)


async def check_server(url: str, *, now: datetime | None = None) -> list[Finding]:
    """Fetch the server's health, and compare its clock with this computer's."""
    timeout = aiohttp.ClientTimeout(total=SERVER_LIMIT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{url.rstrip('/')}/healthz", allow_redirects=False) as response,
        ):
            status, date = response.status, response.headers.get("Date", "")
    except TimeoutError:
        return [fail("server", f"it did not answer within {SERVER_LIMIT_S:g} s", _FIREWALL)]
    except aiohttp.ClientConnectorCertificateError:
        todo = "set this computer's clock, and tell the server's operator if that does not help"
        return [fail("server", "its certificate is not valid here", todo)]
    except (aiohttp.ClientError, ssl.SSLError, OSError) as error:
        return [fail("server", f"it cannot be reached ({type(error).__name__})", _FIREWALL)]
    except ValueError:
        return [fail("server", "that is no address of a server", "give it as https://NAME")]
    if status != 200:
        todo = "check the address; tell the server's operator if it is right"
        return [fail("server", f"it answered with status {status}", todo)]
    return [ok("server", "the server answers"), _of_clock(date, now or datetime.now(UTC))]


_FIREWALL: Final = "check the address and this computer's network; a proxy or firewall may be in between"


def _of_probe(probe: reach.Probe) -> Finding:
    if probe.way == "stun":
        if probe.is_reached:
            return ok("STUN", "UDP gets out, and this computer learns its outer address")
        todo = "let UDP out in the firewall; without it everything goes through a relay"
        return warn("STUN", f"the server does not answer ({probe.why})", todo)
    check = _WAYS[probe.way]
    if probe.is_reached:
        return ok(check, "the relay can be used")
    if probe.why.startswith("refused with 401"):
        return fail(check, "the relay refuses the password", "check user and password file given with --turn")
    if probe.why.startswith("refused with 486"):
        return warn(
            check,
            "the relay's quota is used up",
            "wait ten minutes, or raise user-quota in its configuration",
        )
    todo = {
        "udp": "let UDP out in the firewall, or name the relay's TCP and TLS addresses too",
        "tcp": "let TCP to the relay's port out, or name its TLS address too",
        "tls": "let TCP 443 out, and check the relay's certificate",
    }[probe.way]
    return warn(check, f"the relay cannot be reached ({probe.why})", todo)


def _of_all(probes: Sequence[reach.Probe]) -> list[Finding]:
    relays = [probe for probe in probes if probe.way != "stun"]
    if not relays:
        todo = "name one with --turn: strict networks need it"
        return [warn("relay", "no TURN server was named", todo)]
    if not any(probe.is_reached for probe in relays):
        todo = "check the addresses and passwords given with --turn, and the firewall"
        return [fail("relay", "no relay can be used", todo)]
    if not any(probe.way == "tls" for probe in relays):
        todo = "name the relay's address of TLS on port 443 too (turns:NAME:443)"
        return [warn("relay", "networks that let only TCP 443 out are not served", todo)]
    return []


def _of_clock(date: str, now: datetime) -> Finding:
    try:
        skew_s = (now - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError):
        return warn("clock", "the server does not tell its time", "compare this computer's clock by hand")
    if abs(skew_s) <= LARGEST_SKEW_S:
        return ok("clock", "this computer and the server agree about the time")
    way = "ahead of" if skew_s > 0 else "behind"
    return fail(
        "clock",
        f"this computer is {abs(skew_s):.0f} s {way} the server",
        "let the clock be set over the network",
    )
