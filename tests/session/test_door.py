"""The secrets of a share: who gets in, and who may guess how often."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from pathlib import Path

import pytest

from screenshare.errors import RateLimited
from screenshare.session.door import (
    CODE_GUESSES,
    CODE_LIFE_S,
    FIRST_PENALTY_S,
    FREE_GUESSES,
    REMEMBERED_ADDRESSES,
    Door,
    SpokenCode,
    WrongSecret,
    proof_of,
    source_of,
)
from screenshare.session.invitations import MAX_INVITATIONS, STANDING, NoSuchInvitation
from screenshare.session.rights import Secret

NONCE = "n0nce"
WIRE = Path(__file__).parent.parent / "vectors" / "wire.json"


def make_door() -> Door:
    counter = itertools.count(1)
    door = Door(
        random_bytes=lambda count: bytes([next(counter)]) * count,
        digits=lambda count: f"{next(counter):0{count}d}",
    )
    door.invitations.make_standing(0.0)
    return door


def knock(
    door: Door,
    secret: bytes,
    *,
    room: str | None = None,
    address: str = "192.0.2.7",
    now: float = 0.0,
    is_returning: bool = False,
):
    room = door.room if room is None else room
    proof = proof_of(secret, room, NONCE)
    return door.check(
        room=room, nonce=NONCE, proof=proof, address=address, now=now, is_returning=is_returning
    ).kind


def guess(door: Door, code: SpokenCode, digits: str, *, address: str = "192.0.2.7", now: float = 0.0) -> None:
    door.check_code(code, is_known=digits == code.digits, address=address, now=now)


def secret_of(door: Door, id_: str = "link") -> bytes:
    return door.invitations.known[id_].secret


def test_each_link_opens_with_its_own_secret():
    door = make_door()
    assert knock(door, secret_of(door)) is Secret.LINK
    assert knock(door, secret_of(door, "view-link")) is Secret.VIEW_LINK


def test_a_link_secret_has_128_bits_and_differs_from_the_view_link():
    door = Door()
    door.invitations.make_standing(0.0)
    assert len(secret_of(door)) == len(secret_of(door, "view-link")) == 16
    assert secret_of(door) != secret_of(door, "view-link")


def test_a_wrong_secret_opens_nothing():
    with pytest.raises(WrongSecret):
        knock(make_door(), b"x" * 16)


def test_a_proof_for_one_nonce_is_worthless_for_another():
    door = make_door()
    proof = proof_of(secret_of(door), door.room, "other")
    with pytest.raises(WrongSecret):
        door.check(room=door.room, nonce=NONCE, proof=proof, address="192.0.2.7", now=0.0)


def test_a_spoken_code_opens_once():
    door = make_door()
    code = door.new_code(now=0.0)
    guess(door, code, code.digits)
    assert door.code is None
    assert not door.knows_room(code.room)
    with pytest.raises(WrongSecret):
        guess(door, code, code.digits)


def test_a_code_opens_nothing_by_a_proof_that_could_be_tried_offline():
    door = make_door()
    code = door.new_code(now=0.0)
    with pytest.raises(WrongSecret):
        knock(door, code.digits.encode(), room=code.room)
    assert door.code is code


def test_a_spoken_code_reads_as_three_three_four_digits():
    door = make_door()
    code = door.new_code(now=0.0)
    assert [len(part) for part in str(code).split()] == [3, 3, 4]


def test_a_code_whose_room_was_taken_has_a_successor_with_a_longer_one():
    door = make_door()
    code = door.new_code(now=0.0, room_digits=4)
    assert len(code.room) == 4
    assert str(code).startswith(f"{code.room} {code.digits[:3]} ")
    assert len(door.new_code(now=600.0).room) == 3


def test_a_spoken_code_is_dead_after_ten_minutes():
    door = make_door()
    code = door.new_code(now=0.0)
    with pytest.raises(WrongSecret):
        guess(door, code, code.digits, now=CODE_LIFE_S)


def test_a_spoken_code_is_burned_by_three_wrong_guesses_from_anywhere():
    door = make_door()
    code = door.new_code(now=0.0)
    for number in range(CODE_GUESSES):
        with pytest.raises(WrongSecret):
            guess(door, code, "0000000", address=f"192.0.2.{number}")
    assert door.code is None
    with pytest.raises(WrongSecret):
        guess(door, code, code.digits, address="192.0.2.99")


def test_guesses_at_a_code_that_is_gone_leave_the_new_one_alone():
    door = make_door()
    gone = door.new_code(now=0.0)
    code = door.new_code(now=1.0)
    for number in range(CODE_GUESSES + 1):
        with pytest.raises(WrongSecret):
            guess(door, gone, "0000000", address=f"192.0.2.{number}")
    guess(door, code, code.digits)


def test_ten_thousand_guesses_at_codes_never_hit_and_no_code_takes_a_fourth():
    door = Door()
    hits, guesses = 0, Counter[int]()
    known: list[SpokenCode] = []  # alive, so that each has an id of its own
    for number in range(10_000):
        code = door.code or door.new_code(now=0.0)
        wrong = f"{(int(code.digits) + 1 + number) % 10**7:07d}"
        guesses[id(code)] += 1
        known.append(code)
        try:
            guess(door, code, wrong, address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
            hits += 1
        except WrongSecret:
            pass
    assert hits == 0
    assert max(guesses.values()) == CODE_GUESSES


def test_an_address_that_is_blocked_cannot_even_begin_to_guess_at_a_code():
    door = make_door()
    for _ in range(FREE_GUESSES):
        with pytest.raises(WrongSecret):
            knock(door, b"wrong")
    code = door.new_code(now=0.0)
    with pytest.raises(RateLimited):
        guess(door, code, code.digits)
    assert code.guesses_left == CODE_GUESSES


def test_an_address_that_guesses_is_blocked_for_longer_and_longer():
    door = make_door()
    for _ in range(FREE_GUESSES):
        with pytest.raises(WrongSecret):
            knock(door, b"wrong")
    with pytest.raises(RateLimited):
        knock(door, secret_of(door), now=FIRST_PENALTY_S - 0.1)
    with pytest.raises(WrongSecret):
        knock(door, b"wrong", now=FIRST_PENALTY_S)
    with pytest.raises(RateLimited):
        knock(door, secret_of(door), now=FIRST_PENALTY_S * 2.9)
    assert knock(door, secret_of(door), now=FIRST_PENALTY_S * 3) is Secret.LINK


def test_an_honest_address_is_not_blocked_by_another():
    door = make_door()
    for _ in range(FREE_GUESSES):
        with pytest.raises(WrongSecret):
            knock(door, b"wrong", address="192.0.2.66")
    assert knock(door, secret_of(door), address="192.0.2.7") is Secret.LINK


def test_a_whole_ipv6_network_counts_as_one_guesser():
    assert source_of("2001:db8::1") == source_of("2001:db8::ffff:1") != source_of("2001:db8:0:1::1")
    assert source_of("fe80::1%eth0") == source_of("fe80::2")


def test_the_memory_for_guessers_is_bounded():
    door = make_door()
    for number in range(REMEMBERED_ADDRESSES + 50):
        with pytest.raises(WrongSecret):
            knock(door, b"wrong", address=f"10.0.{number >> 8}.{number & 255}")
    assert len(door._guessers) == REMEMBERED_ADDRESSES


@pytest.mark.parametrize("vector", json.loads(WIRE.read_text())["proof"], ids=lambda v: v["room"])
def test_the_frozen_proofs_are_the_same_on_this_side(vector):
    secret = bytes.fromhex(vector["secret_hex"]) if "secret_hex" in vector else vector["secret_text"].encode()
    assert proof_of(secret, vector["room"], vector["nonce"]) == vector["proof"]


def test_an_invitation_expires():
    door = make_door()
    made = door.invitations.make(Secret.VIEW_LINK, 0.0, for_s=900)
    assert knock(door, made.secret, now=899.9) is Secret.VIEW_LINK
    with pytest.raises(WrongSecret):
        knock(door, made.secret, now=900.0)


def test_an_invitation_counts_who_comes_by_it():
    door = make_door()
    made = door.invitations.make(Secret.LINK, 0.0, uses=2)
    assert [knock(door, made.secret) for _ in range(2)] == [Secret.LINK] * 2
    with pytest.raises(WrongSecret):
        knock(door, made.secret)
    assert knock(door, secret_of(door)) is Secret.LINK


def test_coming_back_uses_nothing_up_and_works_also_by_a_dead_link():
    door = make_door()
    made = door.invitations.make(Secret.LINK, 0.0, for_s=900, uses=1)
    knock(door, made.secret)
    assert knock(door, made.secret, is_returning=True, now=5000) is Secret.LINK
    door.invitations.revoke(made.id)
    assert knock(door, made.secret, is_returning=True, now=5000) is Secret.LINK
    with pytest.raises(WrongSecret):
        knock(door, made.secret, address="192.0.2.8")


def test_a_revoked_link_lets_nobody_new_in_and_a_new_one_takes_its_name():
    door = make_door()
    before = secret_of(door)
    door.invitations.make(Secret.LINK, 0.0, id_="link")
    assert secret_of(door) != before
    with pytest.raises(WrongSecret):
        knock(door, before)
    door.invitations.revoke("link")
    with pytest.raises(NoSuchInvitation):
        door.invitations.revoke("link")
    door.invitations.make(Secret.LINK, 0.0, id_="link")
    assert knock(door, secret_of(door)) is Secret.LINK


def test_there_are_never_more_invitations_than_anybody_keeps_apart():
    door = make_door()
    for _ in range(MAX_INVITATIONS - len(STANDING)):
        door.invitations.make(Secret.LINK, 0.0)
    with pytest.raises(NoSuchInvitation, match="too many"):
        door.invitations.make(Secret.LINK, 0.0)


def test_only_an_invitation_that_was_there_can_be_replaced():
    with pytest.raises(NoSuchInvitation):
        make_door().invitations.make(Secret.LINK, 0.0, id_="i7")
