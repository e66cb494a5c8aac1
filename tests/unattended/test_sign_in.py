"""The password or a device is proved, the host proves itself, and whoever is between gets nothing."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from screenshare.errors import MalformedMessage, OutOfOrder
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.protocol.signaling import SignInBegin, SignInProve
from screenshare.session.rights import Secret
from screenshare.trust.pake import Exchange
from screenshare.unattended.lockout import CLOSED_FROM, FREE, LockedOut
from screenshare.unattended.record import MOST_DEVICES, Password
from screenshare.unattended.sign_in import SignIn, WrongDevice, WrongPassword
from screenshare.unattended.vault import NotUnattended, UnknownDevice
from unattended.conftest import KEPT

ROOM, HELPER = "k3n8k3n8k3n8k3n8", "192.0.2.7"
RIGHT, WRONG = KEPT.key, b"w" * 32


class Browser:
    """The other side of a sign-in; it keeps its key as the page does."""

    def __init__(self) -> None:
        self.key = generate_private_key(SECP256R1())
        self.id = self.pin = ""
        self.agreed = None

    @property
    def public_key(self) -> str:
        return base64url(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def prove(self, secret: bytes, share: str, **more: str | None) -> SignInProve:
        exchange = Exchange("viewer", secret, f"unattended|{ROOM}")
        self.agreed = exchange.finish(from_base64url(share))
        self.share = base64url(exchange.share)
        return SignInProve(share=self.share, proof=self.agreed.confirmation("viewer"), **more)

    def signature(self, host_share: str) -> str:
        text = f"screenshare device v1|{ROOM}|{host_share}|{self.share}"
        r, s = decode_dss_signature(self.key.sign(text.encode(), ECDSA(SHA256())))
        return base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def prove_device(self, share: str) -> SignInProve:
        unsigned = self.prove(from_base64url(self.pin), share)
        return SignInProve(share=unsigned.share, proof=unsigned.proof, signature=self.signature(share))


@pytest.fixture
def begin(vault, wall):
    """Begin a sign-in; return it with the host's share."""

    def began(device: str | None = None, source: str = HELPER) -> tuple[SignIn, str]:
        sign_in = SignIn(vault, room=ROOM, source=source, browser="Firefox on Linux", wall=wall)
        sign_in.offer("Studio")
        return sign_in, sign_in.begin(SignInBegin(device=device)).share

    return began


@pytest.fixture
def remembered(begin) -> Browser:
    """A browser that signed in by the password and is remembered."""
    browser = Browser()
    sign_in, share = begin()
    signed_in = sign_in.prove(browser.prove(RIGHT, share, remember=browser.public_key))
    browser.id, browser.pin = signed_in.said.device, signed_in.said.pin
    return browser


def test_who_knows_the_password_gets_the_same_keys_as_the_host(begin, vault):
    browser = Browser()
    sign_in, share = begin()
    signed_in = sign_in.prove(browser.prove(RIGHT, share))
    assert (signed_in.kind, signed_in.secret) == (Secret.PASSWORD, browser.agreed.secret)
    assert signed_in.said.proof == browser.agreed.confirmation("host")
    assert vault.read().failures.count == 0


def test_a_wrong_password_is_counted_and_gives_nothing(begin, vault):
    sign_in, share = begin()
    with pytest.raises(WrongPassword):
        sign_in.prove(Browser().prove(WRONG, share))
    assert vault.read().failures.count == 1


def test_one_sign_in_is_one_guess(begin):
    sign_in, share = begin()
    with pytest.raises(WrongPassword):
        sign_in.prove(Browser().prove(WRONG, share))
    with pytest.raises(OutOfOrder):
        sign_in.prove(Browser().prove(RIGHT, share))
    with pytest.raises(OutOfOrder):
        sign_in.begin(SignInBegin())


def test_nothing_can_be_proved_before_the_host_gave_its_share(vault, wall):
    sign_in = SignIn(vault, room=ROOM, source=HELPER, browser="", wall=wall)
    with pytest.raises(OutOfOrder):
        sign_in.prove(SignInProve(share="A" * 43, proof="0" * 64))


def test_what_was_overheard_of_one_sign_in_proves_nothing_in_another(begin):
    sign_in, share = begin()
    overheard = Browser().prove(RIGHT, share)
    sign_in.prove(overheard)
    again, _ = begin()
    with pytest.raises(WrongPassword):
        again.prove(overheard)


def test_a_thousand_guesses_in_a_day_are_few_at_the_password(begin, wall):
    looked_at = 0
    guess = SignInProve(share=base64url(Exchange("viewer", WRONG, "any").share), proof="0" * 64)
    for _ in range(1000):
        wall.at += 86.4
        sign_in, _ = begin()
        try:
            sign_in.prove(guess)
        except WrongPassword:
            looked_at += 1
        except LockedOut:
            pass
    assert looked_at == CLOSED_FROM


def test_who_is_locked_out_stays_so_for_the_right_password(begin, wall):
    for _ in range(FREE):
        sign_in, share = begin()
        with pytest.raises(WrongPassword):
            sign_in.prove(Browser().prove(WRONG, share))
    sign_in, share = begin()
    with pytest.raises(LockedOut):
        sign_in.prove(Browser().prove(RIGHT, share))


def test_a_remembered_browser_needs_no_password_even_where_that_is_locked(begin, vault, remembered, wall):
    for _ in range(CLOSED_FROM):
        wall.at += 1000.0
        vault.begin("198.51.100.9")
    sign_in, share = begin(remembered.id)
    signed_in = sign_in.prove(remembered.prove_device(share))
    assert (signed_in.kind, signed_in.device) == (Secret.DEVICE, remembered.id)
    assert signed_in.said.proof == remembered.agreed.confirmation("host")
    (device,) = vault.read().devices
    assert (device.name, device.used_at, device.used_from) == ("Firefox on Linux", wall.at, HELPER)


def test_what_the_host_keeps_of_a_browser_is_not_enough_to_be_it(begin, remembered):
    thief = Browser()
    thief.id, thief.pin = remembered.id, remembered.pin
    sign_in, share = begin(remembered.id)
    with pytest.raises(WrongDevice):
        sign_in.prove(thief.prove_device(share))


def test_a_browser_that_signs_nothing_is_refused(begin, remembered):
    sign_in, share = begin(remembered.id)
    with pytest.raises(WrongDevice):
        sign_in.prove(remembered.prove(from_base64url(remembered.pin), share))


def test_a_signature_cannot_be_passed_on_by_who_sits_between(begin, remembered):
    """Who stole the pin runs an exchange of his own with each side, and has the browser sign."""
    sign_in, share = begin(remembered.id)
    between = Exchange("host", from_base64url(remembered.pin), f"unattended|{ROOM}")
    signed = remembered.prove_device(base64url(between.share))
    forged = Browser().prove(from_base64url(remembered.pin), share)
    with pytest.raises(WrongDevice):
        sign_in.prove(SignInProve(share=forged.share, proof=forged.proof, signature=signed.signature))


def test_a_revoked_browser_is_unknown(begin, vault, remembered):
    sign_in, share = begin(remembered.id)
    vault.revoke(remembered.id)
    with pytest.raises(UnknownDevice):
        sign_in.prove(remembered.prove_device(share))
    with pytest.raises(UnknownDevice):
        begin(remembered.id)


def test_nobody_signs_in_once_it_is_switched_off(begin, vault, remembered):
    by_password, share = begin()
    by_device, other_share = begin(remembered.id)
    vault.switch_off()
    with pytest.raises(NotUnattended):
        by_password.prove(Browser().prove(RIGHT, share))
    with pytest.raises(NotUnattended):
        by_device.prove(remembered.prove_device(other_share))
    with pytest.raises(NotUnattended):
        begin()


def test_a_password_that_was_changed_meanwhile_is_the_wrong_one(begin, vault):
    sign_in, share = begin()
    vault.set_password(Password(salt=b"t" * 16, memory_kib=19_456, passes=2, lanes=1, key=WRONG))
    with pytest.raises(WrongPassword):
        sign_in.prove(Browser().prove(RIGHT, share))


def test_no_browser_is_remembered_where_that_is_not_wanted(begin, vault):
    vault.switch_on(remembers=False)
    browser = Browser()
    sign_in, share = begin()
    with pytest.raises(NotUnattended):
        sign_in.prove(browser.prove(RIGHT, share, remember=browser.public_key))
    assert vault.read().devices == ()


def test_a_key_that_is_no_point_of_the_curve_is_refused(begin, vault):
    sign_in, share = begin()
    with pytest.raises(MalformedMessage):
        sign_in.prove(Browser().prove(RIGHT, share, remember=base64url(b"\x04" + b"\x01" * 64)))
    assert vault.read().devices == ()


def test_the_longest_unused_browser_makes_room(begin, vault, wall):
    ids = []
    for _ in range(MOST_DEVICES + 1):
        wall.at += 1.0
        browser = Browser()
        sign_in, share = begin()
        ids.append(sign_in.prove(browser.prove(RIGHT, share, remember=browser.public_key)).device)
    assert {device.id for device in vault.read().devices} == set(ids[1:])
