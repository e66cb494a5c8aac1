"""Clients that say nothing, say it too slowly, do not listen, or are too many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from screenshare.rendezvous import deadlines, server
from screenshare.rendezvous.deadlines import CONNECTIONS, Bounds, Connections, stays, watch

SHORT_S, LONG_S = 0.1, 30.0
PATIENCE_S = 10.0
MUCH = b"x" * 2**24


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test shorten the one limit that it is about."""
    for name in ("HEAD_LIMIT_S", "ANSWER_LIMIT_S", "NEXT_LIMIT_S"):
        monkeypatch.setattr(deadlines, name, LONG_S)


@asynccontextmanager
async def served(bounds: Bounds | None = None) -> AsyncIterator[int]:
    """Serve a page, a large file, a handler that never ends and a socket; yield the port."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="here")

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=MUCH)

    async def endless(_: web.Request) -> web.Response:
        await asyncio.sleep(LONG_S)
        return web.Response()

    async def socket(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        stays(request)
        async for message in response:
            await response.send_str(message.data)
        return response

    app = web.Application(middlewares=[watch])
    app[CONNECTIONS] = Connections(bounds or Bounds())
    app.add_routes(
        [web.get("/", page), web.get("/large", large), web.get("/endless", endless), web.get("/ws", socket)]
    )
    listening = server.bind("127.0.0.1", 0)
    serving = await server.serve(app, [listening])
    yield listening.getsockname()[1]
    await serving.stop()


async def ends(reader: asyncio.StreamReader) -> bytes:
    """Return what came until the connection ended, however it did."""
    heard = b""
    async with asyncio.timeout(PATIENCE_S):
        try:
            while data := await reader.read(2**16):
                heard += data
        except ConnectionError:
            pass
    return heard


async def answer_to(port: int, said: bytes) -> bytes:
    """Say something by hand; return all that comes until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    heard = await ends(reader)
    writer.close()
    return heard


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n"], ids=["nothing", "half a head"])
async def test_who_does_not_ask_in_time_is_cut_off(monkeypatch, said):
    monkeypatch.setattr(deadlines, "HEAD_LIMIT_S", SHORT_S)
    async with served() as port:
        assert await answer_to(port, said) == b""


async def test_a_second_question_that_stays_half_is_cut_off_too(monkeypatch):
    monkeypatch.setattr(deadlines, "NEXT_LIMIT_S", SHORT_S)
    async with served() as port:
        assert (await answer_to(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTT")).endswith(b"here")


async def test_a_body_that_never_ends_is_cut_off(monkeypatch):
    monkeypatch.setattr(deadlines, "NEXT_LIMIT_S", SHORT_S)
    async with served() as port:
        assert b"here" in await answer_to(port, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")


async def test_who_does_not_take_his_answer_is_cut_off(monkeypatch):
    monkeypatch.setattr(deadlines, "NEXT_LIMIT_S", SHORT_S)
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.sleep(3 * SHORT_S)
        assert len(await ends(reader)) < len(MUCH)
        writer.close()


async def test_an_answer_that_does_not_come_is_given_up(monkeypatch):
    monkeypatch.setattr(deadlines, "ANSWER_LIMIT_S", SHORT_S)
    async with served() as port:
        assert await answer_to(port, b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n") == b""


async def test_a_socket_that_talks_stays(monkeypatch):
    for name in ("HEAD_LIMIT_S", "ANSWER_LIMIT_S", "NEXT_LIMIT_S"):
        monkeypatch.setattr(deadlines, name, SHORT_S)
    async with (
        served() as port,
        aiohttp.ClientSession() as http,
        http.ws_connect(f"http://127.0.0.1:{port}/ws") as socket,
    ):
        await asyncio.sleep(3 * SHORT_S)
        await socket.send_str("still there")
        assert (await socket.receive(PATIENCE_S)).data == "still there"


async def test_one_connection_too_many_is_refused_and_each_that_goes_makes_room():
    async with served(Bounds(per_address=2, in_all=10)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert await ends(reader) == b""
        for _, other in (*held, (reader, writer)):
            other.close()
        await asyncio.sleep(SHORT_S)
        async with aiohttp.ClientSession() as http:
            assert await (await http.get(f"http://127.0.0.1:{port}/")).text() == "here"


async def test_ones_own_proxy_speaks_for_many():
    bounds = Bounds(per_address=1, in_all=3, is_exempt=lambda address: address == "127.0.0.1")
    async with served(bounds) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        async with aiohttp.ClientSession() as http:
            assert await (await http.get(f"http://127.0.0.1:{port}/")).text() == "here"
        for _, writer in held:
            writer.close()
