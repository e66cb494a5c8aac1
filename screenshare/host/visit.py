"""One viewer's socket from its arrival: which secret he proved, and the seal round what is said since."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from screenshare.errors import OutOfOrder
from screenshare.host.exchanges import CodeGuess, Comparison
from screenshare.protocol import signaling
from screenshare.protocol.decode import encode, sealed_from_viewer, signal_from_viewer
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.session.door import Proved
from screenshare.session.rights import Secret
from screenshare.signaling.lobby import Guest
from screenshare.trust.binding import Binding
from screenshare.trust.pake import Agreed
from screenshare.trust.seal import Seal
from screenshare.unattended.sign_in import SignIn

# What a page says behind its proof, without waiting for an answer: that it knocks.
MOST_HELD: Final = 8


@dataclass(frozen=True, slots=True)
class Return:
    """The participant whose resume token was proved, and that token."""

    id: str
    token: str


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
    held: list[str] | None = None  # what he says while his exchange is looked at
    is_over: bool = False
    has_knocked: bool = False
    proved: Proved | None = None
    digits: str = ""  # to be compared
    sign_in: SignIn | None = None  # once the host's address was proved
    is_busy: bool = False  # with a step of it
    device: str = ""  # that he signed in with, or is remembered as from now on
    viewer_nonce: str = ""
    returning: Return | None = None
    binding: Binding | None = None
    participant: str | None = None
    offer: signaling.PeerOffer | None = None  # until he is let in
    _seal: Seal | None = field(default=None, repr=False)

    def greet(self) -> None:
        match self.exchange:
            case CodeGuess() as guess:
                self._challenge(share=guess.share)
            case Comparison() as comparison:
                self._challenge(commitment=comparison.commitment)
            case None:
                self._challenge()

    def compare(self, comparison: Comparison, agreed: Agreed, viewer_nonce: str) -> None:
        """Reveal this side's share, now that the other side's is known; the digits are known to both then."""
        self.send(signaling.KnockRevealed(share=comparison.share))
        self.proved, self.digits = Proved(Secret.DIGITS, agreed.secret), agreed.digits
        self.bind(agreed.secret, viewer_nonce)

    def hold(self, data: str) -> bool:
        """Keep what is said while nobody knows yet under which seal; return whether that is so."""
        if self.held is None:
            return False
        if len(self.held) >= MOST_HELD:
            raise OutOfOrder("wait for the answer first")
        self.held.append(data)
        return True

    def keep_offer(self, offer: signaling.PeerOffer) -> None:
        """Keep what he offers while the host is asked; one is enough."""
        if self.offer is not None:
            raise OutOfOrder("one offer is enough before the host let you in")
        self.offer = offer

    def _challenge(self, *, share: str | None = None, commitment: str | None = None) -> None:
        self.send(
            signaling.KnockChallenged(
                version=PROTOCOL_VERSION, nonce=self.nonce, share=share, commitment=commitment
            )
        )

    def bind(self, secret: bytes, viewer_nonce: str) -> None:
        """Seal everything from here on, with keys that hang on ``secret`` and on this knock."""
        self.viewer_nonce = viewer_nonce
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
