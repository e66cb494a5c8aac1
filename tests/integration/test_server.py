"""A host whose viewers come through a server: the server as a process, host and viewers in this one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType

from integration.peers import until
from screenshare.protocol import line, signaling
from screenshare.protocol.decode import encode, envelope_to_host
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.session.door import room_of
from servers import ServerProcess

StartServer = Callable[..., ServerProcess]


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    servers: list[ServerProcess] = []

    def start(*flags: str, port: int = 0) -> ServerProcess:
        servers.append(ServerProcess(*flags, log=tmp_path / f"server-{len(servers)}.log", port=port))
        return servers[-1]

    yield start
    for server in servers:
        server.kill()


@pytest.fixture
def server(start_server: StartServer) -> ServerProcess:
    return start_server()


async def open_line(url: str, token: str) -> aiohttp.ClientWebSocketResponse:
    """Open a line by hand, as a host that does what it should not."""
    http = aiohttp.ClientSession()
    socket = await http.ws_connect(f"{url}/v1/host")
    await socket.send_bytes(line.pack(line.LineOpen(token=token)))
    assert await answer(socket) == line.LineOpened()
    return socket


async def answer(socket: aiohttp.ClientWebSocketResponse) -> line.ToHost:
    message = await socket.receive(timeout=5)
    assert message.type is WSMsgType.BINARY, message
    return envelope_to_host.decode(message.data)


async def test_a_viewer_comes_through_the_server_and_sees_the_screen(start_host, new_viewer, server):
    share = await start_host(allow="view", server=server.url)
    await share.heard.expect("server.reached", url=server.url)
    assert share.link.startswith(f"{server.url}/j/")
    ana = await new_viewer(share.link).join()
    await until(lambda: ana.frame_count > 0, "a picture")
    assert (await share.heard.expect("viewer.joined"))["name"] == "Ana"


async def test_the_own_link_of_the_host_needs_no_server(start_host, new_viewer, server):
    share = await start_host(allow="view", server=server.url)
    assert f":{share.port}/j/" in share.host.ready.lan_link
    server.kill()
    await new_viewer(share.host.ready.lan_link).join()


async def test_a_person_is_asked_about_who_comes_through_the_server(start_host, new_viewer, server):
    share = await start_host(server=server.url)
    await share.heard.expect("server.reached")
    ana = new_viewer(share.link)
    await ana.knock()
    knocked = await share.heard.expect("viewer.knocked")
    assert knocked["address"] == "127.0.0.1"
    await ana.close()
    assert (await share.heard.expect("viewer.left"))["reason"] in {"left", "gone", "timeout", "path-lost"}


async def test_a_session_outlives_the_server_and_newcomers_come_when_it_is_back(
    start_host, new_viewer, server
):
    share = await start_host(allow="view", server=server.url)
    await share.heard.expect("server.reached")
    ana = await new_viewer(share.link).join()
    server.kill()
    await share.heard.expect("warning", code="server-lost")
    beats = len(ana.said.of("heartbeat.echoed"))
    await until(lambda: len(ana.said.of("heartbeat.echoed")) > beats + 2, "heartbeats without the server")
    server.start()
    await share.heard.expect("server.reached")
    await new_viewer(share.link, name="Ben").join()
    assert list(share.viewers.values()) == ["live", "live"]
    assert share.heard.of("viewer.left") == []


async def test_a_server_that_is_not_there_yet_keeps_no_host_from_starting(
    start_host, new_viewer, start_server
):
    gone = start_server()
    gone.kill()
    share = await start_host(allow="view", server=gone.url)
    warning = await share.heard.expect("warning", code="server-lost")
    assert "who is here stays" in warning["message"]
    gone.start()
    await share.heard.expect("server.reached")
    await new_viewer(share.link).join()


async def test_a_spoken_code_leads_through_the_server_once(start_host, new_viewer, server):
    share = await start_host(allow="view", server=server.url)
    await share.heard.expect("server.reached")
    room, *digits = share.host.ready.code.split()
    await new_viewer(f"{server.url}/j/{room}#c={''.join(digits)}").join()
    fresh = await share.heard.expect("code.changed")
    room, *digits = fresh["code"].split()
    again = new_viewer(f"{server.url}/j/{room}#c={''.join(digits)}")
    await until(lambda: server.figure("screenshare_rooms ") == 2, "the new code's room")
    await again.join()


async def test_who_came_by_a_line_that_its_host_dialled_anew_does_not_wait_there(server):
    token = "a-token"
    room = room_of(token)
    dead = await open_line(server.url, token)
    await dead.send_bytes(line.pack(line.RoomClaim(room=room)))
    assert await answer(dead) == line.RoomClaimed(room=room)
    async with aiohttp.ClientSession() as http:
        viewer = await http.ws_connect(f"{server.url}/v1/ws", headers={"Origin": server.url})
        await viewer.send_str(encode(signaling.RoomEnter(version=PROTOCOL_VERSION, room=room)))
        assert isinstance(await answer(dead), line.GuestArrived)
        anew = await open_line(server.url, token)
        await anew.send_bytes(line.pack(line.RoomClaim(room=room)))
        assert await answer(anew) == line.RoomClaimed(room=room)
        assert (await viewer.receive(timeout=5)).type is WSMsgType.CLOSE


async def test_nobody_else_can_have_the_room_of_a_share(start_host, new_viewer, server):
    share = await start_host(allow="view", server=server.url)
    await share.heard.expect("server.reached")
    eve = await open_line(server.url, "a-token-of-her-own")
    room, code_room = share.host.ready.room, share.host.ready.code[:3]
    await eve.send_bytes(line.pack(line.RoomClaim(room=room)))
    assert await answer(eve) == line.RoomRefused(room=room, reason="not-yours")
    await eve.send_bytes(line.pack(line.RoomClaim(room=code_room)))
    assert await answer(eve) == line.RoomRefused(room=code_room, reason="taken")
    server.kill()
    server.start()  # and has forgotten everything
    eve = await open_line(server.url, "a-token-of-her-own")
    await eve.send_bytes(line.pack(line.RoomClaim(room=room)))
    assert await answer(eve) == line.RoomRefused(room=room, reason="not-yours")
    await share.heard.expect("server.reached")
    await new_viewer(share.link).join()


async def test_a_line_reaches_no_viewer_of_another_host(start_host, new_viewer, server):
    share = await start_host(server=server.url)
    await share.heard.expect("server.reached")
    ana = new_viewer(share.link)
    await ana.knock()
    await share.heard.expect("viewer.knocked")
    eve = await open_line(server.url, "a-token-of-her-own")
    (ana_there,) = share.host._line._line._call._guests
    await eve.send_bytes(line.pack(line.GuestTell(guest=ana_there, data='{"type": "share.ended"}')))
    await eve.send_bytes(line.pack(line.GuestClose(guest=ana_there)))
    await eve.send_bytes(line.pack(line.RoomClaim(room="123")))
    await answer(eve)  # what came before is done with
    assert ana.signals.of("share.ended") == []
    assert not ana._socket.closed


async def test_the_server_lets_go_gently(start_host, new_viewer, server):
    share = await start_host(server=server.url)
    await share.heard.expect("server.reached")
    ana = new_viewer(share.link)
    await ana.knock()
    await ana.signals.expect("knock.waiting")
    assert await asyncio.to_thread(server.end) == 0
    await ana.socket_closed()
    assert ana._socket.close_code == 1012
    await share.heard.expect("warning", code="server-lost")


async def test_who_leaves_the_share_frees_its_rooms_and_tells_viewers(start_host, new_viewer, server):
    share = await start_host(allow="view", server=server.url)
    await share.heard.expect("server.reached")
    ana = await new_viewer(share.link).join()
    await share.stop()
    await ana.signals.expect("share.ended", reason="stopped")
    late = new_viewer(share.link)
    await late.open_socket()
    assert (await late.signals.expect("error"))["code"] == "room-not-found"


async def test_nonsense_through_the_server_is_answered_counted_and_ended(start_host, new_viewer, server):
    share = await start_host(server=server.url)
    await share.heard.expect("server.reached")
    eve = new_viewer(share.link)
    await eve.enter()
    for _ in range(25):
        await eve.signal_raw("{")
    await eve.socket_closed()
    assert set(eve.signals.errors) == {"malformed"}
    assert share.refusals["malformed"] == len(eve.signals.errors)


async def test_the_log_of_the_server_holds_no_address_and_no_secret(start_host, new_viewer, server):
    share = await start_host(allow="view", server=server.url)
    await share.heard.expect("server.reached")
    ana = await new_viewer(share.link).join()
    await asyncio.to_thread(server.end)
    fragment = share.link.partition("#k=")[2]
    secrets = (fragment, share.host._conductor.door.token, ana.admitted["resume"], share.host.ready.room)
    assert "stopped" in server.logged
    assert [secret for secret in (*secrets, "127.0.0.1", "candidate") if secret in server.logged] == []
