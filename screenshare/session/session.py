"""One share: its participants, their rights, the control token (sans-IO)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, assert_never, cast

from screenshare.capability import Capability
from screenshare.errors import (
    CommandRefused,
    HandNeeded,
    OutOfOrder,
    PermissionDenied,
    RateLimited,
    ScreenshareError,
)
from screenshare.media import VIDEO_CLOCK_HZ, ticks_since, video_ticks
from screenshare.protocol import console, messages, signaling
from screenshare.protocol.clip import ClipPiece
from screenshare.protocol.messages import HEARTBEAT_LIMIT_S, RevokeReason, Screen
from screenshare.protocol.pointer import PointerMove
from screenshare.session import events as happened
from screenshare.session.clipboard import ClipboardRule
from screenshare.session.control import ControlToken
from screenshare.session.effects import (
    AcceptPicture,
    Announce,
    ClosePeer,
    CloseSocket,
    DescribeAll,
    Effect,
    Inject,
    LookAtClipboard,
    PausePicture,
    RefreshPicture,
    ReleaseInput,
    Seat,
    SetQuality,
    ShowScreen,
    SignalTo,
    StopClips,
    Tell,
    TurnAway,
    UseClipboard,
)
from screenshare.session.kept import KeptSession
from screenshare.session.participant import ANSWER_LIMIT_S, Participant, Phase, Question, Step
from screenshare.session.permitted import ClipMessage, Permitted, PermittedClip
from screenshare.session.rights import (
    CLIPS,
    COSTLY,
    INJECTED,
    REACHED,
    REQUESTED,
    REQUIRED,
    REVIVING,
    SIGNED_IN,
    Need,
    Policy,
)
from screenshare.session.shown import Shown
from screenshare.session.timely import Timeliness
from screenshare.session.turns import Turns

MAX_KNOCKING = 5
# Where all places are taken, who is lost keeps his for so long.
LOST_PLACE_S: Final = 10.0
# Addresses remembered; whoever sends more people away than that should start a share with new links.
MAX_SENT_AWAY = 256
# How much of a message one piece of a clipboard's contents counts: 64 MB/s is more than any path carries.
PIECE_SHARE = 0.25
TOO_LATE: Final = messages.ChannelError(
    code="too-late",
    message="Your input came too late and was left out. Let go of all keys, wait a second, and go on.",
)
# Why a message without its right has no effect, where it is not for want of control.
_WITHOUT: Final[Mapping[Need | None, str]] = {
    Need.CONTROL: "the host has not allowed you to control without asking",
    Need.CLIPBOARD_IN: "the host does not take your clipboard",
    Need.CLIPBOARD_OUT: "the host does not share its clipboard with you",
}


def _no_servers(_: str) -> tuple[signaling.IceServer, ...]:
    return ()


@dataclass(slots=True, kw_only=True)
class Session:
    """The only authority. ``new_token`` makes resume tokens; it is the one source of chance.

    ``ice_for`` returns the STUN and TURN servers for a participant who has just been let in; what it makes
    for him (credentials that live for minutes) is made then and not before.
    """

    host: str
    room: str
    policy: Policy
    shown: Shown
    started_at: float
    new_token: Callable[[], str]
    max_viewers: int = 20
    ice_for: Callable[[str], tuple[signaling.IceServer, ...]] = _no_servers
    relay_only: bool = False
    participants: dict[str, Participant] = field(default_factory=dict)
    control: ControlToken = field(default_factory=ControlToken)
    turns: Turns = field(init=False)
    clipboard: ClipboardRule = field(default_factory=ClipboardRule)
    recording_since: float | None = None
    is_paused: bool = False
    is_full: bool = False
    cursor: messages.CursorShaped | None = None
    refusals: Counter[str] = field(default_factory=Counter)
    _sent_away: set[str] = field(default_factory=set)
    _joined: int = 0

    def __post_init__(self) -> None:
        self.turns = Turns(self.control, self.participants, self.policy)

    # --- the three verbs -------------------------------------------------------------------------

    def receive(self, event: happened.Event, now: float) -> list[Effect]:
        """Take one event; return the effects to carry out, in order."""
        effects = self._take_event(event, now)
        return [*effects, *self.turns.serve(now)]

    def _take_event(self, event: happened.Event, now: float) -> list[Effect]:
        match event:
            case happened.Received():
                return self._on_message(event.id, event.message, now)
            case happened.Misbehaved():
                return self._refuse(event.id, event.error, None, now)
            case happened.Knocked():
                return self._on_knock(event, now)
            case happened.Renamed():
                return self._on_rename(event)
            case happened.CameBack():
                return self._on_return(event, now)
            case happened.SocketClosed():
                return self._on_socket_closed(event.id, now)
            case happened.Dialled():
                return self._on_dial(event.id, now)
            case happened.PathUp():
                return self._on_path_up(event.id, now)
            case happened.PathLost():
                return self._on_path_lost(event.id, now)
            case happened.GoneForGood():
                return self._leave(event.id, "left", now)
            case happened.Commanded():
                return self._on_commanded(event, now)
            case happened.ScreensChanged():
                return self._on_screens(event)
            case happened.InputFailed() | happened.HandMoved() | happened.Panicked():
                return self._on_host_hand(event, now)
            case happened.ShareEnds():
                return [e for id_ in list(self.participants) for e in self._send_away(id_, event.reason, now)]
            case _:
                return self._on_fact(event, now)

    def _on_fact(self, fact: happened.Fact, now: float) -> list[Effect]:
        """Note what is so at the host now, and let everybody know whom it concerns."""
        match fact:
            case happened.RecordingChanged():
                self.recording_since = fact.since
            case happened.LoadChanged():
                self.is_full = fact.is_full
                return []
            case happened.SignInSeen():
                return self._on_sign_in_seen(fact, now)
            case happened.WindowsSeen():
                self.turns.windows = {window.id: window for window in fact.windows}
                return self.control.follow(self.turns.windows)
            case happened.CursorChanged():
                self.cursor = fact.shape
                return [Tell(p.id, fact.shape) for p in self.participants.values() if p.phase is Phase.LIVE]
            case happened.ClipboardChanged() | happened.ClipboardSeen() | happened.ClipboardLost():
                return self._on_clipboard(fact, now)
        return [DescribeAll()]

    @property
    def deadline(self) -> float | None:
        """The next moment at which ``expire`` has something to do."""
        deadlines = [p.deadline for p in self.participants.values()]
        deadlines += [p.question.deadline for p in self.participants.values() if p.question]
        deadlines += self.control.deadlines
        if (holder := self._holder) is not None and holder.holds_until is not None:
            deadlines.append(holder.holds_until)
        return min(deadlines, default=None)

    def expire(self, now: float) -> list[Effect]:
        """Let time pass; call when ``deadline`` is reached."""
        effects = [*self._let_go_in_silence(now), *self.control.expire(now)]
        for participant in list(self.participants.values()):
            if participant.question and now >= participant.question.deadline:
                effects += self._answer(participant, "timeout")
            if now >= participant.deadline:
                effects += self._on_overdue(participant, now)
        return [*effects, *self.turns.serve(now)]

    @property
    def _holder(self) -> Participant | None:
        return self.participants.get(self.control.holder or "")

    def _let_go_in_silence(self, now: float) -> list[Effect]:
        """Let go of what whoever controls holds down, once he is silent for some beats; no more than that."""
        holder = self._holder
        if holder is None or holder.holds_until is None or now < holder.holds_until:
            return []
        holder.holds_until = None
        return [ReleaseInput()]

    # --- a process that is killed ---------------------------------------------------------------------

    def kept(self) -> KeptSession:
        """Return what brings this session back after that."""
        participants = (participant.kept for participant in self.participants.values())
        return KeptSession(
            participants=tuple(kept for kept in participants if kept is not None),
            control=self.control.to_keep(),
            joined=self._joined,
            sent_away=frozenset(self._sent_away),
            started_at=self.started_at,
            showing=self.shown.choosing,
            is_paused=self.is_paused,
            is_locked=self.turns.is_locked,
        )

    def take_up(self, kept: KeptSession, now: float) -> list[Effect]:
        """Go on with a session that was cut off: whoever was in has his time to come back."""
        taken_up = [Participant.taken_up(each, now) for each in kept.participants]
        for participant in taken_up:
            participant.granted &= self.policy.grantable()
            self.participants[participant.id] = participant
        if kept.control is not None and kept.control.participant in self.participants:
            self.control.take_up(kept.control)
        self._joined, self._sent_away = kept.joined, set(kept.sent_away)
        self.started_at, self.turns.is_locked = kept.started_at, kept.is_locked
        shows = self._choose_screen(kept.showing) if self._may_show(kept.showing) else []
        return [*(self._pause() if kept.is_paused else []), *shows]

    # --- coming and going --------------------------------------------------------------------------

    def by_resume(self, is_proved: Callable[[str], bool]) -> tuple[Participant, str] | None:
        """Return whose resume token passes ``is_proved``, if he was told it, and the token."""
        for participant in self.participants.values():
            is_told = participant.phase is not Phase.KNOCKING or participant.waits_without_socket
            if is_told and (token := participant.resume_among(is_proved)) is not None:
                return participant, token
        return None

    def is_knocking(self, id_: str) -> bool:
        participant = self.participants.get(id_)
        return participant is not None and participant.phase is Phase.KNOCKING

    def misses_somebody(self, now: float) -> bool:
        """Return whether a viewer has no path, or one that was silent for some beats."""
        return any(participant.is_missed(now) for participant in self.participants.values())

    def _on_knock(self, knock: happened.Knocked, now: float) -> list[Effect]:
        knocking = sum(p.phase is Phase.KNOCKING for p in self.participants.values())
        if self.is_full or knocking >= MAX_KNOCKING:
            return [TurnAway(knock.guest, "full")]
        if Capability.VIEW in self.policy.deny:
            return [TurnAway(knock.guest, "denied")]
        room_made: list[Effect] = []
        if len(self.participants) >= self.max_viewers:
            gone = self._longest_lost(now)
            if gone is None:
                return [TurnAway(knock.guest, "full")]
            room_made = self._leave(gone.id, "path-lost", now)
        self._joined += 1
        participant = Participant(
            id=f"v{self._joined}",
            name=knock.name or f"Viewer {self._joined}",
            address=knock.address,
            browser=knock.browser,
            secret=knock.secret,
            wants=knock.wants,
            since=now,
            resume=self.new_token(),
            deadline=now + ANSWER_LIMIT_S,
            digits=knock.digits,
            device=knock.device,
        )
        self.participants[participant.id] = participant
        seat = Seat(knock.guest, participant.id)
        given = self.policy.given_unasked(knock.secret)
        if Capability.VIEW in given and knock.address not in self._sent_away:
            return [*room_made, seat, *self._admit(participant, given, now)]
        knocked = console.ViewerKnocked(
            id=participant.id,
            name=participant.name,
            address=participant.address,
            browser=participant.browser,
            wants=sorted(knock.wants),
            limit_s=ANSWER_LIMIT_S,
            digits=knock.digits,
        )
        waiting = SignalTo(participant.id, self._waiting(participant, now))
        return [*room_made, seat, waiting, Announce(knocked), DescribeAll()]

    def _longest_lost(self, now: float) -> Participant | None:
        """Return who most likely closed his page: that looks like a lost path, whose place is kept."""
        keeps_since = now - LOST_PLACE_S
        lost = [p for p in self.participants.values() if p.lost_at is not None and p.lost_at <= keeps_since]
        return min(lost, key=lambda p: p.deadline, default=None)

    def _waiting(self, participant: Participant, now: float) -> signaling.KnockWaiting:
        way_back = participant.waits_without_socket
        return signaling.KnockWaiting(
            host=self.host,
            limit_s=max(0.0, participant.deadline - now),
            room=self.room if way_back else None,
            resume=participant.resume if way_back else None,
        )

    def _on_rename(self, event: happened.Renamed) -> list[Effect]:
        """Take another name from whoever knocks, a few times; the one he was let in by stays."""
        participant = self.participants.get(event.id)
        if participant is None or participant.phase is not Phase.KNOCKING or participant.renames_left <= 0:
            raise OutOfOrder("a name can be changed only while the host is asked")
        participant.renames_left -= 1
        participant.name = event.name or participant.name
        return [DescribeAll()]

    def _admit(self, participant: Participant, grant: frozenset[Capability], now: float) -> list[Effect]:
        participant.step(Step.ADMITTED, now)
        comes_with_view = self.policy.comes_with_view(participant.secret)
        participant.grant(grant | {Capability.VIEW} | comes_with_view, now)
        return [SignalTo(participant.id, self._admission(participant)), *_joined(participant), DescribeAll()]

    def _admission(self, participant: Participant) -> signaling.KnockAdmitted:
        return signaling.KnockAdmitted(
            participant=participant.id,
            room=self.room,
            host=self.host,
            resume=participant.resume,
            granted=sorted(participant.granted),
            ice_servers=list(self.ice_for(participant.id)),
            relay_only=self.relay_only,
        )

    def _on_return(self, event: happened.CameBack, now: float) -> list[Effect]:
        """A page came back (reload, lost network): same rights, or the same question."""
        participant = self.participants[event.id]
        participant.address, participant.browser = event.address, event.browser
        participant.came_back(event.token, self.new_token())
        if participant.phase is Phase.KNOCKING:
            return [Seat(event.guest, event.id), SignalTo(event.id, self._waiting(participant, now))]
        # His old path stays until he dials: it may be heard again before that.
        held = [ReleaseInput()] if self.control.holder == event.id else []
        let_in = SignalTo(event.id, self._admission(participant))
        told = [] if participant.is_announced else _joined(participant)
        participant.is_announced = True
        return [*held, Seat(event.guest, event.id), let_in, *told, DescribeAll()]

    def _on_socket_closed(self, id_: str, now: float) -> list[Effect]:
        participant = self.participants.get(id_)
        if participant is None:
            return []
        if participant.phase is Phase.KNOCKING:
            return [] if participant.waits_without_socket else self._leave(id_, "left", now)
        # A page that was killed is missed on its path only after seconds; its socket closes at once.
        return [ReleaseInput()] if self.control.holder == id_ else []

    def _on_dial(self, id_: str, now: float) -> list[Effect]:
        participant = self.participants.get(id_)
        if participant is None or not participant.allows(Step.DIALLED):
            raise OutOfOrder("an offer is possible only after the host let you in")
        effects = self._drop_path(participant, now) if participant.phase is Phase.LIVE else []
        participant.step(Step.DIALLED, now)
        return effects

    def _on_path_up(self, id_: str, now: float) -> list[Effect]:
        participant = self.participants.get(id_)
        if participant is None or not participant.allows(Step.PATH_UP):
            return []
        participant.step(Step.PATH_UP, now)
        participant.timely = Timeliness()
        shape = [] if self.cursor is None else [Tell(id_, self.cursor)]
        return [*shape, *self.control.resume(id_, now), DescribeAll()]

    def _on_path_lost(self, id_: str, now: float) -> list[Effect]:
        participant = self.participants.get(id_)
        return [] if participant is None else self._drop_path(participant, now)

    def _on_path_resumed(
        self, participant: Participant, message: messages.PathResume, now: float
    ) -> list[Effect]:
        """A path that was silent goes on: it was so at both ends, or at the viewer's alone."""
        if ticks_since(message.host_ticks, now) > HEARTBEAT_LIMIT_S * VIDEO_CLOCK_HZ:
            return self._drop_path(participant, now)
        if participant.phase is not Phase.LIVE:
            return [*self._on_path_up(participant.id, now), RefreshPicture(participant.id)]
        held: list[Effect] = []
        participant.timely = Timeliness()
        if self.control.holder == participant.id:
            held = [ReleaseInput(), Tell(participant.id, self.control.granted(None, now))]
        return [*held, RefreshPicture(participant.id), DescribeAll()]

    def _drop_path(self, participant: Participant, now: float) -> list[Effect]:
        return [*self._fall_silent(participant, now), ClosePeer(participant.id)]

    def _fall_silent(self, participant: Participant, now: float) -> list[Effect]:
        """Let nothing more come over his path; it stays until he dials another, for it may be heard again."""
        if not participant.allows(Step.PATH_LOST):
            return []
        participant.step(Step.PATH_LOST, now)
        self.turns.forget(participant)
        participant.question = None
        # Keys first: a held Ctrl on the host outlives any network trouble.
        suspended = self.control.suspend() if self.control.holder == participant.id else []
        return [*suspended, DescribeAll()]

    def _on_overdue(self, participant: Participant, now: float) -> list[Effect]:
        match participant.phase:
            case Phase.KNOCKING:
                return self._turn_away(participant, "timeout", now)
            case Phase.LIVE:
                return self._fall_silent(participant, now)
            case Phase.CONNECTING if participant.has_been_live:
                return self._drop_path(participant, now)
            case Phase.CONNECTING | Phase.RECONNECTING:
                return self._leave(participant.id, "path-lost", now)

    def _turn_away(
        self, participant: Participant, reason: signaling.DenialReason, now: float
    ) -> list[Effect]:
        denied = SignalTo(participant.id, signaling.KnockDenied(reason=reason))
        return [denied, *self._leave(participant.id, reason, now)]

    def _remove(self, participant: Participant, now: float) -> list[Effect]:
        """Send somebody away; from his address nobody comes in unasked any more."""
        if len(self._sent_away) < MAX_SENT_AWAY:
            self._sent_away.add(participant.address)
        return self._send_away(participant.id, "removed", now)

    def _on_sign_in_seen(self, event: happened.SignInSeen, now: float) -> list[Effect]:
        signed_in = [p for p in self.participants.values() if p.secret in SIGNED_IN]
        gone = [p.id for p in signed_in if not event.is_on or (p.device and p.device not in event.devices)]
        return [effect for id_ in gone for effect in self._send_away(id_, "removed", now)]

    def _send_away(self, id_: str, reason: signaling.EndReason, now: float) -> list[Effect]:
        participant = self.participants[id_]
        if participant.phase is Phase.KNOCKING:
            return self._turn_away(participant, "denied", now)
        age_s = now - participant.since
        return [
            *self.turns.take_from(id_, "ended"),
            Tell(id_, messages.SessionEnded(reason=reason, duration_s=age_s)),
            SignalTo(id_, signaling.ShareEnded(reason=reason, duration_s=age_s)),
            *self._leave(id_, reason, now),
        ]

    def _leave(self, id_: str, reason: str, now: float) -> list[Effect]:
        if id_ not in self.participants:
            return []
        revoked = self.turns.take_from(id_, "left")
        self.control.forget_kept(id_)
        participant = self.participants.pop(id_)
        self.turns.forget(participant)
        left = [Announce(console.ViewerLeft(id=id_, reason=reason))] if participant.is_announced else []
        return [*revoked, ClosePeer(id_), CloseSocket(id_), *left, DescribeAll()]

    # --- messages from viewers ---------------------------------------------------------------------

    def _on_message(self, id_: str, message: happened.ViewerMessage, now: float) -> list[Effect]:
        """The one gate: nothing a viewer sends has an effect that did not pass here."""
        participant = self.participants.get(id_)
        if participant is None:
            return []
        re = getattr(message, "id", None)
        try:
            need = self._need_of(participant, message, now)
        except ScreenshareError as error:
            return self._refuse(id_, error, re, now)
        match need:
            case Need.CLIPBOARD_IN | Need.CLIPBOARD_OUT:
                return self._on_clip(participant, cast("ClipMessage", message))
            case _ if need in INJECTED:
                return self._on_input(participant, cast("messages.OnInput | PointerMove", message), now)
            case _:
                return self._on_request(
                    participant, cast("messages.SessionRequest | messages.PathResume", message), now
                )

    def _on_input(
        self, participant: Participant, message: messages.OnInput | PointerMove, now: float
    ) -> list[Effect]:
        if participant.timely.turn != self.control.since:
            participant.timely = Timeliness(self.control.since)
        was_waiting = participant.timely.is_waiting
        if not participant.timely.is_in_time(message, now):
            return [] if was_waiting else [ReleaseInput(), Tell(participant.id, TOO_LATE)]
        # On its way before he heard of it: no offence.
        if self.is_paused or self.control.is_yielding(now):
            return []
        window = self.control.scope.window
        return [Inject(Permitted(participant.id, message, window=0 if window is None else window.id))]

    def _need_of(self, participant: Participant, message: object, now: float) -> Need:
        is_heard = participant.phase is Phase.LIVE
        if not is_heard and (participant.phase is not Phase.RECONNECTING or type(message) not in REVIVING):
            raise OutOfOrder("the session is not live")
        if not participant.messages.take(now, PIECE_SHARE if isinstance(message, ClipPiece) else 1):
            raise RateLimited("too many messages")
        if type(message) in COSTLY and not participant.choices.take(now):
            raise RateLimited("too many choices")
        need = REQUIRED.get(type(message))
        if need is None or not self._has(participant, need):
            raise PermissionDenied(_WITHOUT.get(need, "you do not control this computer"))
        if type(message) in CLIPS and not participant.clips.take(now):
            raise RateLimited("too many contents of clipboards")
        return need

    def _has(self, participant: Participant, need: Need) -> bool:
        match need:
            case Need.ADMISSION:
                return True
            case Need.CONTROL:
                return Capability.CONTROL in participant.granted
            case Need.TOKEN:
                return self.control.holder == participant.id
            case Need.CLIPBOARD_IN | Need.CLIPBOARD_OUT:
                return self.clipboard.permits(need, participant.granted)
            case _:
                return self.control.holder == participant.id and need in REACHED[self.control.scope.reach]

    def _on_request(
        self, participant: Participant, message: messages.SessionRequest | messages.PathResume, now: float
    ) -> list[Effect]:
        match message:
            case messages.HeartbeatBeat():
                participant.heard(now)
                echo = messages.HeartbeatEchoed(seq=message.seq, host_ticks=video_ticks(now))
                return [Tell(participant.id, echo)]
            case messages.PathResume():
                return self._on_path_resumed(participant, message, now)
            case messages.ControlRequest():
                return self.turns.request(participant, message.id, now)
            case messages.CapabilityRequest():
                return self._on_wish(participant, message, now)
            case messages.ControlTake():
                return self.turns.take(participant, message.id, now)
            case messages.ControlGive():
                return self._on_give(participant, message.to, now)
            case messages.ControlRelease():
                return self.turns.release(participant)
            case messages.ScreenChoose():
                return self._on_screen_choice(participant, message.monitor, now)
            case messages.QualityChoose():
                return [SetQuality(participant.id, message.mode, message.max_kbps)]
            case messages.PictureAccept():
                return [AcceptPicture(participant.id, message.exact)]
            case messages.SessionLeave():
                return self._leave(participant.id, "left", now)
        assert_never(message)

    def _on_wish(
        self, participant: Participant, wish: messages.CapabilityRequest, now: float
    ) -> list[Effect]:
        if wish.capability in participant.granted:
            return [DescribeAll()]
        if wish.capability not in REQUESTED & self.policy.askable(participant.secret):
            return [Tell(participant.id, messages.CapabilityRefused(re=wish.id, reason="not-granted"))]
        self.turns.forget(participant)
        participant.question = Question(wish.capability, wish.id, now + ANSWER_LIMIT_S)
        asked = console.CapabilityRequested(
            id=participant.id, capability=wish.capability, limit_s=ANSWER_LIMIT_S
        )
        return [Announce(asked), DescribeAll()]

    def _answer(self, participant: Participant, reason: Literal["denied", "timeout"]) -> list[Effect]:
        """Refuse what a participant has asked for."""
        question = participant.question
        if question is None:
            raise CommandRefused("this viewer has no open request")
        if question.capability is Capability.CONTROL:
            return self.turns.answer(participant, reason)
        participant.question = None
        return [
            Tell(participant.id, messages.CapabilityRefused(re=question.re, reason=reason)),
            DescribeAll(),
        ]

    # --- clipboards --------------------------------------------------------------------------------

    def _on_clip(self, participant: Participant, message: ClipMessage) -> list[Effect]:
        refusal: messages.ClipRefusal | None = None
        if self.is_paused:
            refusal = "paused"
        elif isinstance(message, messages.ClipboardFetch) and self.clipboard.is_private(
            participant.clipboard_since
        ):
            refusal = "private"
        if refusal is None:
            return [UseClipboard(PermittedClip(participant.id, message))]
        if isinstance(message, ClipPiece):
            return []
        return [Tell(participant.id, messages.ClipboardRefused(re=message.id, reason=refusal))]

    def _on_clipboard(self, event: happened.ClipboardFact, now: float) -> list[Effect]:
        match event:
            case happened.ClipboardChanged():
                self.clipboard.copied_at = None if self.is_paused else now
                return [LookAtClipboard()] if self._told_of_clipboard() else []
            case happened.ClipboardSeen():
                if event.by is not None:
                    self.clipboard.copied_at = now
                return [Tell(id_, event.offer) for id_ in self._told_of_clipboard() if id_ != event.by]
            case happened.ClipboardLost():
                self.clipboard.direction = "off"
                return [DescribeAll()]

    def _told_of_clipboard(self) -> list[str]:
        """Return who may know now that there is something new on the host's clipboard."""
        if self.is_paused:
            return []
        return [
            p.id
            for p in self.participants.values()
            if p.phase is Phase.LIVE and self.clipboard.permits(Need.CLIPBOARD_OUT, p.granted)
        ]

    # --- which screen ------------------------------------------------------------------------------

    def watched_by(self, participant: Participant) -> Screen:
        """Return what a participant watches: his own choice while he may have it, else the host's."""
        return self.shown.to(participant.watching)

    def _on_screen_choice(self, participant: Participant, monitor: int, now: float) -> list[Effect]:
        if not self.shown.may_choose(monitor):
            return self._refuse(participant.id, PermissionDenied("this monitor is not shared"), None, now)
        before = self._watched()
        participant.watching = monitor
        return self._show_others_than(before)

    def _choose_screen(self, monitor: int) -> list[Effect]:
        """Show another screen to whoever has not chosen, as the host decided."""
        if not self._may_show(monitor):
            raise CommandRefused("there is no such monitor to show")
        before, self.shown.choosing = self._watched(), monitor
        return [*self._host_shows(), *self._show_others_than(before)]

    def _may_show(self, monitor: int) -> bool:
        return monitor in self.shown.screens and len(self.shown.screens) > 1

    def _on_screens(self, event: happened.ScreensChanged) -> list[Effect]:
        before, had_choice = self._watched(), bool(self.shown.monitors)
        choosing = self.shown.choosing
        self.shown = Shown({screen.monitor: screen for screen in event.screens}, choosing, event.monitors)
        if choosing in self.shown.screens:
            return self._show_others_than(before)
        self.shown.choosing = event.screens[0].monitor
        # Only the monitor that is gone was meant to be seen: another one is not shown in its place.
        paused = [] if had_choice or self.is_paused else self._pause()
        return [*paused, *self._host_shows(), *self._show_others_than(before)]

    def _host_shows(self) -> list[Effect]:
        monitor = self.shown.choosing
        return [ShowScreen(None, monitor), Announce(console.ScreenChosen(monitor=monitor))]

    def _watched(self) -> dict[str, int]:
        return {id_: self.watched_by(participant).monitor for id_, participant in self.participants.items()}

    def _show_others_than(self, before: dict[str, int]) -> list[Effect]:
        """Move whoever watches something else than ``before``."""
        moved = [(id_, monitor) for id_, monitor in self._watched().items() if before[id_] != monitor]
        return [*(ShowScreen(id_, monitor) for id_, monitor in moved), DescribeAll()]

    # --- control -----------------------------------------------------------------------------------

    def _on_give(self, participant: Participant, to: str, now: float) -> list[Effect]:
        try:
            return self.turns.give(to, now)
        except PermissionDenied as error:
            return self._refuse(participant.id, error, None, now)

    def _refuse(self, id_: str, error: ScreenshareError, re: int | None, now: float) -> list[Effect]:
        """Count it, say it (not endlessly), and send away who does nothing else."""
        self.refusals[error.code] += 1
        participant = self.participants.get(id_)
        if participant is None:
            return []
        if not participant.violations.take(now):
            return self._send_away(id_, "failed", now)
        if not participant.replies.take(now):
            return []
        return [Tell(id_, messages.ChannelError(code=error.code, message=str(error)[:200], re=re))]

    # --- decisions at the host -----------------------------------------------------------------------

    def _on_commanded(self, commanded: happened.Commanded, now: float) -> list[Effect]:
        """Decide; while a viewer controls, what would give anybody more needs the host's own hand."""
        command = commanded.command
        is_in_reach = commanded.on_screen and not self.is_paused and not self.control.is_the_hosts(now)
        if is_in_reach and _gives(command):
            raise HandNeeded(
                "a viewer controls this computer and could have done this; use your own mouse or "
                "keyboard and do it again, or take control back first"
            )
        return self._on_command(command, now)

    def _on_command(self, command: console.AnyHostCommand, now: float) -> list[Effect]:
        match command:
            case console.ViewerAdmit():
                knocking = self._in_phase(command.id, Phase.KNOCKING)
                return self._admit(knocking, frozenset(command.grant) & self.policy.grantable(), now)
            case console.ViewerDeny():
                return self._turn_away(self._in_phase(command.id, Phase.KNOCKING), "denied", now)
            case console.ViewerRemove():
                return self._remove(self._known(command.id), now)
            case console.ControlGrant():
                return self.turns.grant(self._in_phase(command.id, Phase.LIVE), command, now)
            case console.ControlDeny():
                return self.turns.answer(self._known(command.id), "denied")
            case console.CapabilityDeny():
                return self._answer(self._known(command.id), "denied")
            case console.ControlLock():
                return self.turns.lock(is_locked=command.on)
            case console.ControlRevoke():
                return self._revoke_control()
            case console.CapabilitySet():
                return self._set_capability(command, now)
            case console.ScreenChoose():
                return self._choose_screen(command.monitor)
            case console.SharePause():
                return self._pause()
            case console.ShareResume():
                return self._resume()
            case _:
                raise CommandRefused("this command is not for the session")

    def _pause(self) -> list[Effect]:
        """Show nothing and take no input; whoever controls keeps that right."""
        if self.is_paused:
            raise CommandRefused("sharing is paused already")
        self.is_paused = True
        stopped = [StopClips(p.id) for p in self.participants.values() if Capability.CLIPBOARD in p.granted]
        told = Announce(console.SharePaused())
        return [ReleaseInput(), PausePicture(True), *stopped, told, DescribeAll()]

    def _resume(self) -> list[Effect]:
        if not self.is_paused:
            raise CommandRefused("sharing is not paused")
        self.is_paused = False
        return [PausePicture(False), Announce(console.ShareResumed()), DescribeAll()]

    def _on_host_hand(
        self, event: happened.InputFailed | happened.HandMoved | happened.Panicked, now: float
    ) -> list[Effect]:
        match event:
            case happened.HandMoved():
                return [] if self.is_paused else self.control.yield_to_hand(now)
            case happened.InputFailed():
                return self._revoke_control()
            case happened.Panicked():
                return [*self._revoke_control("panic"), *self.turns.refuse_all()]

    def _revoke_control(self, reason: RevokeReason = "host") -> list[Effect]:
        """Take control back; whoever held it, or is kept his turn, must ask again."""
        kept = self.participants.get(self.control.kept.participant) if self.control.kept else None
        if kept is not None:
            self.control.kept = None
            return self._withdraw(kept, Capability.CONTROL)
        holder = self._holder
        if holder is None:
            return []
        effects = self.control.take_back(reason)
        return [*effects, *self.turns.clear_line(), *self._withdraw(holder, Capability.CONTROL)]

    def _set_capability(self, command: console.CapabilitySet, now: float) -> list[Effect]:
        participant = self._known(command.id)
        if participant.phase is Phase.KNOCKING:
            raise CommandRefused("this viewer has not been let in yet")
        if command.granted:
            if command.capability not in self.policy.grantable():
                raise CommandRefused(f"{command.capability.value} is not available in this share")
            participant.grant(frozenset({command.capability}), now)
            return self._capability_changed(participant)
        if command.capability is Capability.VIEW:
            return self._remove(participant, now)
        effects: list[Effect] = []
        if command.capability is Capability.CONTROL:
            self.control.forget_kept(participant.id)
            effects = self.turns.take_from(participant.id, "capability")
            if participant.id in self.turns.line:
                effects = self.turns.answer(participant, "not-granted")
        return [*effects, *self._withdraw(participant, command.capability)]

    def _withdraw(self, participant: Participant, capability: Capability) -> list[Effect]:
        if capability not in participant.granted:
            return []
        participant.granted -= {capability}
        stopped = [StopClips(participant.id)] if capability is Capability.CLIPBOARD else []
        return [*stopped, *self._capability_changed(participant)]

    def _capability_changed(self, participant: Participant) -> list[Effect]:
        granted = sorted(participant.granted)
        return [Announce(console.CapabilityChanged(id=participant.id, granted=granted)), DescribeAll()]

    def _known(self, id_: str) -> Participant:
        try:
            return self.participants[id_]
        except KeyError:
            raise CommandRefused("there is no such viewer (any more)") from None

    def _in_phase(self, id_: str, phase: Phase) -> Participant:
        participant = self._known(id_)
        if participant.phase is not phase:
            raise CommandRefused(f"this viewer is {participant.phase.value}, not {phase.value}")
        return participant


def _joined(participant: Participant) -> list[Effect]:
    """Tell that somebody is in, and with which rights."""
    return [
        Announce(
            console.ViewerJoined(
                id=participant.id,
                name=participant.name,
                address=participant.address,
                browser=participant.browser,
                proved=participant.secret.value,
            )
        ),
        Announce(console.CapabilityChanged(id=participant.id, granted=sorted(participant.granted))),
    ]


def _gives(command: console.AnyHostCommand) -> bool:
    """Return whether somebody may do or see more by this than before."""
    match command:
        case console.ViewerAdmit() | console.ControlGrant() | console.ScreenChoose():
            return True
        case console.CapabilitySet():
            return command.granted
        case console.ControlLock():
            return not command.on
        case _:
            return False
