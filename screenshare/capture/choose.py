"""Which way to the screen: XDamage where the X server has it, else looking at a steady rate."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from screenshare.capture.canvas import window
from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.errors import CaptureUnavailable
from screenshare.media import Monitor, Window

if TYPE_CHECKING:
    from screenshare.capture.backends.x11_windows import WindowMasks

_MOST_TITLES_SAID: Final = 8


def list_monitors(display: str | None) -> list[Monitor]:
    """Return the monitors of ``display`` (None: this session's), exactly one of them primary.

    Raises:
        CaptureUnavailable: no such display, or no permission to read it.
    """
    from screenshare.capture.backends.pixels import Pixels

    pixels = Pixels(display)
    pixels.close()
    return pixels.monitors


def list_windows(display: str | None) -> list[Window]:
    """Return the windows that can be told apart, the topmost first; none where that is not known.

    Raises:
        CaptureUnavailable: no such display, or no permission to read it.
        CaptureLost: it went away meanwhile.
    """
    if sys.platform != "linux":
        return []
    from screenshare.capture.backends import x11_window_list

    return x11_window_list.list_windows(display)


def open_source(
    display: str | None, monitor: Monitor, *, hidden: tuple[str, ...] = (), only: str | None = None
) -> ScreenSource:
    """Open the best way to ``monitor`` of ``display`` (None: this session's).

    Windows whose title holds one of the ``hidden`` words, in any case, are painted over. With ``only``
    the topmost window whose title holds it is shown instead of ``monitor``, wherever it goes.

    Raises:
        CaptureUnavailable: no such display or window, no permission to read it, or no way to tell
            windows apart here.
    """
    # Backends are imported where they are used: each needs its own system's libraries.
    from screenshare.capture.backends.polling import PollingSource

    if sys.platform != "linux":
        if hidden or only is not None:
            hint = "leave --hide and --window out"
            raise CaptureUnavailable("windows cannot be told apart on this system", hint=hint)
        return PollingSource(display, monitor)
    from screenshare.capture.backends.x11 import DamageMissing, X11Source
    from screenshare.capture.backends.x11_windows import WindowMasks

    masks = WindowMasks(display, hidden, only) if hidden or only is not None else None
    try:
        if masks is not None and only is not None:
            monitor = _window(masks, only)
        return X11Source(display, monitor, hidden=masks)
    except DamageMissing as exc:
        if masks is not None and only is not None:
            masks.close()
            raise CaptureUnavailable(f"a single window cannot be shown: {exc}") from exc
        fallback = CaptureWarning(
            "no-damage",
            f"The whole screen is compared 25 times a second: {exc}",
            "switch the DAMAGE and XFIXES extensions of the X server on",
        )
        return PollingSource(display, monitor, warnings=(fallback,), hidden=masks)
    except CaptureUnavailable:
        if masks is not None:
            masks.close()
        raise


def _window(masks: WindowMasks, title: str) -> Monitor:
    if masks.shown is None:
        there = ", ".join(f"“{known[:60]}”" for known in masks.titles[:_MOST_TITLES_SAID]) or "none"
        raise CaptureUnavailable(f"there is no window “{title}”", hint=f"windows on the screen: {there}")
    return window(masks.shown.id, masks.shown.title, masks.shown.place)
