"""``screenshare host`` as a process that is spoken to in lines."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from integration.peers import Inbox

LIMIT_S = 20.0


class Command:
    """One run of the command line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told = Inbox("event")
        self.lines: list[str] = []
        self.errors = ""
        self._readers = asyncio.gather(self._read_lines(), self._read_errors())

    async def do(self, command: str, **fields: object) -> None:
        await self.send(json.dumps({"do": command, **fields}))

    async def send(self, line: str) -> None:
        self.process.stdin.write(line.encode() + b"\n")
        await self.process.stdin.drain()

    async def expect(self, event: str, **fields: object) -> dict[str, Any]:
        return await self.told.expect(event, limit_s=LIMIT_S, **fields)

    async def end(self) -> int:
        """Wait for the process to end by itself; return its exit status."""
        async with asyncio.timeout(LIMIT_S):
            await self._readers
            return await self.process.wait()

    async def _read_lines(self) -> None:
        async for line in self.process.stdout:
            self.lines.append(line.decode())
            self.told.put(json.loads(line))

    async def _read_errors(self) -> None:
        self.errors = (await self.process.stderr.read()).decode()

    async def close(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.end()


def flags(display: str, *more: str) -> tuple[str, ...]:
    return ("--display", display, "--listen", "127.0.0.1:0", "--json", "--no-open", *more)
