"""A host's line, and servers that do with it what they should not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import WSMsgType, web

from integration.peers import until
from screenshare.errors import MalformedMessage, ScreenshareError
from screenshare.protocol import line
from screenshare.protocol.decode import envelope_from_host
from screenshare.protocol.signaling import IceServer
from screenshare.session.door import room_of
from screenshare.signaling import line as room
from screenshare.signaling.line import Line, LineCallbacks, redial_pause_s
from screenshare.signaling.lobby import MAX_ERRORS, Guest, RoomNotFound

TOKEN = "a-token"
ROOM = room_of(TOKEN)


@dataclass
class NotingLobby:
    guests: list[Guest] = field(default_factory=list)
    frames: list[str] = field(default_factory=list)
    departed_ids: list[str] = field(default_factory=list)
    refused: int = 0

    async def arrived(self, guest: Guest, room: str) -> None:
        if room != ROOM:
            raise RoomNotFound("nobody shares under this link now")
        self.guests.append(guest)

    def received(self, guest: Guest, data: str) -> None:
        if data == "nonsense":
            raise MalformedMessage("not JSON")
        self.frames.append(data)

    def misbehaved(self, guest: Guest, error: ScreenshareError) -> None:
        self.refused += 1

    def departed(self, guest: Guest) -> None:
        self.departed_ids.append(guest.id)


class FakeServer:
    """Takes lines and says whatever a test wants."""

    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self.heard: list[line.FromHost] = []

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            if message.type is WSMsgType.BINARY:
                self.heard.append(envelope_from_host.decode(message.data))
        return socket

    async def say(self, *envelopes: line.Envelope) -> None:
        for envelope in envelopes:
            await self.sockets[-1].send_bytes(line.pack(envelope))


@dataclass
class Dialled:
    server: FakeServer
    lobby: NotingLobby
    told: list[str]
    rooms: set[str]
    line: Line


@pytest.fixture
async def dialled(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Dialled]:
    """A line that dials again at once, to a server that has not said anything yet."""
    monkeypatch.setattr(room, "redial_pause_s", lambda *_, **__: 0.01)
    server, lobby, told, rooms = FakeServer(), NotingLobby(), [], {ROOM}
    app = web.Application()
    app.add_routes([web.get("/v1/host", server.handle)])
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    own = Line(
        f"http://127.0.0.1:{port}",
        lobby,
        token=TOKEN,
        rooms=lambda: dict.fromkeys(rooms),
        callbacks=LineCallbacks(
            up=lambda: told.append("up"),
            lost=lambda problem: told.append(f"lost: {problem}"),
            refused=lambda room, reason: told.append(f"{room} {reason}"),
            lent=lambda sets: told.append(f"lent {len(sets)}"),
        ),
    )
    running = asyncio.create_task(own.run())
    await until(lambda: server.heard, "the line")
    yield Dialled(server, lobby, told, rooms, own)
    running.cancel()
    await asyncio.wait([running])
    await runner.cleanup()


def arrived(guest: str, room: str = ROOM) -> line.GuestArrived:
    return line.GuestArrived(guest=guest, room=room, address="198.51.100.7", user_agent="Firefox")


async def test_it_is_up_when_the_links_room_is_claimed_and_not_before(dialled):
    assert dialled.server.heard == [line.LineOpen(token=TOKEN)]
    await dialled.server.say(line.LineOpened())
    await until(lambda: line.RoomClaim(room=ROOM) in dialled.server.heard, "the claim")
    assert not dialled.line.is_up
    await dialled.server.say(line.RoomClaimed(room=ROOM))
    await until(lambda: dialled.line.is_up, "the line")
    assert dialled.told == ["up"]


async def test_rooms_that_change_are_claimed_and_let_go(dialled):
    await dialled.server.say(line.LineOpened())
    await until(lambda: len(dialled.server.heard) == 2, "the first claim")
    dialled.rooms.add("123")
    dialled.line.update()
    dialled.rooms.remove("123")
    dialled.line.update()
    dialled.line.update()
    changes = [line.RoomClaim(room="123"), line.RoomRelease(room="123")]
    await until(lambda: dialled.server.heard[2:] == changes, "both changes")


async def test_a_relay_that_is_lent_is_passed_on(dialled):
    lent = line.RelayLent(sets=[[IceServer(urls=["turn:a"], username="u", credential="c")]] * 2)
    await dialled.server.say(line.LineOpened(), lent)
    await until(lambda: dialled.told == ["lent 2"], "the relay")


async def test_a_guest_is_heard_answered_and_let_go(dialled):
    await dialled.server.say(line.LineOpened(), arrived("g1"), line.GuestSaid(guest="g1", data="hello"))
    await until(lambda: dialled.lobby.frames == ["hello"], "his frame")
    (guest,) = dialled.lobby.guests
    assert (guest.address, guest.user_agent) == ("198.51.100.7", "Firefox")
    guest.relay("welcome")
    guest.close()
    guest.relay("too late")
    last = [line.GuestTell(guest="g1", data="welcome"), line.GuestClose(guest="g1")]
    await until(lambda: dialled.server.heard[-2:] == last, "the answer")
    await dialled.server.say(line.GuestGone(guest="g1"))
    await until(lambda: dialled.lobby.departed_ids == [guest.id], "the news")


async def test_a_guest_of_a_room_that_is_gone_is_told_so(dialled):
    await dialled.server.say(line.LineOpened(), arrived("g1", room="123"))
    await until(lambda: line.GuestClose(guest="g1") in dialled.server.heard, "the end")
    (answer,) = [each.data for each in dialled.server.heard if isinstance(each, line.GuestTell)]
    assert "room-not-found" in answer


async def test_a_guest_who_says_nothing_but_nonsense_is_sent_away_and_the_others_stay(dialled):
    nonsense = [line.GuestSaid(guest="g1", data="nonsense")] * (MAX_ERRORS + 5)
    await dialled.server.say(line.LineOpened(), arrived("g1"), arrived("g2"), *nonsense)
    await dialled.server.say(line.GuestSaid(guest="g2", data="hello"))
    await until(lambda: dialled.lobby.frames == ["hello"], "the other's frame")
    assert dialled.lobby.refused == MAX_ERRORS
    assert dialled.lobby.departed_ids == [dialled.lobby.guests[0].id]


async def test_no_server_makes_a_host_hold_guests_without_end(dialled):
    crowd = [arrived(f"g{n}") for n in range(room.MAX_GUESTS + 10)]
    await dialled.server.say(line.LineOpened(), *crowd)
    await until(lambda: line.GuestClose(guest=crowd[-1].guest) in dialled.server.heard, "the refusal")
    assert len(dialled.lobby.guests) == room.MAX_GUESTS


async def misbehave(server: FakeServer, how: str) -> None:
    match how:
        case "nonsense":
            await server.sockets[-1].send_bytes(b"\xc1")
        case "an address that steers a terminal":
            said = {
                "type": "guest.arrived",
                "guest": "g",
                "room": ROOM,
                "address": "\x1b[2J",
                "user_agent": "",
            }
            await server.sockets[-1].send_bytes(line._encoder.encode(said))
        case "text":
            await server.sockets[-1].send_str("{}")
        case "too much at once":
            await server.sockets[-1].send_bytes(b"\x00" * (line.MAX_LINE_BYTES + 1))
        case "a flood":
            for _ in range(20_000):
                await server.say(line.GuestGone(guest="nobody"))
        case "a refusal":
            await server.say(line.LineRefused(reason="full"))


@pytest.mark.parametrize(
    "how",
    ["nonsense", "an address that steers a terminal", "text", "too much at once", "a flood", "a refusal"],
)
async def test_a_server_that_misbehaves_loses_the_line_and_is_dialled_again(dialled, how):
    await dialled.server.say(line.LineOpened(), arrived("g1"))
    await until(lambda: dialled.lobby.guests, "a guest")
    try:
        await misbehave(dialled.server, how)
    except ConnectionError:
        assert how == "a flood"
    await until(lambda: len(dialled.server.sockets) > 1, "the next line")
    assert dialled.lobby.departed_ids == [dialled.lobby.guests[0].id]
    assert len(dialled.told) == 1  # it is told once, however often it is dialled in vain
    assert dialled.told[0].startswith("lost: the server")


async def test_what_was_said_last_is_sent_before_the_end(dialled):
    await dialled.server.say(line.LineOpened(), arrived("g1"))
    await until(lambda: dialled.lobby.guests, "a guest")
    dialled.lobby.guests[0].relay("goodbye")
    await dialled.line.finish()
    last = [line.GuestTell(guest="g1", data="goodbye"), line.RoomRelease(room=ROOM)]
    await until(lambda: dialled.server.heard[-2:] == last, "the last words")


async def test_a_server_that_answers_nobody_who_hurries_is_dialled_anew(dialled, monkeypatch):
    monkeypatch.setattr(room, "DOUBT_LIMIT_S", 0.05)
    await dialled.server.say(line.LineOpened(), line.RoomClaimed(room=ROOM))
    await until(lambda: dialled.told == ["up"], "the line is up")
    dialled.line.hurry()
    await until(lambda: len(dialled.server.sockets) == 2, "another line")
    assert dialled.told[1:] == ["lost: the server does not answer any more"]


async def test_a_server_that_answers_who_hurries_keeps_the_line(dialled, monkeypatch):
    monkeypatch.setattr(room, "DOUBT_LIMIT_S", 0.2)
    await dialled.server.say(line.LineOpened(), line.RoomClaimed(room=ROOM))
    await until(lambda: dialled.told == ["up"], "the line is up")
    dialled.line.hurry()
    await until(lambda: dialled.server.heard.count(line.RoomClaim(room=ROOM)) == 2, "the question")
    await dialled.server.say(line.RoomClaimed(room=ROOM))
    await asyncio.sleep(0.5)
    assert len(dialled.server.sockets) == 1
    assert dialled.told == ["up"]


async def test_who_hurries_dials_at_once(dialled, monkeypatch):
    monkeypatch.setattr(room, "redial_pause_s", lambda *_, is_hurried: 0.01 if is_hurried else 60)
    await dialled.server.sockets[-1].close()
    await until(lambda: dialled.told, "the line is lost")
    dialled.line.hurry()
    await until(lambda: len(dialled.server.sockets) == 2, "another line")


def test_pauses_stay_short_while_somebody_has_to_come_back():
    pauses = [redial_pause_s(n, 1.0, is_hurried=True) for n in (0, 1, 50)]
    assert pauses == pytest.approx([0.1, 0.9, 0.9])


def test_pauses_grow_to_a_bound_and_are_spread():
    assert [redial_pause_s(n, 0.0) for n in (0, 1, 50)] == [0.1] * 3
    assert [redial_pause_s(n, 1.0) for n in (0, 1, 2, 3, 50)] == pytest.approx([2.1, 4.1, 8.1, 15.1, 15.1])
