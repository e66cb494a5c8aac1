"""Single keys of a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TextIO

from screenshare.clock import monotonic_s

if sys.platform != "win32":
    import termios
    import tty

_MAX_BYTES: Final = 256
_ESC: Final = b"\x1b"
# The rest of an arrow key may come after its first byte, over a slow line.
_ESCAPE_REST_S: Final = 0.2


def can_read_keys(stream: TextIO) -> bool:
    """Tell whether ``stream`` is a terminal that this process may read from now."""
    if sys.platform == "win32" or not stream.isatty():
        return False
    try:
        # A process in the background that reads, or changes the terminal, is stopped by the kernel.
        return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except OSError:  # somebody else's terminal
        return False


class TerminalKeys:
    """Hands each key pressed to ``on_key``, on the event loop, from ``with`` to its end.

    The terminal neither shows nor collects what is typed meanwhile (cbreak mode); Ctrl-C and Ctrl-Z
    work as ever. What comes in one piece (a paste, an arrow key) is no key. Lower case, ASCII.
    """

    def __init__(self, stream: TextIO, on_key: Callable[[str], None]) -> None:
        """``stream``: one for which ``can_read_keys`` is true."""
        self._stream = stream
        self._descriptor = stream.fileno()
        self._on_key = on_key
        self._loop = asyncio.get_running_loop()
        self._escaped_at = float("-inf")
        self._is_reading = False

    def __enter__(self) -> Self:
        self._attributes = termios.tcgetattr(self._descriptor)
        self._begin()
        self._loop.add_signal_handler(signal.SIGCONT, self._continued)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.remove_signal_handler(signal.SIGCONT)
        self.restore()

    def restore(self) -> None:
        """Make the terminal what it was; for who leaves without passing the end of ``with``."""
        if self._is_reading:
            self._stop_reading()
            with contextlib.suppress(termios.error):  # the terminal itself is gone
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._attributes)

    def _begin(self) -> None:
        # What was typed before is thrown away: it answers nothing.
        tty.setcbreak(self._descriptor, termios.TCSAFLUSH)
        self._loop.add_reader(self._descriptor, self._read)
        self._is_reading = True

    def _stop_reading(self) -> None:
        self._loop.remove_reader(self._descriptor)
        self._is_reading = False

    def _continued(self) -> None:
        """After Ctrl-Z the shell has set the terminal as it likes it."""
        if can_read_keys(self._stream):
            self._begin()

    def _read(self) -> None:
        if not can_read_keys(self._stream):
            self._stop_reading()
            return
        try:
            data = os.read(self._descriptor, _MAX_BYTES)
        except OSError:  # hung up
            data = b""
        if not data:
            self._stop_reading()
        elif data.startswith(_ESC):
            self._escaped_at = monotonic_s()
        elif len(data) == 1 and data.isascii() and monotonic_s() - self._escaped_at > _ESCAPE_REST_S:
            self._on_key(data.decode().lower())
