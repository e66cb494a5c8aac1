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
    """The host's choice; ``limit_bytes`` is only told: whoever moves contents keeps it.

    ``copied_at``: when what is on the clipboard now came there while screen and clipboard were shared; None:
    before that, or in a pause.
    """

    direction: ClipDirection = "both"
    limit_bytes: int = 16 * 2**20
    copied_at: float | None = None

    @property
    def terms(self) -> ClipboardTerms:
        return ClipboardTerms(direction=self.direction, limit_bytes=self.limit_bytes)

    def is_private(self, granted_at: float | None) -> bool:
        """Tell whether what is there was not meant for somebody who got the capability at ``granted_at``."""
        return self.copied_at is None or granted_at is None or self.copied_at < granted_at

    def permits(self, need: Need, granted: frozenset[Capability]) -> bool:
        """Tell whether who holds ``granted`` may do what a message with this ``need`` does."""
        return Capability.CLIPBOARD in granted and self.direction in _OPEN_FOR[need]
