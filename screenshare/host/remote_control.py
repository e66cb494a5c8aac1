"""Says on this machine whether a viewer may control it, so that he opens no way in for later."""

from __future__ import annotations

import asyncio

from screenshare.capability import Capability
from screenshare.host.hub import Listener
from screenshare.protocol import console
from screenshare.unattended.hands import RemoteHands


class Controllers:
    """Which viewers may control just now, as the events tell it."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def hear(self, event: console.HostEvent) -> bool:
        """Return whether anybody may control after ``event``."""
        match event:
            case console.CapabilityChanged(id=id_, granted=granted) if Capability.CONTROL in granted:
                self._ids.add(id_)
            case console.CapabilityChanged(id=id_) | console.ViewerLeft(id=id_):
                self._ids.discard(id_)
        return bool(self._ids)


async def tell_of_control(listener: Listener, hands: RemoteHands) -> None:
    """Keep ``hands`` in step with the events until they end."""
    controllers = Controllers()
    try:
        async for event in listener:
            if (may_control := controllers.hear(event)) != hands.is_held:
                await asyncio.to_thread(hands.set, may_control)
    finally:
        hands.set(False)
