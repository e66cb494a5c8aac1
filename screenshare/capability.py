"""The rights a viewer can hold, by the names that flags, JSON and pages use."""

from __future__ import annotations

import enum
from typing import Final


class Capability(enum.StrEnum):
    """One right; every message from a viewer needs exactly one of them or none."""

    VIEW = "view"
    CONTROL = "control"
    CLIPBOARD = "clipboard"
    FILES = "files"
    LISTEN = "listen"
    TALK = "talk"
    DRAW = "draw"
    CHAT = "chat"
    NOTES = "notes"
    RECORD = "record"


# What the host is asked about one by one unless a flag says otherwise.
ASKED_BY_DEFAULT: Final = frozenset(
    {Capability.VIEW, Capability.CONTROL, Capability.CLIPBOARD, Capability.FILES, Capability.TALK}
)
# What whoever may view holds without a further question.
COMES_WITH_VIEW: Final = frozenset({Capability.LISTEN, Capability.DRAW, Capability.CHAT, Capability.NOTES})
# A copy at the viewer leaves the host's hands for good.
DENIED_BY_DEFAULT: Final = frozenset({Capability.RECORD})
# Capabilities this release can carry out; the others stay off whatever a flag says.
AVAILABLE: Final = frozenset({Capability.VIEW, Capability.CONTROL})
