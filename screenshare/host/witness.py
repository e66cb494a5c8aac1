"""Which events are written down: who came, what he could do, what was recorded; no secret is among them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec

from screenshare.audit.writer import Audit, AuditUnwritable
from screenshare.clock import wall_s
from screenshare.protocol import console

# Each kind with the fields that are kept; all others, and all other events, are not. Links and codes are
# secrets, and a recording's path may say what it shows.
_KEPT: Final[Mapping[type[console.HostEvent], tuple[str, ...]]] = MappingProxyType(
    {
        console.Ready: ("room", "display"),
        console.UnattendedChanged: ("is_on", "devices"),
        console.SignInFailed: ("address", "reason"),
        console.ViewerKnocked: ("id", "name", "address", "browser", "wants"),
        console.ViewerConnected: ("id", "way"),
        console.ViewerJoined: ("id", "name", "address", "browser", "proved"),
        console.ViewerLeft: ("id", "reason"),
        console.CapabilityRequested: ("id", "capability"),
        console.CapabilityChanged: ("id", "granted"),
        console.ControlRequested: ("id",),
        console.ControlPassed: ("id", "expires_s", "reach", "window"),
        console.ControlTaken: ("id", "reason"),
        console.ControlLocked: (),
        console.ControlUnlocked: (),
        console.InvitationMade: ("id", "allows", "expires_s", "uses"),
        console.InvitationRevoked: ("id",),
        console.CodeRevoked: (),
        console.SharePaused: (),
        console.ShareResumed: (),
        console.ScreenChosen: ("monitor",),
        console.ClipPassed: ("id", "toward", "times", "bytes"),
        console.RecordingStarted: (),
        console.RecordingStopped: ("duration_s", "bytes"),
        console.Stopped: ("reason",),
    }
)


class Witness:
    """One share's entries; ``share`` names it in the file."""

    def __init__(self, path: Path, *, warn: Callable[[AuditUnwritable], None]) -> None:
        self.path, self.share = path, secrets.token_hex(4)
        self._audit = Audit(path, self.share, wall=wall_s, on_failed=warn)
        self._audit.start()

    def note(self, event: console.HostEvent) -> None:
        if (entry := entry_of(event)) is not None:
            self._audit.note(entry)

    def close(self) -> None:
        """Write what waits; blocks for a moment."""
        self._audit.close()

    @property
    def last_hash(self) -> str:
        return self._audit.last_hash


def entry_of(event: console.HostEvent) -> dict[str, Any] | None:
    """Return what is written down of an event; None for nothing."""
    fields = _KEPT.get(type(event))
    if fields is None:
        return None
    told: dict[str, Any] = msgspec.to_builtins(event)
    kept = {name: told[name] for name in fields if name in told}
    return {"event": type(event).__struct_config__.tag, **kept}
