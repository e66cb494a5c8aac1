"""How much one viewer may send (sans-IO)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class TokenBucket:
    """Lets ``burst`` through at once and ``rate_hz`` a second on the long run."""

    rate_hz: float
    burst: float
    _tokens: float = -1.0
    _filled_at: float = 0.0

    def take(self, now: float) -> bool:
        """Return whether one more may pass at ``now``."""
        if self._tokens < 0:
            self._tokens = self.burst
        else:
            self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate_hz)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
