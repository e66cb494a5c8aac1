"""The thread that owns the clipboard: an owner that does not answer holds up nothing but it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Final, TypeVarTuple

from screenshare.clipboard.clip import Clip
from screenshare.clipboard.port import Clipboard
from screenshare.errors import BackendError, ClipboardUnavailable
from screenshare.handover import tell

log = logging.getLogger(__name__)

_What = TypeVarTuple("_What")
_CLOSE_LIMIT_S: Final = 5.0


class ClipboardDesk:
    """Reads and writes in a thread of its own, the newest wish of each kind; tells the loop what came of it.

    Args:
        open_clipboard: called once, in the thread; may raise BackendError: then there is no clipboard.
        on_changed, on_read, on_written: called in the loop that called ``start``. ``on_written`` gets the
            number that ``write`` got; a write that a newer one replaced is not told of.
        on_lost: called there too, once, when there is no clipboard (any more).
    """

    def __init__(
        self,
        open_clipboard: Callable[[], Clipboard],
        *,
        on_changed: Callable[[], None],
        on_read: Callable[[Clip], None],
        on_written: Callable[[int, bool], None],
        on_lost: Callable[[BackendError], None],
    ) -> None:
        self._open_clipboard = open_clipboard
        self._on_changed, self._on_read = on_changed, on_read
        self._on_written, self._on_lost = on_written, on_lost
        self._lock = threading.Lock()
        self._clipboard: Clipboard | None = None
        self._is_closing = False
        self._read_wanted = False
        self._to_write: tuple[int, Clip] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="clipboard", daemon=True)
        self._thread.start()

    def read(self) -> None:
        """Have ``on_read`` called with what the clipboard has; two wishes that wait are one."""
        with self._lock:
            self._read_wanted = True
            self._wake()

    def write(self, number: int, clip: Clip) -> None:
        """Put ``clip`` there instead of what still waits to be; ``on_written`` tells what came of it."""
        with self._lock:
            self._to_write = number, clip
            self._wake()

    def close(self) -> None:
        """End the thread; blocks for a moment."""
        with self._lock:
            self._is_closing = True
            self._wake()
        if self._thread is not None:
            self._thread.join(_CLOSE_LIMIT_S)

    def _wake(self) -> None:
        if self._clipboard is not None:
            self._clipboard.wake()

    # --- the thread --------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            clipboard = self._open_clipboard()
        except BackendError as error:
            tell(self._loop, self._on_lost, error)
            return
        with self._lock:
            self._clipboard = clipboard
        try:
            while not self._is_closing:
                self._serve(clipboard)
        except BackendError as error:
            if not self._is_closing:
                tell(self._loop, self._on_lost, error)
        except Exception:
            tell(
                self._loop, self._on_lost, ClipboardUnavailable("the clipboard is no longer shared: it broke")
            )
            raise
        finally:
            with self._lock:
                self._clipboard = None
            clipboard.close()

    def _serve(self, clipboard: Clipboard) -> None:
        """Do what waits, or wait."""
        with self._lock:
            to_write, self._to_write = self._to_write, None
            reads = self._read_wanted and to_write is None
            if reads:
                self._read_wanted = False
        if to_write is not None:
            number, clip = to_write
            is_done = clipboard.write(clip)
            _ = clip.digests  # made here, where no key waits for it
            tell(self._loop, self._on_written, number, is_done)
        elif reads:
            clip = clipboard.read()
            _ = clip.digests
            tell(self._loop, self._on_read, clip)
        elif clipboard.wait():
            tell(self._loop, self._on_changed)
