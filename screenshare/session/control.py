"""The control token: one viewer holds it, or nobody (sans-IO)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from screenshare.media import Window
from screenshare.protocol import console, messages
from screenshare.protocol.fields import Reach
from screenshare.session.effects import Announce, DescribeAll, Effect, ReleaseInput, Tell
from screenshare.session.kept import KeptControl

# What a viewer did just before the host's hand moved has had its effect by then.
HAND_SETTLES_S: Final = 0.2
# After the last move of the host's own hand, whoever controls waits for so long.
HAND_RESTS_S: Final = 2.0
# Who is talked into something forgets who still holds his mouse: he is told again.
REMIND_EACH_S: Final = 1800.0


@dataclass(frozen=True, slots=True)
class Scope:
    """How far control goes: which half of it, and over which window (None: all that is shared)."""

    reach: Reach = "all"
    window: Window | None = None

    @property
    def title(self) -> str:
        return "" if self.window is None else self.window.title


WHOLE: Final = Scope()


@dataclass(frozen=True, slots=True)
class Kept:
    """What waits for the one who controlled when his path was lost."""

    participant: str
    expires_at: float | None
    scope: Scope
    since: float


@dataclass(slots=True)
class ControlToken:
    """Who controls, and until when (monotonic seconds; None: until it is taken back).

    ``scope`` is what he may do with it. ``hand_until``: until then the host's own hand has the computer;
    None: it rests. ``hand_since``: since when it moves. ``since``: since when he controls, of which
    the host is reminded. ``kept``: nobody controls, and this one goes on when he is back.
    """

    holder: str | None = None
    expires_at: float | None = None
    scope: Scope = WHOLE
    hand_until: float | None = None
    hand_since: float = float("-inf")
    since: float = 0.0
    reminds_at: float | None = None
    kept: Kept | None = None

    @property
    def deadlines(self) -> list[float]:
        return [at for at in (self.expires_at, self.hand_until, self.reminds_at) if at is not None]

    def expire(self, now: float) -> list[Effect]:
        """Let time pass: the grant may be over, or the host's hand at rest."""
        effects: list[Effect] = []
        if self.hand_until is not None and now >= self.hand_until:
            self.hand_until = None
            effects.append(DescribeAll())
        if self.holder is not None and self.reminds_at is not None and now >= self.reminds_at:
            self.reminds_at = now + REMIND_EACH_S
            effects.append(Announce(console.ControlLasts(id=self.holder, for_s=now - self.since)))
        if self.expires_at is not None and now >= self.expires_at:
            effects += self.take_back("expired")
        return effects

    def is_yielding(self, now: float) -> bool:
        """Tell whether input waits for the host's own hand."""
        return self.hand_until is not None and now < self.hand_until

    def is_the_hosts(self, now: float) -> bool:
        """Tell whether what happens on the screen now is the host's own doing: no input reaches it."""
        return self.holder is None or (self.is_yielding(now) and now >= self.hand_since + HAND_SETTLES_S)

    def yield_to_hand(self, now: float) -> list[Effect]:
        """Let whoever controls wait: the host's own hand moves. Keys come up before anybody is told."""
        if self.holder is None:
            return []
        was_yielding, self.hand_until = self.is_yielding(now), now + HAND_RESTS_S
        if was_yielding:
            return []
        self.hand_since = now
        told = Announce(console.HandTookOver(id=self.holder, rests_s=HAND_RESTS_S))
        return [ReleaseInput(), told, DescribeAll()]

    def expires_in(self, now: float) -> float | None:
        return None if self.expires_at is None else max(0.0, self.expires_at - now)

    def granted(self, re: int | None, now: float) -> messages.ControlGranted:
        """Return what the holder is told."""
        return messages.ControlGranted(
            re=re, expires_s=self.expires_in(now), reach=self.scope.reach, window=self.scope.title
        )

    def pass_to(
        self,
        participant: str,
        *,
        re: int | None,
        now: float,
        for_s: float | None = None,
        scope: Scope = WHOLE,
        reason: messages.RevokeReason = "given-to-other",
        since: float | None = None,
    ) -> list[Effect]:
        """Give the token to ``participant``; whoever held it loses it first, for this ``reason``.

        What he holds down goes up too where he loses a part of what he had. ``since``: he controlled before.
        """
        if self.holder == participant:
            effects: list[Effect] = [ReleaseInput()] if scope not in (WHOLE, self.scope) else []
        else:
            effects = self.take_back(reason)
            self.since = now if since is None else since
            self.reminds_at = now + REMIND_EACH_S - (now - self.since) % REMIND_EACH_S
        self.holder, self.scope, self.kept = participant, scope, None
        self.expires_at = None if for_s is None else now + for_s
        return [
            *effects,
            Tell(participant, self.granted(re, now)),
            Announce(
                console.ControlPassed(id=participant, expires_s=for_s, reach=scope.reach, window=scope.title)
            ),
            DescribeAll(),
        ]

    def to_keep(self) -> KeptControl | None:
        """Return whose turn outlives the process; one over a single window ends with it."""
        turn = self.kept or (self.holder and Kept(self.holder, self.expires_at, self.scope, self.since))
        if not turn or turn.scope.window is not None:
            return None
        return KeptControl(turn.participant, turn.expires_at, turn.scope.reach, turn.since)

    def take_up(self, kept: KeptControl) -> None:
        """Let the turn wait for whoever had it when the share was cut off."""
        self.kept = Kept(kept.participant, kept.expires_at, Scope(kept.reach), kept.since)

    def suspend(self) -> list[Effect]:
        """Take the token from whoever lost his path; it waits for him until anybody else gets it."""
        if self.holder is None:
            return []
        kept = Kept(self.holder, self.expires_at, self.scope, self.since)
        effects = self.take_back("path-lost")
        self.kept = kept
        return effects

    def resume(self, participant: str, now: float) -> list[Effect]:
        """Give back what waits for ``participant``, if his grant still runs."""
        kept = self.kept
        if kept is None or kept.participant != participant:
            return []
        self.kept = None
        if self.holder is not None or (kept.expires_at is not None and now >= kept.expires_at):
            return []
        for_s = None if kept.expires_at is None else kept.expires_at - now
        return self.pass_to(participant, re=None, for_s=for_s, scope=kept.scope, now=now, since=kept.since)

    def follow(self, windows: Container[int]) -> list[Effect]:
        """Take control of a window that is gone; ``windows`` are those there are now."""
        kept = self.kept
        if kept is not None and kept.scope.window is not None and kept.scope.window.id not in windows:
            self.kept = None
        window = self.scope.window
        return [] if window is None or window.id in windows else self.take_back("window-gone")

    def forget_kept(self, participant: str) -> None:
        """Let nothing wait for ``participant``."""
        if self.kept is not None and self.kept.participant == participant:
            self.kept = None

    def take_back(self, reason: messages.RevokeReason) -> list[Effect]:
        """Take the token from whoever holds it; keys come up before anybody is told."""
        if self.holder is None:
            return []
        loser, self.holder = self.holder, None
        self.expires_at = self.hand_until = self.reminds_at = None
        self.scope = WHOLE
        return [
            ReleaseInput(),
            Tell(loser, messages.ControlRevoked(reason=reason)),
            Announce(console.ControlTaken(id=loser, reason=reason)),
            DescribeAll(),
        ]
