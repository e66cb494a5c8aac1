"""Keeps a sign on the desktop: the best way there is, the next one when it breaks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, Callable, Sequence
from typing import Final

from screenshare.errors import OutOfOrder, PermissionDenied, ScreenshareError
from screenshare.presence.port import OnCommand, SignBoard, SignUnavailable
from screenshare.presence.sign import IDLE, Sign, sign_of
from screenshare.protocol import console

log = logging.getLogger(__name__)

SignMaker = Callable[[OnCommand], SignBoard]

# A way that breaks is tried again after these pauses, and then no more: it would only flicker.
PAUSES_S: Final = (0.5, 3.0)
CLOSE_LIMIT_S: Final = 3.0

# Whoever controls this computer could press these himself: for others, and for his own further rights.
_GIVING: Final = (console.ViewerAdmit, console.ControlGrant)
_KNOWN: Final = (
    *_GIVING,
    console.ViewerDeny,
    console.ControlDeny,
    console.ControlRevoke,
    console.SharePause,
    console.ShareResume,
    console.Stop,
)


class Attendant:
    """Shows the state of the share to who sits before the screen.

    Args:
        makers: the ways to show a sign, the best one first.
        command: what is decided there; may raise ScreenshareError.
        on_unseen: told once, with the reasons, when no way (any more) leads to the desktop.
    """

    def __init__(
        self,
        makers: Sequence[SignMaker],
        *,
        command: OnCommand,
        on_unseen: Callable[[Sequence[SignUnavailable]], None],
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self._makers = makers
        self._command = command
        self._on_unseen = on_unseen
        self._pauses_s = pauses_s
        self._sign = IDLE
        self._shown: Sign | None = None
        self._board: SignBoard | None = None

    async def run(self, events: AsyncIterable[console.HostEvent]) -> None:
        """Show what ``events`` tell until they end; then the sign is gone."""
        async with asyncio.TaskGroup() as tasks:
            keeper = tasks.create_task(self._keep(), name="sign")
            async for event in events:
                if isinstance(event, console.HostDescribed):
                    self._sign = sign_of(event)
                    self._show()
            keeper.cancel()

    def _show(self) -> None:
        if self._board is not None and not self._sign.looks_like(self._shown):
            self._shown = self._sign
            self._board.show(self._sign)

    async def _keep(self) -> None:
        reasons = [await self._use(make) for make in self._makers]
        self._on_unseen(reasons)

    async def _use(self, make: SignMaker) -> SignUnavailable:
        """Show the sign this way for as long as it goes; return why it does no more."""
        pauses_s = iter(self._pauses_s)
        while True:
            board: SignBoard | None = None
            try:
                board = make(self._obey)
                await board.open()
                self._board, self._shown = board, None
                self._show()
                why = await board.lost()
            except SignUnavailable as error:
                return error
            finally:
                self._board = None
                if board is not None:
                    await _close(board)
            log.warning("the sign on the desktop is gone: %s", why)
            pause_s = next(pauses_s, None)
            if pause_s is None:
                return SignUnavailable(why)
            await asyncio.sleep(pause_s)

    def _obey(self, command: console.AnyHostCommand) -> None:
        """Carry out what was pressed, as far as the desktop may decide it."""
        try:
            if not isinstance(command, _KNOWN):
                raise OutOfOrder("the sign cannot do that")
            if isinstance(command, _GIVING) and self._sign.level == "controlled":
                raise PermissionDenied("whoever controls this computer could have pressed that")
            self._command(command)
        except ScreenshareError as error:
            log.info("refused from the desktop: %s", error)
            self._shown = None  # the question may still be open: it is shown once more
            self._show()


async def _close(board: SignBoard) -> None:
    try:
        async with asyncio.timeout(CLOSE_LIMIT_S):
            await board.close()
    except TimeoutError:
        log.warning("the sign did not go within %.0f s", CLOSE_LIMIT_S)
