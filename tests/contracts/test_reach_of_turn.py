"""Which ways out are found, against a real coturn and against silence."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from coturn import SECRET, Coturn, coturn
from screenshare.peer.connection import Callbacks, Connection
from screenshare.peer.reach import Probe, all_reached, best, candidate_kinds, probe
from screenshare.protocol.signaling import IceServer
from screenshare.rendezvous.turn import ALLOCATIONS_PER_UID, TurnSecret, ice_servers


def ignore(*_: object) -> None:
    """Nobody is told anything here."""


NOBODY = Callbacks(**dict.fromkeys((each.name for each in fields(Callbacks)), ignore))


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("coturn")) as running:
        yield running


@pytest.fixture
def silent() -> Iterator[int]:
    """A port of UDP where nobody answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield nobody.getsockname()[1]


@pytest.fixture
def trusted(relay: Coturn, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SSL_CERT_FILE", str(relay.certificate))
    return relay.certificate


def servers_of(relay: Coturn, uid: str, secret: TurnSecret = SECRET) -> tuple[IceServer, ...]:
    return ice_servers(
        [
            f"stun:127.0.0.1:{relay.port}",
            f"turn:127.0.0.1:{relay.port}?transport=udp",
            f"turn:127.0.0.1:{relay.port}?transport=tcp",
            f"turns:localhost:{relay.tls_port}?transport=tcp",
        ],
        secret,
        uid=uid,
        wall_time=time.time(),
    )


async def why(servers: tuple[IceServer, ...]) -> dict[str, str]:
    return {found.way: found.why for found in await probe(servers, limit_s=3)}


@pytest.mark.usefixtures("trusted")
async def test_stun_and_turn_over_udp_tcp_and_tls_are_found(relay: Coturn) -> None:
    assert await why(servers_of(relay, "all")) == {"stun": "", "udp": "", "tcp": "", "tls": ""}


async def test_a_certificate_that_nobody_vouches_for_is_no_way(relay: Coturn) -> None:
    found = await why(servers_of(relay, "untrusted"))
    assert found["tls"]
    assert not found["tcp"]


async def test_wrong_credentials_are_told_as_such(relay: Coturn) -> None:
    found = await why(servers_of(relay, "wrong", TurnSecret("another secret, of enough characters")))
    assert found["stun"] == ""
    assert found["udp"].startswith("refused with 401")
    assert found["tcp"].startswith("refused with 401")


async def test_silence_is_no_way_and_costs_no_more_than_the_limit(silent: int) -> None:
    servers = (
        IceServer(urls=[f"stun:127.0.0.1:{silent}"]),
        IceServer(urls=[f"turn:127.0.0.1:{silent}"], username="a", credential="b"),
    )
    found = await probe(servers, limit_s=0.3)
    assert [p.why for p in found] == ["no answer within 0.3 s"] * 2
    assert best(found) == ()


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("ways", [{"tcp", "tls"}, {"udp"}])
async def test_asking_often_leaves_nothing_behind(relay: Coturn, ways: set[str]) -> None:
    """What is not given back counts for ten minutes; what is, coturn forgets within seconds."""
    asked = tuple(
        p.server for p in all_reached(servers_of(relay, "often-" + "-".join(sorted(ways)))) if p.way in ways
    )
    for _ in range(ALLOCATIONS_PER_UID):
        assert set((await why(asked)).values()) == {""}
    for _ in range(20):
        if set((await why(asked)).values()) == {""}:
            return
        await asyncio.sleep(1)
    pytest.fail("the relay still counts what was given back")


def test_udp_is_preferred_and_a_stream_is_what_remains(relay: Coturn) -> None:
    probes = all_reached(servers_of(relay, "choice"))
    assert [p.urls[0].split(":")[0] for p in best(probes)] == ["stun", "turn"]
    assert best(probes)[1].urls[0].endswith("=udp")
    without = without_ways(probes, "stun", "udp", "tcp")
    assert [server.urls[0].split(":")[0] for server in best(without)] == ["turns"]


def without_ways(probes: tuple[Probe, ...], *ways: str) -> list[Probe]:
    return [replace(p, why="no answer") if p.way in ways else p for p in probes]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("way", ["udp", "tcp", "tls"])
async def test_a_connection_that_may_use_the_relay_alone_offers_nothing_else(relay: Coturn, way: str) -> None:
    others = {"udp", "tcp", "tls"} - {way}
    chosen = best(without_ways(all_reached(servers_of(relay, f"only-{way}")), *others))
    answer = await answer_of(chosen, relay_only=True)
    assert candidate_kinds(answer) == {"relay"}
    assert "raddr 0.0.0.0" in answer


async def test_a_connection_without_servers_asks_nobody() -> None:
    assert candidate_kinds(await answer_of((), relay_only=False)) == {"host"}


async def answer_of(servers: tuple[IceServer, ...], *, relay_only: bool) -> str:
    viewer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    viewer.addTransceiver("video", direction="recvonly")
    viewer.createDataChannel("session", negotiated=True, id=0)
    await viewer.setLocalDescription(await viewer.createOffer())
    connection = Connection(
        attempt=1,
        address="127.0.0.1",
        ice_servers=servers,
        relay_only=relay_only,
        take_frame=lambda: None,
        callbacks=NOBODY,
    )
    try:
        return await asyncio.wait_for(connection.answer(viewer.localDescription.sdp), 10)
    finally:
        await connection.close()
        await viewer.close()
