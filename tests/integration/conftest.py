"""Real hosts on private displays, viewers that are the other real peer, and the display itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from integration.peers import AiortcViewer, Desk, Share

StartHost = Callable[..., Awaitable[Share]]
NewViewer = Callable[..., AiortcViewer]


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
