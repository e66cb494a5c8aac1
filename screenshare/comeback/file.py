"""The file under its lock. Every call blocks; call it in a thread."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from screenshare.comeback.record import MAX_RECORD_BYTES
from screenshare.config import write_private
from screenshare.errors import ConfigError

if sys.platform != "win32":
    import fcntl


class NoComeback(ConfigError):
    """This share cannot be brought back if it is killed."""

    code = "no-comeback"


class AnotherRuns(NoComeback):
    """Another share with the same settings runs, and it is the one that comes back."""


class ShareFile:
    """``folder`` is this user's alone; the lock is held while the share runs, and ends with its process."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._path = folder / f"{name}.json"
        self._lock: BinaryIO | None = None

    def hold(self) -> bytes:
        """Take the lock, and return what a share before left; empty: nothing.

        Raises:
            NoComeback: another share with these settings runs, or the folder is not this user's alone.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_folder(self._folder)
            self._lock = _open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT)
            if sys.platform != "win32":
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return self._read()
        except BlockingIOError:
            self.release()
            raise AnotherRuns("another share with the same settings runs") from None
        except OSError as exc:
            self.release()
            raise NoComeback(f"cannot use {self._folder}: {exc.strerror}") from exc

    def write(self, text: str) -> None:
        """Replace what is there; raises NoComeback."""
        try:
            write_private(self._path, text)
        except ConfigError as error:
            raise NoComeback(str(error)) from error

    def remove(self) -> None:
        """Leave nothing to go on with; raises NoComeback."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as exc:
            raise NoComeback(f"cannot remove {self._path}: {exc.strerror}") from exc

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _read(self) -> bytes:
        try:
            with _open(self._path, os.O_RDONLY) as file:
                return file.read(MAX_RECORD_BYTES + 1)
        except FileNotFoundError:
            return b""


def _check_folder(folder: Path) -> None:
    """Raise OSError where others could have put something there."""
    if sys.platform == "win32":  # pragma: no cover  the user's own folder guards it there
        return
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise PermissionError(1, "it is not this user's alone")


def _open(path: Path, flags: int) -> BinaryIO:
    return os.fdopen(os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600), "r+b" if flags else "rb")
