"""What each message needs, and what each kind of link may ever ask for: tables, not branches."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from screenshare.capability import AVAILABLE, COMES_WITH_VIEW, PROFILES, Capability, Profile
from screenshare.protocol import messages
from screenshare.protocol.clip import ClipBegun, ClipPiece
from screenshare.protocol.fields import Reach
from screenshare.protocol.pointer import PointerMove


class Secret(enum.StrEnum):
    """Which secret a viewer proved to know."""

    LINK = "link"
    VIEW_LINK = "view-link"
    CODE = "code"
    DIGITS = "digits"
    """None: six digits are there to be compared by two people."""
    PASSWORD = "password"  # noqa: S105  a kind, no secret
    DEVICE = "device"
    """A key that a browser keeps."""


class Need(enum.Enum):
    """What a participant must hold for one message to have an effect."""

    ADMISSION = enum.auto()
    CONTROL = enum.auto()
    """The capability: control without asking."""
    TOKEN = enum.auto()
    """To be the one who controls."""
    HANDS = enum.auto()
    """To be the one who controls, with whichever half; what it permits is injected, as are the next two."""
    KEYBOARD = enum.auto()
    POINTER = enum.auto()
    CLIPBOARD_IN = enum.auto()
    """The capability, and that direction open."""
    CLIPBOARD_OUT = enum.auto()


REQUIRED: Final[Mapping[type, Need]] = MappingProxyType(
    {
        messages.HeartbeatBeat: Need.ADMISSION,
        messages.SessionLeave: Need.ADMISSION,
        messages.PathResume: Need.ADMISSION,
        messages.ScreenChoose: Need.ADMISSION,
        messages.QualityChoose: Need.ADMISSION,
        messages.PictureAccept: Need.ADMISSION,
        messages.ControlRequest: Need.ADMISSION,
        messages.CapabilityRequest: Need.ADMISSION,
        messages.ControlRelease: Need.ADMISSION,
        messages.ControlTake: Need.CONTROL,
        messages.ControlGive: Need.TOKEN,
        messages.KeyPress: Need.KEYBOARD,
        messages.KeyRelease: Need.KEYBOARD,
        messages.TextType: Need.KEYBOARD,
        messages.ButtonPress: Need.POINTER,
        messages.ButtonRelease: Need.POINTER,
        messages.WheelTurn: Need.POINTER,
        messages.PointerShift: Need.POINTER,
        messages.InputRelease: Need.HANDS,
        PointerMove: Need.POINTER,
        messages.ClipboardFetch: Need.CLIPBOARD_OUT,
        ClipBegun: Need.CLIPBOARD_IN,
        ClipPiece: Need.CLIPBOARD_IN,
    }
)

# What whoever controls may send to the injector, by what his grant reaches.
REACHED: Final[Mapping[Reach, frozenset[Need]]] = MappingProxyType(
    {
        "all": frozenset({Need.HANDS, Need.KEYBOARD, Need.POINTER}),
        "keyboard": frozenset({Need.HANDS, Need.KEYBOARD}),
        "pointer": frozenset({Need.HANDS, Need.POINTER}),
    }
)
INJECTED: Final = REACHED["all"]

# What a viewer who is in may ask for by ``capability.request``.
REQUESTED: Final = AVAILABLE - {Capability.VIEW, Capability.CONTROL}

# What may start an encoder or cost a whole picture: a participant has few of these (``Participant.choices``).
COSTLY: Final[frozenset[type]] = frozenset(
    {messages.QualityChoose, messages.ScreenChoose, messages.PathResume}
)

# What is heard on a path that was silent.
REVIVING: Final[tuple[type, ...]] = (messages.HeartbeatBeat, messages.PathResume)

# What has another program give its clipboard away, or take its place (``Participant.clips``).
CLIPS: Final[frozenset[type]] = frozenset({messages.ClipboardFetch, ClipBegun})

# The most that a holder of each secret can reach by asking; the person at the host may give more.
CEILING: Final[Mapping[Secret, frozenset[Capability]]] = MappingProxyType(
    {
        Secret.LINK: frozenset(Capability),
        Secret.CODE: frozenset(Capability),
        Secret.VIEW_LINK: frozenset({Capability.VIEW}) | COMES_WITH_VIEW,
        Secret.DIGITS: frozenset(Capability),
        Secret.PASSWORD: frozenset(Capability),
        Secret.DEVICE: frozenset(Capability),
    }
)

# By these one comes in while nobody is at the host.
SIGNED_IN: Final = frozenset({Secret.PASSWORD, Secret.DEVICE})

# Who proved nothing is asked about, whatever whoever holds the link is given.
UNASKED: Final[Mapping[Secret, frozenset[Capability]]] = MappingProxyType(
    {**CEILING, Secret.DIGITS: frozenset()}
)

# What comes with a secret whatever the profile is.
GIVEN: Final[Mapping[Secret, frozenset[Capability]]] = MappingProxyType(
    dict.fromkeys(SIGNED_IN, PROFILES["unattended"].allow)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Profile):
    """What a profile means for each kind of link; what it does not name is denied."""

    def given_unasked(self, secret: Secret) -> frozenset[Capability]:
        return (self._allowed(secret) & UNASKED[secret] & AVAILABLE) - self.deny

    def askable(self, secret: Secret) -> frozenset[Capability]:
        # What is given unasked can be taken back; then it must be possible to ask for it.
        known = self.ask | self._allowed(secret) | self.with_view
        return (known & CEILING[secret] & AVAILABLE) - self.deny

    def comes_with_view(self, secret: Secret) -> frozenset[Capability]:
        return (self.with_view & CEILING[secret] & AVAILABLE) - self.deny - self.ask

    def grantable(self) -> frozenset[Capability]:
        return AVAILABLE - self.deny

    def _allowed(self, secret: Secret) -> frozenset[Capability]:
        return self.allow | GIVEN.get(secret, frozenset())
