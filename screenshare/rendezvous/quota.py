"""How often one address may do something (sans-IO)."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from screenshare.session.limits import TokenBucket

REMEMBERED_SOURCES: Final = 65_536


@dataclass(slots=True)
class Quota:
    """``per_minute`` on the long run, as many at once; ``source`` is an IPv4 address or an IPv6 /64."""

    per_minute: int
    _buckets: OrderedDict[str, TokenBucket] = field(default_factory=OrderedDict)

    def take(self, source: str, now: float) -> bool:
        """Return whether one more may pass; the source that is longest unseen is forgotten at the bound."""
        bucket = self._buckets.get(source)
        if bucket is None:
            bucket = self._buckets[source] = TokenBucket(rate_hz=self.per_minute / 60, burst=self.per_minute)
            if len(self._buckets) > REMEMBERED_SOURCES:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(source)
        return bucket.take(now)


@dataclass(slots=True)
class CodeRooms:
    """How many rooms of spoken codes one address has at a time; ``code`` is the owner with the room."""

    per_address: int
    # By source: when each is forgotten.
    _held: OrderedDict[str, dict[tuple[str, str], float]] = field(default_factory=OrderedDict)

    def take(self, source: str, code: tuple[str, str], now: float) -> bool:
        """Return whether it may have this one; beyond the bound the source that is longest unseen goes."""
        held = {code: until for code, until in self._held.get(source, {}).items() if now < until}
        if code not in held and len(held) >= self.per_address:
            return False
        held[code] = math.inf
        self._held[source] = held
        self._held.move_to_end(source)
        if len(self._held) > REMEMBERED_SOURCES:
            self._held.popitem(last=False)
        return True

    def drop(self, source: str, code: tuple[str, str], forgotten_at: float = -math.inf) -> None:
        """Count it until ``forgotten_at`` and no longer: before that nobody else can have it."""
        held = self._held.get(source, {})
        if code in held:
            held[code] = forgotten_at
