"""The control token: one viewer holds it, or nobody (sans-IO)."""

from __future__ import annotations

from dataclasses import dataclass

from screenshare.protocol import console, messages
from screenshare.session.effects import Announce, DescribeAll, Effect, ReleaseInput, Tell


@dataclass(slots=True)
class ControlToken:
    """Who controls, and until when (monotonic seconds; None: until it is taken back)."""

    holder: str | None = None
    expires_at: float | None = None

    def expires_in(self, now: float) -> float | None:
        return None if self.expires_at is None else max(0.0, self.expires_at - now)

    def pass_to(self, participant: str, *, re: int | None, for_s: float | None, now: float) -> list[Effect]:
        """Give the token to ``participant``; whoever held it loses it first."""
        effects = [] if self.holder == participant else self.take_back("given-to-other")
        self.holder = participant
        self.expires_at = None if for_s is None else now + for_s
        return [
            *effects,
            Tell(participant, messages.ControlGranted(re=re, expires_s=for_s)),
            Announce(console.ControlPassed(id=participant, expires_s=for_s)),
            DescribeAll(),
        ]

    def take_back(self, reason: messages.RevokeReason) -> list[Effect]:
        """Take the token from whoever holds it; keys come up before anybody is told."""
        if self.holder is None:
            return []
        loser, self.holder, self.expires_at = self.holder, None, None
        return [
            ReleaseInput(),
            Tell(loser, messages.ControlRevoked(reason=reason)),
            Announce(console.ControlTaken(id=loser, reason=reason)),
            DescribeAll(),
        ]
