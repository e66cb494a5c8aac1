"""The life of one participant, from knock to goodbye (sans-IO)."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from screenshare.capability import Capability
from screenshare.errors import LocalProtocolError
from screenshare.protocol.messages import HEARTBEAT_LIMIT_S
from screenshare.session.kept import KeptParticipant
from screenshare.session.limits import TokenBucket
from screenshare.session.rights import SIGNED_IN, Secret
from screenshare.session.timely import Timeliness

ANSWER_LIMIT_S = 30.0
# Four missing beats: what he holds down goes up, and no more than that. A key that sticks frightens, while a
# path that was silent for so long often comes back as it was.
HOLD_LIMIT_S: Final = 2.0


class Phase(enum.StrEnum):
    """Where a participant stands; the values are the console's words."""

    KNOCKING = "knocking"
    CONNECTING = "connecting"
    LIVE = "live"
    RECONNECTING = "reconnecting"


class Step(enum.Enum):
    """What can happen to a participant, other than leaving, which is always possible."""

    ADMITTED = enum.auto()
    DIALLED = enum.auto()
    PATH_UP = enum.auto()
    PATH_LOST = enum.auto()


_TRANSITIONS: Final = {
    (Phase.KNOCKING, Step.ADMITTED): Phase.CONNECTING,
    (Phase.CONNECTING, Step.DIALLED): Phase.CONNECTING,
    (Phase.CONNECTING, Step.PATH_UP): Phase.LIVE,
    (Phase.CONNECTING, Step.PATH_LOST): Phase.RECONNECTING,
    (Phase.LIVE, Step.DIALLED): Phase.CONNECTING,
    (Phase.LIVE, Step.PATH_LOST): Phase.RECONNECTING,
    (Phase.RECONNECTING, Step.DIALLED): Phase.CONNECTING,
    (Phase.RECONNECTING, Step.PATH_UP): Phase.LIVE,  # the old path is heard again
}

# How long a participant may stay in a phase; a live one must be heard again within this time.
LIMIT_S: Final = {
    Phase.KNOCKING: ANSWER_LIMIT_S,
    Phase.CONNECTING: 30.0,
    Phase.LIVE: HEARTBEAT_LIMIT_S,
    # A laptop that sleeps, a train in a tunnel: several minutes.
    Phase.RECONNECTING: 300.0,
}


@dataclass(frozen=True, slots=True)
class Question:
    """An open request: for what right, what to answer to, and when silence means no."""

    capability: Capability
    re: int
    deadline: float


@dataclass(slots=True, kw_only=True)
class Participant:
    """One viewer; survives his peer connections. All times are monotonic seconds."""

    id: str
    name: str
    address: str
    browser: str
    secret: Secret
    wants: frozenset[Capability]
    since: float
    resume: str
    resume_before: str = ""  # good as well until ``resume`` is used: the word that told of it may be lost
    deadline: float
    renames_left: int = 10
    digits: str = ""  # for the person at the host to compare, where nothing was proved
    device: str = ""  # that the host remembers, where he came by one
    phase: Phase = Phase.KNOCKING
    has_been_live: bool = False
    is_announced: bool = True  # in this process
    holds_until: float | None = None  # unless he is heard; None: nothing he presses is held now
    granted: frozenset[Capability] = frozenset()
    clipboard_since: float | None = None  # when he got that capability
    question: Question | None = None
    watching: int | None = None  # a monitor, 0 for all; None: what the host shows
    timely: Timeliness = field(default_factory=Timeliness)
    # A hand moves the mouse at up to 1000 Hz; more than twice that is a flood.
    messages: TokenBucket = field(default_factory=lambda: TokenBucket(rate_hz=2000, burst=4000))
    violations: TokenBucket = field(default_factory=lambda: TokenBucket(rate_hz=20, burst=400))
    # Each choice may start an encoder: a person makes no more of them than this.
    choices: TokenBucket = field(default_factory=lambda: TokenBucket(rate_hz=1, burst=10))
    # Contents of clipboards, not their pieces: each is read or set once in another program's time.
    clips: TokenBucket = field(default_factory=lambda: TokenBucket(rate_hz=5, burst=20))
    replies: TokenBucket = field(default_factory=lambda: TokenBucket(rate_hz=10, burst=20))

    @classmethod
    def taken_up(cls, kept: KeptParticipant, now: float) -> Participant:
        """Return who was in a share that was cut off: as if his path had just been lost."""
        return cls(
            id=kept.id,
            name=kept.name,
            address=kept.address,
            browser=kept.browser,
            secret=kept.secret,
            wants=kept.wants,
            since=kept.since,
            resume=kept.resume,
            resume_before=kept.resume_before,
            deadline=now + LIMIT_S[Phase.RECONNECTING],
            phase=Phase.RECONNECTING,
            has_been_live=True,
            is_announced=False,
            granted=kept.granted,
            clipboard_since=now if Capability.CLIPBOARD in kept.granted else None,
        )

    @property
    def kept(self) -> KeptParticipant | None:
        """What brings him back; None before he was let in, and for who can sign in anew."""
        if self.phase is Phase.KNOCKING or self.secret in SIGNED_IN:
            return None
        return KeptParticipant(
            id=self.id,
            name=self.name,
            address=self.address,
            browser=self.browser,
            secret=self.secret,
            wants=self.wants,
            since=self.since,
            resume=self.resume,
            resume_before=self.resume_before,
            granted=self.granted,
        )

    @property
    def waits_without_socket(self) -> bool:
        """Whether his knock outlives its socket: his code is used up, so that he cannot knock again."""
        return self.secret is Secret.CODE

    @property
    def lost_at(self) -> float | None:
        """Since when he has no path; None while he has one."""
        is_lost = self.phase is Phase.RECONNECTING
        return self.deadline - LIMIT_S[Phase.RECONNECTING] if is_lost else None

    def is_missed(self, now: float) -> bool:
        is_silent = self.phase is Phase.LIVE and self.deadline - now <= HEARTBEAT_LIMIT_S - HOLD_LIMIT_S
        return is_silent or self.phase is Phase.RECONNECTING

    def step(self, step: Step, now: float) -> None:
        """Go on to the next phase, or raise LocalProtocolError where the table has none."""
        try:
            self.phase = _TRANSITIONS[self.phase, step]
        except KeyError:
            raise LocalProtocolError(f"{step.name} while {self.phase.value}") from None
        self.deadline = now + LIMIT_S[self.phase]
        self.holds_until = None
        self.has_been_live |= self.phase is Phase.LIVE

    def resume_among(self, is_proved: Callable[[str], bool]) -> str | None:
        """Return the resume token that passes ``is_proved``."""
        told = (self.resume, self.resume_before)
        return next((token for token in told if token and is_proved(token)), None)

    def came_back(self, token: str, fresh: str) -> None:
        """``token`` brought him back; it stays good until ``fresh`` does so too."""
        self.resume_before, self.resume = token, fresh

    def allows(self, step: Step) -> bool:
        return (self.phase, step) in _TRANSITIONS

    def asks(self, capability: Capability) -> bool:
        return self.question is not None and self.question.capability is capability

    def grant(self, capabilities: frozenset[Capability], now: float) -> None:
        """Give him these rights too."""
        if Capability.CLIPBOARD in capabilities - self.granted:
            self.clipboard_since = now
        self.granted |= capabilities
        if self.question is not None and self.question.capability in capabilities - {Capability.CONTROL}:
            self.question = None

    def heard(self, now: float) -> None:
        """Note a heartbeat."""
        if self.phase is Phase.LIVE:
            self.deadline = now + HEARTBEAT_LIMIT_S
            self.holds_until = now + HOLD_LIMIT_S
