"""Which STUN and TURN servers this machine reaches: asked, not assumed.

aioice takes one server of each kind and falls back to no other; one that is out of reach costs it the
whole wait for candidates. So each is tried at once, and a connection is given only what answered.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from aioice import stun, turn
from aiortc.rtcicetransport import parse_stun_turn_uri
from aiortc.sdp import SessionDescription

from screenshare.peer import seams
from screenshare.protocol.signaling import IceServer

PROBE_LIMIT_S: Final = 1.0
# A relay gives back what an ended probe had; this long it may take to say so.
LEAVE_LIMIT_S: Final = 1.0
REPEAT_S: Final = 0.3
ALLOCATION_MISMATCH: Final = 437

log = logging.getLogger(__name__)

Way = Literal["stun", "udp", "tcp", "tls"]
# The best way first: UDP loses single packets, a stream makes everything behind a lost one wait.
PREFERENCE: Final[tuple[Way, ...]] = ("stun", "udp", "tcp", "tls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What became of asking one URL; ``why`` is empty when it answered as it should."""

    server: IceServer
    way: Way
    why: str = ""

    @property
    def is_reached(self) -> bool:
        return not self.why


def way_of(url: str) -> Way:
    """Return how a STUN or TURN URL is reached (RFC 7064, RFC 7065)."""
    if url.startswith("stun:"):
        return "stun"
    if url.startswith("turns:"):
        return "tls"
    return "tcp" if url.endswith("?transport=tcp") else "udp"


def all_reached(servers: Sequence[IceServer]) -> tuple[Probe, ...]:
    """Return what ``probe`` finds where every server answers."""
    return tuple(Probe(server=server, way=way_of(server.urls[0])) for server in _single(servers))


async def probe(servers: Sequence[IceServer], *, limit_s: float = PROBE_LIMIT_S) -> tuple[Probe, ...]:
    """Ask every URL at once: a binding of STUN, an allocation (given back at once) of TURN."""
    return tuple(await asyncio.gather(*(_probe(server, limit_s) for server in _single(servers))))


def best(probes: Sequence[Probe]) -> tuple[IceServer, ...]:
    """Return the one STUN and the one TURN server that a connection is to use, of those that answered."""
    reached = sorted((p for p in probes if p.is_reached), key=lambda p: PREFERENCE.index(p.way))
    stuns = [p.server for p in reached if p.way == "stun"]
    relays = [p.server for p in reached if p.way != "stun"]
    return (*stuns[:1], *relays[:1])


def candidate_kinds(sdp: str) -> frozenset[str]:
    """Return which kinds of candidates a description of ours offers: host, srflx, relay."""
    media = SessionDescription.parse(sdp).media
    return frozenset(candidate.type for section in media for candidate in section.ice_candidates)


def _single(servers: Sequence[IceServer]) -> list[IceServer]:
    return [
        IceServer(urls=[url], username=server.username, credential=server.credential)
        for server in servers
        for url in server.urls
    ]


async def _probe(server: IceServer, limit_s: float) -> Probe:
    way = way_of(server.urls[0])
    try:
        async with asyncio.timeout(limit_s):
            allocation = await (_bind(server) if way == "stun" else _allocate(server))
    except TimeoutError:
        return Probe(server=server, way=way, why=f"no answer within {limit_s:g} s")
    except stun.TransactionFailed as refusal:
        code, reason = _refusal(refusal)
        return Probe(server=server, way=way, why=f"refused with {code} {reason}".rstrip())
    except stun.TransactionError:
        return Probe(server=server, way=way, why="no answer")
    except (OSError, ValueError) as error:
        return Probe(server=server, way=way, why=getattr(error, "strerror", None) or type(error).__name__)
    if allocation is not None:
        await _give_back(allocation)
    return Probe(server=server, way=way)


async def _allocate(server: IceServer) -> turn.TurnTransport:
    """Ask for an allocation; again from another port where the relay has one of it (RFC 8656 §7.4)."""
    try:
        return await _allocate_once(server)
    except stun.TransactionFailed as refusal:
        if _refusal(refusal)[0] != ALLOCATION_MISMATCH:
            raise
        return await _allocate_once(server)


def _refusal(failed: stun.TransactionFailed) -> tuple[int, str]:
    code, reason = failed.response.attributes.get("ERROR-CODE", (0, ""))
    return code, reason


async def _allocate_once(server: IceServer) -> turn.TurnTransport:
    way = way_of(server.urls[0])
    transport, _ = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol,
        server_addr=_address_of(server),
        username=server.username,
        password=server.credential,
        ssl=True if way == "tls" else None,
        transport="udp" if way == "udp" else "tcp",
    )
    return transport


async def _give_back(allocation: turn.TurnTransport) -> None:
    """Let an allocation go: one that is left behind counts against the quota for ten minutes."""
    try:
        async with asyncio.timeout(LEAVE_LIMIT_S):
            await seams.give_back(allocation)
    except TimeoutError:
        log.info("a relay does not say that it took its allocation back")


class _Asker(asyncio.DatagramProtocol):
    """Sends one binding request and hears its answer."""

    def __init__(self) -> None:
        self.request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        if message.transaction_id == self.request.transaction_id and not self.answered.done():
            self.answered.set_result(None)

    def error_received(self, exc: Exception) -> None:
        if not self.answered.done():
            self.answered.set_exception(exc)


async def _bind(server: IceServer) -> None:
    loop = asyncio.get_running_loop()
    transport, asker = await loop.create_datagram_endpoint(_Asker, remote_addr=_address_of(server))
    try:
        while not asker.answered.done():
            transport.sendto(bytes(asker.request))
            await asyncio.wait([asker.answered], timeout=REPEAT_S)
        asker.answered.result()
    finally:
        transport.close()


def _address_of(server: IceServer) -> tuple[str, int]:
    parsed = parse_stun_turn_uri(server.urls[0])
    return parsed["host"], parsed["port"]
