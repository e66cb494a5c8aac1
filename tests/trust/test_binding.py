"""What is offered and answered is bound to the secret, to the knock, and to each other."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from screenshare.trust.binding import AlteredOnTheWay, Binding

SECRET = bytes(range(16))
OFFER = "v=0\r\na=fingerprint:sha-256 AA:BB\r\n"
BINDING = Binding.of(SECRET, "room", host_nonce="nonce", viewer_nonce="own")
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "trust.json").read_text())


def test_an_offer_of_whoever_proved_the_secret_is_taken():
    BINDING.check_offer(1, OFFER, BINDING.offer_mac(1, OFFER))


@pytest.mark.parametrize(
    "other",
    [
        Binding.of(b"another secret..", "room", host_nonce="nonce", viewer_nonce="own"),
        Binding.of(SECRET, "another", host_nonce="nonce", viewer_nonce="own"),
        Binding.of(SECRET, "room", host_nonce="an earlier one", viewer_nonce="own"),
        Binding.of(SECRET, "room", host_nonce="nonce", viewer_nonce="an earlier one"),
        Binding.of(SECRET, "room", host_nonce="own", viewer_nonce="nonce"),
    ],
    ids=["secret", "room", "host's nonce", "viewer's nonce", "nonces the other way round"],
)
def test_an_offer_bound_elsewhere_is_refused(other):
    with pytest.raises(AlteredOnTheWay):
        BINDING.check_offer(1, OFFER, other.offer_mac(1, OFFER))


def test_an_offer_of_another_attempt_is_refused():
    with pytest.raises(AlteredOnTheWay):
        BINDING.check_offer(2, OFFER, BINDING.offer_mac(1, OFFER))


def test_an_answer_cannot_stand_for_an_offer():
    with pytest.raises(AlteredOnTheWay):
        BINDING.check_offer(1, OFFER, BINDING.answer_mac(1, OFFER, OFFER))


@pytest.mark.parametrize("seed", range(200))
def test_one_changed_character_of_an_offer_is_noticed(seed):
    dice = random.Random(seed)
    place = dice.randrange(len(OFFER))
    altered = OFFER[:place] + chr(ord(OFFER[place]) ^ 1 << dice.randrange(6)) + OFFER[place + 1 :]
    with pytest.raises(AlteredOnTheWay):
        BINDING.check_offer(1, altered, BINDING.offer_mac(1, OFFER))


def test_an_answer_belongs_to_one_offer():
    assert BINDING.answer_mac(1, OFFER, "answer") != BINDING.answer_mac(1, OFFER + "a", "answer")


def test_text_that_no_utf8_can_hold_is_refused_like_any_other():
    with pytest.raises(AlteredOnTheWay):
        BINDING.check_offer(1, "\ud800", "0" * 64)


def test_the_key_is_not_shown():
    assert BINDING.key.hex() not in repr(BINDING)
    assert repr(BINDING.key) not in repr(BINDING)


@pytest.mark.parametrize("vector", VECTORS["binding"], ids=lambda vector: vector["room"])
def test_the_frozen_macs_are_the_same_on_this_side(vector):
    binding = Binding.of(
        bytes.fromhex(vector["secret_hex"]),
        vector["room"],
        host_nonce=vector["host_nonce"],
        viewer_nonce=vector["viewer_nonce"],
    )
    attempt, offer = vector["attempt"], vector["offer"]
    assert binding.key.hex() == vector["key_hex"]
    assert binding.offer_mac(attempt, offer) == vector["offer_mac"]
    assert binding.answer_mac(attempt, offer, vector["answer"]) == vector["answer_mac"]
