"""What comes in, what goes out, and to whom: one transfer in, one out to each viewer (sans-IO).

The host's clipboard is read when somebody is to be told of it, or asks. What a viewer put there is not told
to him again, and not to anybody when another program takes it over as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from screenshare.clipboard.arrival import Arrival
from screenshare.clipboard.clip import Clip, Digests, is_echo
from screenshare.errors import MalformedMessage
from screenshare.protocol.clip import ClipBegun, ClipPiece
from screenshare.protocol.messages import (
    ClipboardFetch,
    ClipboardOffered,
    ClipboardRefused,
    ClipboardTaken,
    ClipPart,
    ClipRefusal,
)
from screenshare.session.permitted import PermittedClip

# A transfer of which nothing more comes.
IDLE_LIMIT_S: Final = 10.0
# Programs that change the clipboard all the time are looked at no more often.
LOOK_INTERVAL_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class ReadClipboard:
    """Read what the host's clipboard has; ``seen`` is to be called with it."""


@dataclass(frozen=True, slots=True)
class WriteClipboard:
    """Put this on the host's clipboard; ``written`` is to be called with ``number``."""

    number: int
    clip: Clip


@dataclass(frozen=True, slots=True)
class SendClip:
    """Send this to a viewer, under the number of his ``clipboard.fetch``; what he was sent before ends."""

    viewer: str
    id: int
    clip: Clip


@dataclass(frozen=True, slots=True)
class AnswerClip:
    """Tell a viewer what became of what he sent or fetched."""

    viewer: str
    answer: ClipboardTaken | ClipboardRefused


@dataclass(frozen=True, slots=True)
class OfferClip:
    """Let the session tell who may know; ``by`` is the viewer who put it there, None for the host."""

    offer: ClipboardOffered
    by: str | None


Effect = ReadClipboard | WriteClipboard | SendClip | AnswerClip | OfferClip


@dataclass(slots=True)
class _Incoming:
    """Contents that are put together."""

    viewer: str
    id: int
    arrival: Arrival
    deadline: float


@dataclass(frozen=True, slots=True)
class _Writing:
    """Contents on their way to the host's clipboard."""

    number: int
    viewer: str
    id: int
    clip: Clip


@dataclass(slots=True)
class Exchange:
    """One share's clipboard. All times are monotonic seconds.

    ``is_looking``: somebody is to be told of what is read next. ``asked``: who waits for it, and as what.
    """

    limit_bytes: int
    _incoming: _Incoming | None = None
    _writing: _Writing | None = None
    _writes: int = 0
    _asked: dict[str, int] = field(default_factory=dict)
    _is_looking: bool = False
    _is_reading: bool = False
    _looks_at: float | None = None
    _rests_until: float = float("-inf")
    _given: Digests = frozenset()

    def receive(self, permitted: PermittedClip, now: float) -> list[Effect]:
        """Take one message that the session let through."""
        viewer, message = permitted.participant, permitted.message
        match message:
            case ClipboardFetch():
                self._asked[viewer] = message.id
                return self._read()
            case ClipBegun():
                return self._begin(viewer, message, now)
            case ClipPiece():
                return self._go_on(viewer, message, now)

    def look(self, now: float) -> list[Effect]:
        """See what is on the clipboard, to tell of it; soon, where it was looked at just now."""
        if self._is_reading:  # maybe what was there before
            self._rests_until = max(self._rests_until, now + LOOK_INTERVAL_S)
        if now < self._rests_until:
            self._looks_at = self._rests_until
            return []
        self._looks_at = None
        self._is_looking = True
        self._rests_until = now + LOOK_INTERVAL_S
        return self._read()

    def seen(self, clip: Clip) -> list[Effect]:
        """Pass on what was read."""
        self._is_reading = False
        asked, self._asked = self._asked, {}
        effects = [self._answer_fetch(viewer, id_, clip) for viewer, id_ in asked.items()]
        is_news = self._is_looking and not clip.is_empty and not is_echo(clip, self._given)
        self._is_looking = False
        if not is_news:
            return effects
        self._given = frozenset()
        return [*effects, OfferClip(_offer(clip), None)]

    def written(self, number: int, is_done: bool) -> list[Effect]:
        """Note that contents are on the clipboard, or could not be put there."""
        writing = self._writing
        if writing is None or writing.number != number:
            return []
        self._writing = None
        if not is_done:
            return [_refuse(writing.viewer, writing.id, "failed")]
        self._given = writing.clip.digests
        taken = AnswerClip(writing.viewer, ClipboardTaken(re=writing.id))
        return [taken, OfferClip(_offer(writing.clip), writing.viewer)]

    def forget(self, viewer: str) -> list[Effect]:
        """End what is on its way from ``viewer``, and what he waits for."""
        effects: list[Effect] = []
        if viewer in self._asked:
            effects.append(_refuse(viewer, self._asked.pop(viewer), "stopped"))
        if self._incoming is not None and self._incoming.viewer == viewer:
            effects += self._give_up("stopped")
        return effects

    @property
    def deadline(self) -> float | None:
        """The next moment at which ``expire`` has something to do."""
        deadlines = [self._looks_at, None if self._incoming is None else self._incoming.deadline]
        return min((at for at in deadlines if at is not None), default=None)

    def expire(self, now: float) -> list[Effect]:
        """Let time pass; call when ``deadline`` is reached."""
        effects: list[Effect] = []
        if self._incoming is not None and now >= self._incoming.deadline:
            effects += self._give_up("stopped")
        if self._looks_at is not None and now >= self._looks_at:
            effects += self.look(now)
        return effects

    def _read(self) -> list[Effect]:
        """Read, unless that is under way."""
        if self._is_reading:
            return []
        self._is_reading = True
        return [ReadClipboard()]

    def _answer_fetch(self, viewer: str, id_: int, clip: Clip) -> Effect:
        if clip.parts:
            return SendClip(viewer, id_, clip)
        return _refuse(viewer, id_, "too-large" if clip.too_large else "empty")

    def _begin(self, viewer: str, begun: ClipBegun, now: float) -> list[Effect]:
        effects = self._give_up("replaced")
        if begun.size > self.limit_bytes:
            return [*effects, _refuse(viewer, begun.id, "too-large")]
        self._incoming = _Incoming(viewer, begun.id, Arrival(begun.parts), now + IDLE_LIMIT_S)
        return effects

    def _go_on(self, viewer: str, piece: ClipPiece, now: float) -> list[Effect]:
        incoming = self._incoming
        if incoming is None or incoming.viewer != viewer or incoming.id != piece.id:
            return []  # of contents that were given up
        try:
            clip = incoming.arrival.add(piece.data)
        except MalformedMessage:
            return self._give_up("unusable")
        if clip is None:
            incoming.deadline = now + IDLE_LIMIT_S
            return []
        self._incoming = None
        return self._write(viewer, piece.id, clip)

    def _write(self, viewer: str, id_: int, clip: Clip) -> list[Effect]:
        before, self._writes = self._writing, self._writes + 1
        self._writing = _Writing(self._writes, viewer, id_, clip)
        replaced = [] if before is None else [_refuse(before.viewer, before.id, "replaced")]
        return [*replaced, WriteClipboard(self._writes, clip)]

    def _give_up(self, reason: ClipRefusal) -> list[Effect]:
        incoming, self._incoming = self._incoming, None
        return [] if incoming is None else [_refuse(incoming.viewer, incoming.id, reason)]


def _refuse(viewer: str, id_: int, reason: ClipRefusal) -> AnswerClip:
    return AnswerClip(viewer, ClipboardRefused(re=id_, reason=reason))


def _offer(clip: Clip) -> ClipboardOffered:
    parts = [ClipPart(format=name, bytes=len(data)) for name, data in clip.parts.items()]
    return ClipboardOffered(parts=parts, too_large=list(clip.too_large))
