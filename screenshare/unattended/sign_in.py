"""The host's side of one sign-in: the password or a device is proved, and the host proves itself.

Both ways run the same exchange (``trust/pake.py``), over what a password became or over what the device was
given when it was remembered. Who knows the address and sits between, or has stolen what the host keeps, can
neither learn the password nor pass a sign-in on: what follows is sealed with the exchange's key, and a
device signs the shares that the key came of.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from screenshare.errors import MalformedMessage, OutOfOrder, RemoteProtocolError
from screenshare.protocol import signaling
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.session.rights import Secret
from screenshare.trust.pake import Agreed, Exchange
from screenshare.unattended.record import Device, Password
from screenshare.unattended.vault import Vault, device_of, password_of

_PIN_BYTES = 32


class WrongPassword(RemoteProtocolError):
    """The password is another one."""

    code = "wrong-password"


class WrongDevice(RemoteProtocolError):
    """What was proved is not the key of a device that is remembered."""

    code = "unknown-device"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """How a sign-in ended well; ``secret`` gives the keys of all that follows."""

    kind: Secret
    secret: bytes = field(repr=False)
    device: str
    said: signaling.SignInDone = field(repr=False)


@dataclass(slots=True)
class _Trial:
    exchange: Exchange
    basis: Password | Device


class SignIn:
    """One sign-in of one socket. Every call may block; the next one comes when the one before returned.

    ``source`` is what counts as one guesser, ``browser`` what a device is called that is remembered.
    """

    def __init__(
        self, vault: Vault, *, room: str, source: str, browser: str, wall: Callable[[], float]
    ) -> None:
        self._vault = vault
        self._room = room
        self._source = source
        self._browser = browser
        self._wall = wall
        self._trial: _Trial | None = None
        self._is_over = False

    def offer(self, host: str) -> signaling.SignInOffered:
        """Say what there is to prove; raises NotUnattended."""
        now = self._vault.read()
        password = password_of(now)
        return signaling.SignInOffered(
            host=host,
            salt=base64url(password.salt),
            memory_kib=password.memory_kib,
            passes=password.passes,
            remembers=now.remembers,
        )

    def begin(self, begin: signaling.SignInBegin) -> signaling.SignInAsked:
        """Return this side's share; raises NotUnattended or UnknownDevice."""
        if self._trial is not None:
            raise OutOfOrder("this socket signs in already")
        now = self._vault.read()
        basis = password_of(now) if begin.device is None else device_of(now, begin.device)
        weak = basis.key if isinstance(basis, Password) else basis.pin
        self._trial = _Trial(Exchange("host", weak, f"unattended|{self._room}"), basis)
        return signaling.SignInAsked(share=base64url(self._trial.exchange.share))

    def prove(self, prove: signaling.SignInProve) -> SignedIn:
        """Return what was proved.

        Raises:
            WrongPassword: it is another one; counted.
            WrongDevice: this is not the key that is remembered.
            LockedOut: too many passwords were wrong; this one was not looked at.
            NotUnattended, UnknownDevice: it was switched off meanwhile, or the device revoked.
        """
        trial = self._trial
        if trial is None or self._is_over:
            raise OutOfOrder("begin to sign in first")
        self._is_over = True
        if isinstance(trial.basis, Device):
            return self._prove_device(trial.exchange, trial.basis, prove)
        return self._prove_password(trial.exchange, trial.basis, prove)

    def _prove_password(
        self, exchange: Exchange, password: Password, prove: signaling.SignInProve
    ) -> SignedIn:
        is_current = self._vault.begin(self._source) == password
        agreed = _agreed(exchange, prove)
        if agreed is None or not is_current:
            raise WrongPassword("this password is wrong")
        self._vault.succeed(self._source)
        proof = agreed.confirmation("host")
        if prove.remember is None:
            return SignedIn(Secret.PASSWORD, agreed.secret, "", signaling.SignInDone(proof=proof))
        device = self._remember(from_base64url(prove.remember))
        said = signaling.SignInDone(proof=proof, device=device.id, pin=base64url(device.pin))
        return SignedIn(Secret.PASSWORD, agreed.secret, device.id, said)

    def _prove_device(self, exchange: Exchange, device: Device, prove: signaling.SignInProve) -> SignedIn:
        agreed = _agreed(exchange, prove)
        text = f"screenshare device v1|{self._room}|{base64url(exchange.share)}|{prove.share}"
        if agreed is None or not is_signed(device.public_key, prove.signature, text):
            raise WrongDevice("this is not the key of a browser that is remembered")
        self._vault.use(device.id, self._source)
        said = signaling.SignInDone(proof=agreed.confirmation("host"))
        return SignedIn(Secret.DEVICE, agreed.secret, device.id, said)

    def _remember(self, public_key: bytes) -> Device:
        try:
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public_key)
        except ValueError as exc:
            raise MalformedMessage("this key is no point of P-256") from exc
        device = Device(
            id=secrets.token_hex(4),
            name=self._browser[:40] or "browser",
            public_key=public_key,
            pin=secrets.token_bytes(_PIN_BYTES),
            added_at=self._wall(),
            used_from=self._source,
        )
        self._vault.remember(device)
        return device


def is_signed(public_key: bytes, signature: str | None, text: str) -> bool:
    """Tell whether ``signature`` (r and s, base64url) is that of ``text`` by this key (ECDSA, FIPS 186-5)."""
    if signature is None:
        return False
    raw = from_base64url(signature)
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), public_key)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), text.encode(), ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _agreed(exchange: Exchange, prove: signaling.SignInProve) -> Agreed | None:
    """Return the key if both sides have the same; None otherwise, and for what is no share."""
    try:
        agreed = exchange.finish(from_base64url(prove.share))
    except MalformedMessage:
        return None
    return agreed if agreed.is_confirmed_by("viewer", prove.proof) else None
