"""Who claims spoken codes without end, from many addresses, leaves the others theirs."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from integration.peers import AiortcViewer, Share, until
from screenshare.protocol import line
from screenshare.protocol.decode import envelope_to_host
from servers import RedisProcess, ServerProcess

LINES_PER_ADDRESS = 5
# The server takes so many at once, and more than two a second from nobody.
CLAIMS_PER_LINE = 20


@pytest.fixture(params=["memory", "redis"])
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[ServerProcess]]:
    """One server, or two that share a Redis."""
    redis = RedisProcess(tmp_path) if request.param == "redis" else None
    flags = () if redis is None else ("--bus", redis.url)
    names = "a" if redis is None else "ab"
    nodes = [ServerProcess(*flags, log=tmp_path / f"{name}.log") for name in names]
    yield nodes
    for node in nodes:
        node.kill()
    if redis is not None:
        redis.kill()


class Squatter:
    """Somebody at one address; what he got stays his as long as his lines do."""

    def __init__(self, url: str, address: str) -> None:
        self._url, self._address = url, address
        self.answers: list[line.ToHost] = []

    async def open(self, stack: AsyncExitStack) -> aiohttp.ClientWebSocketResponse:
        connector = aiohttp.TCPConnector(local_addr=(self._address, 0))
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        socket = await stack.enter_async_context(http.ws_connect(f"{self._url}/v1/host"))
        await socket.send_bytes(line.pack(line.LineOpen(token=secrets.token_urlsafe(24))))
        assert await _answer(socket) == line.LineOpened()
        return socket

    async def claim(self, socket: aiohttp.ClientWebSocketResponse, rooms: list[str]) -> None:
        for room in rooms:
            await socket.send_bytes(line.pack(line.RoomClaim(room=room)))
        self.answers += [await _answer(socket) for _ in rooms]

    @property
    def granted(self) -> list[line.ToHost]:
        return [answer for answer in self.answers if isinstance(answer, line.RoomClaimed)]


async def _answer(socket: aiohttp.ClientWebSocketResponse) -> line.ToHost:
    return envelope_to_host.decode((await socket.receive(timeout=20)).data)


async def _take_what_there_is(squatter: Squatter, rooms: Iterator[str], stack: AsyncExitStack) -> None:
    """Two hundred claims: from lines that close, for what is left behind, and from as many as may stay."""
    for _ in range(LINES_PER_ADDRESS):
        async with AsyncExitStack() as closing:
            await squatter.claim(await squatter.open(closing), [next(rooms) for _ in range(CLAIMS_PER_LINE)])
    for _ in range(LINES_PER_ADDRESS):
        await squatter.claim(await squatter.open(stack), [next(rooms) for _ in range(CLAIMS_PER_LINE)])


async def _codes_tried(nodes: list[ServerProcess], start_host, new_viewer) -> int:
    """Share at the first node, let a helper come in by code at the last; return how many codes that took."""
    taken = nodes[0].figure("screenshare_rooms ")
    share: Share = await start_host(allow="view", server=nodes[0].url)
    await until(lambda: nodes[0].figure("screenshare_rooms ") == taken + 2, "a room for link and code each")
    codes = [share.host.ready.code, *(changed["code"] for changed in share.heard.of("code.changed"))]
    room, *digits = codes[-1].split()
    helper: AiortcViewer = new_viewer(f"{nodes[-1].url}/j/{room}#c={''.join(digits)}")
    await helper.join()
    return len(codes)


async def test_ten_thousand_claims_from_fifty_addresses_keep_nobody_from_a_code(
    nodes, start_host, new_viewer
):
    rooms = itertools.cycle(f"{number:03d}" for number in range(1000))
    squatters = [Squatter(nodes[0].url, f"127.0.1.{number}") for number in range(1, 51)]
    async with AsyncExitStack() as stack:
        async with asyncio.TaskGroup() as tasks:
            for squatter in squatters:
                tasks.create_task(_take_what_there_is(squatter, rooms, stack))
        assert sum(len(squatter.answers) for squatter in squatters) == 10_000
        assert all(len(squatter.granted) <= LINES_PER_ADDRESS for squatter in squatters)
        assert await _codes_tried(nodes, start_host, new_viewer) <= 2


async def test_where_all_three_digits_are_taken_the_second_code_has_four(nodes, start_host, new_viewer):
    numbers = iter(f"{number:03d}" for number in range(1000))
    squatters = [Squatter(nodes[0].url, f"127.0.2.{number}") for number in range(1, 251)]
    async with AsyncExitStack() as stack:
        for squatter in squatters:
            await squatter.claim(await squatter.open(stack), list(itertools.islice(numbers, 4)))
        assert all(len(squatter.granted) == 4 for squatter in squatters)
        assert await _codes_tried(nodes, start_host, new_viewer) == 2
