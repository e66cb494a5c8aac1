"""The way to ask a server of this machine to end."""

from __future__ import annotations

import asyncio
import signal
import sys


def asked_to_stop() -> asyncio.Event:
    """Return what is set by SIGTERM or SIGINT from now on; call it in the running loop."""
    asked = asyncio.Event()
    if sys.platform != "win32":  # asyncio has no signal handlers there
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, asked.set)
    return asked
