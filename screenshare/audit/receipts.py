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
    controlled_s: float = 0.0
    _controls_since: float | None = None

    def control(self, at: float, *, has_it: bool) -> None:
        if has_it and self._controls_since is None:
            self._controls_since = at
        elif not has_it and self._controls_since is not None:
            self.controlled_s += at - self._controls_since
            self._controls_since = None

    def end(self, at: float) -> None:
        self.control(at, has_it=False)
        self.until = at


def visits(entries: Iterable[Entry], share: str | None = None) -> list[Visit]:
    """Return the stays of whoever was let in, the earliest first; of one share, or of all."""
    open_: dict[tuple[str, str], Visit] = {}
    every: list[Visit] = []
    for entry in entries:
        if share is not None and entry.share != share:
            continue
        happened = entry.happened
        key = (entry.share, str(happened.get("id", "")))
        visit = open_.get(key)
        match happened.get("event"):
            case "viewer.joined":
                visit = open_[key] = Visit(
                    share=entry.share,
                    viewer=key[1],
                    name=str(happened.get("name", "")),
                    address=str(happened.get("address", "")),
                    proved=str(happened.get("proved", "")),
                    since=entry.at,
                )
                every.append(visit)
            case "capability.changed" if visit is not None:
                visit.rights.update(str(right) for right in happened.get("granted", []))
            case "control.granted" if visit is not None:
                visit.control(entry.at, has_it=True)
            case "control.revoked" if visit is not None:
                visit.control(entry.at, has_it=False)
            case "viewer.left" if visit is not None:
                open_.pop(key).end(entry.at)
            case "stopped":
                for left in [k for k in open_ if k[0] == entry.share]:
                    open_.pop(left).end(entry.at)
    return every
