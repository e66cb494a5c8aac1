"""Whose turn it is to control: asking, the line, giving, taking, and the host's last word (sans-IO)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from screenshare.capability import Capability
from screenshare.errors import CommandRefused, PermissionDenied
from screenshare.media import Window
from screenshare.protocol import console, messages
from screenshare.session.control import ControlToken, Scope
from screenshare.session.effects import Announce, DescribeAll, Effect, Tell
from screenshare.session.participant import ANSWER_LIMIT_S, Participant, Phase, Question
from screenshare.session.rights import Policy


@dataclass(slots=True)
class Turns:
    """The rules round the one token.

    Who may control anyway stands in ``line`` while another one does, by participant with the request to
    answer; whom the host has to be asked about has an open ``Participant.question`` instead. ``is_locked``:
    the host alone says who controls. ``windows``: those of the display, as they were seen last.
    """

    token: ControlToken
    participants: Mapping[str, Participant]
    policy: Policy
    is_locked: bool = False
    windows: Mapping[int, Window] = field(default_factory=dict)
    line: dict[str, int] = field(default_factory=dict)

    def place_of(self, id_: str) -> int | None:
        """Return the place in line, from 1."""
        return next((place for place, each in enumerate(self.line, start=1) if each == id_), None)

    def serve(self, now: float) -> list[Effect]:
        """Let the first in line control, if nobody does."""
        if not self.line or self.is_locked or self.token.holder is not None:
            return []
        first = next(iter(self.line))
        return self.token.pass_to(first, re=self.line.pop(first), now=now)

    # --- what viewers ask for --------------------------------------------------------------------------

    def request(self, participant: Participant, re: int, now: float) -> list[Effect]:
        if self.token.holder == participant.id:
            return [Tell(participant.id, self.token.granted(re, now))]
        if self.is_locked:
            return [Tell(participant.id, messages.ControlRefused(re=re, reason="locked"))]
        if Capability.CONTROL in participant.granted:
            return self._request_turn(participant.id, re, now)
        if Capability.CONTROL not in self.policy.askable(participant.secret):
            return [Tell(participant.id, messages.ControlRefused(re=re, reason="not-granted"))]
        participant.question = Question(Capability.CONTROL, re, now + ANSWER_LIMIT_S)
        return [
            Tell(participant.id, messages.ControlWaiting(re=re, limit_s=ANSWER_LIMIT_S)),
            Announce(console.ControlRequested(id=participant.id, limit_s=ANSWER_LIMIT_S)),
            DescribeAll(),
        ]

    def _request_turn(self, id_: str, re: int, now: float) -> list[Effect]:
        if self.token.holder is None:
            return self.token.pass_to(id_, re=re, now=now)
        place = self.place_of(id_)
        self.line[id_] = re
        if place is not None:
            return [Tell(id_, messages.ControlWaiting(re=re, place=place)), DescribeAll()]
        place = len(self.line)
        return [
            Tell(id_, messages.ControlWaiting(re=re, place=place)),
            Announce(console.ControlQueued(id=id_, place=place)),
            DescribeAll(),
        ]

    def take(self, participant: Participant, re: int, now: float) -> list[Effect]:
        """Take control from whoever has it; only who may control anyway can do that."""
        if self.token.holder in (None, participant.id) or self.is_locked:
            return self.request(participant, re, now)
        self.forget(participant)
        return self.token.pass_to(participant.id, re=re, now=now, reason="taken")

    def give(self, to: str, now: float) -> list[Effect]:
        """Let another viewer control, as whoever controls wishes.

        Raises:
            PermissionDenied: the host has not allowed that.
        """
        target = self.participants.get(to)
        if self.is_locked:
            raise PermissionDenied("the host alone decides who controls now")
        if target is None or target.phase is not Phase.LIVE or Capability.CONTROL not in target.granted:
            raise PermissionDenied("the host has not allowed this viewer to control")
        return self.token.pass_to(to, re=self.line.pop(to, None), now=now, reason="given")

    def release(self, participant: Participant) -> list[Effect]:
        """Take back what a viewer gives back: control, or his wish for it."""
        had_wish = self.forget(participant)
        effects = self.take_from(participant.id, "released")
        return effects or ([DescribeAll()] if had_wish else [])

    # --- what the host decides -------------------------------------------------------------------------

    def grant(self, participant: Participant, command: console.ControlGrant, now: float) -> list[Effect]:
        if Capability.CONTROL not in self.policy.grantable():
            raise CommandRefused("control is switched off", hint="start again without --deny control")
        scope = Scope(command.reach, self._window(command.window))
        re = self._open_request(participant)
        self.forget(participant)
        return self.token.pass_to(participant.id, re=re, for_s=command.for_s, scope=scope, now=now)

    def _window(self, id_: int | None) -> Window | None:
        if id_ is None:
            return None
        if id_ not in self.windows:
            raise CommandRefused("there is no such window (any more)", hint="ask for the list again")
        return self.windows[id_]

    def answer(self, participant: Participant, reason: messages.RefuseReason) -> list[Effect]:
        """Refuse an open request."""
        re = self._open_request(participant)
        if re is None:
            raise CommandRefused("this viewer has no open request for control")
        self.forget(participant)
        return [Tell(participant.id, messages.ControlRefused(re=re, reason=reason)), DescribeAll()]

    def refuse_all(self) -> list[Effect]:
        """Refuse every open request."""
        return [
            effect
            for participant in self.participants.values()
            if self._open_request(participant) is not None
            for effect in self.answer(participant, "denied")
        ]

    def clear_line(self) -> list[Effect]:
        """Refuse whoever stands in line: what the host took back is not for the next one."""
        return [effect for id_ in [*self.line] for effect in self.answer(self.participants[id_], "denied")]

    def lock(self, *, is_locked: bool) -> list[Effect]:
        """Let the host alone decide who controls, or the viewers among themselves again."""
        if self.is_locked == is_locked:
            raise CommandRefused(f"control is {'locked already' if is_locked else 'not locked'}")
        self.is_locked = is_locked
        return [Announce(console.ControlLocked() if is_locked else console.ControlUnlocked()), DescribeAll()]

    def take_from(self, id_: str, reason: messages.RevokeReason) -> list[Effect]:
        return self.token.take_back(reason) if self.token.holder == id_ else []

    def forget(self, participant: Participant) -> bool:
        """Forget a wish for control; tell whether there was one."""
        had_wish = self._open_request(participant) is not None
        if participant.asks(Capability.CONTROL):
            participant.question = None
        self.line.pop(participant.id, None)
        return had_wish

    def _open_request(self, participant: Participant) -> int | None:
        if participant.question is not None and participant.question.capability is Capability.CONTROL:
            return participant.question.re
        return self.line.get(participant.id)
