"""Who was here, from when to when, and what he was allowed (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from screenshare.audit.chain import Entry


@dataclass(slots=True)
class Visit:
    """One viewer's stay; times in seconds since 1970, ``until`` None: the file does not tell."""

    share: str
    viewer: str
    name: str
    address: str
    proved: str
    since: float
    until: float | None = None
    rights: set[str] = field(default_factory=set)
    # The ways he was connected by, the first one first.
    ways: dict[str, None] = field(default_factory=dict)
    # From the host's clipboard to him, and from his to the host's.
    taken_bytes: int = 0
    given_bytes: int = 0
    controlled_s: float = 0.0
    _controls_since: float | None = None

    def control(self, at: float, *, has_it: bool) -> None:
        if has_it and self._controls_since is None:
            self._controls_since = at
        elif not has_it and self._controls_since is not None:
            self.controlled_s += at - self._controls_since
            self._controls_since = None

    def controlled_until(self, now: float) -> float:
        """Return for how many seconds he has controlled, up to now."""
        return self.controlled_s + (0.0 if self._controls_since is None else now - self._controls_since)

    def end(self, at: float) -> None:
        self.control(at, has_it=False)
        self.until = at


class Ledger:
    """Stays, put together from entries as they come; beyond ``most`` those that ended first are forgotten."""

    def __init__(self, most: int | None = None) -> None:
        self.visits: list[Visit] = []
        self._most = most
        self._open: dict[tuple[str, str], Visit] = {}

    def note(self, entry: Entry) -> None:
        happened = entry.happened
        key = (entry.share, str(happened.get("id", "")))
        match happened.get("event"):
            case "viewer.joined":
                self._begin(key, entry)
            case "viewer.left" if key in self._open:
                self._open.pop(key).end(entry.at)
            case "stopped":
                for left in [key for key in self._open if key[0] == entry.share]:
                    self._open.pop(left).end(entry.at)
            case _ if key in self._open:
                _note_during(self._open[key], entry)

    def _begin(self, key: tuple[str, str], entry: Entry) -> None:
        happened = entry.happened
        self._open[key] = visit = Visit(
            share=entry.share,
            viewer=key[1],
            name=str(happened.get("name", "")),
            address=str(happened.get("address", "")),
            proved=str(happened.get("proved", "")),
            since=entry.at,
        )
        self.visits.append(visit)
        if self._most is not None and len(self.visits) > self._most:
            ended = (each for each in self.visits if each.until is not None)
            self.visits.remove(min(ended, key=lambda each: each.until or 0.0, default=self.visits[0]))


def _note_during(visit: Visit, entry: Entry) -> None:
    happened = entry.happened
    match happened.get("event"):
        case "viewer.connected":
            visit.ways.setdefault(str(happened.get("way", "")))
        case "capability.changed":
            visit.rights.update(str(right) for right in happened.get("granted", []))
        case "control.granted":
            visit.control(entry.at, has_it=True)
        case "control.revoked":
            visit.control(entry.at, has_it=False)
        case "clipboard.passed":
            size = sum(int(size) for size in happened.get("bytes", {}).values())
            if happened.get("toward") == "host":
                visit.given_bytes += size
            else:
                visit.taken_bytes += size


def visits(entries: Iterable[Entry], share: str | None = None) -> list[Visit]:
    """Return the stays of whoever was let in, the earliest first; of one share, or of all."""
    ledger = Ledger()
    for entry in entries:
        if share is None or entry.share == share:
            ledger.note(entry)
    return ledger.visits
