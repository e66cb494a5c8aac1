"""The host's own interface: the same words for ``--json``, the console page and the library.

Out, one JSON object a line: what happened (``event``). In: what to do (``do``).
The console page speaks them on ``GET /v1/console`` (a WebSocket, loopback only): its first
message is ``console.enter``; it then gets ``host.described`` at once and after each change,
beside all other events. ``--json`` leaves ``host.described`` out.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from screenshare.capability import Capability
from screenshare.media import PathWay
from screenshare.protocol.fields import (
    ClipFormat,
    FormatName,
    MonitorChoice,
    MonitorId,
    Name,
    ParticipantId,
    QualityMode,
    Reach,
    Seconds,
    Token,
    WindowId,
    WindowTitle,
)
from screenshare.protocol.messages import RevokeReason
from screenshare.protocol.signaling import DenialReason

MAX_COMMAND_BYTES = 65_536
InvitationId = Annotated[str, Meta(min_length=1, max_length=16, pattern="^[a-z0-9-]+$")]
# What who comes by a link may ask for.
Allows = Literal["view", "control"]


class HostEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event"):
    """Base of everything the host tells."""


class MonitorDescription(msgspec.Struct, frozen=True, kw_only=True):
    """One monitor of the host's display; pixels on the display's whole canvas."""

    id: MonitorId
    name: str
    x: int
    y: int
    width: int
    height: int
    is_primary: bool


class Ready(HostEvent, frozen=True, kw_only=True, tag="ready"):
    """The share stands. ``link`` and ``view_link`` hold their secrets in the fragment.

    ``lan_link`` is there where ``link`` leads through a server: it leads here without one. ``ask_link`` is
    there where people may ask without a secret, ``unattended_link`` where one can sign in while nobody sits
    at the host.
    """

    link: str
    view_link: str
    console: str
    code: str
    room: str
    display: str | None
    monitors: list[MonitorDescription]
    lan_link: str = ""
    ask_link: str = ""
    unattended_link: str = ""


class UnattendedChanged(HostEvent, frozen=True, kw_only=True, tag="unattended.changed"):
    """Whether one can sign in here while nobody sits at the host, and how many browsers are remembered."""

    is_on: bool
    devices: int


class SignInFailed(HostEvent, frozen=True, kw_only=True, tag="sign-in.failed"):
    """Somebody who knows this host's address did not get in."""

    address: str
    reason: DenialReason


class ViewerKnocked(HostEvent, frozen=True, kw_only=True, tag="viewer.knocked"):
    """Somebody with the right secret asks to come in; unanswered for ``limit_s`` he is denied.

    ``digits``: he has none. He is who he says if he sees the same digits.
    """

    id: ParticipantId
    name: Name
    address: str
    browser: str
    wants: list[Capability]
    limit_s: Seconds
    digits: str = ""


class ViewerJoined(HostEvent, frozen=True, kw_only=True, tag="viewer.joined"):
    """A viewer was let in; ``proved`` is what he knew."""

    id: ParticipantId
    name: Name
    address: str = ""
    browser: str = ""
    proved: str = ""


class ViewerLeft(HostEvent, frozen=True, kw_only=True, tag="viewer.left"):
    """A viewer is gone, or was not let in."""

    id: ParticipantId
    reason: str


class ControlRequested(HostEvent, frozen=True, kw_only=True, tag="control.requested"):
    """A viewer asks for control; unanswered for ``limit_s`` he is refused."""

    id: ParticipantId
    limit_s: Seconds


class CapabilityRequested(HostEvent, frozen=True, kw_only=True, tag="capability.requested"):
    """A viewer asks for one more right; unanswered for ``limit_s`` he is refused."""

    id: ParticipantId
    capability: Capability
    limit_s: Seconds


class ControlQueued(HostEvent, frozen=True, kw_only=True, tag="control.queued"):
    """A viewer who may control waits for his turn; ``place`` counts from 1."""

    id: ParticipantId
    place: int


class ControlLocked(HostEvent, frozen=True, kw_only=True, tag="control.locked"):
    """The host alone says who controls from now on."""


class ControlUnlocked(HostEvent, frozen=True, kw_only=True, tag="control.unlocked"):
    """Who may control can ask for it, give and take it again."""


class ControlPassed(HostEvent, frozen=True, kw_only=True, tag="control.granted"):
    """A viewer controls now; ``window`` is the title of the one window he reaches, if it is one."""

    id: ParticipantId
    expires_s: Seconds | None = None
    reach: Reach = "all"
    window: WindowTitle = ""


class WindowDescription(msgspec.Struct, frozen=True, kw_only=True):
    """A window of the display, for ``control.grant``."""

    id: WindowId
    title: WindowTitle


class WindowsListed(HostEvent, frozen=True, kw_only=True, tag="windows.listed"):
    """The windows on the display, the topmost first; empty where they cannot be told apart."""

    windows: list[WindowDescription]


class ControlTaken(HostEvent, frozen=True, kw_only=True, tag="control.revoked"):
    """A viewer controls no longer; everything he held is released."""

    id: ParticipantId
    reason: RevokeReason


class ControlLasts(HostEvent, frozen=True, kw_only=True, tag="control.lasts"):
    """A viewer has controlled for so long without a break: told each half hour, as a reminder."""

    id: ParticipantId
    for_s: Seconds


class HandTookOver(HostEvent, frozen=True, kw_only=True, tag="hand.moved"):
    """The person at the host moved his own mouse or pressed a key: what this viewer does waits for it."""

    id: ParticipantId
    rests_s: Seconds


class CapabilityChanged(HostEvent, frozen=True, kw_only=True, tag="capability.changed"):
    """What a viewer may do changed; ``granted`` is the whole list."""

    id: ParticipantId
    granted: list[Capability]


class ViewerConnected(HostEvent, frozen=True, kw_only=True, tag="viewer.connected"):
    """A way to a viewer stands, the first or another one."""

    id: ParticipantId
    way: PathWay


class ClipPassed(HostEvent, frozen=True, kw_only=True, tag="clipboard.passed"):
    """Contents came from a viewer's clipboard (``toward`` the host) or went there.

    What follows within seconds is told in one: so many ``times``, so many bytes of each kind.
    """

    id: ParticipantId
    toward: Literal["host", "viewer"]
    times: int
    bytes: dict[ClipFormat, int]


class RecordingStarted(HostEvent, frozen=True, kw_only=True, tag="recording.started"):
    """A recording is being written; viewers see that."""

    path: str


class RecordingStopped(HostEvent, frozen=True, kw_only=True, tag="recording.stopped"):
    """The recording is complete on disk."""

    path: str
    duration_s: Seconds
    bytes: int


class SharePaused(HostEvent, frozen=True, kw_only=True, tag="share.paused"):
    """Nothing is shown and no input taken until the share goes on."""


class ShareResumed(HostEvent, frozen=True, kw_only=True, tag="share.resumed"):
    """The share goes on."""


class ScreenChosen(HostEvent, frozen=True, kw_only=True, tag="screen.chosen"):
    """Whoever has not chosen sees this monitor now; 0: all as one picture."""

    monitor: MonitorChoice


class ServerReached(HostEvent, frozen=True, kw_only=True, tag="server.reached"):
    """The line to the server stands: viewers come in by the link. Its loss is the warning ``server-lost``."""

    url: str


class Warned(HostEvent, frozen=True, kw_only=True, tag="warning"):
    """Something is less good than it could be; the share goes on."""

    code: str
    message: str
    hint: str = ""


class Failed(HostEvent, frozen=True, kw_only=True, tag="error"):
    """A command was refused, or something broke."""

    code: str
    message: str
    hint: str = ""


class CodeChanged(HostEvent, frozen=True, kw_only=True, tag="code.changed"):
    """The spoken code before was used, guessed at too often or too old; this one counts now."""

    code: str
    expires_s: Seconds


class InvitationMade(HostEvent, frozen=True, kw_only=True, tag="invitation.made"):
    """A new link; one of the same ``id`` from before is dead. ``expires_s``, ``uses`` missing: no limit."""

    id: InvitationId
    link: str
    allows: Allows
    expires_s: Seconds | None = None
    uses: int | None = None


class InvitationRevoked(HostEvent, frozen=True, kw_only=True, tag="invitation.revoked"):
    """Nobody new comes in by this link."""

    id: InvitationId


class CodeRevoked(HostEvent, frozen=True, kw_only=True, tag="code.revoked"):
    """There is no spoken code until the host asks for a new one."""


class Stopped(HostEvent, frozen=True, kw_only=True, tag="stopped"):
    """The share is over; the last event."""

    reason: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One viewer's stay, from being let in to leaving. ``since``, ``until``: seconds since 1970.

    ``until`` missing: he is here. ``rights`` are all he ever had, ``ways`` all he came by; ``taken`` went
    from the host's clipboard to him, ``given`` came from his.
    """

    id: ParticipantId
    name: Name
    address: str
    proved: str
    since: float
    until: float | None = None
    ways: list[PathWay] = []
    rights: list[Capability] = []
    controlled_s: Seconds = 0.0
    taken_bytes: int = 0
    given_bytes: int = 0


class ReceiptsListed(HostEvent, frozen=True, kw_only=True, tag="receipts.listed"):
    """Who was let in during this share, the earliest first; told once more before ``stopped``."""

    receipts: list[Receipt]


class ConsoleEntered(HostEvent, frozen=True, kw_only=True, tag="console.entered"):
    """The console page is known. ``token`` opens it again after a reload; the first one is used up."""

    token: Token


class Logged(HostEvent, frozen=True, kw_only=True, tag="logged"):
    """What happened ``ago_s`` before this console page came, the oldest first; told to the page alone."""

    ago_s: Seconds
    happened: (
        ViewerKnocked
        | ViewerJoined
        | ViewerLeft
        | ControlRequested
        | CapabilityRequested
        | ControlQueued
        | ControlLocked
        | ControlUnlocked
        | ControlPassed
        | ControlTaken
        | ControlLasts
        | ClipPassed
        | RecordingStarted
        | RecordingStopped
        | SharePaused
        | ShareResumed
        | CodeChanged
        | CodeRevoked
        | UnattendedChanged
        | SignInFailed
        | ServerReached
        | Warned
        | Failed
    )


class PathDescription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What goes to one viewer and how it arrives, measured at the host over the last seconds.

    ``loss`` is the fraction of packets lost; ``limit_kbps`` missing: nothing holds the video back.
    ``way`` is the host's: ``relay`` where the viewer uses a relay and the host does not.
    """

    format: FormatName
    mode: QualityMode
    kbps: float
    loss: Annotated[float, Meta(ge=0, le=1)] = 0.0
    rtt_ms: float | None = None
    limit_kbps: int | None = None
    way: PathWay | None = None


# To come in, to control, or another right.
ProvedBy = Literal["link", "view-link", "code", "digits", "password", "device"]
QuestionKind = Literal["entry", "control", "right"]


class ViewerDescription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One viewer as the console shows him.

    ``phase``: ``knocking`` (asks to come in), ``connecting``, ``live``, ``reconnecting``.
    ``asks`` is the right he asks for once he is in; ``answer_in_s`` counts down whichever question of his
    is open; ``place`` is his in the line for control. ``digits`` are to be compared with what he sees.
    """

    id: ParticipantId
    name: Name
    address: str
    browser: str
    phase: Literal["knocking", "connecting", "live", "reconnecting"]
    wants: list[Capability]
    granted: list[Capability]
    since_s: Seconds
    secret: ProvedBy
    digits: str = ""
    asks: Capability | None = None
    place: int | None = None
    answer_in_s: Seconds | None = None
    controls: bool = False
    control_expires_s: Seconds | None = None
    control_reach: Reach = "all"
    control_window: WindowTitle = ""
    path: PathDescription | None = None

    @property
    def question(self) -> QuestionKind | None:
        """What the person at the host is asked about him now."""
        if self.phase == "knocking":
            return "entry"
        if self.asks is None:
            return None
        return "control" if self.asks is Capability.CONTROL else "right"


class InvitationDescription(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link by which somebody new may come."""

    id: InvitationId
    link: str
    allows: Allows
    expires_s: Seconds | None = None
    uses_left: int | None = None


class RecordingDescription(msgspec.Struct, frozen=True, kw_only=True):
    """The recording in progress."""

    path: str
    duration_s: Seconds
    bytes: int


class MediaFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What the encoder sends, over the last second."""

    width: int
    height: int
    fps: float
    kbps: float


class ServerDescription(msgspec.Struct, frozen=True, kw_only=True):
    """The server through which viewers elsewhere come; ``is_reached`` false: nobody new can, for now."""

    url: str
    is_reached: bool


class HostDescribed(HostEvent, frozen=True, kw_only=True, tag="host.described"):
    """The whole state, for the console page; ``code_expires_s`` is null when the code is used up.

    ``origin`` is where the spoken code is typed. ``link``, ``view_link`` are empty where nobody new may come
    by them; ``lan_link`` is the one without the server, where there is one, ``ask_link`` that for people who
    have no secret, where they may ask, ``unattended_link`` where one signs in. ``paused`` is missing where
    sharing cannot be paused; ``monitors`` are those that can be chosen, ``showing`` the one chosen (0: all).
    """

    name: Name
    origin: str
    link: str
    view_link: str
    link_qr: str
    code: str | None
    code_expires_s: Seconds | None
    age_s: Seconds
    viewers: list[ViewerDescription]
    media: MediaFigures
    available: list[Capability]
    recording: RecordingDescription | None = None
    paused: bool | None = None
    invitations: list[InvitationDescription] = []
    monitors: list[MonitorDescription] = []
    showing: MonitorChoice | None = None
    view_link_qr: str = ""
    panic_key: str | None = None
    control_locked: bool = False
    server: ServerDescription | None = None
    lan_link: str = ""
    ask_link: str = ""
    unattended_link: str = ""


class HostCommand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="do"):
    """Base of everything the host can be told to do."""


class ConsoleEnter(HostCommand, frozen=True, kw_only=True, tag="console.enter"):
    """First message of the console page; refused anywhere else."""

    token: Token


class ViewerAdmit(HostCommand, frozen=True, kw_only=True, tag="viewer.admit"):
    """Let a knocking viewer in with these rights."""

    id: ParticipantId
    grant: Annotated[list[Capability], Meta(max_length=16)] = msgspec.field(
        default_factory=lambda: [Capability.VIEW]
    )


class ViewerDeny(HostCommand, frozen=True, kw_only=True, tag="viewer.deny"):
    """Do not let a knocking viewer in."""

    id: ParticipantId


class ViewerRemove(HostCommand, frozen=True, kw_only=True, tag="viewer.remove"):
    """Send a viewer away."""

    id: ParticipantId


class ControlGrant(HostCommand, frozen=True, kw_only=True, tag="control.grant"):
    """Give control, or the keyboard or the pointer alone, to a viewer, asked or unasked.

    ``window``: of one window alone, one of ``windows.listed``. Takes it from whoever holds it.
    """

    id: ParticipantId
    for_s: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    reach: Reach = "all"
    window: WindowId | None = None


class WindowList(HostCommand, frozen=True, kw_only=True, tag="window.list"):
    """Which windows are on the display now? Answered by ``windows.listed``."""


class ReceiptList(HostCommand, frozen=True, kw_only=True, tag="receipt.list"):
    """Who was here, and is? Answered by ``receipts.listed``."""


class ControlDeny(HostCommand, frozen=True, kw_only=True, tag="control.deny"):
    """Refuse a viewer's open request for control."""

    id: ParticipantId


class CapabilityDeny(HostCommand, frozen=True, kw_only=True, tag="capability.deny"):
    """Refuse a viewer's open request for a right other than control."""

    id: ParticipantId


class ControlRevoke(HostCommand, frozen=True, kw_only=True, tag="control.revoke"):
    """Take control back from whoever holds it; nobody who waits in line gets it instead."""


class ControlLock(HostCommand, frozen=True, kw_only=True, tag="control.lock"):
    """Let nobody ask for control, give or take it: only ``control.grant`` passes it on."""

    on: bool


class CapabilitySet(HostCommand, frozen=True, kw_only=True, tag="capability.set"):
    """Grant or withdraw one right while the session runs."""

    id: ParticipantId
    capability: Capability
    granted: bool


class RecordingStart(HostCommand, frozen=True, kw_only=True, tag="recording.start"):
    """Record to this file, or to a new one with the date in its name."""

    path: Annotated[str, Meta(max_length=4096)] | None = None


class RecordingStop(HostCommand, frozen=True, kw_only=True, tag="recording.stop"):
    """Finish the recording."""


class SharePause(HostCommand, frozen=True, kw_only=True, tag="share.pause"):
    """Show nothing and take no input until ``share.resume``; viewers see that."""


class ShareResume(HostCommand, frozen=True, kw_only=True, tag="share.resume"):
    """Go on sharing."""


class ScreenChoose(HostCommand, frozen=True, kw_only=True, tag="screen.choose"):
    """Show this monitor to whoever has not chosen another; 0: all as one picture."""

    monitor: MonitorChoice


class InvitationMake(HostCommand, frozen=True, kw_only=True, tag="invitation.make"):
    """Make a link: for ``for_s`` seconds, for ``uses`` people.

    With the ``id`` of one there is, or of a standing one (``link``, ``view-link``), it takes its place.
    """

    allows: Allows = "control"
    for_s: Annotated[float, Meta(gt=0, le=31_536_000)] | None = None
    uses: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    id: InvitationId | None = None


class InvitationRevoke(HostCommand, frozen=True, kw_only=True, tag="invitation.revoke"):
    """Let nobody new come in by this link; who is in stays."""

    id: InvitationId


class CodeRenew(HostCommand, frozen=True, kw_only=True, tag="code.renew"):
    """Make a new spoken code; the one before is dead."""


class CodeRevoke(HostCommand, frozen=True, kw_only=True, tag="code.revoke"):
    """Let no spoken code work until ``code.renew``."""


class PreviewWatch(HostCommand, frozen=True, kw_only=True, tag="preview.watch"):
    """Whether this console page wants to see what viewers see; refused anywhere else.

    While it does, binary messages come: a JPEG at most once a second, when something has changed.
    """

    on: bool


class Stop(HostCommand, frozen=True, kw_only=True, tag="stop"):
    """End the share."""


AnyHostEvent = (
    Ready
    | ViewerKnocked
    | ViewerJoined
    | ViewerLeft
    | ControlRequested
    | CapabilityRequested
    | ControlQueued
    | ControlLocked
    | ControlUnlocked
    | ControlPassed
    | ControlTaken
    | ControlLasts
    | HandTookOver
    | CapabilityChanged
    | ViewerConnected
    | ClipPassed
    | RecordingStarted
    | RecordingStopped
    | SharePaused
    | ShareResumed
    | ScreenChosen
    | ReceiptsListed
    | WindowsListed
    | UnattendedChanged
    | SignInFailed
    | ServerReached
    | Warned
    | Failed
    | CodeChanged
    | InvitationMade
    | InvitationRevoked
    | CodeRevoked
    | Logged
    | Stopped
    | ConsoleEntered
    | HostDescribed
)
AnyHostCommand = (
    ConsoleEnter
    | ViewerAdmit
    | ViewerDeny
    | ViewerRemove
    | ControlGrant
    | WindowList
    | ReceiptList
    | ControlDeny
    | ControlRevoke
    | ControlLock
    | CapabilitySet
    | CapabilityDeny
    | RecordingStart
    | RecordingStop
    | SharePause
    | ShareResume
    | ScreenChoose
    | InvitationMake
    | InvitationRevoke
    | CodeRenew
    | CodeRevoke
    | PreviewWatch
    | Stop
)
