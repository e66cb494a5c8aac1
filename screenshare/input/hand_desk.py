"""The thread that watches the host's own hand: it must be heard also while a viewer floods the other one."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Final, TypeVarTuple

from screenshare.clock import monotonic_s
from screenshare.errors import BackendError
from screenshare.handover import tell
from screenshare.input.hand import HandSense
from screenshare.input.port import HandNews, HandWatch

log = logging.getLogger(__name__)

_What = TypeVarTuple("_What")
_CLOSE_LIMIT_S: Final = 5.0


class HandDesk:
    """Tells the loop when a hand moves at the host, and when it strikes the panic key.

    Args:
        open_watch: called once, in the thread; may raise BackendError: then the hand is not seen.
        on_hand, on_panic: called in the loop that called ``start``.
        on_blind: called there too, once, when the hand cannot be seen (any more).
    """

    def __init__(
        self,
        open_watch: Callable[[], HandWatch],
        *,
        on_hand: Callable[[], None],
        on_panic: Callable[[], None],
        on_blind: Callable[[BackendError], None],
    ) -> None:
        self._open_watch = open_watch
        self._on_hand, self._on_panic, self._on_blind = on_hand, on_panic, on_blind
        self._sense = HandSense()
        self._lock = threading.Lock()
        self._watch: HandWatch | None = None
        self._is_closing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="hand", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread; blocks for a moment."""
        with self._lock:
            self._is_closing = True
            if self._watch is not None:
                self._watch.wake()
        if self._thread is not None:
            self._thread.join(_CLOSE_LIMIT_S)

    # --- the thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            watch = self._open_watch()
        except BackendError as error:
            tell(self._loop, self._on_blind, error)
            return
        with self._lock:
            self._watch = watch
        try:
            while not self._is_closing:
                for news in watch.wait():
                    self._take(news)
        except BackendError as error:
            if not self._is_closing:
                tell(self._loop, self._on_blind, error)
        finally:
            with self._lock:
                self._watch = None
                watch.close()

    def _take(self, news: HandNews) -> None:
        now = monotonic_s()
        match news:
            case HandNews.MOVED if self._sense.moved(now):
                tell(self._loop, self._on_hand)
            case HandNews.PRESSED if self._sense.pressed(now):
                tell(self._loop, self._on_hand)
            case HandNews.STRUCK:
                if self._sense.struck(now):
                    tell(self._loop, self._on_panic)
                elif self._sense.pressed(now):
                    tell(self._loop, self._on_hand)
