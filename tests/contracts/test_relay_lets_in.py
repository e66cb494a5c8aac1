"""A real coturn passes on what comes from whom the host expects, before he has told a candidate."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import aioice.ice
import pytest
from aioice import Connection
from aioice.turn import TurnTransport

from coturn import SECRET, Coturn, coturn
from screenshare.peer import seams_ice
from screenshare.rendezvous.turn import ice_servers

FOREIGN = "2001:db8::7"  # of another family than the relay's


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("coturn"), reaches_loopback=True) as running:
        yield running


class Ear:
    """Hears what a relay passes on."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, _: tuple[str, int]) -> None:
        self.heard.append(data)


@pytest.fixture
async def gathered(relay: Coturn, monkeypatch: pytest.MonkeyPatch):
    """One end with a relay, and what it hears there."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    [server] = ice_servers([f"turn:127.0.0.1:{relay.port}"], SECRET, uid="ear", wall_time=time.time())
    ice = Connection(
        ice_controlling=False,
        turn_server=("127.0.0.1", relay.port),
        turn_username=server.username,
        turn_password=server.credential,
    )
    await ice.gather_candidates()
    [client] = [
        protocol.transport._TurnTransport__inner_protocol
        for protocol in ice._protocols
        if isinstance(protocol.transport, TurnTransport)
    ]
    own, client.receiver = client.receiver, Ear()
    yield ice, client
    client.receiver = own  # which waits for its end
    await ice.close()


def say(word: bytes, to: tuple[str, int], *, at: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as viewer:
        viewer.bind((at, 0))
        viewer.sendto(word, to)


async def test_who_is_expected_is_heard_at_the_relay_and_nobody_else(gathered):
    ice, client = gathered
    await seams_ice.expect(ice, "127.0.0.1")

    async def heard() -> None:
        while not client.receiver.heard:
            say(b"stranger", client.relayed_address, at="127.0.0.2")
            say(b"hello", client.relayed_address, at="127.0.0.1")
            await asyncio.sleep(0.02)

    await asyncio.wait_for(heard(), 5)
    assert set(client.receiver.heard) == {b"hello"}


async def test_whom_the_relay_cannot_let_in_costs_nothing(gathered):
    ice, client = gathered
    await seams_ice.expect(ice, FOREIGN)
    assert (FOREIGN, seams_ice.ANY_PORT) not in client.peer_to_channel
    assert client.relayed_address[0] in {address for address, _ in client.peer_to_channel}


async def test_an_end_without_a_relay_expects_nobody(monkeypatch):
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])
    ice = Connection(ice_controlling=False)
    await ice.gather_candidates()
    await seams_ice.expect(ice, "127.0.0.1")
    await ice.close()
