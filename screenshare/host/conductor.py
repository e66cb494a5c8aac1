"""Carries out what the session decides: sockets, peer connections, input, and the clock."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Callable, Coroutine
from typing import Final, assert_never

from screenshare.clock import monotonic_s
from screenshare.consent.browser_name import browser_name
from screenshare.errors import OutOfOrder, RateLimited, RemoteProtocolError, ScreenshareError
from screenshare.host.clips import Clips
from screenshare.host.exchanges import CodeGuess, Comparison, Exchanges
from screenshare.host.hub import EventHub
from screenshare.host.paths import Paths
from screenshare.host.sign_ins import SIGN_IN_LIMIT_S, SignIns
from screenshare.host.viewing import Viewing
from screenshare.host.visit import Return, Visit
from screenshare.input.desk import InputDesk
from screenshare.peer.connection import Callbacks, Connection
from screenshare.protocol import console, messages, signaling
from screenshare.protocol.clip import unpack_clip
from screenshare.protocol.decode import encode, input_message, session_message
from screenshare.protocol.plain_text import plain_text
from screenshare.protocol.pointer import unpack_pointer
from screenshare.session import describe, effects
from screenshare.session import events as happened
from screenshare.session.door import (
    CODE_LIFE_S,
    FEWEST_ROOM_DIGITS,
    Door,
    Proved,
    SpokenCode,
    WrongSecret,
    proof_of,
)
from screenshare.session.invitations import Invitation
from screenshare.session.participant import Participant, Phase
from screenshare.session.rights import SIGNED_IN, Secret
from screenshare.session.session import Session
from screenshare.signaling.lobby import Guest, RoomNotFound
from screenshare.trust.binding import AlteredOnTheWay, Binding
from screenshare.unattended.vault import Vault

log = logging.getLogger(__name__)

CLOSE_LIMIT_S = 6.0
KNOCK_LIMIT_S = 10.0
# Who came by one of these comes back by his resume token alone: the way in is gone, or was a sign-in.
_GOOD_ONCE: Final = frozenset({Secret.CODE, Secret.DIGITS}) | SIGNED_IN


class Conductor:
    """The shell of ``Session``: one event in, its effects out, in order, on the event loop.

    It is the ``Lobby`` of the share's room.
    """

    def __init__(
        self,
        session: Session,
        door: Door,
        *,
        viewing: Viewing,
        clips: Clips,
        desk: InputDesk,
        paths: Paths,
        hub: EventHub,
        vault: Vault | None,
        link_of: Callable[[Invitation], str],
        on_changed: Callable[[], None],
        on_missed: Callable[[], None],
    ) -> None:
        self.session = session
        self.door = door
        self._viewing = viewing
        self._clips = clips
        self._desk = desk
        self._paths = paths
        self._hub = hub
        self._link_of = link_of
        self._on_changed = on_changed
        self._on_missed = on_missed
        self._loop = asyncio.get_running_loop()
        self._visits: dict[str, Visit] = {}
        self._seats: dict[str, Visit] = {}
        self._peers: dict[str, Connection] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._code_timer: asyncio.TimerHandle | None = None
        self._is_describing = False
        self._exchanges = Exchanges()
        self._sign_ins: SignIns | None = None
        if vault is not None:
            self._sign_ins = SignIns(
                vault, host=session.host, turn_away=self._refuse_sign_in, publish=hub.publish
            )
        self._has_codes = True
        self._make_code(FEWEST_ROOM_DIGITS)

    # --- events in -----------------------------------------------------------------------------------

    def command(self, command: console.AnyHostCommand, *, on_screen: bool = False) -> None:
        """Do what the person at the host decided; raises CommandRefused where that is impossible."""
        match command:
            case console.InvitationMake():
                self._make_invitation(command)
            case console.InvitationRevoke():
                self.door.invitations.revoke(command.id)
                self._hub.publish(console.InvitationRevoked(id=command.id))
                self._describe_soon()
            case console.CodeRenew():
                self.renew_code()
            case console.CodeRevoke():
                self._revoke_code()
            case _:
                self._feed_session(happened.Commanded(command, on_screen=on_screen))

    def tell(self, event: happened.Event) -> None:
        """Let the session know what happened elsewhere in the host."""
        self._feed_session(event)

    def carry_out(self, decided: list[effects.Effect]) -> None:
        """Carry out what the session decided before anybody could hear of it."""
        self._perform(decided)

    async def close(self) -> None:
        """Wait until every connection is closed; call after ``ShareEnds``."""
        for timer in (self._timer, self._code_timer):
            if timer is not None:
                timer.cancel()
        for visit in list(self._visits.values()):
            visit.guest.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_LIMIT_S)
        self._exchanges.close()

    # --- the lobby -----------------------------------------------------------------------------------

    async def arrived(self, guest: Guest, room: str) -> None:
        if not self.door.knows_room(room):
            raise RoomNotFound("nobody shares under this link now")
        exchange = await self._exchanges.begin(self.door, room, guest.address)
        patience = self._loop.call_later(KNOCK_LIMIT_S, guest.close)
        visit = Visit(guest, room, self.door.nonce(), patience, exchange)
        self._visits[guest.id] = visit
        visit.greet()

    def received(self, guest: Guest, data: str) -> None:
        visit = self._visits[guest.id]
        if visit.is_over:
            return  # said before he heard that it is
        if not visit.hold(data):
            self._hear(visit, data)

    def _hear(self, visit: Visit, data: str) -> None:
        guest = visit.guest
        try:
            signal = visit.read(data)
        except AlteredOnTheWay:
            self._warn_of_altering(visit)
            visit.is_over = True  # nothing that comes after it could be opened
            self._loop.call_soon(guest.close)  # once the refusal is sent
            raise
        match signal:
            case signaling.KnockProve():
                self._on_proof(visit, signal)
            case signaling.SignInBegin() | signaling.SignInProve():
                self._on_sign_in(visit, signal)
            case signaling.KnockRequest():
                self._on_knock(visit, signal)
            case signaling.KnockRename():
                if visit.participant is None:
                    raise OutOfOrder("knock first")
                self._feed_session(happened.Renamed(visit.participant, plain_text(signal.name, 40)))
            case signaling.PeerOffer():
                self._on_offer(visit, signal)
            case signaling.PeerCandidate():
                self._on_candidate(visit, signal)
            case signaling.ViewerBye():
                if visit.participant is not None:
                    self._feed_session(happened.GoneForGood(visit.participant))
                guest.close()
            case _:
                assert_never(signal)

    def misbehaved(self, guest: Guest, error: ScreenshareError) -> None:
        self.session.refusals[error.code] += 1
        log.info("%s: refused (%s)", guest.id, error.code)

    def departed(self, guest: Guest) -> None:
        visit = self._visits.pop(guest.id, None)
        if visit is None:
            return
        visit.patience.cancel()
        if visit.participant is None:
            return
        if self._seats.get(visit.participant) is visit:
            del self._seats[visit.participant]
            self._feed_session(happened.SocketClosed(visit.participant))

    def _on_proof(self, visit: Visit, prove: signaling.KnockProve) -> None:
        if visit.has_proved:
            raise OutOfOrder("this socket has proved a secret already")
        visit.has_proved = True
        returning, token = self._returning(visit, prove.resume) or (None, "")
        if returning is not None and returning.secret in _GOOD_ONCE:
            # What he came by was used up then; the resume token is all he can prove.
            visit.returning = Return(returning.id, token)
            visit.bind(token.encode(), prove.nonce)
            return
        if visit.exchange is not None:
            visit.held = []
            self._spawn(self._finish_exchange(visit, visit.exchange, prove), f"exchange:{visit.guest.id}")
            return
        try:
            if self._sign_ins is not None and self.door.is_address(visit.room):
                self._let_sign_in(visit, prove, self._sign_ins)
                return
            visit.proved = self._check(visit, prove, is_returning=returning is not None)
        except (WrongSecret, RateLimited) as refusal:
            self._refuse_proof(visit, refusal)
            return
        if returning is not None and returning.secret is visit.proved.kind:
            visit.returning = Return(returning.id, token)
        visit.bind(visit.proved.secret, prove.nonce)

    async def _finish_exchange(
        self, visit: Visit, exchange: CodeGuess | Comparison, prove: signaling.KnockProve
    ) -> None:
        """Look at the other side's share in the exchanges' thread, then at what was said meanwhile."""
        try:
            match exchange:
                case CodeGuess():
                    await self._finish_guess(visit, exchange, prove)
                case Comparison():
                    agreed = await self._exchanges.finish(exchange.finish, prove)
                    visit.compare(exchange, agreed, prove.nonce)
        except (WrongSecret, RateLimited) as refusal:
            self._refuse_proof(visit, refusal)
        except ScreenshareError as error:
            self._refuse(visit, error)
        held, visit.held = visit.held or [], None
        for data in held:
            self._hear_late(visit, data)

    async def _finish_guess(self, visit: Visit, guess: CodeGuess, prove: signaling.KnockProve) -> None:
        """Let who knows the code go on; raises WrongSecret or RateLimited."""
        agreed = await self._exchanges.finish(guess.finish, prove)
        if not self._is_here(visit):
            agreed = None  # the code is not used up by who cannot come in; he guessed, for all we know
        address, now = visit.guest.address, monotonic_s()
        try:
            self.door.check_code(guess.code, is_known=agreed is not None, address=address, now=now)
        except WrongSecret:
            self._tell_of_guess(visit.guest, guess.code)
            raise
        finally:
            self._renew_code_if_gone()
        if agreed is not None:
            visit.proved = Proved(Secret.CODE, agreed.secret)
            visit.bind(agreed.secret, prove.nonce)

    def _hear_late(self, visit: Visit, data: str) -> None:
        """Hear what was held: who said it waits for no answer of ours."""
        if visit.is_over or not self._is_here(visit):
            return
        try:
            self._hear(visit, data)
        except ScreenshareError as error:
            self._refuse(visit, error)

    def _refuse(self, visit: Visit, error: ScreenshareError) -> None:
        """Answer what came in as the socket's own discipline does, in the clear."""
        self.misbehaved(visit.guest, error)
        visit.guest.send(signaling.SignalError(code=error.code, message=str(error)))

    def _refuse_proof(self, visit: Visit, refusal: WrongSecret | RateLimited) -> None:
        self.session.refusals[refusal.code] += 1
        if self._is_here(visit):
            is_wrong = isinstance(refusal, WrongSecret)
            self._turn_away(visit.guest.id, "wrong-secret" if is_wrong else "rate-limited")

    def _is_here(self, visit: Visit) -> bool:
        return self._visits.get(visit.guest.id) is visit

    def _let_sign_in(self, visit: Visit, prove: signaling.KnockProve, sign_ins: SignIns) -> None:
        """Let who knows this host's address go on; raises WrongSecret or RateLimited."""
        secret = self.door.check_address(
            room=visit.room,
            nonce=visit.nonce,
            proof=prove.proof or "",
            address=visit.guest.address,
            now=monotonic_s(),
        )
        visit.bind(secret, prove.nonce)
        visit.patience.cancel()
        visit.patience = self._loop.call_later(SIGN_IN_LIMIT_S, visit.guest.close)
        self._spawn(sign_ins.offer(visit), f"sign-in:{visit.guest.id}")

    def _on_sign_in(self, visit: Visit, said: signaling.SignInBegin | signaling.SignInProve) -> None:
        if self._sign_ins is None:
            raise OutOfOrder("nobody signs in here")
        self._spawn(self._sign_ins.take(visit, said), f"sign-in:{visit.guest.id}")

    def _refuse_sign_in(self, visit: Visit, denied: signaling.KnockDenied) -> None:
        self.session.refusals[denied.reason] += 1
        self._deny(visit, denied)

    def _tell_of_guess(self, guest: Guest, code: SpokenCode) -> None:
        if self.door.code not in (code, None):
            return  # it was replaced before, and tells nothing about the one that is good now
        then = f"{code.guesses_left} more and it is replaced" if self.door.code else "it is replaced now"
        self._hub.publish(
            console.Warned(
                code="wrong-code",
                message=f"Somebody at {plain_text(guest.address, 64)} gave a wrong spoken code; {then}.",
                hint="if nobody was to come now, revoke the code",
            )
        )

    def _check(self, visit: Visit, prove: signaling.KnockProve, *, is_returning: bool) -> Proved:
        address, now = visit.guest.address, monotonic_s()
        return self.door.check(
            room=visit.room,
            nonce=visit.nonce,
            proof=prove.proof or "",
            address=address,
            now=now,
            is_returning=is_returning,
        )

    def _on_knock(self, visit: Visit, knock: signaling.KnockRequest) -> None:
        if visit.has_knocked:
            raise OutOfOrder("this socket has knocked already")
        visit.has_knocked = True
        visit.patience.cancel()
        if visit.returning is not None and visit.returning.id in self.session.participants:
            self._let_back(visit.guest, visit.returning)
            return
        if visit.proved is None:
            self._turn_away(visit.guest.id, "wrong-secret")
            return
        if visit.proved.kind is Secret.DIGITS:
            try:
                self.door.let_ask(address=visit.guest.address, now=monotonic_s())
            except RateLimited as refusal:
                self.session.refusals[refusal.code] += 1
                self._turn_away(visit.guest.id, "rate-limited")
                return
        self._feed_session(
            happened.Knocked(
                guest=visit.guest.id,
                name=plain_text(knock.name, 40),
                address=visit.guest.address,
                browser=browser_name(visit.guest.user_agent),
                wants=frozenset(knock.wants),
                secret=visit.proved.kind,
                digits=visit.digits,
                device=visit.device,
            )
        )

    def _returning(self, visit: Visit, resume: str | None) -> tuple[Participant, str] | None:
        if resume is None:
            return None
        return self.session.by_resume(
            lambda token: hmac.compare_digest(proof_of(token.encode(), visit.room, visit.nonce), resume)
        )

    def _let_back(self, guest: Guest, returning: Return) -> None:
        self._feed_session(
            happened.CameBack(
                guest=guest.id,
                id=returning.id,
                token=returning.token,
                address=guest.address,
                browser=browser_name(guest.user_agent),
            )
        )

    def _on_offer(self, visit: Visit, offer: signaling.PeerOffer) -> None:
        if visit.participant is None or visit.binding is None:
            raise OutOfOrder("knock first")
        try:
            visit.binding.check_offer(offer.attempt, offer.sdp, offer.mac)
        except AlteredOnTheWay:
            self._warn_of_altering(visit)
            raise
        if self.session.is_knocking(visit.participant):
            visit.keep_offer(offer)
        else:
            self._take_offer(visit, visit.participant, visit.binding, offer)

    def _take_offer(self, visit: Visit, id_: str, binding: Binding, offer: signaling.PeerOffer) -> None:
        self._feed_session(happened.Dialled(id_))
        self._close_peer(id_)
        connection = self._connect(id_, offer.attempt, address=visit.guest.address)
        self._spawn(self._answer(visit, binding, connection, offer), f"answer:{id_}")

    def _take_kept_offer(self, visit: Visit) -> None:
        """Answer what he offered before he was let in."""
        offer, visit.offer = visit.offer, None
        if offer is None or visit.participant is None or visit.binding is None:
            return
        try:
            self._take_offer(visit, visit.participant, visit.binding, offer)
        except ScreenshareError as error:
            self._refuse(visit, error)

    def _on_candidate(self, visit: Visit, candidate: signaling.PeerCandidate) -> None:
        peer = self._peers.get(visit.participant or "")
        if peer is None or peer.attempt != candidate.attempt:
            raise OutOfOrder("there is no offer that this candidate belongs to")
        peer.add_candidate(candidate.candidate, candidate.mid)

    async def _answer(
        self, visit: Visit, binding: Binding, connection: Connection, offer: signaling.PeerOffer
    ) -> None:
        try:
            sdp = await connection.answer(offer.sdp)
        except ScreenshareError as error:
            self.misbehaved(visit.guest, error)
            visit.send(signaling.SignalError(code=error.code, message=str(error)))
            if visit.participant is not None and self._is_current(visit.participant, connection):
                self._feed_session(happened.PathLost(visit.participant))
            return
        self._paths.check_offered(sdp)
        mac = binding.answer_mac(offer.attempt, offer.sdp, sdp)
        visit.send(signaling.PeerAnswered(attempt=offer.attempt, sdp=sdp, mac=mac))

    def _warn_of_altering(self, visit: Visit) -> None:
        log.warning(
            "%s: somebody on the way may be altering what is sent; it was refused",
            visit.participant or visit.guest.id,
        )

    # --- peer connections ----------------------------------------------------------------------------

    def _connect(self, id_: str, attempt: int, *, address: str) -> Connection:
        def current() -> bool:
            return self._is_current(id_, connection)

        callbacks = Callbacks(
            up=lambda: self._path_up(id_) if current() else None,
            lost=lambda: self._path_lost(id_) if current() else None,
            received=lambda channel, data: self._on_data(id_, channel, data) if current() else None,
            keyframe_wanted=lambda: self._viewing.keyframe_wanted(id_) if current() else None,
            video_ready=lambda: self._viewing.start(id_) if current() else None,
            path_measured=lambda path: self._viewing.path_measured(id_, path) if current() else None,
            picture_drained=lambda: self._viewing.drained(id_),
            clip_drained=lambda: self._clips.drained(id_) if current() else None,
        )
        connection = Connection(
            attempt=attempt,
            address=address,
            ice_servers=self._paths.chosen_for(id_),
            relay_only=self.session.relay_only,
            take_frame=lambda: self._viewing.take_frame(id_),
            callbacks=callbacks,
        )
        self._peers[id_] = connection
        self._viewing.meet(id_, connection)
        self._clips.meet(id_, connection)
        return connection

    def _is_current(self, id_: str, connection: Connection) -> bool:
        return self._peers.get(id_) is connection

    def _path_up(self, id_: str) -> None:
        if (way := self._peers[id_].way) is not None:
            self._hub.publish(console.ViewerConnected(id=id_, way=way))
        self._feed_session(happened.PathUp(id_))
        self._viewing.up(id_)

    def _path_lost(self, id_: str) -> None:
        self._feed_session(happened.PathLost(id_))
        self._tell_if_missed(monotonic_s())

    def _tell_if_missed(self, now: float) -> None:
        if self.session.misses_somebody(now):
            self._on_missed()

    def _close_peer(self, id_: str) -> None:
        connection = self._peers.pop(id_, None)
        if connection is None:
            return
        self._viewing.leave(id_)
        self._clips.leave(id_)
        self._spawn(connection.close(), f"close-peer:{id_}")

    def _on_data(self, id_: str, channel: int, data: str | bytes) -> None:
        try:
            message = _decode(channel, data)
        except RemoteProtocolError as error:
            self._feed_session(happened.Misbehaved(id_, error))
            return
        self._feed_session(happened.Received(id_, message))

    # --- effects out ---------------------------------------------------------------------------------

    def _feed_session(self, event: happened.Event) -> None:
        self._perform(self.session.receive(event, monotonic_s()))

    def _expire(self) -> None:
        self._timer = None
        now = monotonic_s()
        self._perform(self.session.expire(now))
        self._tell_if_missed(now)

    def _perform(self, all_effects: list[effects.Effect]) -> None:
        for effect in all_effects:
            self._carry_out(effect)
        self._arm()

    def _carry_out(self, effect: effects.Effect) -> None:
        match effect:
            case (
                effects.SetQuality()
                | effects.AcceptPicture()
                | effects.PausePicture()
                | effects.RefreshPicture()
                | effects.ShowScreen()
            ):
                self._viewing.serve(effect)
            case effects.UseClipboard() | effects.LookAtClipboard() | effects.StopClips():
                self._clips.serve(effect)
            case effects.Inject():
                self._desk.submit(effect.permitted)
            case effects.ReleaseInput():
                self._desk.release_all()
            case effects.Tell():
                if (peer := self._peers.get(effect.id)) is not None:
                    peer.send(encode(effect.message))
            case effects.Seat() | effects.TurnAway() | effects.SignalTo() | effects.CloseSocket():
                self._at_socket(effect)
            case effects.ClosePeer():
                self._close_peer(effect.id)
            case effects.Announce():
                log.info("%s", _log_line(effect.event))
                self._hub.publish(effect.event)
            case effects.DescribeAll():
                self._describe_soon()
            case _:
                assert_never(effect)

    def _at_socket(
        self, effect: effects.Seat | effects.TurnAway | effects.SignalTo | effects.CloseSocket
    ) -> None:
        match effect:
            case effects.Seat():
                self._seat(effect)
            case effects.TurnAway():
                self._turn_away(effect.guest, effect.reason)
            case effects.SignalTo():
                if (visit := self._seats.get(effect.id)) is not None:
                    visit.send(effect.signal)
                    if isinstance(effect.signal, signaling.KnockAdmitted):
                        self._loop.call_soon(self._take_kept_offer, visit)
            case effects.CloseSocket():
                if (visit := self._seats.pop(effect.id, None)) is not None:
                    visit.guest.close()

    def _seat(self, seat: effects.Seat) -> None:
        visit = self._visits[seat.guest]
        visit.participant = seat.id
        older = self._seats.get(seat.id)
        self._seats[seat.id] = visit
        if older is not None and older is not visit:
            older.guest.close()

    def _turn_away(self, guest_id: str, reason: signaling.DenialReason) -> None:
        self._deny(self._visits[guest_id], signaling.KnockDenied(reason=reason))

    def _deny(self, visit: Visit, denied: signaling.KnockDenied) -> None:
        visit.is_over = True
        visit.send(denied)
        visit.guest.close()

    def _describe_soon(self) -> None:
        """Describe once per turn of the loop, however many effects asked for it."""
        if not self._is_describing:
            self._is_describing = True
            self._loop.call_soon(self._describe)

    def _describe(self) -> None:
        self._is_describing = False
        now = monotonic_s()
        for participant in list(self.session.participants.values()):
            peer = self._peers.get(participant.id)
            if participant.phase is Phase.LIVE and peer is not None:
                peer.send(encode(describe.for_viewer(self.session, participant.id, now)))
        self._on_changed()

    def _arm(self) -> None:
        """Wake at the session's nearest deadline; a later one needs no new timer."""
        deadline = self.session.deadline
        if deadline is None or (self._timer is not None and self._timer.when() <= deadline):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(deadline, self._expire)

    # --- links and the spoken code -------------------------------------------------------------------

    def _make_invitation(self, wish: console.InvitationMake) -> None:
        kind = Secret.LINK if wish.allows == "control" else Secret.VIEW_LINK
        made = self.door.invitations.make(kind, monotonic_s(), for_s=wish.for_s, uses=wish.uses, id_=wish.id)
        self._hub.publish(
            console.InvitationMade(
                id=made.id,
                link=self._link_of(made),
                allows=wish.allows,
                expires_s=wish.for_s,
                uses=wish.uses,
            )
        )
        self._describe_soon()

    def _renew_code_if_gone(self) -> None:
        if self.door.code is None and self._has_codes:
            self.renew_code()

    def _make_code(self, room_digits: int) -> SpokenCode:
        if self._code_timer is not None:
            self._code_timer.cancel()
        self._code_timer = self._loop.call_later(CODE_LIFE_S, self.renew_code)
        return self.door.new_code(monotonic_s(), room_digits)

    def renew_code(self, room_digits: int = FEWEST_ROOM_DIGITS) -> None:
        """Make a new code: the one before was used, guessed at or is ten minutes old, or one is asked for."""
        self._has_codes = True
        code = self._make_code(room_digits)
        self._hub.publish(console.CodeChanged(code=str(code), expires_s=CODE_LIFE_S))
        self._describe_soon()

    def _revoke_code(self) -> None:
        self._has_codes = False
        self.door.code = None
        if self._code_timer is not None:
            self._code_timer.cancel()
        self._hub.publish(console.CodeRevoked())
        self._describe_soon()

    def _spawn(self, coroutine: Coroutine[None, None, None], name: str) -> None:
        task = self._loop.create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _decode(channel: int, data: str | bytes) -> happened.ViewerMessage:
    match channel:
        case messages.POINTER_CHANNEL:
            return unpack_pointer(_as_bytes(data))
        case messages.CLIPBOARD_CHANNEL:
            return unpack_clip(_as_bytes(data))
        case messages.INPUT_CHANNEL:
            return input_message.decode(data)
        case _:
            return session_message.decode(data)


def _as_bytes(data: str | bytes) -> bytes:
    return data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")


def _log_line(event: console.HostEvent) -> str:
    """Return a line about ``event`` without names, addresses or secrets."""
    who = getattr(event, "id", "")
    why = getattr(event, "reason", "")
    return " ".join(word for word in (str(event.__struct_config__.tag), who, why) if word)
