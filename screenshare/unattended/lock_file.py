"""Files that are there to be locked: the system lets go of the lock when the process ends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def open_lock(path: Path) -> BinaryIO:
    """Open the file, for this user alone; its folder must be there."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
