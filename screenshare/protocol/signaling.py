"""Messages on the signaling socket, ``GET /v1/ws``: JSON text frames, at most 64 KiB each.

    viewer                                   host (through the rendezvous)
      room.enter        ->
                        <-                   knock.challenged
      knock.prove       ->                   the secret is checked before anybody is asked
                        <-                   knock.denied           it is wrong
                        <-                   knock.revealed         in the room of who has no secret
      = = = from here on all is ``sealed``; who carries it sees its size and its time = = =
                        <-                   sign-in.offered        at a host's address: nobody is asked
      sign-in.begin     ->
                        <-                   sign-in.asked
      sign-in.prove     ->
                        <-                   sign-in.done           a new seal follows | knock.denied
      knock.request     ->
      knock.rename      ->  (while a person is asked)
                        <-                   knock.waiting          a person is asked
                        <-                   knock.admitted | knock.denied
      peer.offer        ->
      peer.candidate    ->  (any number)
                        <-                   peer.answered          complete: candidates are inside
                        <-                   share.ended

The viewer always offers and the host always answers, so there is no glare. An ``error`` that is not sealed
is the word of whoever carries the messages: it may end an attempt, and nothing else.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from screenshare.capability import Capability
from screenshare.protocol.fields import (
    PROTOCOL_VERSION,
    Attempt,
    Name,
    ParticipantId,
    RequestId,
    RoomId,
    Seconds,
    Token,
)

MAX_SIGNAL_BYTES = 65_536
# Sealed, and so a third longer, it still fits in a frame.
Sdp = Annotated[str, Meta(min_length=1, max_length=44_000)]
Box = Annotated[str, Meta(min_length=1, max_length=65_000, pattern="^[A-Za-z0-9_-]+$")]
Share = Annotated[
    str, Meta(pattern="^[A-Za-z0-9_-]{43}$", description="32 bytes of a SPAKE2 exchange, base64url.")
]
Mac = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]

DenialReason = Literal[
    "denied",
    "timeout",
    "full",
    "wrong-secret",
    "rate-limited",
    "wrong-password",
    "locked-out",
    "unknown-device",
    "unattended-off",
]
Salt = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$", description="16 bytes, base64url.")]
DeviceId = Annotated[str, Meta(pattern="^[0-9a-f]{8}$")]
PublicKey = Annotated[
    str, Meta(pattern="^[A-Za-z0-9_-]{87}$", description="A point of P-256, uncompressed (SEC 1), base64url.")
]
Signature = Annotated[
    str,
    Meta(pattern="^[A-Za-z0-9_-]{86}$", description="ECDSA over SHA-256 as r and s (IEEE P1363), base64url."),
]
EndReason = Literal["stopped", "removed", "capture-lost", "failed"]


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of everything that travels on the signaling socket."""


class RoomEnter(Signal, frozen=True, kw_only=True, tag="room.enter"):
    """Viewer: name the room; nothing else is possible before."""

    version: Annotated[int, Meta(ge=0, le=65_535)] = PROTOCOL_VERSION
    room: RoomId


class KnockProve(Signal, frozen=True, kw_only=True, tag="knock.prove"):
    """Viewer: prove that the link (or code) is known.

    In a link's room ``proof`` is base64url(HMAC-SHA256(secret, ``screenshare knock v1|ROOM|NONCE``)) without
    padding, with the host's nonce; ``secret`` is the decoded fragment ``k``. ``resume`` claims an earlier
    stay in the same share: the same proof, made with the resume token (as ASCII) instead of the secret. Who
    came by a spoken code, which is used up, makes both with the token.

    In a code's room ``share`` is this side's part of the SPAKE2 exchange over the code's seven digits, and
    ``proof`` confirms its key. In the room of who has no secret ``share`` is of an exchange over nothing.
    """

    nonce: Token
    proof: Token | None = None
    share: Share | None = None
    resume: Token | None = None


class Sealed(Signal, frozen=True, kw_only=True, tag="sealed"):
    """Either side: another message, closed with the key of this knock (``screenshare/trust/seal.py``)."""

    box: Box


class KnockRequest(Signal, frozen=True, kw_only=True, tag="knock.request"):
    """Viewer: ask to come in; the first message under the seal."""

    name: Name = ""
    wants: Annotated[list[Capability], Meta(max_length=16)] = msgspec.field(
        default_factory=lambda: [Capability.VIEW]
    )


class KnockRename(Signal, frozen=True, kw_only=True, tag="knock.rename"):
    """Viewer: while a person is asked, another name; the knock, a code and the digits stay as they are."""

    name: Name


class SignInBegin(Signal, frozen=True, kw_only=True, tag="sign-in.begin"):
    """Viewer: sign in at a host's address, by the password, or as a device that the host remembers."""

    device: DeviceId | None = None


class SignInProve(Signal, frozen=True, kw_only=True, tag="sign-in.prove"):
    """Viewer: this side's share, and what shows that both sides' keys are the same.

    A device signs ``screenshare device v1|ROOM|HOST'S SHARE|VIEWER'S SHARE`` too. With ``remember`` a browser
    that knew the password asks to come without it next time.
    """

    share: Share
    proof: Mac
    signature: Signature | None = None
    remember: PublicKey | None = None


class PeerOffer(Signal, frozen=True, kw_only=True, tag="peer.offer"):
    """Viewer: the offer of a new peer connection; ends the one before (aiortc has no ICE restart).

    ``mac`` is hex(HMAC-SHA256(K, ``offer|ATTEMPT|hex(SHA256(sdp))``)); K is HKDF-SHA256 of the secret that
    was proved (of the SPAKE2 exchange's, or for who comes back after a spoken code of the resume token), with
    ``HOST NONCE|VIEWER NONCE`` as salt and ``screenshare binding v3|ROOM`` as info, 32 bytes.
    """

    attempt: Attempt
    sdp: Sdp
    mac: Mac


class PeerCandidate(Signal, frozen=True, kw_only=True, tag="peer.candidate"):
    """Viewer: one more candidate; ``candidate`` null says that there are no more (RFC 8838 §13)."""

    attempt: Attempt
    candidate: Annotated[str, Meta(max_length=1024)] | None
    mid: Annotated[str, Meta(max_length=16)] | None = None


class ViewerBye(Signal, frozen=True, kw_only=True, tag="viewer.leave"):
    """Viewer: gone for good; its place need not be kept."""


class KnockChallenged(Signal, frozen=True, kw_only=True, tag="knock.challenged"):
    """Host: the nonce that the proof must cover; in a code's room also its part of the exchange.

    In the room of who has no secret ``commitment`` is the hash of that part, which follows when the viewer
    has sent his (``screenshare/trust/pake.py``).
    """

    version: int
    nonce: Token
    share: Share | None = None
    commitment: Share | None = None


class KnockRevealed(Signal, frozen=True, kw_only=True, tag="knock.revealed"):
    """Host: its part of the exchange, to which it committed itself; both sides show the digits now."""

    share: Share


class SignInOffered(Signal, frozen=True, kw_only=True, tag="sign-in.offered"):
    """Host: its address was proved to be known; the password or a device must be proved too.

    The secret of the exchange is argon2id (RFC 9106) of the password in NFC, UTF-8, one lane, 32 bytes.
    """

    host: Name
    salt: Salt
    memory_kib: Annotated[int, Meta(ge=19_456, le=2**20)]
    passes: Annotated[int, Meta(ge=2, le=16)]
    remembers: bool = False


class SignInAsked(Signal, frozen=True, kw_only=True, tag="sign-in.asked"):
    """Host: its share of a SPAKE2 exchange over the password's key, or over what the device was given."""

    share: Share


class SignInDone(Signal, frozen=True, kw_only=True, tag="sign-in.done"):
    """Host: that was right, and ``proof`` shows that the host knows it too.

    What follows is sealed with keys of the exchange's secret. A browser that is remembered from now on keeps
    ``pin``, the secret of its exchanges (32 bytes, base64url), beside the key that never leaves it.
    """

    proof: Mac
    device: DeviceId | None = None
    pin: Share | None = None


class KnockWaiting(Signal, frozen=True, kw_only=True, tag="knock.waiting"):
    """Host: the secret was right; a person is being asked, and ``limit_s`` ends in *deny*.

    ``room`` and ``resume``, after a spoken code: it is used up, and they bring back who loses his socket now.
    """

    host: Name
    limit_s: Seconds
    room: RoomId | None = None
    resume: Token | None = None


class IceServer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One STUN or TURN server, as RTCIceServer has it (W3C WebRTC §4.2.4)."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class KnockAdmitted(Signal, frozen=True, kw_only=True, tag="knock.admitted"):
    """Host: come in. ``room`` and ``resume`` let the same page come back without being asked again.

    With ``relay_only`` the page offers no address of its own, only the TURN server's.
    """

    participant: ParticipantId
    room: RoomId
    host: Name
    resume: Token
    granted: list[Capability]
    ice_servers: list[IceServer]
    relay_only: bool = False


class KnockDenied(Signal, frozen=True, kw_only=True, tag="knock.denied"):
    """Host: no. The socket closes after this. Where guessing has to wait, ``wait_s`` says how long."""

    reason: DenialReason
    wait_s: Seconds | None = None


class PeerAnswered(Signal, frozen=True, kw_only=True, tag="peer.answered"):
    """Host: the answer, candidates included.

    ``mac`` covers ``answer|ATTEMPT|hex(SHA256(offer))|hex(SHA256(sdp))`` with the key of the offer's.
    """

    attempt: Attempt
    sdp: Sdp
    mac: Mac


class ShareEnded(Signal, frozen=True, kw_only=True, tag="share.ended"):
    """Host: this share is over for this viewer."""

    reason: EndReason
    duration_s: Seconds


class SignalError(Signal, frozen=True, kw_only=True, tag="error"):
    """Either side's message was refused; ``re`` is unused on the socket, which has no request ids."""

    code: str
    message: str
    re: RequestId | None = None


ClearFromViewer = RoomEnter | KnockProve | Sealed
SealedFromViewer = (
    SignInBegin | SignInProve | KnockRequest | KnockRename | PeerOffer | PeerCandidate | ViewerBye
)
ClearToViewer = KnockChallenged | KnockRevealed | KnockDenied | SignalError | Sealed
SealedToViewer = (
    SignInOffered
    | SignInAsked
    | SignInDone
    | KnockWaiting
    | KnockAdmitted
    | KnockDenied
    | PeerAnswered
    | ShareEnded
    | SignalError
)
