"""A server on the way that alters what it carries, before a real browser and a real host."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
from collections.abc import Callable, Iterator

import aiohttp
import pytest
from aiohttp import web

pytestmark = pytest.mark.e2e

Hand = Callable[[int, str], list[str]]
"""What becomes of a frame: its number in its direction, and what it says."""


def as_it_is(number: int, frame: str) -> list[str]:
    return [frame]


def flip(number: int, frame: str) -> list[str]:
    signal = json.loads(frame)
    if signal["type"] != "sealed":
        return [frame]
    box = signal["box"]
    return [json.dumps({"type": "sealed", "box": ("B" if box[0] == "A" else "A") + box[1:]})]


def repeat(number: int, frame: str) -> list[str]:
    return [frame, frame] if json.loads(frame)["type"] == "sealed" else [frame]


def own_words(number: int, frame: str) -> list[str]:
    """Say that the host challenges anew, after he has answered."""
    return [frame, '{"type": "knock.challenged", "version": 4, "nonce": "n"}'] if number == 1 else [frame]


class Between:
    """Passes pages on as they are, and frames as its hands want them, from a thread of its own."""

    def __init__(self, origin: str, *, to_viewer: Hand = as_it_is, to_host: Hand = as_it_is) -> None:
        self._origin, self._to_viewer, self._to_host = origin, to_viewer, to_host
        self.carried: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._call(self._start())

    def link(self, link: str) -> str:
        """Return ``link`` as it leads here."""
        return f"http://127.0.0.1:{self.port}/j/{link.partition('/j/')[2]}"

    def end(self) -> None:
        self._call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _start(self) -> int:
        self._http = aiohttp.ClientSession()
        app = web.Application()
        app.router.add_get("/v1/ws", self._carry)
        app.router.add_get("/{path:.*}", self._page)
        self._runner = web.AppRunner(app, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return self._runner.addresses[0][1]

    async def _stop(self) -> None:
        await self._http.close()
        await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        async with self._http.get(self._origin + request.path) as answer:
            kept = ("Content-Type", "Content-Security-Policy")
            headers = {name: answer.headers[name] for name in kept}
            return web.Response(status=answer.status, body=await answer.read(), headers=headers)

    async def _carry(self, request: web.Request) -> web.WebSocketResponse:
        viewer = web.WebSocketResponse()
        await viewer.prepare(request)
        async with self._http.ws_connect(f"{self._origin}/v1/ws") as host:
            # What stands in the address is the viewer's first frame.
            first = [request.query["first"]] if "first" in request.query else []
            ways = [
                self._pass(viewer, host, self._to_host, first),
                self._pass(host, viewer, self._to_viewer, []),
            ]
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        await viewer.close()
        return viewer

    async def _pass(self, source, sink, hand: Hand, first: list[str]) -> None:
        numbers = itertools.count()

        async def give(data: str) -> None:
            for frame in hand(next(numbers), data):
                self.carried.append(frame)
                await sink.send_str(frame)

        for data in first:
            await give(data)
        async for message in source:
            await give(message.data)


@pytest.fixture
def between() -> Iterator[Callable[..., Between]]:
    started: list[Between] = []

    def start(link: str, **hands: Hand) -> Between:
        started.append(Between(link.partition("/j/")[0], **hands))
        return started[-1]

    yield start
    for each in started:
        each.end()


def test_who_only_carries_brings_the_picture_and_reads_nothing(start_host, open_viewer, between):
    host = start_host("--allow", "view")
    carrier = between(host.ready["link"])
    ana = open_viewer(carrier.link(host.ready["link"]))
    ana.wait_state("live")
    types = [json.loads(frame)["type"] for frame in carrier.carried]
    assert set(types) == {"room.enter", "knock.challenged", "knock.prove", "sealed"}
    carried = "".join(carrier.carried)
    assert [word for word in ("fingerprint", "candidate", "Bob", "resume", "view") if word in carried] == []


@pytest.mark.parametrize(
    "hands",
    [
        {"to_viewer": flip},
        {"to_viewer": repeat},
        {"to_viewer": own_words},
        {"to_host": flip},
        {"to_host": repeat},
    ],
    ids=["flip to viewer", "repeat to viewer", "own words", "flip to host", "repeat to host"],
)
def test_who_alters_anything_gets_no_session_and_the_page_says_so(start_host, open_viewer, between, hands):
    host = start_host("--allow", "view,control")
    ana = open_viewer(between(host.ready["link"], **hands).link(host.ready["link"]))
    ana.wait_state("denied")
    assert ana.page.get_by_role("heading", name="This connection is not safe").is_visible()
    host.do("stop")
    host.wait_for("stopped")
    described = [event for event in host.seen if event["event"] == "host.described"]
    assert not [viewer for event in described for viewer in event["viewers"] if viewer["phase"] == "live"]
