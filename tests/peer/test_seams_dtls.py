"""A handshake loses no second to a lost flight."""

from __future__ import annotations

import asyncio

import pytest
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport

from screenshare.peer import seams

LIMIT_S = 10


class Wire:
    """One end of a path, in the place of ICE."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[bytes] = asyncio.Queue()
        self.arrives: asyncio.Queue[bytes] = asyncio.Queue()

    async def _send(self, data: bytes) -> None:
        self.sent.put_nowait(data)

    async def _recv(self) -> bytes:
        return await self.arrives.get()


class Handshake:
    """A host's end and a browser's, and what goes between them when the test lets it."""

    def __init__(self) -> None:
        seams.install()
        self.wires = {"server": Wire(), "client": Wire()}
        self.ends = {
            role: RTCDtlsTransport(wire, [RTCCertificate.generateCertificate()])
            for role, wire in self.wires.items()
        }
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        server, client = self.ends.values()
        for role, end, other in (("server", server, client), ("client", client, server)):
            end._set_role(role)
            self._tasks.append(asyncio.create_task(end.start(other.getLocalParameters())))

    async def said(self, role: str) -> bytes:
        return await asyncio.wait_for(self.wires[role].sent.get(), LIMIT_S)

    def hear(self, role: str, data: bytes) -> None:
        self.wires[role].arrives.put_nowait(data)

    async def done(self, *, at: str) -> None:
        done = asyncio.Event()
        self.ends[at].on("statechange", lambda: self.ends[at].state == "connected" and done.set())
        if self.ends[at].state != "connected":
            await done.wait()

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for end in self.ends.values():
            await end.stop()


@pytest.fixture
async def handshake():
    both = Handshake()
    both.begin()
    yield both
    await both.end()


async def test_a_host_whose_answer_was_lost_gives_it_again_when_it_is_asked_again(handshake):
    hello = await handshake.said("client")
    handshake.hear("server", hello)
    lost = await handshake.said("server")
    handshake.hear("server", hello)
    assert await handshake.said("server") == lost


async def test_what_was_not_asked_again_is_not_said_again(handshake):
    handshake.hear("server", await handshake.said("client"))
    await handshake.said("server")
    await asyncio.sleep(0.05)
    assert handshake.wires["server"].sent.empty()


async def test_a_handshake_in_which_a_flight_came_twice_ends_as_any_other(handshake):
    hello = await handshake.said("client")
    handshake.hear("server", hello)
    handshake.hear("server", hello)
    handshake.hear("client", await handshake.said("server"))
    handshake.hear("client", await handshake.said("server"))
    handshake.hear("server", await handshake.said("client"))
    await asyncio.wait_for(handshake.done(at="server"), LIMIT_S)
    handshake.hear("client", await handshake.said("server"))
    await asyncio.wait_for(handshake.done(at="client"), LIMIT_S)
