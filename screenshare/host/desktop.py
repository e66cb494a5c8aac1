"""A screen where there is none: a private Xvfb with a window manager and one terminal."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from screenshare.config import parse_size
from screenshare.errors import CaptureUnavailable

log = logging.getLogger(__name__)

_START_LIMIT_S: Final = 15.0
_STOP_LIMIT_S: Final = 3.0
_POLL_S: Final = 0.01
# Program -> Debian package.
_PROGRAMS: Final = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "xterm": "xterm",
    "xhost": "x11-xserver-utils",
    "setpriv": "util-linux",
}
# The shell itself tells that the terminal stands; openbox gives it the focus about then.
_SHELL: Final = ': > "$0"; exec "$1"'


class VirtualDesktop:
    """One X display of our own; ``size`` is WIDTHxHEIGHT in pixels.

    Only programs of the same account may connect to it, without a cookie; it listens on no TCP port.
    All its processes get SIGTERM from the kernel when the thread that started them dies, even by
    ``kill -9`` (PR_SET_PDEATHSIG), so start it in a thread that lives as long as the host.
    """

    def __init__(self, size: str) -> None:
        self.size = parse_size(size)
        self.display = ""  # known once it has started
        self._processes: list[tuple[str, asyncio.subprocess.Process]] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> str:
        """Return the display's name once a shell waits in a focused terminal.

        Raises:
            CaptureUnavailable: a program is missing or does not come up; nothing is left running.
        """
        missing = sorted(package for program, package in _PROGRAMS.items() if shutil.which(program) is None)
        if missing:
            raise CaptureUnavailable(
                "no virtual desktop: programs are missing", hint=f"apt install {' '.join(missing)}"
            )
        try:
            async with asyncio.timeout(_START_LIMIT_S):
                await self._start_all()
        except TimeoutError:
            await self.stop()
            raise CaptureUnavailable(
                f"the virtual desktop did not come up within {_START_LIMIT_S:.0f} s",
                hint="try again when the machine is less busy",
            ) from None
        except BaseException:
            await self.stop()
            raise
        return self.display

    async def stop(self) -> None:
        """End every process and wait for each; may be called at any time, also twice."""
        # All at once: openbox may be too busy to see its signal, but not to see its display go.
        for _, process in reversed(self._processes):
            if process.returncode is None:
                process.terminate()
        while self._processes:
            _, process = self._processes[-1]
            await _end(process)
            self._processes.pop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        self.display = ""

    async def _start_all(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="screenshare-desktop-")
        folder = Path(self._folder.name)
        self.display = await self._start_server()
        env = _environment(self.display)
        await self._admit_this_account_alone(env)
        managed, prompted = folder / "managed", folder / "prompted"
        # --startup runs when openbox manages windows; a terminal started before would get no focus.
        await self._spawn("openbox", "--startup", f"touch {managed}", env=env)
        await self._appearance(managed, "openbox")
        await self._spawn(
            *("xterm", "-u8", "-fa", "DejaVu Sans Mono", "-fs", "11", "-geometry", self._geometry()),
            *("-title", "Terminal", "-e", "/bin/sh", "-c", _SHELL),
            *(str(prompted), env.get("SHELL") or "/bin/sh"),
            env=env,
        )
        await self._appearance(prompted, "xterm")

    async def _start_server(self) -> str:
        """Start Xvfb on the first display number that is free, and return the display's name."""
        reading, writing = os.pipe()
        answer = asyncio.StreamReader()
        with os.fdopen(reading, "rb") as pipe:
            try:
                await self._spawn(
                    *("Xvfb", "-displayfd", str(writing), "-screen", "0", f"{self.size}x24"),
                    *("-nolisten", "tcp", "-noreset", "+extension", "RANDR"),
                    pass_fds=(writing,),
                )
            finally:
                os.close(writing)
            transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(answer), pipe
            )
            try:
                number = (await answer.readline()).decode().strip()
            finally:
                transport.close()
        if not number.isdigit():
            raise CaptureUnavailable(
                "the virtual display did not start", hint="run Xvfb -displayfd 1 to see why"
            )
        return f":{number}"

    async def _admit_this_account_alone(self, env: dict[str, str]) -> None:
        """Without this every local account could watch and type (the server's default for local sockets)."""
        rules = (f"+si:localuser:#{os.getuid()}", "-local:")
        for rule in rules:
            process = await asyncio.create_subprocess_exec(
                "xhost", rule, env=env, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
            )
            if await process.wait() != 0:
                raise CaptureUnavailable(
                    "the virtual display cannot be closed to other accounts",
                    hint=f"run xhost {rule} to see why",
                )

    async def _spawn(
        self, program: str, *arguments: str, env: dict[str, str] | None = None, pass_fds: tuple[int, ...] = ()
    ) -> None:
        """Start one program that dies with us, out of reach of a Ctrl-C meant for the host."""
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "TERM", "--", program, *arguments),
            env=env,
            pass_fds=pass_fds,
            cwd=Path.home(),
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._processes.append((program, process))
        log.debug("virtual desktop: %s has pid %d", program, process.pid)

    async def _appearance(self, path: Path, program: str) -> None:
        """Wait for a file that ``program`` writes when it stands."""
        while not await asyncio.to_thread(path.exists):
            for name, process in self._processes:
                if process.returncode is not None:
                    raise CaptureUnavailable(
                        f"the virtual desktop did not start: {name} ended with status {process.returncode}",
                        hint=f"run {name} by hand to see why",
                    )
            await asyncio.sleep(_POLL_S)

    def _geometry(self) -> str:
        """Columns and rows that fill about two thirds of the desktop, a little off its corner.

        A character of DejaVu Sans Mono 11 takes 9x18 pixels at Xvfb's 96 dpi.
        """
        columns = max(20, self.size.width * 2 // 3 // 9)
        rows = max(5, self.size.height * 2 // 3 // 18)
        return f"{columns}x{rows}+{self.size.width // 16}+{self.size.height // 12}"


def _environment(display: str) -> dict[str, str]:
    """Return our environment for programs on ``display``; a UTF-8 locale, without which xterm types ASCII."""
    env = {name: value for name, value in os.environ.items() if name not in {"WAYLAND_DISPLAY", "XAUTHORITY"}}
    env["DISPLAY"] = display
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    if not locale.upper().replace("-", "").endswith("UTF8"):
        env["LC_ALL"] = "C.UTF-8"
    return env


async def _end(process: asyncio.subprocess.Process) -> None:
    """Wait for a process that was told to end, and kill it when it does not."""
    try:
        async with asyncio.timeout(_STOP_LIMIT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
