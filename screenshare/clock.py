"""The two clocks of the product. Machines are given ``now``; only shells read a clock."""

from __future__ import annotations

import time


def monotonic_s() -> float:
    """Return seconds that never jump; the ``now`` of every machine."""
    return time.monotonic()


def wall_s() -> float:
    """Return seconds since 1970, for people and file names alone."""
    return time.time()
