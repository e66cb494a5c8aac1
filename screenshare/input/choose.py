"""The injector that fits this computer; the only importer of backends."""

from __future__ import annotations

import platform

from screenshare.errors import InjectionUnavailable
from screenshare.input.port import Injector


def open_injector(display: str | None) -> Injector:
    """Return the injector for an X display; ``None`` means this session's own screen.

    Call it in the thread that will use the injector.

    Raises:
        InjectionUnavailable: nothing can be injected here.
    """
    if display is not None or platform.system() == "Linux":
        from screenshare.input.backends.x11 import X11Injector

        return X11Injector(display)
    try:
        # Imported late: on a machine without a session the import itself fails.
        from screenshare.input.backends.pynput_backend import PynputInjector
    except ImportError as exc:
        raise InjectionUnavailable(
            f"keys and pointer cannot be injected: {exc}", hint="start in a graphical session"
        ) from exc
    return PynputInjector()
