"""The rights a viewer can hold, by the names that flags, JSON and pages use."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal


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


# What each lets a viewer do, to go on after "wants to".
IN_WORDS: Final[Mapping[Capability, str]] = MappingProxyType(
    {
        Capability.VIEW: "see the screen",
        Capability.CONTROL: "control mouse and keyboard",
        Capability.CLIPBOARD: "share the clipboard",
        Capability.FILES: "exchange files",
        Capability.LISTEN: "hear this computer",
        Capability.TALK: "talk",
        Capability.DRAW: "draw on the screen",
        Capability.CHAT: "chat",
        Capability.NOTES: "write notes",
        Capability.RECORD: "keep a recording",
    }
)

# What the host is asked about one by one unless a flag says otherwise.
ASKED_BY_DEFAULT: Final = frozenset(
    {Capability.VIEW, Capability.CONTROL, Capability.CLIPBOARD, Capability.FILES, Capability.TALK}
)
# What whoever may view holds without a further question.
COMES_WITH_VIEW: Final = frozenset({Capability.LISTEN, Capability.DRAW, Capability.CHAT, Capability.NOTES})
# A copy at the viewer leaves the host's hands for good.
DENIED_BY_DEFAULT: Final = frozenset({Capability.RECORD})
# Capabilities this release can carry out; the others stay off whatever a flag says.
AVAILABLE: Final = frozenset({Capability.VIEW, Capability.CONTROL, Capability.CLIPBOARD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A way to share: what is given unasked, asked one by one, given with a yes to ``view``, never given."""

    allow: frozenset[Capability] = frozenset()
    ask: frozenset[Capability] = ASKED_BY_DEFAULT
    with_view: frozenset[Capability] = COMES_WITH_VIEW
    deny: frozenset[Capability] = DENIED_BY_DEFAULT


ProfileName = Literal["view", "assist", "full", "unattended"]
_HANDS_OFF: Final = frozenset({Capability.CONTROL, Capability.CLIPBOARD, Capability.FILES, Capability.TALK})
_AT_WORK: Final = frozenset({Capability.CONTROL, Capability.CLIPBOARD, Capability.FILES})

PROFILES: Final[Mapping[ProfileName, Profile]] = MappingProxyType(
    {
        # A demonstration: they see, and that is all.
        "view": Profile(ask=frozenset({Capability.VIEW}), deny=DENIED_BY_DEFAULT | _HANDS_OFF),
        # Somebody helps, and each step is asked.
        "assist": Profile(),
        # Somebody I trust: one yes for everything.
        "full": Profile(
            ask=frozenset({Capability.VIEW}),
            with_view=frozenset(Capability) - DENIED_BY_DEFAULT - {Capability.VIEW},
        ),
        # Nobody sits here: the link is the only lock.
        "unattended": Profile(
            allow=_AT_WORK | {Capability.VIEW}, ask=frozenset({Capability.TALK}), with_view=COMES_WITH_VIEW
        ),
    }
)
