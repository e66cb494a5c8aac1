"""What a socket may say before and after it has proved a secret."""

from __future__ import annotations

import pytest

from screenshare.errors import RateLimited
from screenshare.host.visit import EXCHANGES_AT_ONCE, EXCHANGES_HZ, CodeGuess, Comparison, Exchanges
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.protocol.signaling import KnockProve
from screenshare.session.door import ASK_ROOM, Door, WrongSecret
from screenshare.session.rights import Secret
from screenshare.trust.pake import Exchange


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def prove(guess: CodeGuess, digits: str) -> tuple[KnockProve, bytes]:
    """Return what somebody says who believes in ``digits``, and the key that he gets."""
    exchange = Exchange("viewer", digits.encode(), f"code|{guess.code.room}")
    agreed = exchange.finish(from_base64url(guess.share))
    said = KnockProve(nonce="n", proof=agreed.confirmation("viewer"), share=base64url(exchange.share))
    return said, agreed.secret


def begin(door: Door) -> CodeGuess:
    code = door.code or door.new_code(0.0)
    guess = Exchanges().begin(door, code.room)
    assert isinstance(guess, CodeGuess)
    return guess


def test_who_knows_the_code_has_the_hosts_key_and_the_code_is_used_up():
    door = Door()
    guess = begin(door)
    said, key = prove(guess, guess.code.digits)
    proved = guess.check(door, said, address="192.0.2.7", now=0.0)
    assert (proved.kind, proved.secret) == (Secret.CODE, key)
    assert door.code is None


@pytest.mark.parametrize(
    "said",
    [
        KnockProve(nonce="n", proof="a" * 64),
        KnockProve(nonce="n", proof="a" * 64, share=base64url(bytes(32))),
        KnockProve(nonce="n", share=base64url(Exchange("viewer", b"", "code|000").share)),
    ],
    ids=["no share", "no element", "no confirmation"],
)
def test_whatever_is_said_in_a_codes_room_is_a_guess(said):
    door = Door()
    guess = begin(door)
    with pytest.raises(WrongSecret):
        guess.check(door, said, address="192.0.2.7", now=0.0)
    assert guess.code.guesses_left == 2


def test_one_socket_has_one_guess():
    door = Door()
    guess = begin(door)
    wrong, _ = prove(guess, "0000000")
    right, _ = prove(guess, guess.code.digits)
    for said in (wrong, right):
        with pytest.raises(WrongSecret):
            guess.check(door, said, address="192.0.2.7", now=0.0)


def test_two_exchanges_begin_in_a_second_however_many_come():
    door, clock = Door(takes_asking=True), Clock()
    code, exchanges = door.new_code(0.0), Exchanges(clock)
    for _ in range(EXCHANGES_AT_ONCE):
        assert isinstance(exchanges.begin(door, code.room), CodeGuess)
    with pytest.raises(RateLimited):
        exchanges.begin(door, code.room)
    clock.now += 1 / EXCHANGES_HZ
    assert isinstance(exchanges.begin(door, ASK_ROOM), Comparison)
    with pytest.raises(RateLimited):
        exchanges.begin(door, ASK_ROOM)


def test_a_links_room_needs_no_exchange_and_is_never_held_up():
    door, exchanges = Door(), Exchanges(Clock())
    assert [exchanges.begin(door, door.room) for _ in range(100)] == [None] * 100
