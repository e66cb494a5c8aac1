"""The last things that happened, for a console page that opens later."""

from __future__ import annotations

from collections import deque
from typing import Final, get_args, get_type_hints

from screenshare.clock import monotonic_s
from screenshare.protocol.console import HostEvent, Logged

MAX_KEPT: Final = 100
_KINDS: Final = get_args(get_type_hints(Logged)["happened"])


class EventLog:
    """Keeps the newest ``MAX_KEPT`` events; the oldest goes."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, HostEvent]] = deque(maxlen=MAX_KEPT)

    def add(self, event: HostEvent) -> None:
        if isinstance(event, _KINDS):
            self._kept.append((monotonic_s(), event))

    def told(self, now: float) -> list[Logged]:
        """Return what is kept, the oldest first."""
        return [Logged(ago_s=max(0.0, now - at), happened=event) for at, event in self._kept]  # type: ignore[arg-type]
