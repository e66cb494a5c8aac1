"""``screenshare host`` from the first line printed to the exit code."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import webbrowser
from collections.abc import Callable
from typing import Final

from screenshare.audit.command import summary
from screenshare.config import HostConfig
from screenshare.consent.terminal import Terminal
from screenshare.errors import ScreenshareError
from screenshare.host.agent import Host
from screenshare.host.json_lines import CommandReader, write_events
from screenshare.protocol.console import Failed
from screenshare.protocol.decode import encode

log = logging.getLogger(__name__)

INTERRUPTED: Final = 130
LAST_WORDS_LIMIT_S: Final = 2.0


def run(config: HostConfig, *, as_json: bool, opens_console: bool) -> int:
    """Share until somebody ends it; return the exit status."""
    try:
        return asyncio.run(_share(config, as_json=as_json, opens_console=opens_console))
    except ScreenshareError as error:
        tell_failure(error, as_json=as_json)
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED


def tell_failure(error: ScreenshareError, *, as_json: bool = False) -> None:
    """Say in one sentence what went wrong, and what to do."""
    if as_json:
        sys.stdout.write(encode(Failed(code=error.code, message=str(error), hint=error.hint)) + "\n")
        sys.stdout.flush()
    hint = f"\n  {error.hint[0].upper()}{error.hint[1:]}." if error.hint else ""
    sys.stderr.write(f"screenshare: {error}.{hint}\n")


async def _share(config: HostConfig, *, as_json: bool, opens_console: bool) -> int:
    host = Host(config)
    with host.hub.listen() as listener:
        if as_json:
            interruption = _Interruption(host)
            voice = asyncio.create_task(write_events(listener), name="json-out")
        else:
            terminal = Terminal(command=host.command_on_screen, allowed=config.allow, asked=config.ask)
            interruption = _Interruption(host, terminal.restore)
            voice = asyncio.create_task(terminal.run(listener), name="terminal")
        try:
            async with host:
                if as_json and sys.stdin is not None:
                    CommandReader(command=host.command, refused=host.hub.publish).start(sys.stdin.fileno())
                if opens_console:
                    await asyncio.to_thread(webbrowser.open, host.ready.console)
                await host.wait_stopped()
        finally:
            host.hub.end()
            await asyncio.wait([voice], timeout=LAST_WORDS_LIMIT_S)
            voice.cancel()
    if not as_json:
        await _tell_receipt(host)
    if host.failure is not None:
        tell_failure(host.failure)
        return host.failure.exit_status
    return interruption.exit_status


async def _tell_receipt(host: Host) -> None:
    """Say who was here; what cannot be read is no reason to end in another way."""
    witness = host.witness
    if witness is None:
        return
    try:
        lines = await asyncio.to_thread(summary, witness.path, witness.share, witness.last_hash)
    except ScreenshareError as error:
        log.info("no receipt: %s", error)
        return
    sys.stdout.writelines(f"{line}\n" for line in lines)


class _Interruption:
    """Ctrl-C and SIGTERM end the share cleanly; a second one ends the process at once."""

    def __init__(self, host: Host, restore_terminal: Callable[[], None] = lambda: None) -> None:
        self.exit_status = 0
        self._host = host
        self._restore_terminal = restore_terminal
        self._count = 0
        if sys.platform == "win32":  # pragma: no cover  asyncio has no signal handlers there
            signal.signal(signal.SIGINT, lambda *_: self._interrupted(INTERRUPTED))
            return
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupted, INTERRUPTED)
        loop.add_signal_handler(signal.SIGTERM, self._interrupted, 0)

    def _interrupted(self, exit_status: int) -> None:
        self._count += 1
        if self._count > 1:
            self._restore_terminal()
            os._exit(INTERRUPTED)
        self.exit_status = exit_status
        self._host.request_stop()
