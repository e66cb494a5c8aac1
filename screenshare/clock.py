"""The clocks of the product. Machines are given ``now``; only shells read a clock."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

# Linux, where monotonic seconds go on from process to process (CLOCK_MONOTONIC).
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def monotonic_s() -> float:
    """Return seconds that never jump; the ``now`` of every machine."""
    return time.monotonic()


def process_cpu_s() -> float:
    """Return the seconds of CPU time that all threads of this process have had."""
    return time.process_time()


def thread_cpu_s() -> float:
    """Return the seconds of CPU time that this thread has had."""
    return time.thread_time()


def boot_id() -> str | None:
    """Return what is another after each start of this computer; None where nobody says it. Reads a file."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return None


def wall_s() -> float:
    """Return seconds since 1970, for people and file names alone."""
    return time.time()
