"""Who was here during this share: what the audit log would say, kept for the console page."""

from __future__ import annotations

from typing import Final

import msgspec

from screenshare.audit.chain import START, Entry
from screenshare.audit.receipts import Ledger, Visit
from screenshare.clock import wall_s
from screenshare.host.witness import entry_of
from screenshare.protocol import console

MOST_KEPT: Final = 200


class Receipts:
    """Hears all events; knows the newest ``MOST_KEPT`` stays, whether an audit log is kept or not."""

    def __init__(self) -> None:
        self._ledger = Ledger(MOST_KEPT)

    def note(self, event: console.HostEvent) -> None:
        if (happened := entry_of(event)) is not None:
            self._ledger.note(Entry(at=wall_s(), share="", happened=happened, before=START))

    def listed(self) -> console.ReceiptsListed:
        now = wall_s()
        return console.ReceiptsListed(receipts=[_receipt(visit, now) for visit in self._ledger.visits])


def _receipt(visit: Visit, now: float) -> console.Receipt:
    told = {
        "id": visit.viewer,
        "name": visit.name,
        "address": visit.address,
        "proved": visit.proved,
        "since": visit.since,
        "until": visit.until,
        "ways": list(visit.ways),
        "rights": sorted(visit.rights),
        # The wall clock may have been set back.
        "controlled_s": max(0.0, visit.controlled_until(now)),
        "taken_bytes": visit.taken_bytes,
        "given_bytes": visit.given_bytes,
    }
    return msgspec.convert(told, console.Receipt)
