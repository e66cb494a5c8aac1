"""Whether somebody else's hand may be on this keyboard just now: then it opens nothing for later."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from screenshare.errors import CommandRefused
from screenshare.unattended.lock_file import open_lock

if sys.platform != "win32":
    import fcntl


def hands_file(path: Path) -> Path:
    """Return the lock that hosts hold while a viewer may control, beside the file at ``path``."""
    return path.with_name("controlled.lock")


class RemoteHands:
    """A lock that a host holds while a viewer may control. The system drops it when the host is killed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: BinaryIO | None = None

    @property
    def is_held(self) -> bool:
        return self._held is not None

    def set(self, may_control: bool) -> None:
        """Hold the lock or let go of it; several hosts may hold it at once. Blocks for a moment."""
        if may_control == self.is_held:
            return
        if self._held is not None:
            self._held.close()
            self._held = None
            return
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held = open_lock(self._path)
        if sys.platform != "win32":
            fcntl.flock(self._held, fcntl.LOCK_SH)


def refuse_remote_hands(path: Path) -> None:
    """Raise CommandRefused while a viewer may control this computer."""
    if sys.platform == "win32" or not path.exists():
        return
    with open_lock(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandRefused(
                "a viewer may control this computer just now, and this could be his doing",
                hint="take control back, then say it again",
            ) from None
