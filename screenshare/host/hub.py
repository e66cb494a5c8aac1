"""One stream of host events, many listeners, each at his own pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Final

from screenshare.host.log import EventLog
from screenshare.protocol.console import HostDescribed, HostEvent

MAX_WAITING: Final = 256


class Listener:
    """Events on their way to one listener; at most ``MAX_WAITING``.

    A new ``host.described`` replaces the one that waits; beyond the bound the oldest event goes.
    """

    def __init__(self) -> None:
        self._events: deque[HostEvent] = deque(maxlen=MAX_WAITING)
        self._filled = asyncio.Event()
        self._is_over = False

    def put(self, event: HostEvent) -> None:
        if isinstance(event, HostDescribed):
            self._drop_older_description()
        self._events.append(event)
        self._filled.set()

    def end(self) -> None:
        self._is_over = True
        self._filled.set()

    def _drop_older_description(self) -> None:
        for waiting in self._events:
            if isinstance(waiting, HostDescribed):
                self._events.remove(waiting)
                return

    async def __aiter__(self) -> AsyncIterator[HostEvent]:
        while True:
            while self._events:
                yield self._events.popleft()
            if self._is_over:
                return
            self._filled.clear()
            await self._filled.wait()


class EventHub:
    """Hands every event to every listener."""

    def __init__(self) -> None:
        self.log = EventLog()
        self._witnesses: list[Callable[[HostEvent], None]] = []
        self._listeners: set[Listener] = set()

    @contextmanager
    def listen(self) -> Iterator[Listener]:
        """Hear everything published from now on."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def overhear(self, witness: Callable[[HostEvent], None]) -> None:
        """Call ``witness`` with every event, at once; it must not wait."""
        self._witnesses.append(witness)

    @property
    def is_heard(self) -> bool:
        return bool(self._listeners)

    def publish(self, event: HostEvent) -> None:
        self.log.add(event)
        for witness in self._witnesses:
            witness(event)
        for listener in self._listeners:
            listener.put(event)

    def end(self) -> None:
        """Let every listener come to his end after what still waits."""
        for listener in self._listeners:
            listener.end()
