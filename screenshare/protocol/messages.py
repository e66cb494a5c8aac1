"""Messages on the data channels of one peer connection.

Channels are negotiated by number (RFC 8831 §6.5), so that no side can open others:

    0 ``session``  ordered, reliable    facts and requests, JSON
    1 ``input``    ordered, reliable    keys, buttons, wheel, text, JSON
    2 ``pointer``  unordered, no retransmits    moves and the host's pointer, binary (``pointer``)
    3 ``picture``  ordered, reliable    exact pixels to the viewer, binary (``picture``)
    4 ``clipboard``  ordered, reliable  contents of clipboards, either way, binary (``clip``)

One message of a viewer is at most 16 KiB (``session``), 4 KiB (``input``) or 8 KiB (``clipboard``).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from screenshare.capability import Capability
from screenshare.media import ClipDirection
from screenshare.protocol.fields import (
    ButtonNumber,
    ByteCount,
    ClipFormat,
    FormatName,
    Fraction16,
    KeyCode,
    KeyValue,
    LimitKbps,
    MonitorChoice,
    MonitorId,
    Name,
    ParticipantId,
    PixelShift,
    QualityMode,
    Reach,
    RequestId,
    Seconds,
    Sequence,
    Ticks,
    WheelDelta,
    WindowTitle,
)
from screenshare.protocol.signaling import EndReason

SESSION_CHANNEL, INPUT_CHANNEL, POINTER_CHANNEL, PICTURE_CHANNEL, CLIPBOARD_CHANNEL = 0, 1, 2, 3, 4
MAX_SESSION_BYTES = 16_384
MAX_INPUT_BYTES = 4_096
MAX_CURSOR_PNG_CHARS = 98_304
HEARTBEAT_INTERVAL_S = 0.5
HEARTBEAT_LIMIT_S = 3.0

RevokeReason = Literal[
    "host",
    "panic",
    "released",
    "path-lost",
    "left",
    "expired",
    "given-to-other",
    "given",
    "taken",
    "capability",
    "window-gone",
    "ended",
]
Chroma = Literal["4:2:0", "4:4:4", "exact"]
Limit = Literal["free", "path", "cap"]
RefuseReason = Literal["denied", "timeout", "not-granted", "locked"]
ClipRefusal = Literal["too-large", "empty", "unusable", "replaced", "stopped", "paused", "private", "failed"]


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of every JSON message on a data channel."""


# --- viewer -> host, channel ``session`` ---------------------------------------------------------


class HeartbeatBeat(Message, frozen=True, kw_only=True, tag="heartbeat.beat"):
    """Sent each 0.5 s; 3 s without one and the path counts as dead. The host echoes it."""

    seq: Sequence


class ControlRequest(Message, frozen=True, kw_only=True, tag="control.request"):
    """May I control? Answered by ``control.granted`` or ``control.refused``."""

    id: RequestId


class ControlRelease(Message, frozen=True, kw_only=True, tag="control.release"):
    """I give control back (also withdraws a request that still waits)."""


class ControlTake(Message, frozen=True, kw_only=True, tag="control.take"):
    """I take control from whoever has it, which the host allowed me; answered as ``control.request`` is."""

    id: RequestId


class ControlGive(Message, frozen=True, kw_only=True, tag="control.give"):
    """Let this participant control instead of me; the host must have allowed him to."""

    to: ParticipantId


class CapabilityRequest(Message, frozen=True, kw_only=True, tag="capability.request"):
    """May I have this right, too? One question at a time: a new one takes the place of one that is open.

    Answered by ``session.described``, whose ``granted`` has it then, or by ``capability.refused``. Control
    has a request of its own.
    """

    id: RequestId
    capability: Capability


class SessionLeave(Message, frozen=True, kw_only=True, tag="session.leave"):
    """I leave for good; my place need not be kept."""


class ScreenChoose(Message, frozen=True, kw_only=True, tag="screen.choose"):
    """Show me this monitor from now on; answered by ``session.described``, whose ``watching`` it is then."""

    monitor: MonitorChoice


class QualityChoose(Message, frozen=True, kw_only=True, tag="quality.choose"):
    """What matters to me in the picture, and the most it may take; answered by ``video.described``."""

    mode: QualityMode
    max_kbps: LimitKbps | None = None


class PictureAccept(Message, frozen=True, kw_only=True, tag="picture.accept"):
    """I compose exact pixels with the video (channel ``picture``), or no longer; said again: begin anew."""

    exact: bool


class ClipboardFetch(Message, frozen=True, kw_only=True, tag="clipboard.fetch"):
    """Send me what the host's clipboard has now; it comes on channel ``clipboard`` under this ``id``.

    Answered by ``clipboard.refused`` where nothing comes. The next one gives up the one before.
    """

    id: RequestId


# --- viewer -> host, channel ``input`` -----------------------------------------------------------


class KeyPress(Message, frozen=True, kw_only=True, tag="key.press"):
    """A key goes down (or repeats): its place on the keyboard and what it means there.

    ``made``: when, on the host's clock as the viewer knows it from echoes; missing before he does. What
    came too late is not done. So in all that begins something.
    """

    seq: Sequence
    code: KeyCode
    key: KeyValue
    repeat: bool = False
    made: Ticks | None = None


class KeyRelease(Message, frozen=True, kw_only=True, tag="key.release"):
    """A key goes up; ``code`` names the same key as the press did."""

    seq: Sequence
    code: KeyCode


class TextType(Message, frozen=True, kw_only=True, tag="text.type"):
    """Type this text (composition, virtual keyboard); no key stays down."""

    seq: Sequence
    text: Annotated[str, Meta(min_length=1, max_length=1000)]
    made: Ticks | None = None


class ButtonPress(Message, frozen=True, kw_only=True, tag="button.press"):
    """A mouse button goes down at this position; without one where the pointer is, over this monitor."""

    seq: Sequence
    button: ButtonNumber
    monitor: MonitorChoice
    x: Fraction16 | None = None
    y: Fraction16 | None = None
    made: Ticks | None = None


class ButtonRelease(Message, frozen=True, kw_only=True, tag="button.release"):
    """A mouse button goes up at this position, or where the pointer is."""

    seq: Sequence
    button: ButtonNumber
    monitor: MonitorChoice
    x: Fraction16 | None = None
    y: Fraction16 | None = None


class WheelTurn(Message, frozen=True, kw_only=True, tag="wheel.turn"):
    """The wheel turns at this position, or where the pointer is."""

    seq: Sequence
    dx: WheelDelta
    dy: WheelDelta
    monitor: MonitorChoice
    x: Fraction16 | None = None
    y: Fraction16 | None = None
    made: Ticks | None = None


class PointerShift(Message, frozen=True, kw_only=True, tag="pointer.shift"):
    """The pointer goes on from where it is, no further than to the edge of ``monitor``.

    It comes on the ordered channel: the next one does not replace a step that was lost.
    """

    seq: Sequence
    monitor: MonitorChoice
    dx: PixelShift
    dy: PixelShift


class InputRelease(Message, frozen=True, kw_only=True, tag="input.release"):
    """Let go of everything that I hold (the page lost the focus)."""

    seq: Sequence


class PathResume(Message, frozen=True, kw_only=True, tag="path.resume"):
    """This path was silent and is heard again: go on with it.

    It comes behind the keys, in order: what was pressed before the silence arrives before it, and is not
    done. ``host_ticks`` is from the echo that was heard: a message that was under way for long itself, with
    keys of another moment behind it, shows by that.
    """

    host_ticks: Ticks


# --- host -> viewer, channel ``session`` ---------------------------------------------------------


class HeartbeatEchoed(Message, frozen=True, kw_only=True, tag="heartbeat.echoed"):
    """The host is alive; the same ``seq`` comes back, so that the viewer can measure the way.

    ``host_ticks`` is the host's clock at the echo, in the ticks of the video's RTP timestamps.
    """

    seq: Sequence
    host_ticks: Ticks


class Participant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One viewer, as all others may know him; ``place`` is his in the line of those who wait for control."""

    id: ParticipantId
    name: Name
    is_you: bool = False
    controls: bool = False
    may_control: bool = False
    place: int | None = None


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What the video shows: a monitor, all as one picture (0), or the one part that is shared (1)."""

    monitor: MonitorChoice
    name: str
    width: int
    height: int


class MonitorDescribed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A monitor that a viewer may choose; size in physical pixels."""

    id: MonitorId
    name: str
    width: int
    height: int
    is_primary: bool = False


class ClipboardTerms(msgspec.Struct, frozen=True, kw_only=True):
    """Which way contents of clipboards may go (``in`` is to the host), and how large they may be in all."""

    direction: ClipDirection
    limit_bytes: ByteCount


class SessionDescribed(Message, frozen=True, kw_only=True, tag="session.described"):
    """The whole state as this viewer may see it; sent at the start and after each change.

    ``granted`` may be used at once, ``askable`` after a request, everything else not at all.
    ``asks`` is the right that this viewer has asked the host for, without an answer as yet;
    ``control_waits`` tells that his request for control is open: before the host, or in line where
    ``participants`` tells his place. ``control_expires_s`` counts down the grant of whoever controls,
    ``control_reach`` is the half of it that he got, ``control_window`` the title of the one window he may
    reach (empty: all that is shared); ``control_locked``: the host alone passes it on.
    ``monitors`` may be chosen from; ``watching`` is this viewer's choice among them, 0 for all as one
    picture. While ``paused`` no picture
    comes and no input has an effect; none has either while the person at the host uses his own ``hand``.
    ``clipboard`` holds for whoever has that capability.
    """

    host: Name
    participants: list[Participant]
    granted: list[Capability]
    askable: list[Capability]
    screen: Screen
    age_s: Seconds
    asks: Capability | None = None
    control_waits: bool = False
    control_expires_s: Seconds | None = None
    control_reach: Reach = "all"
    control_window: WindowTitle = ""
    control_locked: bool = False
    recording_s: Seconds | None = None
    monitors: list[MonitorDescribed] = []
    watching: MonitorChoice | None = None
    paused: bool = False
    hand: bool = False
    clipboard: ClipboardTerms | None = None


class CursorShaped(Message, frozen=True, kw_only=True, tag="cursor.shaped"):
    """The host's pointer looks like this from now on; it is not part of the video.

    ``width`` and ``height`` are pixels of the screen, ``x`` and ``y`` the hot spot among them; ``png`` in
    base64 may have fewer pixels than that, and is missing where the pointer is invisible.
    """

    id: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    width: Annotated[int, Meta(ge=0, le=1024)] = 0
    height: Annotated[int, Meta(ge=0, le=1024)] = 0
    x: Annotated[int, Meta(ge=0, le=1024)] = 0
    y: Annotated[int, Meta(ge=0, le=1024)] = 0
    png: Annotated[str, Meta(max_length=MAX_CURSOR_PNG_CHARS)] = ""


class VideoDescribed(Message, frozen=True, kw_only=True, tag="video.described"):
    """What this viewer gets, at the start and after each change.

    ``limit_kbps`` is what the host sends at most, and ``limit`` why: ``free`` (nothing holds it back),
    ``path`` (what the network carries), ``cap`` (what this viewer or the host chose).
    """

    format: FormatName
    chroma: Chroma
    width: int
    height: int
    mode: QualityMode
    limit: Limit = "free"
    limit_kbps: int | None = None


class ControlWaiting(Message, frozen=True, kw_only=True, tag="control.waiting"):
    """A person at the host is being asked, and ``limit_s`` ends in a refusal; or others come first.

    ``place``: in the line of those who may control, from 1.
    """

    re: RequestId
    limit_s: Seconds | None = None
    place: int | None = None


class ControlGranted(Message, frozen=True, kw_only=True, tag="control.granted"):
    """You control now; ``re`` is missing where the host gave control unasked.

    ``window``: the title of the one window that you reach; missing: all that is shared.
    """

    re: RequestId | None = None
    expires_s: Seconds | None = None
    reach: Reach = "all"
    window: WindowTitle = ""


class ControlRefused(Message, frozen=True, kw_only=True, tag="control.refused"):
    """You do not control; why, in one word."""

    re: RequestId
    reason: RefuseReason


class ControlRevoked(Message, frozen=True, kw_only=True, tag="control.revoked"):
    """You control no longer; everything that was held is already released."""

    reason: RevokeReason


class CapabilityRefused(Message, frozen=True, kw_only=True, tag="capability.refused"):
    """You do not get what you asked for; why, in one word."""

    re: RequestId
    reason: Literal["denied", "timeout", "not-granted"]


class ClipPart(msgspec.Struct, frozen=True, kw_only=True):
    """One format of what a clipboard has; text and HTML are counted in UTF-8."""

    format: ClipFormat
    bytes: ByteCount


class ClipboardOffered(Message, frozen=True, kw_only=True, tag="clipboard.offered"):
    """The host's clipboard has something new; ``clipboard.fetch`` brings it.

    ``too_large``: formats that are there, and beyond the limit.
    """

    parts: list[ClipPart]
    too_large: list[ClipFormat] = []


class ClipboardTaken(Message, frozen=True, kw_only=True, tag="clipboard.taken"):
    """What you sent as ``re`` is on the host's clipboard: whoever pastes there gets it."""

    re: RequestId


class ClipboardRefused(Message, frozen=True, kw_only=True, tag="clipboard.refused"):
    """What you sent or fetched as ``re`` does not come to its end, and why.

    ``unusable``: no such text or picture; ``replaced``: something newer came; ``stopped``: too slow, or you
    may no longer; ``private``: it was copied before you were allowed, or in a pause; ``failed``: the host's
    clipboard did not do its part.
    """

    re: RequestId
    reason: ClipRefusal


class SessionEnded(Message, frozen=True, kw_only=True, tag="session.ended"):
    """The share is over for you; the connection closes after this."""

    reason: EndReason
    duration_s: Seconds


class ChannelError(Message, frozen=True, kw_only=True, tag="error"):
    """Your message was refused and had no effect."""

    code: str
    message: str
    re: RequestId | None = None


SessionRequest = (
    HeartbeatBeat
    | ControlRequest
    | ControlRelease
    | ControlTake
    | ControlGive
    | CapabilityRequest
    | ScreenChoose
    | QualityChoose
    | PictureAccept
    | SessionLeave
)
OnSession = SessionRequest | ClipboardFetch
OnInput = (
    KeyPress | KeyRelease | TextType | ButtonPress | ButtonRelease | WheelTurn | PointerShift | InputRelease
)
OnInputChannel = OnInput | PathResume
FromHost = (
    HeartbeatEchoed
    | SessionDescribed
    | CursorShaped
    | VideoDescribed
    | ControlWaiting
    | ControlGranted
    | ControlRefused
    | CapabilityRefused
    | ControlRevoked
    | ClipboardOffered
    | ClipboardTaken
    | ClipboardRefused
    | SessionEnded
    | ChannelError
)
