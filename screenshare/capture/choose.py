"""Which way to the screen: XDamage where the X server has it, else looking at a steady rate."""

from __future__ import annotations

import sys

from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.media import Monitor


def list_monitors(display: str | None) -> list[Monitor]:
    """Return the monitors of ``display`` (None: this session's), exactly one of them primary.

    Raises:
        CaptureUnavailable: no such display, or no permission to read it.
    """
    from screenshare.capture.backends.pixels import Pixels

    pixels = Pixels(display)
    pixels.close()
    return pixels.monitors


def open_source(display: str | None, monitor: Monitor) -> ScreenSource:
    """Open the best way to ``monitor`` of ``display`` (None: this session's).

    Raises:
        CaptureUnavailable: no such display, or no permission to read it.
    """
    # Backends are imported where they are used: each needs its own system's libraries.
    from screenshare.capture.backends.polling import PollingSource

    if sys.platform != "linux":
        return PollingSource(display, monitor)
    from screenshare.capture.backends.x11 import DamageMissing, X11Source

    try:
        return X11Source(display, monitor)
    except DamageMissing as exc:
        fallback = CaptureWarning(
            "no-damage",
            f"The whole screen is compared 25 times a second: {exc}",
            "switch the DAMAGE and XFIXES extensions of the X server on",
        )
        return PollingSource(display, monitor, warnings=(fallback,))
