"""What a rendezvous of three nodes over a Redis carries, and what a killed node or Redis costs.

    .venv/bin/python scripts/benchmark/rendezvous.py
    .venv/bin/python scripts/benchmark/rendezvous.py --hosts 200 --joins-per-s 20 --seconds 10
    .venv/bin/python scripts/benchmark/rendezvous.py --hosts 100 --slow 2000 --seconds 120

Real servers as processes (tests/servers.py), a real Redis, and lines and sockets from this process. A join is
the whole introduction: a viewer's socket at any node, the room, the host's challenge, a knock of an SDP's
size and the host's answer. Phases: calm; a node is killed and comes back; Redis is killed and comes back empty.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from screenshare.errors import ScreenshareError
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.protocol.signaling import KnockChallenged, KnockDenied
from screenshare.session.door import room_of
from screenshare.signaling.line import Line, LineCallbacks
from screenshare.signaling.lobby import Guest
from servers import RedisProcess, ServerProcess

JOIN_LIMIT_S = 5.0
KNOCK = json.dumps({"type": "knock.request", "proof": "x" * 43, "name": "y" * 40, "pad": "z" * 3000})


class Answering:
    """A host's lobby that answers every knock, and nothing else."""

    async def arrived(self, guest: Guest, room: str) -> None:
        guest.send(KnockChallenged(version=PROTOCOL_VERSION, nonce="n"))

    def received(self, guest: Guest, data: str) -> None:
        guest.send(KnockDenied(reason="denied"))
        guest.close()

    def misbehaved(self, guest: Guest, error: ScreenshareError) -> None: ...

    def departed(self, guest: Guest) -> None: ...


class Hosts:
    """``count`` lines, spread over the nodes; one whose node is gone dials the next, as behind a balancer."""

    def __init__(self, nodes: list[ServerProcess], count: int) -> None:
        self.nodes = nodes
        self.tokens = [f"host-{number}" for number in range(count)]
        self.up: set[str] = set()
        self.lines = [self._line(number, token) for number, token in enumerate(self.tokens)]

    def _line(self, number: int, token: str) -> Line:
        line = Line(
            self.nodes[number % len(self.nodes)].url,
            Answering(),
            token=token,
            rooms=lambda: {room_of(token): None},
            callbacks=LineCallbacks(
                up=lambda: self.up.add(token),
                lost=lambda _: self._lost(number, token),
                refused=lambda *_: None,
                lent=lambda _: None,
            ),
        )
        return line

    def _lost(self, number: int, token: str) -> None:
        self.up.discard(token)
        alive = [node for node in self.nodes if node.process.poll() is None]
        self.lines[number]._url = f"{random.choice(alive).url}/v1/host"

    async def all_up(self, limit_s: float = 60.0) -> float:
        """Return after how many seconds every line stands."""
        began = time.monotonic()
        while len(self.up) < len(self.tokens) and time.monotonic() < began + limit_s:
            await asyncio.sleep(0.05)
        return time.monotonic() - began


async def join(http: aiohttp.ClientSession, url: str, room: str) -> str:
    """Return ``ok`` or what was wrong."""
    try:
        async with asyncio.timeout(JOIN_LIMIT_S), http.ws_connect(f"{url}/v1/ws") as socket:
            await socket.send_json({"type": "room.enter", "version": PROTOCOL_VERSION, "room": room})
            answer = await socket.receive_json()
            if answer["type"] == "error":
                return str(answer["code"])
            await socket.send_str(KNOCK)
            return "ok" if (await socket.receive_json())["type"] == "knock.denied" else "wrong"
    except (aiohttp.ClientError, OSError, TypeError):
        return "no socket"
    except TimeoutError:
        return "timeout"


async def bother(port: int, way: int) -> None:
    """Take one connection after the other: say nothing, half a head, a byte now and then, or do not listen."""
    half = b"GET /assets/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write((b"", half, half[:1], half + b"\r\n")[way])
                for byte in half[1:] if way == 2 else ():
                    await asyncio.sleep(0.5)
                    writer.write(bytes([byte]))
                    await writer.drain()
                await reader.read() if way != 3 else await asyncio.sleep(60)
            finally:
                writer.close()
        await asyncio.sleep(random.random())


async def phase(name: str, hosts: Hosts, options: argparse.Namespace, act: Callable[[], Awaitable[None]]) -> None:
    """Join at a steady rate for a while; ``act`` begins at the first second."""
    took: list[float] = []
    results: Counter[str] = Counter()

    async def one() -> None:
        alive = [node for node in hosts.nodes if node.process.poll() is None]
        began = time.monotonic()
        result = await join(http, random.choice(alive).url, room_of(random.choice(hosts.tokens)))
        results[result] += 1
        if result == "ok":
            took.append((time.monotonic() - began) * 1000)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(act())
            for _ in range(int(options.seconds * options.joins_per_s)):
                tasks.create_task(one())
                await asyncio.sleep(1 / options.joins_per_s)
    took.sort()
    p50, p95 = (took[int(len(took) * share)] if took else 0.0 for share in (0.5, 0.95))
    rss = [psutil.Process(n.process.pid).memory_info().rss / 1e6 for n in hosts.nodes if n.process.poll() is None]
    print(
        f"{name:<46} {dict(results)}  p50 {p50:.1f} ms, p95 {p95:.1f} ms, most {took[-1] if took else 0:.0f} ms;"
        f" node {max(rss):.0f} MB"
    )


async def measure(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        redis = RedisProcess(Path(folder))
        many = ("--hosts-per-address", "100000", "--sockets-per-address", "100000")
        flags = ("--bus", redis.url, *many, "--joins-per-minute", "1000000")
        nodes = [ServerProcess(*flags, log=Path(folder) / f"{name}.log") for name in "abc"]
        hosts = Hosts(nodes, options.hosts)
        running = [asyncio.create_task(line.run()) for line in hosts.lines]

        async def nothing() -> None: ...

        async def kill_node() -> None:
            await asyncio.sleep(1)
            nodes[1].kill()
            await asyncio.sleep(0.2)
            print(f"    its hosts are back after {await hosts.all_up():.1f} s")

        async def kill_redis() -> None:
            await asyncio.sleep(1)
            redis.kill()
            await asyncio.sleep(options.seconds / 2)
            await asyncio.to_thread(redis.start)
            print("    Redis is back, empty")

        try:
            print(f"{options.hosts} hosts stand after {await hosts.all_up():.1f} s")
            await phase("calm", hosts, options, nothing)
            if options.slow:
                slow = [asyncio.create_task(bother(nodes[n % 3].port, n % 4)) for n in range(options.slow)]
                await asyncio.sleep(10)
                await phase(f"{options.slow} slow or silent clients", hosts, options, nothing)
                for task in slow:
                    task.cancel()
                await asyncio.wait(slow)
            await phase("a node is killed", hosts, options, kill_node)
            await asyncio.to_thread(nodes[1].start)
            await phase("it is back", hosts, options, nothing)
            await phase("Redis is killed, and back after half the time", hosts, options, kill_redis)
            await phase("after it", hosts, options, nothing)
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running)
            for node in nodes:
                node.kill()
            redis.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--joins-per-s", type=float, default=10)
    parser.add_argument("--slow", type=int, default=0, help="clients that are slow or silent, in a phase of their own")
    parser.add_argument("--seconds", type=float, default=30)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
