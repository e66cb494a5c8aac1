"""What every bus must do: nodes of one rendezvous, each with an end of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from integration.peers import until
from screenshare.rendezvous.bus.backends.memory import Board, MemoryBus
from screenshare.rendezvous.bus.backends.redis import RedisBus
from screenshare.rendezvous.bus.port import Bus, BusDown, RoomTaken
from servers import RedisProcess


@dataclass
class End:
    """One node's end, and what came to it."""

    bus: Bus
    received: list[bytes] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    returns: list[bool] = field(default_factory=list)


NewEnd = Callable[[], Awaitable[End]]


async def _open(bus: Bus) -> End:
    end = End(bus)
    await bus.open(
        receive=end.received.append,
        undelivered=end.undelivered.append,
        back=lambda: end.returns.append(bus.is_up),
    )
    return end


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> RedisProcess:
    server = RedisProcess(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture(params=["memory", "redis"])
async def new_end(request: pytest.FixtureRequest) -> AsyncIterator[NewEnd]:
    """Open one end more; all are of one bus."""
    board, ends = Board(), []
    url = request.getfixturevalue("redis").url if request.param == "redis" else None

    async def make() -> End:
        ends.append(await _open(MemoryBus(board) if url is None else RedisBus(url)))
        return ends[-1]

    yield make
    for end in ends:
        await end.bus.close()


async def test_a_room_is_found_from_every_node(new_end):
    here, there = await new_end(), await new_end()
    claim, before = await here.bus.claim("found", owner="ann", line="l1")
    assert before is None
    assert await here.bus.find("found") == await there.bus.find("found") == claim.place
    assert (claim.place.node, claim.place.line) == (here.bus.node, "l1")
    assert await there.bus.find("another") is None


async def test_a_room_belongs_to_its_owner_alone(new_end):
    here, there = await new_end(), await new_end()
    claim, _ = await here.bus.claim("owned", owner="ann", line="l1")
    with pytest.raises(RoomTaken):
        await there.bus.claim("owned", owner="eve", line="l9")
    assert await there.bus.find("owned") == claim.place


async def test_its_owner_takes_a_room_along_to_another_node(new_end):
    here, there = await new_end(), await new_end()
    old, _ = await here.bus.claim("moving", owner="ann", line="l1")
    new, before = await there.bus.claim("moving", owner="ann", line="l2")
    assert before == old.place
    assert await here.bus.find("moving") == new.place
    assert await here.bus.keep({"moving": old}) == {"moving"}
    await here.bus.release("moving", old)  # too late: it is another's now
    assert await there.bus.keep({"moving": new}) == set()
    assert await there.bus.find("moving") == new.place


async def test_a_released_room_is_free_for_anybody(new_end):
    here, there = await new_end(), await new_end()
    claim, _ = await here.bus.claim("free", owner="ann", line="l1")
    await here.bus.release("free", claim)
    assert await there.bus.find("free") is None
    await there.bus.claim("free", owner="ben", line="l2")


async def test_many_rooms_are_kept_at_once(new_end):
    here = await new_end()
    claims = {f"many{n}": (await here.bus.claim(f"many{n}", owner="ann", line="l"))[0] for n in range(300)}
    assert await here.bus.keep(claims) == set()


async def test_parcels_arrive_at_their_node_in_order(new_end):
    here, there, third = await new_end(), await new_end(), await new_end()
    parcels = [n.to_bytes(2, "big") + b"\x00\xff" * 2000 for n in range(500)]
    for parcel in parcels:
        here.bus.post(there.bus.node, parcel)
    await until(lambda: len(there.received) == len(parcels), "all parcels")
    assert there.received == parcels
    assert third.received == here.received == here.undelivered == []


async def test_a_parcel_for_a_node_that_is_gone_is_told(new_end):
    here, there = await new_end(), await new_end()
    await there.bus.close()
    here.bus.post(there.bus.node, b"too late")
    await until(lambda: here.undelivered == [there.bus.node], "the news")


# --- what only a bus with a server of its own can suffer ---------------------------------------------------


@pytest.fixture
def own_redis(tmp_path: Path) -> RedisProcess:
    server = RedisProcess(tmp_path)
    yield server
    server.kill()


async def test_a_claim_that_nobody_keeps_is_forgotten(own_redis, monkeypatch):
    monkeypatch.setattr("screenshare.rendezvous.bus.backends.redis.CLAIM_LIFE_S", 0.05)
    end = await _open(RedisBus(own_redis.url))
    await end.bus.claim("fading", owner="ann", line="l1")
    for _ in range(500):
        if await end.bus.find("fading") is None:
            break
        await asyncio.sleep(0.01)
    await end.bus.claim("fading", owner="ben", line="l2")
    await end.bus.close()


async def test_memory_forgets_a_claim_that_nobody_keeps():
    now = [0.0]
    end = await _open(MemoryBus(Board(now=lambda: now[0])))
    claim, _ = await end.bus.claim("fading", owner="ann", line="l1")
    now[0] = 14.9
    assert await end.bus.find("fading") == claim.place
    assert await end.bus.keep({"fading": claim}) == set()
    now[0] = 29.8
    assert await end.bus.find("fading") == claim.place
    now[0] = 30.0
    assert await end.bus.find("fading") is None


async def test_a_killed_redis_is_told_of_at_once_and_makes_up_for_what_it_forgot(own_redis):
    here, there = await _open(RedisBus(own_redis.url)), await _open(RedisBus(own_redis.url))
    claim, _ = await here.bus.claim("lasting", owner="ann", line="l1")
    assert here.bus.is_up
    own_redis.kill()
    with pytest.raises(BusDown):
        await there.bus.find("lasting")
    with pytest.raises(BusDown):
        await here.bus.keep({"lasting": claim})
    assert not here.bus.is_up
    here.bus.post(there.bus.node, b"lost")
    await until(lambda: here.undelivered == [there.bus.node], "the news")
    own_redis.start()  # and it comes back empty
    await until(lambda: here.returns and there.returns, "the news that it is back")
    assert here.returns == [True]
    assert await there.bus.find("lasting") is None
    assert await here.bus.keep({"lasting": claim}) == set()
    assert await there.bus.find("lasting") == claim.place
    assert here.bus.is_up
    here.bus.post(there.bus.node, b"here again")
    await until(lambda: there.received == [b"here again"], "a parcel")
    await here.bus.close()
    await there.bus.close()


async def test_a_node_starts_without_redis_and_finds_it_later(own_redis):
    own_redis.kill()
    end = await _open(RedisBus(own_redis.url))
    assert not end.bus.is_up
    own_redis.start()
    await until(lambda: end.bus.is_up, "the bus")
    await end.bus.close()


async def test_a_crowd_of_claims_waits_for_its_turn(own_redis):
    end = await _open(RedisBus(own_redis.url))
    claims = (end.bus.claim(f"crowd{n}", owner="ann", line="l1") for n in range(500))
    assert len({claim.place.epoch for claim, _ in await asyncio.gather(*claims)}) == 500
    await end.bus.close()


async def test_more_parcels_than_the_queue_holds_are_told_as_undelivered(own_redis, monkeypatch):
    monkeypatch.setattr("screenshare.rendezvous.bus.backends.redis.MAX_PARCELS", 10)
    end = await _open(RedisBus(own_redis.url))
    for _ in range(11):
        end.bus.post(end.bus.node, b"x")
    await until(lambda: end.undelivered == [end.bus.node], "the refusal")
    await until(lambda: len(end.received) == 10, "the others")
    await end.bus.close()
