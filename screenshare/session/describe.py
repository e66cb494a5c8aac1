"""The session's state as others may see it (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from screenshare.capability import Capability
from screenshare.protocol import console, messages
from screenshare.session.participant import Participant, Phase
from screenshare.session.session import Session


def for_viewer(session: Session, id_: str, now: float) -> messages.SessionDescribed:
    """Return what viewer ``id_`` may know: names, but nobody's address."""
    you = session.participants[id_]
    recording_since = session.recording_since
    return messages.SessionDescribed(
        host=session.host,
        participants=[
            messages.Participant(
                id=p.id,
                name=p.name,
                is_you=p.id == id_,
                controls=p.id == session.control.holder,
                may_control=Capability.CONTROL in p.granted,
                place=session.turns.place_of(p.id),
            )
            for p in session.participants.values()
            if p.phase is not Phase.KNOCKING
        ],
        granted=sorted(you.granted),
        askable=sorted(session.policy.askable(you.secret) - you.granted),
        screen=session.watched_by(you),
        age_s=now - you.since,
        asks=None if you.question is None else you.question.capability,
        control_waits=you.asks(Capability.CONTROL) or id_ in session.turns.line,
        control_expires_s=session.control.expires_in(now),
        control_reach=session.control.scope.reach,
        control_window=session.control.scope.title,
        control_locked=session.turns.is_locked,
        recording_s=None if recording_since is None else now - recording_since,
        monitors=list(session.shown.monitors),
        watching=session.watched_by(you).monitor if session.shown.monitors else None,
        paused=session.is_paused,
        hand=session.control.is_yielding(now),
        clipboard=session.clipboard.terms,
    )


def for_host(
    session: Session, now: float, paths: Mapping[str, console.PathDescription] = MappingProxyType({})
) -> list[console.ViewerDescription]:
    """Return everything about every viewer, for the person at the host.

    ``paths``: by participant, what was measured of whoever is reached at present.
    """
    return [_viewer(session, p, now, paths.get(p.id)) for p in session.participants.values()]


def _viewer(
    session: Session, p: Participant, now: float, path: console.PathDescription | None
) -> console.ViewerDescription:
    controls = p.id == session.control.holder
    answer_by = p.deadline if p.phase is Phase.KNOCKING else p.question.deadline if p.question else None
    return console.ViewerDescription(
        id=p.id,
        name=p.name,
        address=p.address,
        browser=p.browser,
        phase=p.phase.value,
        wants=sorted(p.wants),
        granted=sorted(p.granted),
        since_s=now - p.since,
        secret=p.secret.value,
        digits=p.digits if p.phase is Phase.KNOCKING else "",
        asks=None if p.question is None else p.question.capability,
        answer_in_s=None if answer_by is None else max(0.0, answer_by - now),
        controls=controls,
        place=session.turns.place_of(p.id),
        control_expires_s=session.control.expires_in(now) if controls else None,
        control_reach=session.control.scope.reach if controls else "all",
        control_window=session.control.scope.title if controls else "",
        path=path if p.phase is Phase.LIVE else None,
    )
