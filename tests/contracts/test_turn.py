"""What our configuration makes of a real coturn: nobody reaches inside through it, nobody takes too much."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any, Final

import pytest
from aioice import stun, turn

from coturn import PATIENCE_S, SECRET, coturn
from screenshare.rendezvous.turn import ALLOCATIONS_PER_UID, CREDENTIAL_LIFE_S, TurnSecret, ice_servers

INSIDE: Final = {
    "127.0.0.1": [
        "127.0.0.1",
        "0.0.0.0",
        "10.9.9.9",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
    ],
    "::1": [
        "::1",
        "::",
        "fd00:9::9",
        "fe80::1",
        "::ffff:127.0.0.1",
        "::ffff:10.9.9.9",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
}
# Of documentation (RFC 5737, RFC 3849): a peer like any on the internet.
OUTSIDE: Final = {"127.0.0.1": "198.51.100.2", "::1": "2001:db8:a::2"}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with coturn(tmp_path_factory.mktemp("coturn")) as running:
        yield running.port


class Relay:
    """One allocation, asked for as the product's own library does it."""

    def __init__(self, transport: turn.TurnTransport) -> None:
        self.transport = transport
        self.client: Any = transport._TurnTransport__inner_protocol

    async def bind(self, channel: int, peer: str) -> int:
        """Return 0 when the peer may be reached, else the error code."""
        try:
            await asyncio.wait_for(self.client.channel_bind(channel, (peer, 9999)), PATIENCE_S)
        except stun.TransactionFailed as refusal:
            return int(refusal.response.attributes["ERROR-CODE"][0])
        return 0


async def allocate(
    port: int,
    *,
    uid: str,
    address: str = "127.0.0.1",
    wall_time: float | None = None,
    secret: TurnSecret = SECRET,
) -> Relay:
    now = time.time() if wall_time is None else wall_time
    (server,) = ice_servers(["turn:relay.test"], secret, uid=uid, wall_time=now)
    transport, _ = await asyncio.wait_for(
        turn.create_turn_endpoint(
            asyncio.DatagramProtocol,
            server_addr=(address, port),
            username=server.username,
            password=server.credential,
        ),
        PATIENCE_S,
    )
    return Relay(transport)


async def refusal(port: int, **how: Any) -> int:
    with pytest.raises(stun.TransactionFailed) as refused:
        await allocate(port, **how)
    return int(refused.value.response.attributes["ERROR-CODE"][0])


@pytest.mark.parametrize("address", INSIDE)
async def test_no_internal_address_is_reached_through_the_relay(port: int, address: str) -> None:
    relay = await allocate(port, uid=f"inside-{len(address)}", address=address)
    answers = {peer: await relay.bind(0x4000 + at, peer) for at, peer in enumerate(INSIDE[address])}
    outside = await relay.bind(0x4100, OUTSIDE[address])
    await relay.client.delete()
    assert answers == dict.fromkeys(INSIDE[address], 403)
    assert outside == 0


async def test_an_address_that_the_operator_denies_is_refused(port: int) -> None:
    relay = await allocate(port, uid="denied")
    answer = await relay.bind(0x4000, "203.0.113.10")
    await relay.client.delete()
    assert answer == 403


async def test_credentials_are_refused_after_their_life(port: int) -> None:
    assert await refusal(port, uid="late", wall_time=time.time() - CREDENTIAL_LIFE_S - 5) == 401


async def test_credentials_of_another_secret_are_refused(port: int) -> None:
    assert await refusal(port, uid="forged", secret=TurnSecret("another secret, of enough characters")) == 401


async def test_one_join_gets_a_bounded_number_of_allocations_and_no_more_by_newer_credentials(
    port: int,
) -> None:
    relays = [await allocate(port, uid="greedy") for _ in range(ALLOCATIONS_PER_UID)]
    refused = await refusal(port, uid="greedy", wall_time=time.time() + 60)
    other = await allocate(port, uid="modest")
    for relay in (*relays, other):
        await relay.client.delete()
    assert refused == 486
