"""Sans-IO: what the person at the host does with his own mouse and keys, and what that means."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

# A knock against the table moves a mouse once or twice; a hand goes on.
_MOVES, _MOVES_WITHIN_S = 3, 0.2
# While a hand goes on moving it is told this often at most.
TELL_AGAIN_S: Final = 0.25
PANIC_PRESSES, PANIC_WITHIN_S = 3, 1.0


@dataclass(slots=True)
class HandSense:
    """Tells a hand from a bump, and the panic key, struck three times within a second, from a single press.

    Each verb takes monotonic seconds and returns whether it is time to tell.
    """

    _moves: deque[float] = field(default_factory=lambda: deque(maxlen=_MOVES))
    _presses: deque[float] = field(default_factory=lambda: deque(maxlen=PANIC_PRESSES))
    _told_at: float = float("-inf")

    def moved(self, now: float) -> bool:
        """The mouse has moved."""
        self._moves.append(now)
        is_hand = len(self._moves) == _MOVES and now - self._moves[0] <= _MOVES_WITHIN_S
        return is_hand and self.pressed(now)

    def pressed(self, now: float) -> bool:
        """A key or a button went down: that is a hand at once."""
        if now < self._told_at + TELL_AGAIN_S:
            return False
        self._told_at = now
        return True

    def struck(self, now: float) -> bool:
        """The panic key went down."""
        self._presses.append(now)
        if len(self._presses) < PANIC_PRESSES or now - self._presses[0] > PANIC_WITHIN_S:
            return False
        self._presses.clear()
        return True
