"""aioice waits as long as is good for a viewer on a bad network, and not longer."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable

import aioice.ice
import aioice.stun
import pytest
from aioice import Connection
from aioice.ice import CandidatePair, StunProtocol

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


async def met_at_a_relay(monkeypatch) -> tuple[Connection, Connection, StunProtocol]:
    """Return two ends that met at what the second takes for a relay, and the first one's mute socket."""
    here, there = Connection(ice_controlling=True), Connection(ice_controlling=False)
    for end, addresses in ((here, ["127.0.0.1", "127.0.0.2"]), (there, ["127.0.0.1"])):
        monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda _addresses=addresses, **_: _addresses)
        await end.gather_candidates()
    direct, _ = here._protocols
    direct.transport.sendto = lambda *_: None
    offered = here.local_candidates
    offered[1].type, offered[1].priority = "relay", 1
    for end, candidates in ((here, there.local_candidates), (there, offered)):
        for candidate in candidates:
            await end.add_remote_candidate(candidate)
        await end.add_remote_candidate(None)
    for end, other in ((here, there), (there, here)):
        end.remote_username, end.remote_password = other.local_username, other.local_password
    await asyncio.gather(here.connect(), there.connect())
    return here, there, direct


async def choose(end: Connection, protocol: StunProtocol) -> None:
    """Let the controlling end choose another pair than its first, as browsers do."""
    pair = next(pair for pair in end._check_list if pair.protocol is protocol)
    request = end.build_request(pair, nominate=True)
    await protocol.request(request, pair.remote_addr, integrity_key=end.remote_password.encode())


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  aioice has no event for it
            await asyncio.sleep(0.01)


async def heard_at(end: Connection, protocol: StunProtocol) -> None:
    """Wait until a check reaches one of the sockets."""
    heard: list[StunProtocol] = []
    respond = end.request_received

    def hear(message: aioice.stun.Message, addr: tuple[str, int], at: StunProtocol) -> None:
        respond(message, addr, at)
        heard.append(at)

    end.request_received = hear
    await until(lambda: protocol in heard)


def is_met_directly(end: Connection) -> bool:
    return seams_ice.is_direct(end, end._nominated[1])


async def test_a_direct_way_that_is_chosen_after_a_relay_is_followed(monkeypatch):
    here, there, direct = await met_at_a_relay(monkeypatch)
    assert not is_met_directly(there)

    del direct.transport.sendto
    await choose(here, direct)

    await until(lambda: is_met_directly(there))
    await there.close()
    await here.close()


async def test_a_direct_way_is_asked_for_while_a_relay_carries(monkeypatch):
    here, there, direct = await met_at_a_relay(monkeypatch)
    await heard_at(here, direct)
    await there.close()
    await here.close()


async def test_a_relay_that_answers_late_takes_nothing_from_a_direct_way(monkeypatch):
    here, there, direct = await met_at_a_relay(monkeypatch)
    relayed = there._nominated[1]
    del direct.transport.sendto
    await choose(here, direct)
    await until(lambda: is_met_directly(there))

    relayed.state, relayed.remote_nominated = CandidatePair.State.WAITING, True
    there.check_start_task(relayed)
    await until(lambda: relayed.state is CandidatePair.State.SUCCEEDED)

    assert is_met_directly(there)
    await there.close()
    await here.close()


async def test_a_check_that_comes_in_lets_our_own_be_repeated_at_once(monkeypatch):
    monkeypatch.setattr(aioice.stun, "RETRY_RTO", 60)
    here, there, direct = await met_at_a_relay(monkeypatch)
    await heard_at(here, direct)

    del direct.transport.sendto
    await choose(here, direct)

    await until(lambda: is_met_directly(there))
    await there.close()
    await here.close()


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
