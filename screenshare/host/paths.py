"""Which ways lead out of this machine: STUN and TURN servers that answer now."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from screenshare.clock import wall_s
from screenshare.config import MOST_ICE_ENTRIES, IceEntry, is_ice_url
from screenshare.peer import reach
from screenshare.protocol.signaling import IceServer
from screenshare.rendezvous import turn

log = logging.getLogger(__name__)

# A laptop moves between networks while it shares; an answer of the morning says little in the evening.
PROBE_INTERVAL_S: Final = 300.0
# Who asks when nobody in particular is to be reached.
_HOST: Final = "host"


class Paths:
    """Asks the configured servers at the start and now and then, and knows the ones to use.

    Until the first answers are there (``reach.PROBE_LIMIT_S``) all are taken for reachable.
    """

    def __init__(
        self,
        entries: Sequence[IceEntry],
        own: turn.Relay | None,
        *,
        room: str,
        warn: Callable[[str, str, str], None],
    ) -> None:
        self._fixed = turn.named_servers(entries)
        self._own = own
        self._lent: Sequence[Sequence[IceServer]] = ()
        self._has_news, self._is_settled = asyncio.Event(), asyncio.Event()
        self._room = room
        self._chosen = reach.best(reach.all_reached(self.servers_for(_HOST)))
        self._warn = warn
        self._told: set[str] = set()

    async def run(self) -> None:
        """Keep true what is chosen."""
        while True:
            self._has_news.clear()
            if servers := self.servers_for(_HOST):
                self._take(await reach.probe(servers))
            if not self._has_news.is_set():
                self._is_settled.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(PROBE_INTERVAL_S):
                    await self._has_news.wait()

    def lend(self, sets: Sequence[Sequence[IceServer]]) -> None:
        """Use another's relay from now on, with one of these sets of credentials for each viewer.

        Its addresses are asked once: the same ones with new passwords change nothing.
        """
        before, self._lent = self._lent, _usable(sets)
        if _addresses(before) != _addresses(self._lent):
            self._chosen = reach.best(reach.all_reached(self.servers_for(_HOST)))
            self._has_news.set()
            self._is_settled.clear()

    async def settled(self) -> None:
        """Return once it is known what answers: before, a connection may be given a server that is silent."""
        await self._is_settled.wait()

    def servers_for(self, who: str) -> tuple[IceServer, ...]:
        """Return every server with what ``who`` needs for it: for one's own relay, new credentials."""
        own = () if self._own is None else self._own.servers_for(f"{self._room}-{who}", wall_s())
        return (*self._fixed, *own, *self._lent_to(who))

    def _lent_to(self, who: str) -> Sequence[IceServer]:
        """Return one and the same set for both ends of a connection, of those there are now."""
        return self._lent[zlib.crc32(who.encode()) % len(self._lent)] if self._lent else ()

    def chosen_for(self, who: str) -> tuple[IceServer, ...]:
        """Return the best STUN and the best TURN server for the host's end of the connection to ``who``.

        It counts to his part of the relay's quota: one of the host's own would serve a dozen viewers.
        """
        urls = [url for server in self._chosen for url in server.urls]
        every = reach.all_reached(self.servers_for(who))
        return reach.best([probe for probe in every if probe.server.urls[0] in urls])

    def check_offered(self, sdp: str) -> None:
        """Say so when an answer lacks a kind of candidate that was in reach a moment ago."""
        offered = reach.candidate_kinds(sdp)
        if self._has_relay and "relay" not in offered:
            self._tell(
                "no-relay-candidate",
                "The TURN server answered when it was asked, but gave this connection no address.",
                "run screenshare doctor; its quota may be used up",
            )

    @property
    def _has_relay(self) -> bool:
        return any(reach.way_of(url) != "stun" for server in self._chosen for url in server.urls)

    def _take(self, probes: Sequence[reach.Probe]) -> None:
        self._chosen = reach.best(probes)
        for probe in probes:
            log.info("%s server over %s: %s", *_described(probe))
        if self._has_relay:
            self._told.clear()
        elif any(probe.way != "stun" for probe in probes):
            reasons = ", ".join(f"{probe.way}: {probe.why}" for probe in probes if probe.way != "stun")
            self._tell(
                "no-relay",
                f"No TURN server can be reached ({reasons}); viewers behind strict networks may not connect.",
                "run screenshare doctor, and check the addresses and passwords given with --turn",
            )

    def _tell(self, code: str, message: str, hint: str) -> None:
        """Warn once, and again only after it has been well in between."""
        if code not in self._told:
            self._told.add(code)
            self._warn(code, message, hint)


def _usable(sets: Sequence[Sequence[IceServer]]) -> Sequence[Sequence[IceServer]]:
    """Leave out what is no relay's address: a server elsewhere may lend one, and nothing else."""
    return [
        [
            IceServer(urls=urls, username=server.username, credential=server.credential)
            for server in each
            if (urls := [url for url in server.urls[:MOST_ICE_ENTRIES] if is_ice_url(url)])
        ]
        for each in sets
    ]


def _addresses(sets: Sequence[Sequence[IceServer]]) -> set[str]:
    return {url for each in sets for server in each for url in server.urls}


def _described(probe: reach.Probe) -> tuple[str, str, str]:
    kind = "STUN" if probe.way == "stun" else "TURN"
    return kind, "UDP" if probe.way == "stun" else probe.way.upper(), probe.why or "answers"
