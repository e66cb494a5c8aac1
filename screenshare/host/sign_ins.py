"""Sign-ins at this host's address, and what the file says about who may: the disk is read in threads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Final

from screenshare.clock import monotonic_s, wall_s
from screenshare.consent.browser_name import browser_name
from screenshare.errors import OutOfOrder, RateLimited, ScreenshareError
from screenshare.host.visit import Visit
from screenshare.protocol import console, signaling
from screenshare.session.door import Address, Door, Proved, source_of
from screenshare.session.limits import TokenBucket
from screenshare.unattended.answering import Answering
from screenshare.unattended.lockout import LockedOut
from screenshare.unattended.record import Record
from screenshare.unattended.sign_in import SignedIn, SignIn, WrongDevice, WrongPassword
from screenshare.unattended.vault import NotUnattended, UnknownDevice, Vault

log = logging.getLogger(__name__)

LOOK_S: Final = 2.0
# Stretching the password takes a slow telephone some seconds.
SIGN_IN_LIMIT_S: Final = 60.0
SIGN_INS_HZ: Final = 2.0
SIGN_INS_AT_ONCE: Final = 10
_REASONS: Final[Mapping[type[ScreenshareError], signaling.DenialReason]] = MappingProxyType(
    {
        WrongPassword: "wrong-password",
        WrongDevice: "unknown-device",
        UnknownDevice: "unknown-device",
        LockedOut: "locked-out",
        NotUnattended: "unattended-off",
    }
)


class SignIns:
    """Carries out what visitors at the address say, one step of each at a time.

    ``turn_away`` ends a visit; ``publish`` tells the person at the host.
    """

    def __init__(
        self,
        vault: Vault,
        *,
        host: str,
        turn_away: Callable[[Visit, signaling.KnockDenied], None],
        publish: Callable[[console.HostEvent], None],
    ) -> None:
        self._vault = vault
        self._host = host
        self._turn_away = turn_away
        self._publish = publish
        self._bucket = TokenBucket(rate_hz=SIGN_INS_HZ, burst=SIGN_INS_AT_ONCE)

    def offer(self, visit: Visit) -> Coroutine[None, None, None]:
        """Return what tells him who proved the address what else there is to prove."""
        sign_in = visit.sign_in = SignIn(
            self._vault,
            room=visit.room,
            source=source_of(visit.guest.address),
            browser=browser_name(visit.guest.user_agent),
            wall=wall_s,
        )
        visit.is_busy = True
        return self._step(visit, lambda: sign_in.offer(self._host))

    def take(
        self, visit: Visit, said: signaling.SignInBegin | signaling.SignInProve
    ) -> Coroutine[None, None, None]:
        """Return the next step of a sign-in; who fails in it is turned away.

        Raises:
            OutOfOrder: the address was not proved, or the step before is not done.
            RateLimited: too many people sign in.
        """
        sign_in = visit.sign_in
        if sign_in is None or visit.is_busy:
            raise OutOfOrder("this is not the time to sign in")
        if isinstance(said, signaling.SignInProve):
            visit.is_busy = True
            return self._step(visit, lambda: sign_in.prove(said))
        if not self._bucket.take(monotonic_s()):
            raise RateLimited("too many people try to sign in now; try again in a moment")
        visit.is_busy = True
        return self._step(visit, lambda: sign_in.begin(said))

    async def _step(self, visit: Visit, work: Callable[[], signaling.Signal | SignedIn]) -> None:
        try:
            outcome = await asyncio.to_thread(work)
        except OutOfOrder as error:
            visit.send(signaling.SignalError(code=error.code, message=str(error)))
            return
        except ScreenshareError as error:
            self._refuse(visit, error)
            return
        finally:
            visit.is_busy = False
        if isinstance(outcome, SignedIn):
            visit.send(outcome.said)
            visit.proved, visit.device = Proved(outcome.kind, outcome.secret), outcome.device
            visit.bind(outcome.secret, visit.viewer_nonce)
        else:
            visit.send(outcome)

    def _refuse(self, visit: Visit, error: ScreenshareError) -> None:
        """End the visit; what is wrong with the disk here is no stranger's business."""
        reason = _REASONS.get(type(error), "unattended-off")
        if reason == "unattended-off":
            log.warning("nobody can sign in: %s", error)
        else:
            self._publish(console.SignInFailed(address=visit.guest.address, reason=reason))
        wait_s = error.wait_s if isinstance(error, LockedOut) else None
        is_bounded = wait_s is not None and wait_s != float("inf")
        self._turn_away(visit, signaling.KnockDenied(reason=reason, wait_s=wait_s if is_bounded else None))


class Doorplate:
    """Keeps the door's address true to the file: it may be switched on and off while the host runs.

    Of several hosts of one user one answers at the address; another one does when that is gone. ``looked``
    is told what the file says each time, and whether it says something else than before; ``origin`` says
    where the host is reached, once that is known.
    """

    def __init__(
        self,
        vault: Vault,
        door: Door,
        *,
        origin: Callable[[], str],
        looked: Callable[[Record, bool], None],
    ) -> None:
        self._vault = vault
        self._door = door
        self._origin = origin
        self._looked = looked
        self._answering = Answering(vault.path)
        self._known = Record()
        self._has_told = False

    async def run(self) -> None:
        """Look again and again until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK_S)
        finally:
            self._answering.drop()

    async def look(self) -> None:
        """Take over what the file says now."""
        record, is_ours = await asyncio.to_thread(self._read)
        shown = record.address if record.is_on and is_ours else None
        address = None if shown is None else Address(shown.token, shown.secret)
        is_news = address != self._door.address or _ways(record) != _ways(self._known)
        self._door.address, self._known = address, record
        self._looked(record, is_news)

    def _read(self) -> tuple[Record, bool]:
        try:
            record = self._vault.read()
            is_ours = record.is_on and self._answering.take()
            if is_ours and (origin := self._origin()) and origin != record.origin:
                record = self._vault.serve(origin)
        except (ScreenshareError, OSError) as error:
            if not self._has_told:
                log.warning("nobody can sign in: %s", error)
            self._has_told = True
            return Record(), False
        if not record.is_on:
            self._answering.drop()
        return record, is_ours


def _ways(record: Record) -> tuple[bool, frozenset[str]]:
    """Return by what one can come in; failures and last uses are no news."""
    return record.is_on, frozenset(device.id for device in record.devices)
