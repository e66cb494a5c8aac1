"""One's own hosts are listed, and each is asked whether it is there."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from screenshare.clock import wall_s
from screenshare.config import parse_address_link
from screenshare.errors import ConfigError
from screenshare.rendezvous.known import command, hosts
from screenshare.rendezvous.known.presence import presences
from screenshare.unattended.vault import Vault
from servers import free_port
from unattended.conftest import KEPT


@pytest.fixture
def vault(tmp_path) -> Vault:
    vault = Vault(tmp_path / "unattended.json", wall=wall_s)
    vault.switch_on(KEPT)
    return vault


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "hosts.json"


async def listed(path, capsys) -> list[dict[str, object]]:
    capsys.readouterr()
    await asyncio.to_thread(command.show, path, as_json=True)
    return json.loads(capsys.readouterr().out)


async def test_a_host_is_kept_under_the_name_it_says_and_seen_while_it_runs(start_host, vault, path, capsys):
    share = await start_host(unattended=vault.path)
    address = parse_address_link(share.host.ready.unattended_link)
    await asyncio.to_thread(command.add, path, address, name=None)
    (there,) = await listed(path, capsys)
    assert (there["name"], there["state"]) == ("Bob", "online")
    await share.stop()
    (gone,) = await listed(path, capsys)
    assert gone["state"] == "unknown"  # without a server nobody is there to say that it is off
    assert gone["seen_at"] == hosts.read(path)[0].seen_at is not None
    assert path.stat().st_mode & 0o077 == 0


async def test_behind_a_server_a_host_that_is_off_is_told_from_a_server_that_is(
    start_host, vault, path, capsys, server
):
    share = await start_host(unattended=vault.path, server=server.url)
    await share.heard.expect("server.reached")
    address = parse_address_link(share.host.ready.unattended_link)
    assert address.server == server.url
    await asyncio.to_thread(command.add, path, address, name="My studio")
    assert [each["state"] for each in await listed(path, capsys)] == ["online"]
    await share.stop()
    assert [each["state"] for each in await listed(path, capsys)] == ["offline"]
    server.kill()
    assert [each["state"] for each in await listed(path, capsys)] == ["unknown"]


async def test_a_host_that_starts_again_is_there_under_the_same_address(start_host, vault, path, server):
    first = await start_host(unattended=vault.path, server=server.url)
    await first.heard.expect("server.reached")
    link = first.host.ready.unattended_link
    await first.stop()
    second = await start_host(unattended=vault.path, server=server.url)
    await second.heard.expect("server.reached")
    assert second.host.ready.unattended_link == link
    address = parse_address_link(link)
    host = hosts.KnownHost(name="x", server=address.server, room=address.room, secret=address.secret)

    async def is_there() -> bool:
        (presence,) = await presences([host])
        return presence.state == "online"

    assert await is_there()


async def test_who_does_not_know_the_secret_of_the_address_does_not_learn_that_a_host_is_there(
    start_host, vault
):
    share = await start_host(unattended=vault.path)
    address = parse_address_link(share.host.ready.unattended_link)
    guess = hosts.KnownHost(name="x", server=address.server, room=address.room, secret=b"g" * 16)
    (presence,) = await presences([guess])
    assert presence.state == "offline"


async def test_a_server_that_hangs_up_is_unknown_and_breaks_nothing():
    async def hang_up(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.close()
        return socket

    app = web.Application()
    app.router.add_get("/v1/ws", hang_up)
    async with TestServer(app) as there:
        host = hosts.KnownHost(name="x", server=f"http://127.0.0.1:{there.port}", room="r", secret=b"s" * 16)
        assert [each.state for each in await presences([host])] == ["unknown"]


async def test_the_same_host_again_replaces_itself_and_two_of_a_name_are_refused(path, capsys):
    nowhere = f"http://127.0.0.1:{free_port()}"
    first = parse_address_link(f"{nowhere}/j/room1#u={'A' * 22}")
    other = parse_address_link(f"{nowhere}/j/room2#u={'A' * 22}")
    await asyncio.to_thread(command.add, path, first, name="Studio")
    await asyncio.to_thread(command.add, path, first, name="Studio")
    assert [host.name for host in hosts.read(path)] == ["Studio"]
    with pytest.raises(ConfigError, match="another host"):
        await asyncio.to_thread(command.add, path, other, name="Studio")
    command.remove(path, "Studio")
    assert hosts.read(path) == ()
    with pytest.raises(ConfigError, match="no host is called"):
        command.remove(path, "Studio")


async def test_a_host_that_cannot_say_its_name_needs_one(path):
    address = parse_address_link(f"http://127.0.0.1:{free_port()}/j/room1#u={'A' * 22}")
    with pytest.raises(ConfigError, match="not there to say its name"):
        await asyncio.to_thread(command.add, path, address, name=None)


def test_a_damaged_list_is_told_and_not_overwritten(path):
    path.parent.mkdir()
    path.write_text("{")
    with pytest.raises(ConfigError, match="damaged"):
        hosts.read(path)
    assert path.read_text() == "{"


def test_the_way_to_a_host_is_its_address_on_a_page_of_ones_own(path):
    host = hosts.KnownHost(name="Studio", server="https://share.example.org", room="r00m", secret=b"\0" * 16)
    hosts.write(path, (host,))
    way = command.way_to(path, "Studio", port=8764)
    assert (way.server, way.target, way.port) == (
        "https://share.example.org",
        f"/j/r00m#u={'A' * 22}",
        8764,
    )
