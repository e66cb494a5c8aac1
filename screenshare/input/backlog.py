"""Sans-IO: input on its way from the loop to the injector's thread."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from screenshare.protocol import messages
from screenshare.protocol.pointer import PointerMove
from screenshare.session.permitted import Permitted

_MOVES: Final = (PointerMove, messages.PointerShift)
# What begins something; its release, coming later, then finds nothing to release.
_STARTS: Final = (messages.KeyPress, messages.ButtonPress, messages.TextType, messages.WheelTurn)


@dataclass(slots=True)
class Backlog:
    """At most ``limit`` messages, in order.

    A pointer move that follows another one of the same participant replaces it, and a shift adds to the
    shift before it. When it is full the oldest move goes first, then the oldest press, text or wheel turn;
    releases are never dropped: when nothing else is left, they become one release of everything.
    """

    limit: int = 4096
    dropped: int = 0
    _waiting: deque[Permitted] = field(default_factory=deque)

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, permitted: Permitted) -> None:
        newest = self._waiting[-1] if self._waiting else None
        if newest is not None and (joined := _joined(newest, permitted)) is not None:
            self._waiting[-1] = joined
            return
        if len(self._waiting) >= self.limit:
            self._make_room()
        self._waiting.append(permitted)

    def take(self) -> Permitted | None:
        return self._waiting.popleft() if self._waiting else None

    def clear(self) -> None:
        self._waiting.clear()

    def _make_room(self) -> None:
        self.dropped += 1
        for expendable in (_MOVES, _STARTS):
            for place, waiting in enumerate(self._waiting):
                if isinstance(waiting.message, expendable):
                    del self._waiting[place]
                    return
        self._waiting = _merged(self._waiting)


def _joined(older: Permitted, newer: Permitted) -> Permitted | None:
    """Return the one move that both are; None where they must stay apart."""
    if older.participant != newer.participant:
        return None
    match older.message, newer.message:
        case PointerMove(), PointerMove():
            return newer
        case messages.PointerShift() as first, messages.PointerShift() as then:
            if first.monitor == then.monitor:
                both = msgspec.structs.replace(then, dx=first.dx + then.dx, dy=first.dy + then.dy)
                return replace(newer, message=both)
    return None


def _merged(releases: deque[Permitted]) -> deque[Permitted]:
    """Return one release of everything for each participant who released something."""
    newest = {permitted.participant: permitted for permitted in releases}
    return deque(
        Permitted(participant, messages.InputRelease(seq=permitted.message.seq))
        for participant, permitted in newest.items()
    )
