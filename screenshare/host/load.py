"""Whether this computer can serve one viewer more (sans-IO)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

# Looked at over this time: an encoder that starts is not a computer that is full.
SPAN_S: Final = 5.0
FULL_AT, ROOM_AT = 0.85, 0.7


@dataclass(slots=True)
class Load:
    """How busy the host is, told by what its event loop and the whole process spend of their time.

    The loop packetises and encrypts for every viewer: it has one core. Encoding has the others.
    """

    cores: int
    is_full: bool = False
    _samples: deque[tuple[float, float, float]] = field(default_factory=deque)

    def sample(self, *, loop_cpu_s: float, process_cpu_s: float, now: float) -> bool:
        """Take a sample, seconds of CPU time since any fixed moment; return whether ``is_full`` changed."""
        self._samples.append((now, loop_cpu_s, process_cpu_s))
        while len(self._samples) > 2 and self._samples[1][0] <= now - SPAN_S:
            self._samples.popleft()
        since, loop_before, process_before = self._samples[0]
        if now - since < SPAN_S:
            return False
        span_s = now - since
        loop, process = (loop_cpu_s - loop_before) / span_s, (process_cpu_s - process_before) / span_s
        busy = max(loop, process / self.cores)
        before, self.is_full = self.is_full, busy >= (ROOM_AT if self.is_full else FULL_AT)
        return self.is_full != before
