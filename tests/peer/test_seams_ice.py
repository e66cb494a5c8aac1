"""aioice waits as long as is good for a viewer on a bad network, and not longer."""

from __future__ import annotations

import asyncio
import socket
import time

import aioice.ice
import aioice.stun
import pytest
from aioice import Connection

from screenshare.peer import seams_ice


@pytest.fixture(autouse=True)
def _installed(monkeypatch):
    seams_ice.install()
    seams_ice.install()  # twice changes nothing
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.1"])


async def connected() -> tuple[Connection, Connection]:
    """Return two ends that have found each other on loopback."""
    ends = Connection(ice_controlling=True), Connection(ice_controlling=False)
    for end in ends:
        await end.gather_candidates()
    for end, other in (ends, ends[::-1]):
        for candidate in other.local_candidates:
            await end.add_remote_candidate(candidate)
        await end.add_remote_candidate(None)
        end.remote_username, end.remote_password = other.local_username, other.local_password
    await asyncio.gather(*(end.connect() for end in ends))
    return ends


def hold_up(end: Connection, delay_s: float) -> None:
    """Let everything that ``end`` sends arrive late."""
    transport = end._nominated[1].protocol.transport
    send, loop = transport.sendto, asyncio.get_running_loop()
    transport.sendto = lambda data, addr: loop.call_later(delay_s, send, data, addr)


@pytest.mark.parametrize("delay_s", [0.6, 1.4])
async def test_a_long_round_trip_does_not_end_a_session(delay_s, monkeypatch):
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.05)
    monkeypatch.setattr(aioice.ice, "CONSENT_FAILURES", 1)
    here, there = await connected()
    hold_up(there, delay_s)

    await asyncio.sleep(delay_s * 2 + 0.2)

    assert here._nominated
    assert here._query_consent_task is not None
    await there.close()
    await here.close()


async def test_a_silent_end_loses_consent_in_the_end(monkeypatch):
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.05)
    monkeypatch.setattr(aioice.ice, "CONSENT_FAILURES", 1)
    monkeypatch.setattr(seams_ice, "CONSENT_REPETITIONS", 1)
    here, there = await connected()
    await there.close()

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(here.recv(), 10)


async def test_a_silent_stun_server_holds_an_answer_back_for_a_second_only():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        end = Connection(ice_controlling=True, stun_server=silent.getsockname())
        loop = asyncio.get_running_loop()
        began = loop.time()
        await end.gather_candidates()
        waited_s = loop.time() - began
        found = [candidate.type for candidate in end.local_candidates]
        await end.close()

    assert found == ["host"]
    assert waited_s < 4, "aioice's own limit is 5 s"


async def test_a_first_check_that_is_lost_is_soon_repeated():
    sent: list[float] = []

    class Wire:
        def send_stun(self, message: aioice.stun.Message, addr: tuple[str, int]) -> None:
            sent.append(time.monotonic())

    request = aioice.stun.Message(aioice.stun.Method.BINDING, aioice.stun.Class.REQUEST)
    with pytest.raises(aioice.stun.TransactionTimeout):
        await aioice.stun.Transaction(request, ("127.0.0.1", 9), Wire(), retransmissions=1).run()

    assert len(sent) == 2
    assert sent[1] - sent[0] < 0.4, "aioice's own pause is 0.5 s"
