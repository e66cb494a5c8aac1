"""How much one viewer may send (sans-IO)."""

from __future__ import annotations

from dataclasses import dataclass

# What adding up fractions of a second may cost a token.
_ROUNDING = 1e-9


@dataclass(slots=True)
class TokenBucket:
    """Lets ``burst`` through at once and ``rate_hz`` a second on the long run."""

    rate_hz: float
    burst: float
    _tokens: float = -1.0
    _filled_at: float = 0.0

    def take(self, now: float, amount: float = 1) -> bool:
        """Return whether ``amount`` more may pass at ``now``."""
        self._fill(now)
        if self._tokens < amount - _ROUNDING:
            return False
        self._tokens -= amount
        return True

    def wait_s(self, now: float) -> float:
        """Return how long to wait until one more may pass; 0 for now."""
        self._fill(now)
        return max(0.0, (1 - self._tokens) / self.rate_hz)

    def _fill(self, now: float) -> None:
        if self._tokens < 0:
            self._tokens = self.burst
        else:
            self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate_hz)
        self._filled_at = now
