"""The shell: one thread that owns the file."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from screenshare.audit.chain import MAX_LINE_BYTES, START, Entry, hash_of, line_of
from screenshare.errors import BackendError

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)

# People come, go and are given rights: more than this at once is a flood, and its number is written down.
MAX_WAITING: Final = 1000
MAX_FILE_BYTES: Final = 4 * 2**20
KEPT_FILES: Final = 4
CLOSE_LIMIT_S: Final = 5.0


class AuditUnwritable(BackendError):
    """What happens cannot be written down."""

    code = "audit-unwritable"


class Audit:
    """Appends to one file, which several shares may have open at once.

    ``note`` never waits: a thread writes, and each line is on the disk (fsync) before the next. A file of
    4 MiB is set aside, and four of them are kept; the chain goes on from one to the next. ``on_failed`` is
    called in the thread, once until it works again; the share goes on without.
    """

    def __init__(
        self,
        path: Path,
        share: str,
        *,
        wall: Callable[[], float],
        on_failed: Callable[[AuditUnwritable], None],
    ) -> None:
        self._path, self._share = path, share
        self._wall = wall
        self._on_failed = on_failed
        self._changed = threading.Condition()
        self._waiting: deque[tuple[float, dict[str, Any]]] = deque()
        self._lost = 0
        self._is_open = True
        self._has_failed = False
        self.last_hash = START
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def note(self, happened: dict[str, Any]) -> None:
        """Write this down soon; beyond the bound only how many there were."""
        with self._changed:
            if len(self._waiting) >= MAX_WAITING:
                self._lost += 1
                return
            self._waiting.append((self._wall(), happened))
            self._changed.notify()

    def close(self) -> None:
        """Write what waits, and end; blocks for a moment."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join(CLOSE_LIMIT_S)

    # --- the thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        while (taken := self._take()) is not None:
            try:
                self._append(*taken)
                self._has_failed = False
            except OSError as exc:
                if not self._has_failed:
                    self._has_failed = True
                    self._on_failed(
                        AuditUnwritable(
                            f"what happens is not written down in {self._path}: {exc.strerror or exc}",
                            hint="make room on the disk, or name another file with --audit",
                        )
                    )

    def _take(self) -> tuple[float, dict[str, Any]] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or not self._is_open)
            if self._lost:
                lost, self._lost = self._lost, 0
                self._waiting.append((self._wall(), {"event": "entries.lost", "count": lost}))
            return self._waiting.popleft() if self._waiting else None

    def _append(self, at: float, happened: dict[str, Any]) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self._path) as file:
            before = _last_hash(file)
            line = line_of(Entry(at=round(at, 3), share=self._share, happened=happened, before=before))
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
            self.last_hash = hash_of(line)
            if file.tell() >= MAX_FILE_BYTES:
                self._set_aside(self.last_hash)

    def _set_aside(self, last_hash: str) -> None:
        for number in range(KEPT_FILES - 1, 0, -1):
            with contextlib.suppress(FileNotFoundError):
                aside(self._path, number).replace(aside(self._path, number + 1))
        self._path.replace(aside(self._path, 1))
        with _locked(self._path) as fresh:
            continues = {"event": "file.continues", "from": aside(self._path, 1).name}
            line = line_of(
                Entry(at=round(self._wall(), 3), share=self._share, happened=continues, before=last_hash)
            )
            fresh.write(line + b"\n")


def aside(path: Path, number: int) -> Path:
    """Return ``audit-1.jsonl`` for ``audit.jsonl`` and 1."""
    return path.with_name(f"{path.stem}-{number}{path.suffix}")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Open the file for this share alone; again where another one has just set it aside."""
    while True:
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b")
        with file:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX)
                if not path.exists() or path.stat().st_ino != os.fstat(file.fileno()).st_ino:
                    continue
            yield file
            return


def _last_hash(file: BinaryIO) -> str:
    """Return the hash of the last line; one that a crash cut short is ended first."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return START
    file.seek(max(0, size - MAX_LINE_BYTES))
    tail = file.read()
    if not tail.endswith(b"\n"):
        file.write(b"\n")
        tail += b"\n"
    return hash_of(tail[:-1].rpartition(b"\n")[2])
