"""The file with the addresses of one's own hosts. Every call blocks for a moment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from screenshare.config import write_private
from screenshare.errors import ConfigError
from screenshare.protocol.fields import Name, RoomId

MOST_HOSTS: Final = 100
MAX_FILE_BYTES: Final = 256 * 2**10


class KnownHost(msgspec.Struct, frozen=True, kw_only=True):
    """Where one signs in; ``seen_at`` is wall time, None: never since it was added."""

    name: Name
    server: Annotated[str, Meta(max_length=300)]
    room: RoomId
    secret: Annotated[bytes, Meta(min_length=16, max_length=16)]
    seen_at: float | None = None

    def __repr__(self) -> str:
        return f"KnownHost({self.name!r})"


class _File(msgspec.Struct, frozen=True, kw_only=True):
    version: Literal[1] = 1
    hosts: Annotated[tuple[KnownHost, ...], Meta(max_length=MOST_HOSTS)] = ()


_decoder = msgspec.json.Decoder(_File)


def read(path: Path) -> tuple[KnownHost, ...]:
    """Return the hosts, none where there is no file yet; raises ConfigError."""
    try:
        with path.open("rb") as file:
            return _decoder.decode(file.read(MAX_FILE_BYTES)).hosts
    except FileNotFoundError:
        return ()
    except OSError as exc:
        raise ConfigError(f"cannot read {path}: {exc.strerror}") from exc
    except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise ConfigError(
            f"{path} is damaged: {exc}", hint="mend it, or remove it and add the hosts again"
        ) from exc


def write(path: Path, hosts: tuple[KnownHost, ...]) -> None:
    """Write the file whole, for this user alone; raises ConfigError."""
    text = msgspec.json.format(msgspec.json.encode(_File(hosts=hosts)), indent=2).decode()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError(f"cannot write {path}: {exc.strerror}") from exc
    write_private(path, text + "\n")


def named(hosts: tuple[KnownHost, ...], name: str) -> KnownHost:
    """Return the host of this name; raises ConfigError."""
    for host in hosts:
        if host.name == name:
            return host
    raise ConfigError(f"no host is called {name[:40]!r}", hint="list them with: screenshare hosts")
