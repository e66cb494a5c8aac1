"""One viewer's socket from its arrival: which secret he proved, and the seal round what is said since."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from screenshare.clock import monotonic_s
from screenshare.errors import MalformedMessage, OutOfOrder, RateLimited
from screenshare.protocol import signaling
from screenshare.protocol.decode import encode, sealed_from_viewer, signal_from_viewer
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.session.door import Door, Proved, SpokenCode, base64url, from_base64url
from screenshare.session.limits import TokenBucket
from screenshare.session.rights import Secret
from screenshare.signaling.lobby import Guest
from screenshare.trust.binding import Binding
from screenshare.trust.pake import Agreed, Exchange
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
    guess: CodeGuess | None = None  # in a spoken code's room
    has_proved: bool = False
    is_over: bool = False
    has_knocked: bool = False
    proved: Proved | None = None
    returning: str | None = None  # the participant whose resume token was proved
    binding: Binding | None = None
    participant: str | None = None
    _seal: Seal | None = field(default=None, repr=False)

    def greet(self) -> None:
        share = None if self.guess is None else self.guess.share
        self.send(signaling.KnockChallenged(version=PROTOCOL_VERSION, nonce=self.nonce, share=share))

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
        self._code = code
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
            return agreed[0].is_confirmed_by("viewer", prove.proof)

        door.check_code(self._code, is_known, address=address, now=now)
        return Proved(Secret.CODE, agreed[0].secret)


class CodeGuesses:
    """Begins guesses at the spoken code, so many in a second."""

    def __init__(self, clock: Callable[[], float] = monotonic_s) -> None:
        self._clock = clock
        self._bucket = TokenBucket(rate_hz=EXCHANGES_HZ, burst=EXCHANGES_AT_ONCE)

    def begin(self, door: Door, room: str) -> CodeGuess | None:
        """Return a guess in a code's room, None in another; raises RateLimited."""
        code = door.code
        if code is None or room != code.room:
            return None
        if not self._bucket.take(self._clock()):
            raise RateLimited("too many people try this code now; try again in a moment")
        return CodeGuess(code)
