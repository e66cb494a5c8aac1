"""The host console: a page for this very machine, behind a token that opens once."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Final

from aiohttp import WSMsgType, web

from screenshare.clock import monotonic_s
from screenshare.errors import OutOfOrder, PermissionDenied, RateLimited, ScreenshareError
from screenshare.host.hub import EventHub, Listener
from screenshare.host.preview import Preview
from screenshare.protocol.console import (
    MAX_COMMAND_BYTES,
    AnyHostCommand,
    ConsoleEnter,
    ConsoleEntered,
    Failed,
    HostEvent,
    PreviewWatch,
)
from screenshare.protocol.decode import encode, host_command
from screenshare.rendezvous.deadlines import stays
from screenshare.rendezvous.pages import Pages
from screenshare.rendezvous.site import is_loopback
from screenshare.session.limits import TokenBucket

log = logging.getLogger(__name__)

ENTER_LIMIT_S: Final = 10.0
WRITE_LIMIT_S: Final = 10.0
MAX_PAGES: Final = 8


class WrongToken(PermissionDenied):
    """The console token is wrong or was used already."""

    code = "wrong-token"


class ConsoleDoor:
    """The tokens that open the console: one that opens once, and one per page for its reloads."""

    def __init__(self) -> None:
        self.first_token = secrets.token_urlsafe(24)
        self._valid = {self.first_token}
        # A page on this machine that guesses still has 2**192 tokens before it.
        self._guesses = TokenBucket(rate_hz=1, burst=20)

    def enter(self, token: str, now: float) -> str:
        """Use ``token`` up and return the next one; raises WrongToken or RateLimited."""
        if not self._guesses.take(now):
            raise RateLimited("too many wrong tokens")
        match = next((valid for valid in self._valid if hmac.compare_digest(valid, token)), None)
        if match is None:
            raise WrongToken(
                "this console address was used already or is wrong",
                hint="use the page that is open, or start the share again",
            )
        self._valid.discard(match)
        fresh = secrets.token_urlsafe(24)
        self._valid.add(fresh)
        return fresh


class Console:
    """Serves ``GET /console`` and ``GET /v1/console`` to pages of this machine alone."""

    def __init__(
        self,
        *,
        pages: Pages,
        hub: EventHub,
        command: Callable[[AnyHostCommand], None],
        describe: Callable[[], HostEvent],
        preview: Preview,
    ) -> None:
        self.door = ConsoleDoor()
        self._pages = pages
        self._hub = hub
        self._command = command
        self._describe = describe
        self._preview = preview
        self._open = 0

    async def close(self) -> None:
        """Take no more pictures."""
        await self._preview.close()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/console", self._page), web.get("/v1/console", self._socket)]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        _require_loopback(request)
        return self._pages.page("console.html")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        _require_loopback(request)
        if self._open >= MAX_PAGES:
            raise web.HTTPTooManyRequests
        socket = web.WebSocketResponse(
            max_msg_size=MAX_COMMAND_BYTES, compress=False, heartbeat=10.0, timeout=2.0
        )
        await socket.prepare(request)
        stays(request)
        self._open += 1
        try:
            if await self._entered(socket):
                await self._converse(socket)
        finally:
            self._open -= 1
        return socket

    async def _entered(self, socket: web.WebSocketResponse) -> bool:
        try:
            message = await socket.receive(timeout=ENTER_LIMIT_S)
        except TimeoutError:
            return False
        if message.type is not WSMsgType.TEXT:
            return False
        try:
            command = host_command.decode(message.data)
            if not isinstance(command, ConsoleEnter):
                raise OutOfOrder("show the token first")
            token = self.door.enter(command.token, monotonic_s())
        except ScreenshareError as error:
            await socket.send_str(encode(_failure(error)))
            await socket.close()
            return False
        await socket.send_str(encode(ConsoleEntered(token=token)))
        return True

    async def _converse(self, socket: web.WebSocketResponse) -> None:
        with self._hub.listen() as listener:
            listener.put(self._describe())
            for logged in self._hub.log.told(monotonic_s()):
                listener.put(logged)
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(_write(socket, listener), name="console-writer")
                eye = _Eye(tasks, lambda: self._write_preview(socket))
                await self._read(socket, listener, eye)
                eye.turn(on=False)
                writer.cancel()

    async def _write_preview(self, socket: web.WebSocketResponse) -> None:
        """Send pictures; one that is not read is not followed by another."""
        try:
            with self._preview.watch() as pictures:
                while True:
                    picture = await pictures.take()
                    async with asyncio.timeout(WRITE_LIMIT_S):
                        await socket.send_bytes(picture)
        except (ConnectionError, TimeoutError):
            log.debug("a console page does not take the preview")

    async def _read(self, socket: web.WebSocketResponse, listener: Listener, eye: _Eye) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                return
            try:
                command = host_command.decode(message.data)
                if isinstance(command, ConsoleEnter):
                    raise OutOfOrder("this page has entered already")
                if isinstance(command, PreviewWatch):
                    eye.turn(on=command.on)
                else:
                    self._command(command)
            except ScreenshareError as error:
                listener.put(_failure(error))


class _Eye:
    """Whether one page looks at the preview: while it does, a task of its own sends it."""

    def __init__(self, tasks: asyncio.TaskGroup, send: Callable[[], Coroutine[None, None, None]]) -> None:
        self._tasks, self._send = tasks, send
        self._task: asyncio.Task[None] | None = None

    def turn(self, *, on: bool) -> None:
        if on and self._task is None:
            self._task = self._tasks.create_task(self._send(), name="console-preview")
        elif not on and self._task is not None:
            self._task.cancel()
            self._task = None


async def _write(socket: web.WebSocketResponse, listener: Listener) -> None:
    try:
        async for event in listener:
            async with asyncio.timeout(WRITE_LIMIT_S):
                await socket.send_str(encode(event))
    except (ConnectionError, TimeoutError):
        log.debug("a console page does not read")
    await socket.close()


def _require_loopback(request: web.Request) -> None:
    if not is_loopback(request):
        raise web.HTTPNotFound


def _failure(error: ScreenshareError) -> Failed:
    return Failed(code=error.code, message=str(error), hint=error.hint)
