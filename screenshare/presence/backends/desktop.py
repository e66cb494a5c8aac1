"""The sign drawn by a toolkit in a process of its own: its main loop and crashes never touch the share."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import Final

from screenshare.errors import MalformedMessage
from screenshare.newest import Newest
from screenshare.presence import lines
from screenshare.presence.port import OnCommand, SignUnavailable
from screenshare.presence.sign import Sign

log = logging.getLogger(__name__)

START_LIMIT_S: Final = 20.0
# A sign that does not read for this long is replaced.
WRITE_LIMIT_S: Final = 10.0
END_LIMIT_S: Final = 1.0
# Nobody presses more often; what floods is broken.
MAX_PRESSES: Final = 1000
_LIBRARIES: Final = (
    "apt install libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0"
    " libxkbcommon-x11-0 libegl1 libgl1"
    if sys.platform == "linux"
    else ""
)
_PROGRAM: Final = "screenshare.presence.backends.qt"


class DesktopBoard:
    """Frame, badge, questions and tray icon on ``display`` (None: this session's own)."""

    def __init__(self, display: str | None, on_command: OnCommand) -> None:
        self._display = display
        self._on_command = on_command
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[str]] = []
        self._signs: Newest[Sign] = Newest()

    async def open(self) -> None:
        try:
            # -P: a folder in which somebody starts the host must not bring modules of its own.
            process = self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", _PROGRAM),
                env=_environment(self._display),
                limit=lines.MAX_LINE_BYTES,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                # Ctrl-C at the host is no word to the sign: its pipe is closed when the share has ended.
                start_new_session=True,
            )
            async with asyncio.timeout(START_LIMIT_S):
                stands = await self._listen(process)
        except OSError as error:
            raise SignUnavailable(f"the sign's program does not start: {error.strerror}") from error
        except TimeoutError:
            raise SignUnavailable(f"the sign's program said nothing for {START_LIMIT_S:.0f} s") from None
        except MalformedMessage as error:
            raise SignUnavailable(f"the sign's program spoke nonsense: {error}") from error
        if not isinstance(stands, lines.Stands):
            raise SignUnavailable("the sign's program cannot draw on this display", hint=_LIBRARIES)
        log.debug("a sign stands on the desktop (tray: %s)", stands.has_tray)
        self._tasks = [
            asyncio.create_task(self._read(process), name="sign-in"),
            asyncio.create_task(self._write(process), name="sign-out"),
        ]

    def show(self, sign: Sign) -> None:
        self._signs.put(sign)

    async def lost(self) -> str:
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).result()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101  it was asked for
        process.stdin.close()
        try:
            async with asyncio.timeout(END_LIMIT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _read(self, process: asyncio.subprocess.Process) -> str:
        """Take what is pressed, until the program ends."""
        try:
            for _ in range(MAX_PRESSES):
                told = await self._listen(process)
                if told is None:
                    return f"the program ended with status {await process.wait()}"
                if isinstance(told, lines.Pressed):
                    self._on_command(told.command)
        except MalformedMessage as error:
            return f"the program spoke nonsense: {error}"
        return "the program floods"

    async def _listen(self, process: asyncio.subprocess.Process) -> lines.Stands | lines.Pressed | None:
        """Return the next thing told; None at the end. Raises MalformedMessage."""
        assert process.stdout is not None  # noqa: S101  it was asked for
        try:
            line = await process.stdout.readline()
        except ValueError as error:
            raise MalformedMessage("a line that is too long") from error
        return lines.decode_from_sign(line) if line else None

    async def _write(self, process: asyncio.subprocess.Process) -> str:
        assert process.stdin is not None  # noqa: S101  it was asked for
        try:
            while True:
                process.stdin.write(lines.encode(await self._signs.take()))
                async with asyncio.timeout(WRITE_LIMIT_S):
                    await process.stdin.drain()
        except TimeoutError:
            return "the program does not read"
        except OSError:
            return f"the program ended with status {await process.wait()}"


def _environment(display: str | None) -> dict[str, str]:
    # A monitor's place is told in pixels of the display.
    env = os.environ | {"QT_ENABLE_HIGHDPI_SCALING": "0"}
    if sys.platform == "linux":
        # Wayland lets no program place or raise its windows.
        env["QT_QPA_PLATFORM"] = "xcb"
    if display is not None:
        env["DISPLAY"] = display
    return env
