"""A spoken code gives both sides one strong key, and whoever guesses at it nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from screenshare.errors import MalformedMessage
from screenshare.trust.pake import Agreed, Exchange, commitment

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "trust.json").read_text())


def agreed(host: Exchange, viewer: Exchange) -> tuple[Agreed, Agreed]:
    return host.finish(viewer.share), viewer.finish(host.share)


def test_both_sides_of_one_code_have_the_same_key():
    at_host, at_viewer = agreed(
        Exchange("host", b"9130571", "code|482"), Exchange("viewer", b"9130571", "code|482")
    )
    assert at_host == at_viewer
    assert at_host.is_confirmed_by("viewer", at_viewer.confirmation("viewer"))
    assert at_viewer.is_confirmed_by("host", at_host.confirmation("host"))


def test_each_exchange_has_another_key():
    pairs = [
        agreed(Exchange("host", b"9130571", "code|482"), Exchange("viewer", b"9130571", "code|482"))
        for _ in range(3)
    ]
    assert len({at_host.secret for at_host, _ in pairs}) == 3


@pytest.mark.parametrize(
    ("secret", "place"),
    [(b"9130572", "code|482"), (b"9130571", "code|483"), (b"9130571", "password|482")],
    ids=["secret", "room", "purpose"],
)
def test_another_secret_or_place_is_not_confirmed(secret, place):
    at_host, at_viewer = agreed(Exchange("host", b"9130571", "code|482"), Exchange("viewer", secret, place))
    assert at_host.secret != at_viewer.secret
    assert not at_host.is_confirmed_by("viewer", at_viewer.confirmation("viewer"))


def test_a_confirmation_cannot_be_sent_back_as_ones_own():
    at_host, _ = agreed(Exchange("host", b"9130571", "code|482"), Exchange("viewer", b"9130571", "code|482"))
    assert not at_host.is_confirmed_by("viewer", at_host.confirmation("host"))
    assert not at_host.is_confirmed_by("viewer", "é")


@pytest.mark.parametrize("refused", VECTORS["pake_refused"], ids=lambda refused: refused["why"])
def test_what_is_no_share_is_refused(refused):
    with pytest.raises(MalformedMessage):
        Exchange("host", b"9130571", "code|482").finish(bytes.fromhex(refused["hex"]))


def test_its_own_share_is_no_share_of_the_other_side():
    exchange = Exchange("host", b"9130571", "code|482")
    with pytest.raises(MalformedMessage):
        exchange.finish(exchange.share)


def test_an_exchange_takes_one_share_only():
    exchange = Exchange("host", b"9130571", "code|482")
    exchange.finish(Exchange("viewer", b"0000000", "code|482").share)
    with pytest.raises(MalformedMessage):
        exchange.finish(Exchange("viewer", b"9130571", "code|482").share)


def test_random_bytes_are_no_share_or_come_to_nothing():
    dice = random.Random(7)
    for _ in range(40):
        host = Exchange("host", b"9130571", "code|482")
        try:
            at_host = host.finish(dice.randbytes(32))
        except MalformedMessage:
            continue
        at_viewer = Exchange("viewer", b"9130571", "code|482").finish(host.share)
        assert not at_host.is_confirmed_by("viewer", at_viewer.confirmation("viewer"))


def test_who_sits_between_two_people_without_a_secret_shows_them_different_digits():
    for _ in range(20):
        host, towards_host = Exchange("host", b"", "ask"), Exchange("viewer", b"", "ask")
        towards_viewer, viewer = Exchange("host", b"", "ask"), Exchange("viewer", b"", "ask")
        assert host.finish(towards_host.share).digits != viewer.finish(towards_viewer.share).digits


def test_digits_are_six_and_the_same_on_both_sides():
    for _ in range(20):
        at_host, at_viewer = agreed(Exchange("host", b"", "ask"), Exchange("viewer", b"", "ask"))
        assert at_host.digits == at_viewer.digits
        assert len(at_host.digits) == 6
        assert at_host.digits.isdigit()


def test_neither_key_is_shown():
    at_host, _ = agreed(Exchange("host", b"1", "code|1"), Exchange("viewer", b"1", "code|1"))
    assert repr(at_host) == "Agreed()"


@pytest.mark.parametrize("vector", VECTORS["pake"], ids=lambda vector: vector["place"])
def test_the_frozen_exchange_is_the_same_on_this_side(vector):
    def exchange(role):
        dice = bytes.fromhex(vector[f"{role}_dice_hex"])
        weak = bytes.fromhex(vector["weak_hex"])
        return Exchange(role, weak, vector["place"], random_bytes=lambda count: dice[:count])

    host, viewer = exchange("host"), exchange("viewer")
    assert host.share.hex() == vector["host_share_hex"]
    assert viewer.share.hex() == vector["viewer_share_hex"]
    assert commitment(host.share).hex() == vector["host_commitment_hex"]
    for result in agreed(host, viewer):
        assert result.secret.hex() == vector["secret_hex"]
        assert result.digits == vector["digits"]
        assert result.confirmation("host") == vector["host_confirmation"]
        assert result.confirmation("viewer") == vector["viewer_confirmation"]
