"""What the server answers, to honest browsers and to others."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import socket as sockets

import pytest
from aiohttp import WSMsgType
from yarl import URL

from screenshare.errors import AddressInUse, ConfigError
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.protocol.signaling import MAX_SIGNAL_BYTES
from screenshare.rendezvous import server
from screenshare.rendezvous.guard import HEADERS, MAX_SOCKETS_PER_ADDRESS
from screenshare.rendezvous.pages import Pages, PagesMissing
from screenshare.rendezvous.site import is_own_host
from screenshare.signaling.lobby import MAX_ERRORS

ENTER = {"type": "room.enter", "version": PROTOCOL_VERSION, "room": "r00m"}


async def enter(http, message=ENTER):
    """Open a signaling socket, name a room, return the socket and the first answer."""
    socket = await http.ws_connect("/v1/ws")
    await socket.send_json(message)
    return socket, await socket.receive_json(timeout=5)


@pytest.mark.parametrize(
    ("path", "title"), [("/", "index.html"), ("/j/r00m", "viewer.html"), ("/j/nobody-here", "viewer.html")]
)
async def test_pages_come_with_every_security_header_and_are_never_stored(http, path, title):
    async with http.get(path) as response:
        assert response.status == 200
        assert title in await response.text()
        policy = response.headers["Content-Security-Policy"]
        assert re.sub(r" 'sha256-\S+'", "", policy) == HEADERS["Content-Security-Policy"]
        for name in HEADERS.keys() - {"Content-Security-Policy"}:
            assert response.headers[name] == HEADERS[name]
        assert response.headers["Cache-Control"] == "no-store"


async def test_the_policy_allows_what_stands_in_the_page_by_its_hash_and_nothing_else(http):
    async with http.get("/j/r00m") as response:
        script = (await response.text()).partition("<script>")[2].partition("</script>")[0]
        policy = response.headers["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest())
    assert script
    assert f"script-src 'self' 'sha256-{digest.decode()}';" in policy
    async with http.get("/") as response:
        assert "script-src 'self';" in response.headers["Content-Security-Policy"]


async def test_a_viewer_may_name_the_room_in_the_address_it_dials(http):
    socket = await http.ws_connect("/v1/ws", params={"first": json.dumps(ENTER)})
    assert (await socket.receive_json(timeout=5))["type"] == "knock.challenged"


async def test_nonsense_in_the_address_is_refused_like_any_other(http):
    socket = await http.ws_connect("/v1/ws", params={"first": "{"})
    assert (await socket.receive_json(timeout=5))["code"] == "malformed"
    await socket.send_json(ENTER)
    assert (await socket.receive_json(timeout=5))["type"] == "knock.challenged"


async def test_the_policy_allows_no_foreign_script_and_no_frame(http):
    async with http.get("/") as response:
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/j/",
        "/j/a/b",
        "/j/%2e%2e",
        "/assets/none.js",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/secret.txt",
        "/v1/console",
        "/console",
        "/metrics",
    ],
)
async def test_everything_else_is_404_with_the_same_headers(base, http, path):
    async with http.get(URL(base + path, encoded=True)) as response:
        assert response.status == 404
        assert {name: response.headers[name] for name in HEADERS} == HEADERS
        assert "outside" not in await response.text()


async def test_assets_have_their_type_and_may_be_kept(http):
    async with http.get("/assets/app-1.js") as response:
        assert response.content_type in {"text/javascript", "application/javascript"}
        assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [("gzip, deflate, br", "gzip"), ("identity", None), ("br;q=1, gzip;q=0", None), ("gzip;q=0.5", "gzip")],
)
async def test_assets_are_packed_for_whoever_reads_that(http, accepts, encoding):
    async with http.get("/assets/app-1.js", headers={"Accept-Encoding": accepts}) as response:
        assert response.headers.get("Content-Encoding") == encoding
        packed = await response.read()
    async with http.get("/assets/app-1.js", headers={"Accept-Encoding": "identity"}) as response:
        assert packed == await response.read()  # aiohttp unpacks it
        assert response.headers["Vary"] == "Accept-Encoding"


async def test_health_is_answered(http):
    async with http.get("/healthz") as response:
        assert await response.json() == {"status": "ok"}


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "a b"])
async def test_a_foreign_host_header_is_refused(http, host):
    async with http.get("/", headers={"Host": host}) as response:
        assert response.status in {400, 403}


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://127.0.0.1",
        "http://127.0.0.1:1",
        "http://127.0.0.1.evil.example",
    ],
)
async def test_a_socket_from_a_foreign_page_is_refused(http, origin):
    async with http.get("/v1/ws", headers={"Origin": origin}) as response:
        assert response.status == 403


def test_addresses_and_this_machines_own_names_are_served():
    assert all(
        is_own_host(h) for h in ["127.0.0.1:80", "[::1]:80", "localhost", "192.0.2.7", sockets.gethostname()]
    )
    assert not any(is_own_host(h) for h in ["example.org", "localhost.evil", "127.0.0.1.nip.io", ""])


async def test_a_viewer_names_a_room_and_is_challenged(http, lobby):
    socket, answer = await enter(http)
    assert answer == {"type": "knock.challenged", "version": PROTOCOL_VERSION, "nonce": "n"}
    await socket.close()
    assert lobby.departed_ids == [lobby.guests[0].id]


async def test_frames_after_the_room_reach_the_lobby_as_they_came(http, lobby):
    socket, _ = await enter(http)
    await socket.send_str('{"type": "knock.request",  "proof": "abc"}')
    await socket.send_str("sealed: nobody here reads it")
    await socket.send_bytes(b"{}")
    assert (await socket.receive_json(timeout=5))["code"] == "malformed"
    assert lobby.frames == ['{"type": "knock.request",  "proof": "abc"}', "sealed: nobody here reads it"]
    await socket.close()


async def test_an_unknown_room_is_told_so_and_closed(http, lobby):
    socket, answer = await enter(http, {**ENTER, "room": "other"})
    assert answer["code"] == "room-not-found"
    assert (await socket.receive(timeout=5)).type is WSMsgType.CLOSE
    assert lobby.guests == []


async def test_another_version_is_told_so(http):
    _, answer = await enter(http, {**ENTER, "version": 99})
    assert answer["code"] == "unsupported-version"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "malformed"),
        ('{"type": "room.enter"}', "malformed"),
        ('{"type": "room.enter", "room": "../etc"}', "malformed"),
        ('{"type": "root.shell"}', "unknown-type"),
        ('{"type": "knock.prove", "nonce": "a", "proof": "abc"}', "out-of-order"),
        ('{"type": "peer.offer", "attempt": 1, "sdp": "v=0"}', "unknown-type"),
        ('{"type": "sealed", "box": "AAAA"}', "out-of-order"),
        ("\x00", "malformed"),
    ],
)
async def test_nonsense_gets_a_typed_error_and_is_counted(http, lobby, text, code):
    socket = await http.ws_connect("/v1/ws")
    await socket.send_str(text)
    assert (await socket.receive_json(timeout=5))["code"] == code
    assert lobby.refused == [code]
    await socket.send_json(ENTER)
    assert (await socket.receive_json(timeout=5))["type"] == "knock.challenged"
    await socket.close()


async def test_somebody_who_sends_nothing_but_nonsense_is_disconnected(http, lobby):
    socket = await http.ws_connect("/v1/ws")
    for _ in range(MAX_ERRORS + 10):
        await socket.send_str("{")
    while (message := await socket.receive(timeout=5)).type is WSMsgType.TEXT:
        assert json.loads(message.data)["code"] == "malformed"
    assert len(lobby.refused) == MAX_ERRORS


async def test_an_oversize_message_ends_the_socket_and_nothing_else(http, lobby):
    socket, _ = await enter(http)
    await socket.send_str("x" * (MAX_SIGNAL_BYTES + 1))
    message = await socket.receive(timeout=5)
    assert message.type in {WSMsgType.CLOSE, WSMsgType.ERROR, WSMsgType.CLOSED}
    _, answer = await enter(http)
    assert answer["type"] == "knock.challenged"
    assert lobby.frames == []


async def test_one_address_cannot_take_all_places(http):
    held = [await http.ws_connect("/v1/ws") for _ in range(MAX_SOCKETS_PER_ADDRESS)]
    async with http.get("/v1/ws") as response:
        assert response.status == 429
    await held[0].close()
    await asyncio.sleep(0)
    for _ in range(100):
        async with http.get("/v1/ws") as response:
            if response.status != 429:
                break
        await asyncio.sleep(0.01)
    assert response.status == 400  # admitted, but this is no upgrade
    for socket in held[1:]:
        await socket.close()


def test_a_port_in_use_is_said_in_one_sentence():
    first = server.bind("127.0.0.1", 0)
    port = first.getsockname()[1]
    with pytest.raises(AddressInUse, match=f"port {port} on 127.0.0.1 is already in use") as caught:
        server.bind("127.0.0.1", port)
    assert "--listen" in caught.value.hint
    first.close()


def test_without_a_port_the_first_free_one_is_taken():
    first, second = server.bind("127.0.0.1", None), server.bind("127.0.0.1", None)
    assert server.FIRST_PORT <= first.getsockname()[1] < second.getsockname()[1] <= server.LAST_PORT
    first.close()
    second.close()


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(ConfigError, match=r"cannot listen on 203\.0\.113\.1"):
        server.bind("203.0.113.1", 0)


def test_a_package_without_the_built_pages_says_how_to_build_them(tmp_path):
    with pytest.raises(PagesMissing) as caught:
        Pages(tmp_path)
    assert "scripts/build" in caught.value.hint
