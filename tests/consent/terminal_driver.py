"""Run by tests on a terminal: events come in as JSON lines on descriptor 3, commands go out on 4.

``raise`` as a line breaks the stream of events, ``exit`` ends the process at once. A command for the
viewer ``gone`` is refused.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import msgspec

from screenshare.consent import questions
from screenshare.consent import terminal as shell
from screenshare.consent.terminal import Terminal
from screenshare.errors import ScreenshareError
from screenshare.protocol.console import AnyHostCommand, AnyHostEvent, HostEvent


async def events() -> AsyncIterator[HostEvent]:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(3, "rb"))
    while line := await reader.readline():
        if line == b"raise\n":
            raise RuntimeError("the stream broke")
        if line == b"exit\n":
            terminal.restore()
            os._exit(130)
        yield msgspec.json.decode(line, type=AnyHostEvent)


def command(command: AnyHostCommand) -> None:
    os.write(4, msgspec.json.encode(command) + b"\n")
    if getattr(command, "id", None) == "gone":
        raise ScreenshareError("there is no such viewer")


questions.DEAD_TIME_S = float(os.environ.get("DEAD_TIME_S", "0"))
shell.STATUS_INTERVAL_S = float(os.environ.get("STATUS_INTERVAL_S", "0"))
terminal = Terminal(command=command)
asyncio.run(terminal.run(events()))
