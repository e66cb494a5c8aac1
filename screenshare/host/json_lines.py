"""``--json``: events out on standard output, commands in on standard input, one object a line."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from io import FileIO
from typing import Final

from screenshare.errors import OutOfOrder, ScreenshareError
from screenshare.host.hub import Listener
from screenshare.protocol.console import (
    MAX_COMMAND_BYTES,
    AnyHostCommand,
    ConsoleEnter,
    Failed,
    HostDescribed,
    HostEvent,
)
from screenshare.protocol.decode import encode, host_command

# Commands read and not yet carried out; beyond it standard input is not read on.
MAX_WAITING: Final = 16
_MAX_LINE_BYTES: Final = MAX_COMMAND_BYTES + 2  # with its \r\n


async def write_events(listener: Listener) -> None:
    """Print each event as one line until the share is over; a reader who left ends the printing."""
    try:
        async for event in listener:
            if not isinstance(event, HostDescribed):
                await asyncio.to_thread(_print, event)
    except (BrokenPipeError, ValueError):
        return


def _print(event: HostEvent) -> None:
    sys.stdout.write(encode(event) + "\n")
    sys.stdout.flush()


class CommandReader:
    """Reads commands in a thread of its own: standard input cannot be waited for on the loop."""

    def __init__(
        self, *, command: Callable[[AnyHostCommand], None], refused: Callable[[HostEvent], None]
    ) -> None:
        self._command = command
        self._refused = refused
        self._loop = asyncio.get_running_loop()
        self._room = threading.Semaphore(MAX_WAITING)

    def start(self, descriptor: int) -> None:
        """Read lines to their end, which ends nothing: a closed input is no command."""
        # A daemon: a read from a pipe cannot be interrupted, and must not keep the host alive.
        # Unbuffered: a buffer's lock would be held by that read when the interpreter ends.
        lines = open(descriptor, "rb", buffering=0, closefd=False)  # noqa: SIM115  the thread owns it
        threading.Thread(target=self._read, args=(lines,), name="commands", daemon=True).start()

    def _read(self, lines: FileIO) -> None:
        while line := lines.readline(_MAX_LINE_BYTES):
            _skip_rest(line, lines)
            self._room.acquire()
            try:
                self._loop.call_soon_threadsafe(self._take, line)
            except RuntimeError:  # the loop is closed: the share is over
                return

    def _take(self, line: bytes) -> None:
        self._room.release()
        if not line.strip():
            return
        try:
            command = host_command.decode(line.rstrip(b"\r\n"))
            if isinstance(command, ConsoleEnter):
                raise OutOfOrder("this is not the console page")
            self._command(command)
        except ScreenshareError as error:
            self._refused(Failed(code=error.code, message=str(error), hint=error.hint))


def _skip_rest(line: bytes, lines: FileIO) -> None:
    """Pass over what follows the start of a line that is too long: it is no command of its own."""
    while len(line) == _MAX_LINE_BYTES and not line.endswith(b"\n"):
        line = lines.readline(_MAX_LINE_BYTES)
