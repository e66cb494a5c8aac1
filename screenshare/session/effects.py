"""What the session asks the host's shell to do; carried out in order."""

from __future__ import annotations

from dataclasses import dataclass

from screenshare.protocol.console import HostEvent
from screenshare.protocol.fields import QualityMode
from screenshare.protocol.messages import Message
from screenshare.protocol.signaling import DenialReason, Signal
from screenshare.session.permitted import Permitted, PermittedClip


@dataclass(frozen=True, slots=True)
class Seat:
    """The socket ``guest`` belongs to participant ``id`` from now on; an older one of his is closed."""

    guest: str
    id: str


@dataclass(frozen=True, slots=True)
class TurnAway:
    """Tell the socket ``guest``, who became nobody, why, and close it."""

    guest: str
    reason: DenialReason


@dataclass(frozen=True, slots=True)
class SignalTo:
    """Send this on the participant's socket, if he has one."""

    id: str
    signal: Signal


@dataclass(frozen=True, slots=True)
class Tell:
    """Send this on the participant's session channel, if he has one."""

    id: str
    message: Message


@dataclass(frozen=True, slots=True)
class DescribeAll:
    """The state changed: describe it to each live viewer and to the console."""


@dataclass(frozen=True, slots=True)
class ClosePeer:
    """End the participant's peer connection."""

    id: str


@dataclass(frozen=True, slots=True)
class CloseSocket:
    """End the participant's socket, after what was already sent to it."""

    id: str


@dataclass(frozen=True, slots=True)
class ReleaseInput:
    """Let go of every key and button on the host, before anything else."""


@dataclass(frozen=True, slots=True)
class SetQuality:
    """Give this participant the picture he chose; ``max_kbps`` None: no limit of his own."""

    id: str
    mode: QualityMode
    max_kbps: int | None


@dataclass(frozen=True, slots=True)
class AcceptPicture:
    """Give this participant exact pixels beside the video, from now on; or video alone."""

    id: str
    is_exact: bool


@dataclass(frozen=True, slots=True)
class ShowScreen:
    """Let this participant see another screen; ``id`` None: whoever comes, and the recording."""

    id: str | None
    monitor: int


@dataclass(frozen=True, slots=True)
class RefreshPicture:
    """Send the participant a whole picture: he missed some."""

    id: str


@dataclass(frozen=True, slots=True)
class PausePicture:
    """Grab and send nothing any more, to nobody; or go on."""

    is_paused: bool


@dataclass(frozen=True, slots=True)
class Inject:
    """Act on the host's machine; the only effect that does."""

    permitted: Permitted


@dataclass(frozen=True, slots=True)
class UseClipboard:
    """Read or set the host's clipboard; the only effect that lets its contents out or in."""

    permitted: PermittedClip


@dataclass(frozen=True, slots=True)
class LookAtClipboard:
    """See what the host's clipboard has: somebody is to be told."""


@dataclass(frozen=True, slots=True)
class StopClips:
    """End whatever contents of clipboards are on their way from and to this participant."""

    id: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the person at the host: terminal, console, ``--json``, library."""

    event: HostEvent


Effect = (
    Seat
    | TurnAway
    | SignalTo
    | Tell
    | DescribeAll
    | ClosePeer
    | CloseSocket
    | ReleaseInput
    | SetQuality
    | AcceptPicture
    | ShowScreen
    | PausePicture
    | RefreshPicture
    | Inject
    | UseClipboard
    | LookAtClipboard
    | StopClips
    | Announce
)
