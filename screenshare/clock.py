"""The clocks of the product. Machines are given ``now``; only shells read a clock."""

from __future__ import annotations

import time


def monotonic_s() -> float:
    """Return seconds that never jump; the ``now`` of every machine."""
    return time.monotonic()


def process_cpu_s() -> float:
    """Return the seconds of CPU time that all threads of this process have had."""
    return time.process_time()


def thread_cpu_s() -> float:
    """Return the seconds of CPU time that this thread has had."""
    return time.thread_time()


def wall_s() -> float:
    """Return seconds since 1970, for people and file names alone."""
    return time.time()
