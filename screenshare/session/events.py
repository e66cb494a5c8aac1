"""What can happen to a session."""

from __future__ import annotations

from dataclasses import dataclass

from screenshare.capability import Capability
from screenshare.errors import RemoteProtocolError
from screenshare.media import Window
from screenshare.protocol.clip import ClipBegun, ClipPiece
from screenshare.protocol.console import AnyHostCommand
from screenshare.protocol.messages import (
    ClipboardOffered,
    CursorShaped,
    MonitorDescribed,
    OnInputChannel,
    OnSession,
    Screen,
)
from screenshare.protocol.pointer import PointerMove
from screenshare.protocol.signaling import EndReason
from screenshare.session.rights import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocked:
    """Somebody proved to know ``secret`` and asks to come in.

    ``digits`` are to be compared; ``device`` is the key that a browser proved to keep.
    """

    guest: str
    name: str
    address: str
    browser: str
    wants: frozenset[Capability]
    secret: Secret
    digits: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class Renamed:
    """Whoever knocks gave another name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """A socket proved to know ``token``, a resume token of participant ``id``."""

    guest: str
    id: str
    token: str
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class SocketClosed:
    """The participant's socket is gone; that ends a knock, and lets go of what he holds."""

    id: str


@dataclass(frozen=True, slots=True)
class SignInSeen:
    """Who may come in while nobody is at the host: whoever is in by what is good no more has to go."""

    is_on: bool
    devices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Dialled:
    """The participant offers a new peer connection."""

    id: str


@dataclass(frozen=True, slots=True)
class PathUp:
    """The participant's session channel is open."""

    id: str


@dataclass(frozen=True, slots=True)
class PathLost:
    """The participant's peer connection failed or closed."""

    id: str


ViewerMessage = OnSession | OnInputChannel | PointerMove | ClipBegun | ClipPiece


@dataclass(frozen=True, slots=True)
class Received:
    """A well-formed message came in on one of the participant's channels."""

    id: str
    message: ViewerMessage


@dataclass(frozen=True, slots=True)
class Misbehaved:
    """Something that is no message came in on one of the participant's channels."""

    id: str
    error: RemoteProtocolError


@dataclass(frozen=True, slots=True)
class GoneForGood:
    """The participant said that he leaves (on his socket)."""

    id: str


@dataclass(frozen=True, slots=True)
class Commanded:
    """The person at the host decided.

    ``on_screen``: at a place that may be on the shared screen, where a viewer who controls could decide too.
    """

    command: AnyHostCommand
    on_screen: bool = False


@dataclass(frozen=True, slots=True)
class ScreensChanged:
    """What can be shown is another, or has another size; ``monitors`` are those that viewers may choose."""

    screens: tuple[Screen, ...]
    monitors: tuple[MonitorDescribed, ...]


@dataclass(frozen=True, slots=True)
class CursorChanged:
    """The host's pointer has another shape."""

    shape: CursorShaped


@dataclass(frozen=True, slots=True)
class ClipboardChanged:
    """A program at the host has put something on its clipboard."""


@dataclass(frozen=True, slots=True)
class ClipboardSeen:
    """What the host's clipboard has now; ``by`` the participant who put it there, None for the host."""

    offer: ClipboardOffered
    by: str | None = None


@dataclass(frozen=True, slots=True)
class ClipboardLost:
    """The host has no clipboard (any more)."""


ClipboardFact = ClipboardChanged | ClipboardSeen | ClipboardLost


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """A recording began at ``since`` (monotonic seconds), or none runs any more."""

    since: float | None


@dataclass(frozen=True, slots=True)
class HandMoved:
    """The person at the host uses his own mouse or keyboard."""


@dataclass(frozen=True, slots=True)
class Panicked:
    """He struck the panic key."""


@dataclass(frozen=True, slots=True)
class LoadChanged:
    """The host carries no viewer more, or has room again."""

    is_full: bool


@dataclass(frozen=True, slots=True)
class WindowsSeen:
    """These windows there are on the display, the topmost first."""

    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class InputFailed:
    """Keys and pointer cannot be injected any more."""


@dataclass(frozen=True, slots=True)
class ShareEnds:
    """The share is over for everybody."""

    reason: EndReason


Fact = CursorChanged | RecordingChanged | LoadChanged | WindowsSeen | SignInSeen | ClipboardFact
Event = (
    Knocked
    | Renamed
    | CameBack
    | SocketClosed
    | Dialled
    | PathUp
    | PathLost
    | Received
    | Misbehaved
    | GoneForGood
    | Commanded
    | ScreensChanged
    | Fact
    | HandMoved
    | Panicked
    | InputFailed
    | ShareEnds
)
