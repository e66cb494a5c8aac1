"""A real server on loopback, whose lobby only writes down what happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from screenshare.errors import ScreenshareError
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.protocol.signaling import KnockChallenged
from screenshare.rendezvous import server
from screenshare.rendezvous.pages import Pages
from screenshare.signaling.lobby import Guest, RoomNotFound


@dataclass
class NotingLobby:
    """Knows one room."""

    guests: list[Guest] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    departed_ids: list[str] = field(default_factory=list)

    async def arrived(self, guest: Guest, room: str) -> None:
        if room != "r00m":
            raise RoomNotFound("nobody shares under this link now")
        self.guests.append(guest)
        guest.send(KnockChallenged(version=PROTOCOL_VERSION, nonce="n"))

    def received(self, guest: Guest, data: str) -> None:
        self.frames.append(data)

    def misbehaved(self, guest: Guest, error: ScreenshareError) -> None:
        self.refused.append(error.code)

    def departed(self, guest: Guest) -> None:
        self.departed_ids.append(guest.id)


@pytest.fixture
def lobby() -> NotingLobby:
    return NotingLobby()


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    root = tmp_path / "web"
    (root / "assets").mkdir(parents=True)
    for name in ("index.html", "viewer.html", "console.html"):
        (root / name).write_text(f"<!doctype html><title>{name}</title>")
    with (root / "viewer.html").open("a") as page:
        page.write("<script>document.title = 'early'</script>")
    (root / "assets" / "app-1.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("outside")
    return Pages(root)


@pytest.fixture
async def base(lobby: NotingLobby, pages: Pages) -> AsyncIterator[str]:
    socket = server.bind("127.0.0.1", 0)
    serving = await server.serve(server.make_app(lobby, pages=pages), [socket])
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    await serving.stop()
    socket.close()


@pytest.fixture
async def http(base: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base) as session:
        yield session
