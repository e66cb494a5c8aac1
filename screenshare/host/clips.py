"""Contents of clipboards between the host's clipboard and the viewers' channels."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import assert_never

from screenshare.clipboard import exchange
from screenshare.clipboard.desk import ClipboardDesk
from screenshare.clipboard.exchange import Exchange
from screenshare.clipboard.port import Clipboard
from screenshare.clipboard.tally import Passed, Tally
from screenshare.clock import monotonic_s
from screenshare.errors import BackendError
from screenshare.peer.connection import Connection
from screenshare.protocol.clip import ClipBegun, pack_begun, pack_pieces
from screenshare.protocol.decode import encode
from screenshare.protocol.messages import ClipboardRefused
from screenshare.session import effects
from screenshare.session import events as happened


@dataclass(slots=True)
class _Going:
    """Contents on their way to one viewer."""

    id: int
    pieces: Iterator[bytes]


class Clips:
    """The shell of ``Exchange``, on the event loop.

    Args:
        open_clipboard: called once, in the thread that will own the clipboard.
        tell: lets the session know; what it decides comes to ``serve``.
        on_passed: contents went from clipboard to clipboard.
        on_lost: there is no clipboard (any more).
    """

    def __init__(
        self,
        open_clipboard: Callable[[], Clipboard],
        *,
        limit_bytes: int,
        tell: Callable[[happened.Event], None],
        on_passed: Callable[[Passed], None],
        on_lost: Callable[[BackendError], None],
    ) -> None:
        self._exchange = Exchange(limit_bytes)
        self._tally = Tally()
        self._tell = tell
        self._on_passed = on_passed
        self._desk = ClipboardDesk(
            open_clipboard,
            on_changed=lambda: tell(happened.ClipboardChanged()),
            on_read=lambda clip: self._perform(self._exchange.seen(clip)),
            on_written=lambda number, is_done: self._perform(self._exchange.written(number, is_done)),
            on_lost=on_lost,
        )
        self._viewers: dict[str, Connection] = {}
        self._going: dict[str, _Going] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._desk.start()

    def close(self) -> None:
        """End the thread; blocks for a moment."""
        self._desk.close()

    def meet(self, id_: str, connection: Connection) -> None:
        """Have ``connection`` for what viewer ``id_`` sends and gets."""
        self._viewers[id_] = connection

    def leave(self, id_: str) -> None:
        """Forget viewer ``id_``; allowed for one who is not here."""
        self._viewers.pop(id_, None)
        self._stop(id_)
        self._tell_passed(self._tally.forget(id_))

    def serve(self, effect: effects.UseClipboard | effects.LookAtClipboard | effects.StopClips) -> None:
        """Do what the session decided."""
        match effect:
            case effects.UseClipboard(permitted):
                self._perform(self._exchange.receive(permitted, monotonic_s()))
            case effects.LookAtClipboard():
                self._perform(self._exchange.look(monotonic_s()))
            case effects.StopClips(id_):
                self._stop(id_)

    def drained(self, id_: str) -> None:
        """Go on sending: viewer ``id_`` has room."""
        connection, going = self._viewers.get(id_), self._going.get(id_)
        while connection is not None and going is not None and connection.has_clip_room:
            piece = next(going.pieces, None)
            if piece is None:
                del self._going[id_]
                return
            connection.send_clip(piece)

    def _stop(self, id_: str) -> None:
        going = self._going.pop(id_, None)
        stopped = [] if going is None else [_stopped(id_, going)]
        self._perform([*stopped, *self._exchange.forget(id_)])

    # --- effects of the exchange -------------------------------------------------------------------------

    def _perform(self, all_effects: list[exchange.Effect]) -> None:
        for effect in all_effects:
            self._carry_out(effect)
        self._arm()

    def _carry_out(self, effect: exchange.Effect) -> None:
        match effect:
            case exchange.ReadClipboard():
                self._desk.read()
            case exchange.WriteClipboard():
                self._desk.write(effect.number, effect.clip)
            case exchange.SendClip():
                self._send(effect)
            case exchange.AnswerClip():
                if (connection := self._viewers.get(effect.viewer)) is not None:
                    connection.send(encode(effect.answer))
            case exchange.OfferClip():
                self._tell(happened.ClipboardSeen(effect.offer, effect.by))
                if effect.by is not None:
                    sizes = {part.format: part.bytes for part in effect.offer.parts}
                    self._tell_passed(self._tally.passed(effect.by, "host", sizes, monotonic_s()))
            case _:
                assert_never(effect)

    def _send(self, send: exchange.SendClip) -> None:
        parts = send.clip.parts
        sizes = {name: len(data) for name, data in parts.items()}
        self._tell_passed(self._tally.passed(send.viewer, "viewer", sizes, monotonic_s()))
        begun = ClipBegun(id=send.id, parts=tuple(sizes.items()))
        pieces = chain.from_iterable(pack_pieces(send.id, data) for data in parts.values())
        self._going[send.viewer] = _Going(send.id, chain((pack_begun(begun),), pieces))
        self.drained(send.viewer)

    def _arm(self) -> None:
        """Wake at the nearest deadline of exchange and tally."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadlines = [at for at in (self._exchange.deadline, self._tally.deadline) if at is not None]
        if deadlines:
            self._timer = asyncio.get_running_loop().call_at(min(deadlines), self._expire)

    def _expire(self) -> None:
        self._timer = None
        now = monotonic_s()
        self._tell_passed(self._tally.expire(now))
        self._perform(self._exchange.expire(now))

    def _tell_passed(self, told: list[Passed]) -> None:
        for passed in told:
            self._on_passed(passed)


def _stopped(id_: str, going: _Going) -> exchange.AnswerClip:
    return exchange.AnswerClip(id_, ClipboardRefused(re=going.id, reason="stopped"))
