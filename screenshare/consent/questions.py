"""Sans-IO: which question is asked now, and what a key answers."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

from screenshare.capability import Capability
from screenshare.protocol import console
from screenshare.protocol.console import HostDescribed, ViewerDescription

# Who types while a question appears did not mean it.
DEAD_TIME_S: Final = 1.0


class Kind(enum.StrEnum):
    """What a viewer asks for."""

    ENTRY = "entry"
    CONTROL = "control"
    RIGHT = "right"
    """Any other right."""


@dataclass(frozen=True, slots=True)
class Question:
    """One open question of one viewer."""

    kind: Kind
    viewer: ViewerDescription
    may_control: bool  # c is an answer

    @property
    def key(self) -> tuple[Kind, str]:
        return self.kind, self.viewer.id


@dataclass(slots=True)
class Questions:
    """Asks one question at a time, in the order in which viewers came."""

    _open: list[Question] = field(default_factory=list)
    _answered: set[tuple[Kind, str]] = field(default_factory=set)
    _shown_at: float = float("-inf")
    _controlled: bool = False
    _paused: bool | None = None

    @property
    def current(self) -> Question | None:
        return self._open[0] if self._open else None

    @property
    def waiting(self) -> int:
        """How many more there are."""
        return max(0, len(self._open) - 1)

    def describe(self, state: HostDescribed, now: float) -> bool:
        """Take the host's state; return True when a question has appeared that was not there before."""
        asked = [question for viewer in state.viewers if (question := _question(viewer, state)) is not None]
        self._answered &= {question.key for question in asked}
        self._controlled = any(viewer.controls for viewer in state.viewers)
        self._paused = state.paused
        known = {question.key for question in self._open}
        self._show([question for question in asked if question.key not in self._answered], now)
        return any(question.key not in known for question in self._open)

    def press(self, key: str, now: float) -> console.AnyHostCommand | None:
        """Return what ``key`` tells the host to do; None for nothing."""
        if key == "r":
            return console.ControlRevoke() if self._controlled else None
        if key == "p" and self._paused is not None:
            return console.ShareResume() if self._paused else console.SharePause()
        question = self.current
        if question is None or now - self._shown_at < DEAD_TIME_S:
            return None
        command = _answer(question, key)
        if command is not None:
            self._answered.add(question.key)
            self._show(self._open[1:], now)
        return command

    def ask_again(self, now: float) -> None:
        """Forget what was answered: the host could not do it."""
        self._answered.clear()
        self._shown_at = now

    def _show(self, questions: list[Question], now: float) -> None:
        before = self.current
        # The one that is being read stays, whoever came before.
        questions.sort(key=lambda question: before is None or question.key != before.key)
        self._open = questions
        if self.current is not None and (before is None or self.current.key != before.key):
            self._shown_at = now


def _question(viewer: ViewerDescription, state: HostDescribed) -> Question | None:
    if viewer.question is None:
        return None
    may_control = Capability.CONTROL in viewer.wants and Capability.CONTROL in state.available
    return Question(Kind(viewer.question), viewer, may_control and viewer.question == "entry")


def _answer(question: Question, key: str) -> console.AnyHostCommand | None:
    id_, asked = question.viewer.id, question.viewer.asks
    match question.kind, key:
        case Kind.ENTRY, "y":
            return console.ViewerAdmit(id=id_, grant=[Capability.VIEW])
        case Kind.ENTRY, "c" if question.may_control:
            return console.ViewerAdmit(id=id_, grant=[Capability.VIEW, Capability.CONTROL])
        case Kind.ENTRY, "n":
            return console.ViewerDeny(id=id_)
        case Kind.CONTROL, "y":
            return console.ControlGrant(id=id_)
        case Kind.CONTROL, "n":
            return console.ControlDeny(id=id_)
        case Kind.RIGHT, "y" if asked is not None:
            return console.CapabilitySet(id=id_, capability=asked, granted=True)
        case Kind.RIGHT, "n":
            return console.CapabilityDeny(id=id_)
        case _:
            return None
