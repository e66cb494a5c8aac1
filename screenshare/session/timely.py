"""What a viewer did on a screen that was another one by the time it arrives is not done (sans-IO)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from screenshare.media import VIDEO_CLOCK_HZ, ticks_since
from screenshare.protocol.messages import (
    ButtonPress,
    ButtonRelease,
    InputRelease,
    KeyPress,
    KeyRelease,
    OnInput,
    TextType,
    WheelTurn,
)
from screenshare.protocol.pointer import PointerMove

# What begins something says when that was. What ends something is always done; and where a pointer is,
# the next word of it puts right.
BEGINS: Final = (KeyPress, TextType, ButtonPress, WheelTurn)

# So much longer than the way usually takes is too long.
LATE_S: Final = 1.0
# What a way may take at most, one way; beyond it the path counts as silent most of the time.
LONGEST_WAY_S: Final = 1.5
# Before anything is known of it. A clock that is told over a lopsided way is off by half a round trip.
USUAL_WAY_S: Final = 0.5
# Who types on has not read yet that it is of no use.
REST_S: Final = 1.0
# The quickest of the last half minute, in two parts.
PART_S: Final = 15.0
MOST_HELD: Final = 64


@dataclass(slots=True)
class Timeliness:
    """How long input of one turn of control, over one path, is on its way; ``turn`` names the turn.

    After something came too late, nothing begins before its viewer has let go of all that he held and done
    nothing for a second, in which he hears of it: half of a shortcut, or of a command, is another one.
    """

    turn: float = -math.inf
    _part_since: float = -math.inf
    _quickest_s: float = math.inf
    _quickest_before_s: float = math.inf
    _held: set[str | int] = field(default_factory=set)
    _waits: bool = False
    _began_last: float = -math.inf  # on our clock, by his word

    @property
    def is_waiting(self) -> bool:
        """Whether nothing begins, since something came too late."""
        return self._waits

    def is_in_time(self, message: OnInput | PointerMove, now: float) -> bool:
        """Tell whether to do it; everything is to be shown here, in order."""
        in_time = not isinstance(message, BEGINS) or self._may_begin(message.made, now)
        self._note_held(message)
        return in_time

    def _note_held(self, message: OnInput | PointerMove) -> None:
        match message:
            case KeyPress() | ButtonPress():
                if len(self._held) < MOST_HELD:
                    self._held.add(_name(message))
            case KeyRelease() | ButtonRelease():
                self._held.discard(_name(message))
            case InputRelease():
                self._held.clear()

    def _may_begin(self, made: int | None, now: float) -> bool:
        age_s = None if made is None else _age_s(made, now)
        is_late = age_s is not None and age_s > self._way_s(now) + LATE_S
        if age_s is not None:
            self._quickest_s = min(self._quickest_s, age_s)
        made_at = now if age_s is None else now - age_s
        rested_s, self._began_last = made_at - self._began_last, made_at
        if is_late:
            self._waits, self._began_last = True, now
        elif self._waits and not self._held and rested_s >= REST_S:
            self._waits = False
        return not self._waits

    def _way_s(self, now: float) -> float:
        if now - self._part_since >= PART_S:
            is_news = now - self._part_since < 2 * PART_S
            self._quickest_before_s = self._quickest_s if is_news else math.inf
            self._quickest_s, self._part_since = math.inf, now
        quickest_s = min(self._quickest_s, self._quickest_before_s)
        return USUAL_WAY_S if quickest_s == math.inf else min(quickest_s, LONGEST_WAY_S)


def _name(message: KeyPress | KeyRelease | ButtonPress | ButtonRelease) -> str | int:
    return message.code if isinstance(message, KeyPress | KeyRelease) else message.button


def _age_s(made: int, now: float) -> float:
    """Return how long ago that was; negative where the viewer's idea of our clock is ahead."""
    ticks = ticks_since(made, now)
    return (ticks if ticks < 2**31 else ticks - 2**32) / VIDEO_CLOCK_HZ
