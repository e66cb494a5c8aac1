"""Which way to the screen: XDamage where the X server has it, else looking at a steady rate."""

from __future__ import annotations

import sys

from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.errors import CaptureUnavailable
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


def open_source(display: str | None, monitor: Monitor, *, hidden: tuple[str, ...] = ()) -> ScreenSource:
    """Open the best way to ``monitor`` of ``display`` (None: this session's).

    Windows whose title holds one of the ``hidden`` words, in any case, are painted over.

    Raises:
        CaptureUnavailable: no such display, no permission to read it, or no way to hide windows here.
    """
    # Backends are imported where they are used: each needs its own system's libraries.
    from screenshare.capture.backends.polling import PollingSource

    if sys.platform != "linux":
        if hidden:
            raise CaptureUnavailable("windows cannot be hidden on this system", hint="leave --hide out")
        return PollingSource(display, monitor)
    from screenshare.capture.backends.x11 import DamageMissing, X11Source
    from screenshare.capture.backends.x11_windows import HiddenWindows

    windows = HiddenWindows(display, hidden) if hidden else None
    try:
        return X11Source(display, monitor, hidden=windows)
    except DamageMissing as exc:
        fallback = CaptureWarning(
            "no-damage",
            f"The whole screen is compared 25 times a second: {exc}",
            "switch the DAMAGE and XFIXES extensions of the X server on",
        )
        return PollingSource(display, monitor, warnings=(fallback,), hidden=windows)
    except CaptureUnavailable:
        if windows is not None:
            windows.close()
        raise
