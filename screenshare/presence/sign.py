"""What the desktop shows, as a value: the host's state in, a sign out (pure)."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from screenshare.capability import Capability
from screenshare.presence import words
from screenshare.protocol import console
from screenshare.protocol.plain_text import grouped

Level = Literal["idle", "watched", "controlled", "paused"]
MOST_AREAS: Final = 16

Line = Annotated[str, Meta(max_length=300)]


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the display that viewers see, in its pixels; the frame goes round it."""

    x: int
    y: int
    width: int
    height: int


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One right that can be ticked."""

    capability: Capability
    words: Line
    is_fixed: bool = False


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a viewer asks; ``blocked`` says why nobody can be allowed anything now.

    ``right``: the one that is asked for by whoever is in.
    """

    kind: console.QuestionKind
    id: str
    title: Line
    facts: Line
    proved: Line
    right: Capability | None = None
    offers: list[Offer] = []
    answer_in_s: float | None = None
    waiting: Line = ""
    blocked: Line = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.id

    @property
    def denial(self) -> console.AnyHostCommand:
        """What saying no means."""
        match self.kind:
            case "entry":
                return console.ViewerDeny(id=self.id)
            case "control":
                return console.ControlDeny(id=self.id)
            case "right":
                return console.CapabilityDeny(id=self.id)


class Sign(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that the desktop shows at one moment."""

    level: Level
    words: Line
    areas: Annotated[list[Area], Meta(max_length=MOST_AREAS)] = []
    question: Question | None = None

    @property
    def is_paused(self) -> bool:
        return self.level == "paused"

    @property
    def pause_words(self) -> str:
        """What the button says that pauses, or goes on."""
        return words.RESUME if self.is_paused else words.PAUSE

    @property
    def pause_command(self) -> console.AnyHostCommand:
        """What that button does."""
        return console.ShareResume() if self.is_paused else console.SharePause()

    def looks_like(self, other: Sign | None) -> bool:
        """Whether nothing would have to be drawn anew; seconds count themselves down."""
        return other is not None and _timeless(self) == _timeless(other)


IDLE: Final = Sign(level="idle", words=words.NOBODY)


def sign_of(state: console.HostDescribed) -> Sign:
    """Return what to show while the host is in ``state``."""
    inside = [viewer for viewer in state.viewers if viewer.phase != "knocking"]
    controller = next((viewer for viewer in inside if viewer.controls), None)
    if state.paused:
        level: Level = "paused"
    elif controller is not None:
        level = "controlled"
    else:
        level = "watched" if inside else "idle"
    return Sign(
        level=level,
        words=words.sign_words(level, controller, inside),
        # Monitors can be chosen by viewers: whatever they may look at is framed.
        areas=[Area(x=m.x, y=m.y, width=m.width, height=m.height) for m in state.monitors[:MOST_AREAS]],
        question=_question(state, controller),
    )


def _question(state: console.HostDescribed, controller: console.ViewerDescription | None) -> Question | None:
    """Return the question whose time is over first."""
    asking = [(viewer, viewer.question) for viewer in state.viewers if viewer.question is not None]
    if not asking:
        return None
    viewer, kind = min(asking, key=lambda one: _time_left_s(one[0]))
    offered = [right for right in viewer.wants if right in state.available] if kind == "entry" else []
    return Question(
        kind=kind,
        right=viewer.asks,
        id=viewer.id,
        title=words.wish(viewer),
        facts=words.facts(viewer),
        proved=words.PROVED[viewer.secret].format(digits=grouped(viewer.digits)),
        offers=[
            Offer(capability=right, words=words.RIGHTS[right], is_fixed=right is Capability.VIEW)
            for right in offered
        ],
        answer_in_s=viewer.answer_in_s,
        waiting=words.more(len(asking) - 1),
        # Whoever controls this computer could press "Allow" himself.
        blocked="" if controller is None else words.blocked(controller),
    )


def _time_left_s(viewer: console.ViewerDescription) -> float:
    return float("inf") if viewer.answer_in_s is None else viewer.answer_in_s


def _timeless(sign: Sign) -> Sign:
    if sign.question is None:
        return sign
    return replace(sign, question=replace(sign.question, answer_in_s=None))
