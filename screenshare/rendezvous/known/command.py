"""``screenshare hosts``: list one's own hosts, and go to one of them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from screenshare.clock import wall_s
from screenshare.config import AddressLink, ViewConfig
from screenshare.errors import ConfigError
from screenshare.protocol.plain_text import plain_text
from screenshare.rendezvous.known import hosts as file
from screenshare.rendezvous.known.hosts import MOST_HOSTS, KnownHost
from screenshare.rendezvous.known.presence import Presence, presences
from screenshare.session.door import sign_in_path


def show(path: Path, *, as_json: bool) -> None:
    """Say which hosts there are, and whether each is there."""
    hosts = file.read(path)
    found = asyncio.run(presences(hosts))
    hosts = _seen(hosts, found)
    if any(presence.state == "online" for presence in found):
        file.write(path, hosts)
    if as_json:
        described = [_as_json(host, presence) for host, presence in zip(hosts, found, strict=True)]
        _say(json.dumps(described, ensure_ascii=False))
    elif not hosts:
        _say("No host is known here. Add one with: screenshare hosts add LINK")
    else:
        _say(_table(hosts, found))


def add(path: Path, address: AddressLink, *, name: str | None) -> None:
    """Keep a host under its own name or another one; the same address again changes the name alone."""
    host = KnownHost(name=name or "", server=address.server, room=address.room, secret=address.secret)
    (presence,) = asyncio.run(presences([host]))
    called = plain_text(name or presence.name, 40)
    if not called:
        raise ConfigError("this host is not there to say its name", hint="give one with --name")
    others = tuple(each for each in file.read(path) if each.room != address.room)
    if any(each.name == called for each in others):
        raise ConfigError(f"another host is called {called!r}", hint="give another name with --name")
    if len(others) >= MOST_HOSTS:
        raise ConfigError(f"{MOST_HOSTS} hosts can be kept", hint="remove one: screenshare hosts remove NAME")
    seen_at = wall_s() if presence.state == "online" else None
    file.write(path, (*others, msgspec.structs.replace(host, name=called, seen_at=seen_at)))
    _say(f"{called} is {presence.state}. Go there with: screenshare hosts open {called!r}")


def remove(path: Path, name: str) -> None:
    hosts = file.read(path)
    gone = file.named(hosts, name)
    file.write(path, tuple(host for host in hosts if host is not gone))
    _say(f"{name} is no longer known here.")


def way_to(path: Path, name: str, *, port: int) -> ViewConfig:
    """Return what ``screenshare view`` needs to go there; raises ConfigError."""
    host = file.named(file.read(path), name)
    return ViewConfig(server=host.server, target=sign_in_path(host.room, host.secret), port=port)


def _seen(hosts: Sequence[KnownHost], found: Sequence[Presence]) -> tuple[KnownHost, ...]:
    now = wall_s()
    return tuple(
        msgspec.structs.replace(host, seen_at=now) if presence.state == "online" else host
        for host, presence in zip(hosts, found, strict=True)
    )


def _as_json(host: KnownHost, presence: Presence) -> dict[str, object]:
    return {"name": host.name, "server": host.server, "state": presence.state, "seen_at": host.seen_at}


def _table(hosts: Sequence[KnownHost], found: Sequence[Presence]) -> str:
    width = max(len(host.name) for host in hosts)
    return "\n".join(
        f"{plain_text(host.name, 40):{width}}  {presence.state:8} {_when(host, presence)}"
        for host, presence in zip(hosts, found, strict=True)
    )


def _when(host: KnownHost, presence: Presence) -> str:
    if presence.state == "online":
        return "now"
    if presence.state == "unknown":
        return f"{host.server} does not answer"
    if host.seen_at is None:
        return "never seen"
    return f"last seen {datetime.fromtimestamp(host.seen_at, tz=UTC).astimezone():%Y-%m-%d %H:%M}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
