"""What of a share outlives a process that was killed, as values (sans-IO).

Times are monotonic seconds of the same boot. Nothing here is said to anybody: it holds the share's secrets.
"""

from __future__ import annotations

import msgspec

from screenshare.capability import Capability
from screenshare.protocol.fields import Reach
from screenshare.session.invitations import KeptDoor
from screenshare.session.rights import Secret


class KeptParticipant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who had been let in."""

    id: str
    name: str
    address: str
    browser: str
    secret: Secret
    wants: frozenset[Capability]
    since: float
    resume: str
    resume_before: str
    granted: frozenset[Capability]


class KeptControl(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose turn it was."""

    participant: str
    expires_at: float | None
    reach: Reach
    since: float


class KeptSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``showing``: the screen that the host showed."""

    participants: tuple[KeptParticipant, ...]
    control: KeptControl | None
    joined: int
    sent_away: frozenset[str]
    started_at: float
    showing: int
    is_paused: bool
    is_locked: bool


class KeptShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``recording``: the path of the one that ran."""

    door: KeptDoor
    session: KeptSession
    recording: str | None
