"""The line to a server as the person at the host hears of it: reached, lost, and what the server refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from screenshare.host import links
from screenshare.host.paths import Paths
from screenshare.protocol import console, line
from screenshare.session.door import MOST_ROOM_DIGITS, Door
from screenshare.signaling.line import Line, LineCallbacks, LineLost
from screenshare.signaling.lobby import Lobby


class ServerLine:
    """Keeps the line for as long as it runs.

    ``publish`` tells the person at the host, ``changed`` that the host describes itself otherwise now;
    ``renew_code`` makes another spoken code, whose room has so many digits.
    """

    def __init__(
        self,
        server: str,
        lobby: Lobby,
        door: Door,
        *,
        paths: Paths,
        publish: Callable[[console.HostEvent], None],
        changed: Callable[[], None],
        renew_code: Callable[[int], None],
    ) -> None:
        self._server = server
        self._door = door
        self._paths = paths
        self._publish = publish
        self._changed = changed
        self._renew_code = renew_code
        self._has_reached = asyncio.Event()
        self._has_told_of_codes = self._has_told_of_link = False
        self._line = Line(
            server,
            lobby,
            token=door.token,
            rooms=door.rooms,
            callbacks=LineCallbacks(
                up=self._has_reached.set, lost=self._lost, refused=self._room_refused, lent=paths.lend
            ),
        )
        self.update, self.hurry, self.finish = self._line.update, self._line.hurry, self._line.finish

    async def run(self) -> None:
        """Dial until cancelled."""
        if links.is_in_the_open(self._server):
            self._warn(
                "server-in-the-open",
                "The way to the server is not encrypted: who is on it sees who meets whom, "
                "and viewers get no microphone there.",
                "give --server the https:// address",
            )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._line.run(), name="line")
            tasks.create_task(self._announce(), name="announce-server")

    def describe(self) -> console.ServerDescription:
        return console.ServerDescription(url=self._server, is_reached=self._line.is_up)

    async def _announce(self) -> None:
        while True:
            await self._has_reached.wait()
            self._has_reached.clear()
            # The server may just have lent a relay, and who comes now needs to get the way to it that works.
            await self._paths.settled()
            self._publish(console.ServerReached(url=self._server))
            self._changed()

    def _lost(self, problem: LineLost) -> None:
        self._warn(
            "server-lost",
            f"New viewers cannot come in by the link now, who is here stays: {problem}.",
            "nothing needs to be done, it is tried again all the time",
        )
        self._changed()

    def _room_refused(self, room: str, reason: line.RoomRefusal) -> None:
        if room == self._door.room:
            self._link_refused(reason)
        elif self._door.is_address(room):
            return  # claimed again and again; a server older than addresses never takes it
        elif self._door.code is None or room != self._door.code.room:
            return  # of a code that is gone
        elif reason == "taken" and len(room) < MOST_ROOM_DIGITS:
            self._renew_code(len(room) + 1)
        elif not self._has_told_of_codes:
            self._has_told_of_codes = True
            self._warn(
                "no-code-there",
                "The spoken code works in this network alone: the server has none to spare.",
                "let viewers elsewhere come by the link",
            )

    def _link_refused(self, reason: line.RoomRefusal) -> None:
        if not self._has_told_of_link:
            self._has_told_of_link = True
            self._warn("server-refused", f"The server does not take the link: {reason}.", "it is asked again")

    def _warn(self, code: str, message: str, hint: str) -> None:
        self._publish(console.Warned(code=code, message=message, hint=hint))
