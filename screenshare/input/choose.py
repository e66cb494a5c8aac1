"""What fits this computer, to inject and to watch; the only importer of backends."""

from __future__ import annotations

import platform

from screenshare.errors import InjectionUnavailable
from screenshare.input.port import HandWatch, Injector


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


def open_hand_watch(display: str | None, panic_key: str | None) -> HandWatch:
    """Return what sees the host's own mouse and keyboard; ``panic_key`` is a keysym's name or None.

    Raises:
        InjectionUnavailable: they cannot be told from injected ones here.
    """
    if display is None and platform.system() != "Linux":
        raise InjectionUnavailable("this system does not tell a hand from a viewer's yet")
    from screenshare.input.backends.x11_hand import X11HandWatch

    return X11HandWatch(display, panic_key)
