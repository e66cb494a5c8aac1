"""One viewer's socket from its arrival: which secret he proved, and the seal round what is said since."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from screenshare.clock import monotonic_s
from screenshare.errors import MalformedMessage, OutOfOrder, RateLimited
from screenshare.protocol import signaling
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.protocol.decode import encode, sealed_from_viewer, signal_from_viewer
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.session.door import ASK_ROOM, Door, Proved, SpokenCode
from screenshare.session.limits import TokenBucket
from screenshare.session.rights import Secret
from screenshare.signaling.lobby import Guest
from screenshare.trust.binding import Binding
from screenshare.trust.pake import Agreed, Exchange, commitment
from screenshare.trust.seal import Seal

# Each side of an exchange takes some milliseconds, and whoever finds three digits can ask for one.
EXCHANGES_HZ = 2.0
EXCHANGES_AT_ONCE = 10


@dataclass(slots=True)
class Visit:
    """What is known about one socket before and after it becomes a participant.

    Nothing but ``knock.prove`` is taken in the clear; what it proved gives the keys for all the rest.
    """

    guest: Guest
    room: str
    nonce: str
    patience: asyncio.TimerHandle  # closes a socket that never knocks
    # In a spoken code's room, and in that of who has no secret.
    exchange: CodeGuess | Comparison | None = None
    has_proved: bool = False
    is_over: bool = False
    has_knocked: bool = False
    proved: Proved | None = None
    digits: str = ""  # to be compared
    returning: str | None = None  # the participant whose resume token was proved
    binding: Binding | None = None
    participant: str | None = None
    _seal: Seal | None = field(default=None, repr=False)

    def greet(self) -> None:
        match self.exchange:
            case CodeGuess() as guess:
                self._challenge(share=guess.share)
            case Comparison() as comparison:
                self._challenge(commitment=comparison.commitment)
            case None:
                self._challenge()

    def compare(self, comparison: Comparison, prove: signaling.KnockProve) -> None:
        """Reveal this side's share, now that the other side's is known; the digits are known to both then."""
        agreed = comparison.finish(prove)
        self.send(signaling.KnockRevealed(share=comparison.share))
        self.proved, self.digits = Proved(Secret.DIGITS, agreed.secret), agreed.digits
        self.bind(agreed.secret, prove.nonce)

    def _challenge(self, *, share: str | None = None, commitment: str | None = None) -> None:
        self.send(
            signaling.KnockChallenged(
                version=PROTOCOL_VERSION, nonce=self.nonce, share=share, commitment=commitment
            )
        )

    def bind(self, secret: bytes, viewer_nonce: str) -> None:
        """Seal everything from here on, with keys that hang on ``secret`` and on this knock."""
        self.binding = Binding.of(secret, self.room, host_nonce=self.nonce, viewer_nonce=viewer_nonce)
        self._seal = Seal("host", self.binding.key, self.room)

    def send(self, signal: signaling.Signal) -> None:
        if self._seal is not None:
            signal = signaling.Sealed(box=self._seal.close(encode(signal)))
        self.guest.send(signal)

    def read(self, data: str) -> signaling.KnockProve | signaling.SealedFromViewer:
        """Return what the viewer said; raises RemoteProtocolError for what he may not say (in the clear)."""
        signal = signal_from_viewer.decode(data)
        match signal:
            case signaling.Sealed():
                if self._seal is None:
                    raise OutOfOrder("prove that you know the link first")
                return sealed_from_viewer.decode(self._seal.open(signal.box))
            case signaling.KnockProve():
                return signal
            case signaling.RoomEnter():
                raise OutOfOrder("this socket is in a room already")


class CodeGuess:
    """The one guess at the spoken code that a socket has."""

    def __init__(self, code: SpokenCode) -> None:
        self.code = code
        self._exchange = Exchange("host", code.digits.encode(), f"code|{code.room}")
        self.share = base64url(self._exchange.share)

    def check(self, door: Door, prove: signaling.KnockProve, *, address: str, now: float) -> Proved:
        """Return the secret that the exchange gives; raises WrongSecret or RateLimited as the door does."""
        agreed: list[Agreed] = []

        def is_known() -> bool:
            if prove.share is None:
                return False
            try:
                agreed.append(self._exchange.finish(from_base64url(prove.share)))
            except MalformedMessage:
                return False
            return agreed[0].is_confirmed_by("viewer", prove.proof or "")

        door.check_code(self.code, is_known, address=address, now=now)
        return Proved(Secret.CODE, agreed[0].secret)


class Comparison:
    """An exchange over no secret at all, whose digits two people compare."""

    def __init__(self) -> None:
        self._exchange = Exchange("host", b"", ASK_ROOM)
        self.share = base64url(self._exchange.share)
        self.commitment = base64url(commitment(self._exchange.share))

    def finish(self, prove: signaling.KnockProve) -> Agreed:
        """Return what both sides agree on; raises MalformedMessage."""
        if prove.share is None:
            raise MalformedMessage("without a secret a share is needed")
        return self._exchange.finish(from_base64url(prove.share))


class Exchanges:
    """Begins exchanges with those who come, so many in a second."""

    def __init__(self, clock: Callable[[], float] = monotonic_s) -> None:
        self._clock = clock
        self._bucket = TokenBucket(rate_hz=EXCHANGES_HZ, burst=EXCHANGES_AT_ONCE)

    def begin(self, door: Door, room: str) -> CodeGuess | Comparison | None:
        """Return what a room asks for, None in a link's; raises RateLimited."""
        code = door.code
        is_code = code is not None and room == code.room
        if not is_code and room != ASK_ROOM:
            return None
        if not self._bucket.take(self._clock()):
            raise RateLimited("too many people try to come in now; try again in a moment")
        return CodeGuess(code) if code is not None and is_code else Comparison()
