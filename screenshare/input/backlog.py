"""Sans-IO: input on its way from the loop to the injector's thread."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from screenshare.protocol import messages
from screenshare.protocol.pointer import PointerMove
from screenshare.session.permitted import Permitted

# What begins something; its release, coming later, then finds nothing to release.
_STARTS: Final = (messages.KeyPress, messages.ButtonPress, messages.TextType, messages.WheelTurn)


@dataclass(slots=True)
class Backlog:
    """At most ``limit`` messages, in order.

    A pointer move that follows another one of the same participant replaces it. When it is full the
    oldest move goes first, then the oldest press, text or wheel turn; releases are never dropped: when
    nothing else is left, they become one release of everything.
    """

    limit: int = 512
    dropped: int = 0
    _waiting: deque[Permitted] = field(default_factory=deque)

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, permitted: Permitted) -> None:
        newest = self._waiting[-1] if self._waiting else None
        if (
            newest is not None
            and isinstance(newest.message, PointerMove)
            and isinstance(permitted.message, PointerMove)
            and newest.participant == permitted.participant
        ):
            self._waiting[-1] = permitted
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
        for expendable in (PointerMove, _STARTS):
            for place, waiting in enumerate(self._waiting):
                if isinstance(waiting.message, expendable):
                    del self._waiting[place]
                    return
        self._waiting = _merged(self._waiting)


def _merged(releases: deque[Permitted]) -> deque[Permitted]:
    """Return one release of everything for each participant who released something."""
    newest = {permitted.participant: permitted for permitted in releases}
    return deque(
        Permitted(participant, messages.InputRelease(seq=permitted.message.seq))
        for participant, permitted in newest.items()
    )
