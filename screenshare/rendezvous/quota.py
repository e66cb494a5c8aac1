"""How often one address may do something (sans-IO)."""

from __future__ import annotations

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
