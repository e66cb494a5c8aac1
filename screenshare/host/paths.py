"""Which ways lead out of this machine: STUN and TURN servers that answer now."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from screenshare.clock import wall_s
from screenshare.config import IceEntry
from screenshare.peer import reach
from screenshare.protocol.signaling import IceServer
from screenshare.rendezvous import turn

log = logging.getLogger(__name__)

# A laptop moves between networks while it shares; an answer of the morning says little in the evening.
PROBE_INTERVAL_S: Final = 300.0
# Who asks when nobody in particular is to be reached.
_HOST: Final = "host"


@dataclass(frozen=True, slots=True)
class OwnRelay:
    """A coturn whose secret this host knows."""

    urls: tuple[str, ...]
    secret: turn.TurnSecret


class Paths:
    """Asks the configured servers at the start and now and then, and knows the ones to use.

    Until the first answers are there (``reach.PROBE_LIMIT_S``) all are taken for reachable.
    """

    def __init__(
        self,
        entries: Sequence[IceEntry],
        own: OwnRelay | None,
        *,
        room: str,
        warn: Callable[[str, str, str], None],
    ) -> None:
        self._fixed = turn.named_servers(entries)
        self._own = own
        self._room = room
        self._chosen = reach.best(reach.all_reached(self.servers_for(_HOST)))
        self._warn = warn
        self._told: set[str] = set()

    async def run(self) -> None:
        """Keep true what is chosen; ends at once when no server is configured."""
        while servers := self.servers_for(_HOST):
            self._take(await reach.probe(servers))
            await asyncio.sleep(PROBE_INTERVAL_S)

    def servers_for(self, who: str) -> tuple[IceServer, ...]:
        """Return every server with what ``who`` needs for it: for one's own relay, new credentials."""
        if self._own is None:
            return self._fixed
        uid = f"{self._room}-{who}"
        return self._fixed + turn.ice_servers(self._own.urls, self._own.secret, uid=uid, wall_time=wall_s())

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


def _described(probe: reach.Probe) -> tuple[str, str, str]:
    kind = "STUN" if probe.way == "stun" else "TURN"
    return kind, "UDP" if probe.way == "stun" else probe.way.upper(), probe.why or "answers"
