"""The secrets of one share, and who may guess at them how often (sans-IO)."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from screenshare.errors import RateLimited, RemoteProtocolError
from screenshare.protocol.base64url import base64url
from screenshare.session.invitations import Invitation, Invitations, KeptDoor
from screenshare.session.rights import Secret

CODE_LIFE_S = 600.0
# How many digits name a spoken code's room: three, and more where a server has those taken.
FEWEST_ROOM_DIGITS, MOST_ROOM_DIGITS = 3, 6
CODE_GUESSES = 3
FREE_GUESSES = 5
FIRST_PENALTY_S = 10.0
LONGEST_PENALTY_S = 900.0
REMEMBERED_ADDRESSES = 1024
# Where people come who have no secret. No host claims it at a server.
ASK_ROOM = "ask"


class WrongSecret(RemoteProtocolError):
    """The proof fits none of the secrets of this share."""

    code = "wrong-secret"


def proof_of(secret: bytes, room: str, nonce: str) -> str:
    """Return what a viewer who knows ``secret`` answers to ``nonce``."""
    text = f"screenshare knock v1|{room}|{nonce}".encode()
    return base64url(hmac.new(secret, text, hashlib.sha256).digest())


def room_of(token: str) -> str:
    """Return the room that belongs to an owner's token: who does not know it can claim no such room."""
    return base64url(hashlib.sha256(f"screenshare room v1|{token}".encode()).digest()[:12])


def is_code_room(room: str) -> bool:
    """Tell whether a room is named by digits that can be spoken; the name of any other proves its owner."""
    return room.isascii() and room.isdigit() and FEWEST_ROOM_DIGITS <= len(room) <= MOST_ROOM_DIGITS


def source_of(address: str) -> str:
    """Return what counts as one guesser: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


@dataclass(frozen=True, slots=True)
class Proved:
    """Which secret a proof was made with."""

    kind: Secret
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """Where one can sign in at this host, share after share; ``token`` owns its room at a server."""

    token: str = field(repr=False)
    secret: bytes = field(repr=False)

    @property
    def room(self) -> str:
        return room_of(self.token)

    def link(self, origin: str) -> str:
        return origin + sign_in_path(self.room, self.secret)


def sign_in_path(room: str, secret: bytes) -> str:
    """Return where one signs in at a server; it leads to a question for the password, and no further."""
    return f"/j/{room}#u={base64url(secret)}"


@dataclass(slots=True)
class SpokenCode:
    """Ten digits that one can say on the telephone: three name the room, seven are the secret.

    A room that was taken at the server has its successor named by one digit more.
    """

    room: str
    digits: str
    expires_at: float
    guesses_left: int = CODE_GUESSES

    def __str__(self) -> str:
        return f"{self.room} {self.digits[:3]} {self.digits[3:]}"


@dataclass(slots=True)
class _Guesser:
    failures: int = 0
    blocked_until: float = float("-inf")


def _digits(count: int) -> str:
    return f"{secrets.randbelow(10**count):0{count}d}"


@dataclass(slots=True)
class Door:
    """Checks proofs. ``now`` is monotonic seconds; ``digits`` and ``random_bytes`` are the dice."""

    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    digits: Callable[[int], str] = _digits
    takes_asking: bool = False  # from people without a secret
    token: str = field(init=False, repr=False)
    room: str = field(init=False)
    invitations: Invitations = field(init=False)
    code: SpokenCode | None = field(init=False, default=None)
    # Where people sign in, while they may.
    address: Address | None = field(init=False, default=None)
    _guessers: OrderedDict[str, _Guesser] = field(init=False, default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.token = base64url(self.random_bytes(24))
        self.room = room_of(self.token)
        self.invitations = Invitations(self.random_bytes)

    def kept(self) -> KeptDoor:
        """Return what brings the room and its links back; a spoken code is not kept."""
        return self.invitations.kept(self.token)

    def take_up(self, kept: KeptDoor) -> None:
        """Be the door of a share that was cut off."""
        self.token, self.room = kept.token, room_of(kept.token)
        self.invitations.take_up(kept)

    def new_code(self, now: float, room_digits: int = FEWEST_ROOM_DIGITS) -> SpokenCode:
        """Replace the spoken code; the one before is dead."""
        self.code = SpokenCode(self.digits(room_digits), self.digits(7), now + CODE_LIFE_S)
        return self.code

    def rooms(self) -> dict[str, str | None]:
        """Return the rooms by which somebody may come now, with the token of each that has its own."""
        rooms: dict[str, str | None] = {self.room: None}
        if self.code is not None:
            rooms[self.code.room] = None
        if self.address is not None:
            rooms[self.address.room] = self.address.token
        return rooms

    def knows_room(self, room: str) -> bool:
        return room in self.rooms() or (self.takes_asking and room == ASK_ROOM)

    def nonce(self) -> str:
        return base64url(self.random_bytes(16))

    def check(
        self, *, room: str, nonce: str, proof: str, address: str, now: float, is_returning: bool = False
    ) -> Proved:
        """Return which link's secret was proved; who is not returning uses the link up.

        Raises:
            WrongSecret: none; counted against the address.
            RateLimited: too many wrong proofs from there; this one was not looked at.
        """
        self._let_guess(address, now)
        known = self.invitations.all() if is_returning else self.invitations.open(now)
        invitation = _proved(known, room, nonce, proof) if room == self.room else None
        if invitation is None:
            self._count_failure(address, now)
            raise WrongSecret("this link is not valid here")
        if not is_returning:
            self.invitations.use(invitation.id)
        self._guessers.pop(source_of(address), None)
        return Proved(invitation.kind, invitation.secret)

    def check_code(self, code: SpokenCode, *, is_known: bool, address: str, now: float) -> None:
        """Use ``code`` up for who knows it: one guess.

        Raises:
            WrongSecret: it is not known, or good no more; counted against the address and the code.
            RateLimited: too many wrong guesses from there; this one counts as none.
        """
        self._let_guess(address, now)
        if self.code is not code or now >= code.expires_at or not is_known:
            self._count_failure(address, now)
            self._count_guess(code)
            raise WrongSecret("this code is not valid here")
        self.code = None
        self._guessers.pop(source_of(address), None)

    def check_address(self, *, room: str, nonce: str, proof: str, address: str, now: float) -> bytes:
        """Return the secret of this host's address, which lets nobody in, to who knows it.

        Raises as ``check`` does.
        """
        self._let_guess(address, now)
        known = self.address
        if (
            known is None
            or known.room != room
            or not hmac.compare_digest(proof_of(known.secret, room, nonce), proof)
        ):
            self._count_failure(address, now)
            raise WrongSecret("this is not the address of this host")
        self._guessers.pop(source_of(address), None)
        return known.secret

    def is_address(self, room: str) -> bool:
        return self.address is not None and self.address.room == room

    def let_ask(self, *, address: str, now: float) -> None:
        """Let somebody without a secret disturb a person; raises RateLimited for who does it too often."""
        self._let_guess(address, now)
        self._count_failure(address, now)

    def _let_guess(self, address: str, now: float) -> None:
        guesser = self._guessers.get(source_of(address))
        if guesser is not None and now < guesser.blocked_until:
            raise RateLimited("too many wrong links or codes from this address; try again later")

    def _count_guess(self, code: SpokenCode) -> None:
        code.guesses_left -= 1
        if code.guesses_left <= 0 and self.code is code:
            self.code = None

    def _count_failure(self, address: str, now: float) -> None:
        source = source_of(address)
        guesser = self._guessers.setdefault(source, _Guesser())
        self._guessers.move_to_end(source)
        if len(self._guessers) > REMEMBERED_ADDRESSES:
            self._guessers.popitem(last=False)
        guesser.failures += 1
        if guesser.failures >= FREE_GUESSES:
            doubling = min(guesser.failures - FREE_GUESSES, 10)
            guesser.blocked_until = now + min(LONGEST_PENALTY_S, FIRST_PENALTY_S * 2**doubling)


def _proved(known: Iterable[Invitation], room: str, nonce: str, proof: str) -> Invitation | None:
    """Return the invitation whose secret was proved; each is looked at, whichever it is."""
    fitting = [each for each in known if hmac.compare_digest(proof_of(each.secret, room, nonce), proof)]
    return fitting[0] if fitting else None
