"""What the server counts, for Prometheus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class Figures:
    """One server's counters, and gauges that are read when somebody asks."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.joins = Counter(
            "screenshare_joins",
            "Viewers who named a room, by what came of it.",
            ["result"],
            registry=self._registry,
        )
        self.claims = Counter(
            "screenshare_claims",
            "Rooms that hosts claimed, by what came of it.",
            ["result"],
            registry=self._registry,
        )
        self.refusals = Counter(
            "screenshare_refusals", "Messages that were refused.", ["code"], registry=self._registry
        )
        self.frames = Counter(
            "screenshare_frames", "Frames carried between viewers and hosts.", ["to"], registry=self._registry
        )

    def gauge(self, name: str, meaning: str, read: Callable[[], float]) -> None:
        Gauge(f"screenshare_{name}", meaning, registry=self._registry).set_function(read)

    def text(self) -> bytes:
        """Return everything in Prometheus' text form."""
        return generate_latest(self._registry)
