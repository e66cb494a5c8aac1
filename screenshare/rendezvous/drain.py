"""Sockets that are told when the server goes: who waits here dials again, and finds another one."""

from __future__ import annotations

import asyncio
import weakref
from typing import Final

from aiohttp import WSCloseCode, web

from screenshare.rendezvous.deadlines import stays

SOCKETS: Final = web.AppKey("SOCKETS", weakref.WeakSet[web.WebSocketResponse])
DRAIN_LIMIT_S: Final = 3.0


def note(request: web.Request, socket: web.WebSocketResponse) -> None:
    """Let a socket stay, and ``drain`` know of it."""
    stays(request)
    request.app[SOCKETS].add(socket)


async def drain(app: web.Application) -> None:
    """Close what is open with code 1012 (service restart)."""
    closing = [
        asyncio.ensure_future(socket.close(code=WSCloseCode.SERVICE_RESTART, message=b"restart"))
        for socket in app[SOCKETS]
    ]
    if closing:
        await asyncio.wait(closing, timeout=DRAIN_LIMIT_S)
