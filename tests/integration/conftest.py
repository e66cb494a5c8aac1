"""Real hosts on private displays, viewers that are the other real peer, and the display itself."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from integration.command import Command
from integration.peers import AiortcViewer, Desk, Share

StartHost = Callable[..., Awaitable[Share]]
NewViewer = Callable[..., AiortcViewer]
Run = Callable[..., Awaitable[Command]]


@pytest.fixture
async def start_host(x_display: str) -> AsyncIterator[StartHost]:
    """``await start_host(allow="view", ...)``: share ``x_display`` on loopback; ended after the test."""
    shares: list[Share] = []

    async def start(**options: Any) -> Share:
        share = Share(x_display, **options)
        await share.start()
        shares.append(share)
        return share

    yield start
    for share in shares:
        await share.stop()


@pytest.fixture
async def new_viewer(start_host: StartHost) -> AsyncIterator[NewViewer]:
    """``new_viewer(link)``: somebody with a link who has done nothing yet; gone before the host is."""
    viewers: list[AiortcViewer] = []

    def make(link: str, **options: str) -> AiortcViewer:
        viewers.append(AiortcViewer(link, **options))
        return viewers[-1]

    yield make
    for viewer in viewers:
        await viewer.close()


@pytest.fixture
def desk(x_display: str) -> Iterator[Desk]:
    """The host's display as its own programs see it."""
    desk = Desk(x_display)
    yield desk
    desk.close()


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    """``await run("--display", ":5", NAME="value")``: flags and variables; the home is a test's own."""
    async with AsyncExitStack() as stack:

        async def start(*flags: str, **variables: str) -> Command:
            inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SCREENSHARE_", "DISPLAY"))}
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "screenshare", "host", *flags),
                env=inherited | {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)} | variables,
                cwd=tmp_path,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            command = Command(process)
            stack.push_async_callback(command.close)
            return command

        yield start
