"""Which bus: this process alone, or Redis (Valkey) between several."""

from __future__ import annotations

from screenshare.rendezvous.bus.port import Bus


def open_bus(url: str | None) -> Bus:
    """Return the bus at the URL of a Redis (``redis:``, ``rediss:``, ``unix:``); None: of this process."""
    if url is None:
        from screenshare.rendezvous.bus.backends.memory import MemoryBus

        return MemoryBus()
    from screenshare.rendezvous.bus.backends.redis import RedisBus

    return RedisBus(url)
