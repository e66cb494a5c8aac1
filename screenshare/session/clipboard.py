"""Which way contents of clipboards may go, and whose (sans-IO)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from screenshare.capability import Capability
from screenshare.media import ClipDirection
from screenshare.protocol.messages import ClipboardTerms
from screenshare.session.rights import Need

_OPEN_FOR: Final[Mapping[Need, frozenset[ClipDirection]]] = MappingProxyType(
    {
        Need.CLIPBOARD_IN: frozenset({"in", "both"}),
        Need.CLIPBOARD_OUT: frozenset({"out", "both"}),
    }
)


@dataclass(slots=True)
class ClipboardRule:
    """The host's choice; ``limit_bytes`` is only told: whoever moves contents keeps it."""

    direction: ClipDirection = "both"
    limit_bytes: int = 16 * 2**20

    @property
    def terms(self) -> ClipboardTerms:
        return ClipboardTerms(direction=self.direction, limit_bytes=self.limit_bytes)

    def permits(self, need: Need, granted: frozenset[Capability]) -> bool:
        """Tell whether who holds ``granted`` may do what a message with this ``need`` does."""
        return Capability.CLIPBOARD in granted and self.direction in _OPEN_FOR[need]
