"""Exchanges with those who come: what they give, in which thread, and how many there may be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from screenshare.errors import MalformedMessage, RateLimited
from screenshare.host import exchanges as room
from screenshare.host.exchanges import (
    ALL_AT_ONCE,
    ALL_HZ,
    MOST_WAITING,
    SOURCE_AT_ONCE,
    SOURCE_HZ,
    CodeGuess,
    Comparison,
    Exchanges,
)
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.protocol.signaling import KnockProve
from screenshare.session.door import ASK_ROOM, Door, SpokenCode
from screenshare.trust.pake import Exchange

CODE = SpokenCode("482", "9130571", 600.0)
ANA = "192.0.2.7"


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def exchanges() -> AsyncIterator[Exchanges]:
    made = Exchanges(Clock())
    yield made
    made.close()


def prove(guess: CodeGuess, digits: str) -> tuple[KnockProve, bytes]:
    """Return what somebody says who believes in ``digits``, and the key that he gets."""
    exchange = Exchange("viewer", digits.encode(), f"code|{guess.code.room}")
    agreed = exchange.finish(from_base64url(guess.share))
    said = KnockProve(nonce="n", proof=agreed.confirmation("viewer"), share=base64url(exchange.share))
    return said, agreed.secret


def test_who_knows_the_code_has_the_hosts_key():
    guess = CodeGuess(CODE)
    said, key = prove(guess, CODE.digits)
    agreed = guess.finish(said)
    assert agreed is not None
    assert agreed.secret == key


@pytest.mark.parametrize(
    "said",
    [
        KnockProve(nonce="n", proof="a" * 64),
        KnockProve(nonce="n", proof="a" * 64, share=base64url(bytes(32))),
        KnockProve(nonce="n", share=base64url(Exchange("viewer", b"", "code|000").share)),
    ],
    ids=["no share", "no element", "no confirmation"],
)
def test_whatever_else_is_said_in_a_codes_room_is_a_wrong_guess(said):
    assert CodeGuess(CODE).finish(said) is None


def test_one_socket_has_one_guess():
    guess = CodeGuess(CODE)
    wrong, _ = prove(guess, "0000000")
    right, _ = prove(guess, CODE.digits)
    assert [guess.finish(said) for said in (wrong, right)] == [None, None]


def test_two_people_cannot_compare_without_a_share():
    with pytest.raises(MalformedMessage):
        Comparison().finish(KnockProve(nonce="n", proof="a" * 64))


async def begun(exchanges: Exchanges, door: Door, addresses: list[str]) -> list[str]:
    """Return, for each address, what it gets."""

    async def one(address: str) -> str:
        try:
            return type(await exchanges.begin(door, ASK_ROOM, address)).__name__
        except RateLimited:
            return "refused"

    return [await one(address) for address in addresses]


async def test_who_comes_too_often_is_refused_and_nobody_else_is(exchanges):
    door = Door()
    flood = await begun(exchanges, door, [ANA] * 100)
    assert flood == ["Comparison"] * SOURCE_AT_ONCE + ["refused"] * (100 - SOURCE_AT_ONCE)
    assert await begun(exchanges, door, ["198.51.100.1"]) == ["Comparison"]
    exchanges._clock.now += 1 / SOURCE_HZ
    assert await begun(exchanges, door, [ANA, ANA]) == ["Comparison", "refused"]


async def test_the_addresses_of_one_network_count_as_one(exchanges):
    flood = await begun(exchanges, Door(), [f"2001:db8:7::{number:x}" for number in range(1, 51)])
    assert flood.count("Comparison") == SOURCE_AT_ONCE


async def test_all_addresses_together_have_a_bound(exchanges):
    door, many = Door(), [f"192.0.2.{number}" for number in range(100)]
    assert (await begun(exchanges, door, many)).count("Comparison") == ALL_AT_ONCE
    exchanges._clock.now += 1.0
    assert (await begun(exchanges, door, many)).count("Comparison") == ALL_HZ


async def test_a_links_room_needs_no_exchange_and_is_never_held_up(exchanges):
    door = Door()
    assert [await exchanges.begin(door, door.room, ANA) for _ in range(100)] == [None] * 100


async def test_the_work_is_done_in_one_thread_that_is_not_the_loops(exchanges):
    names = [await exchanges.finish(lambda _: threading.current_thread().name, None) for _ in range(3)]
    assert set(names) == {"exchanges_0"}


async def test_what_waits_for_the_thread_has_a_bound_and_a_deadline(exchanges, monkeypatch):
    monkeypatch.setattr(room, "LIMIT_S", 0.2)
    let_go = threading.Event()
    stuck = [
        asyncio.create_task(exchanges.finish(lambda _: let_go.wait(), None)) for _ in range(MOST_WAITING)
    ]
    await asyncio.sleep(0)
    with pytest.raises(RateLimited):
        await exchanges.finish(lambda _: None, None)
    told = await asyncio.gather(*stuck, return_exceptions=True)
    let_go.set()
    assert {type(each) for each in told} == {RateLimited}
    assert await exchanges.finish(lambda _: "goes on", None) == "goes on"


async def test_after_the_end_nothing_begins(exchanges):
    exchanges.close()
    with pytest.raises(RateLimited):
        await exchanges.begin(Door(), ASK_ROOM, ANA)
