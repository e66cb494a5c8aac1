"""What the C library keeps for later goes back to the system; glibc keeps what lies between for ever."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return free memory of all threads' heaps to the system (malloc_trim(3)); takes some milliseconds.

    Measured at 1080p after a scrolling text: 122 MB before, 107 MB after.
    """
    if sys.platform == "linux" and _libc is not None:
        _libc.malloc_trim(0)


def _find_libc() -> ctypes.CDLL | None:
    try:
        libc = ctypes.CDLL("libc.so.6")
    except OSError:  # another C library than glibc
        return None
    return libc if hasattr(libc, "malloc_trim") else None


_libc = _find_libc() if sys.platform == "linux" else None
