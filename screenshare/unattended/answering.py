"""Which of several hosts of one user answers at the address: one at a time, the next when it is gone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

from screenshare.unattended.lock_file import open_lock

if sys.platform != "win32":
    import fcntl


class Answering:
    """A lock beside the file at ``path``. A host that is killed loses it. Calls block briefly."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name("answering.lock")
        self._held: BinaryIO | None = None

    def take(self) -> bool:
        """Take it unless another host has it; return whether this one has it now."""
        if self._held is not None:
            return True
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open_lock(self._path)
        if sys.platform != "win32":
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
        self._held = file
        return True

    def drop(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
