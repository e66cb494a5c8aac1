"""A new file on a disk that may refuse; the only place of the room that touches the file system."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Final

from screenshare.errors import RecordingError

# A screen shows what nobody else on this computer should read.
_MODE: Final = 0o600

_REASONS: Final = {
    errno.ENOENT: ("there is no folder {folder}", "create it, or record somewhere else"),
    errno.ENOTDIR: ("{folder} is not a folder", "record somewhere else"),
    errno.EISDIR: ("{path} is a folder", "name a file in it"),
    errno.EEXIST: ("{path} exists already", "choose another name; a recording never overwrites a file"),
    errno.EACCES: ("you may not write in {folder}", "record somewhere else, for example in your home folder"),
    errno.EPERM: ("you may not write in {folder}", "record somewhere else, for example in your home folder"),
    errno.EROFS: ("{folder} is read-only", "record on another disk"),
    errno.ENOSPC: ("the disk of {folder} is full", "make room or choose another disk, then record again"),
    errno.EDQUOT: ("your share of the disk of {folder} is used up", "make room, then record again"),
    errno.EFBIG: ("{path} may not grow any further", "record to a disk that allows larger files"),
    errno.ENAMETOOLONG: ("the name {path} is too long", "choose a shorter one"),
}


def refusal(path: Path, error: OSError) -> RecordingError:
    """Say in one sentence why ``path`` cannot be written, with the way out."""
    number = errno.EISDIR if error.errno == errno.EEXIST and path.is_dir() else error.errno
    reason, hint = _REASONS.get(
        number or 0, (f"{{path}} cannot be written: {error.strerror or error}", "record somewhere else")
    )
    return RecordingError(reason.format(path=path, folder=path.parent), hint=hint)


class NewFile:
    """A file that did not exist before, as a muxer wants it: ``write``, ``seek``, ``tell``.

    After the first error, and after ``seal``, it takes everything and writes nothing: the muxer
    may then be closed, and cannot spoil what already stands in the file.
    """

    def __init__(self, path: Path) -> None:
        """Create ``path``; raises OSError, also when there is something of that name."""
        self.path = path
        self.error: OSError | None = None
        self.size_bytes = 0
        self._position = 0
        self._is_sealed = False
        self.is_closed = False
        self._descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _MODE
        )

    def write(self, data: bytes) -> int:
        if self.error is None and not self._is_sealed:
            try:
                self._write_all(data)
            except OSError as error:
                self.error = error
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size_bytes}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def seal(self) -> None:
        """Write nothing from here on."""
        self._is_sealed = True

    def finish(self, *, keep_bytes: int | None = None) -> None:
        """Close the file, cut to its first ``keep_bytes``; none at all removes it. Raises OSError.

        A second call does nothing.
        """
        if self.is_closed:
            return
        self.is_closed = True
        try:
            if keep_bytes is not None:
                os.ftruncate(self._descriptor, keep_bytes)
                self.size_bytes = keep_bytes
        finally:
            os.close(self._descriptor)
        if keep_bytes == 0:
            self.path.unlink()

    def _write_all(self, data: bytes) -> None:
        # A disk that is nearly full takes a part and reports success; the rest then tells the truth.
        os.lseek(self._descriptor, self._position, os.SEEK_SET)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self.size_bytes = max(self.size_bytes, self._position + len(data))
