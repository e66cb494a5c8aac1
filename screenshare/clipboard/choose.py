"""What fits this computer; the only importer of backends."""

from __future__ import annotations

import platform

from screenshare.clipboard.port import Clipboard
from screenshare.errors import ClipboardUnavailable


def open_clipboard(display: str | None, *, limit_bytes: int) -> Clipboard:
    """Return the clipboard of an X display; ``None`` means this session's own.

    Call it in the thread that will use it.

    Raises:
        ClipboardUnavailable: there is none that can be reached.
    """
    if display is None and platform.system() != "Linux":
        raise ClipboardUnavailable("the clipboard of this system cannot be shared yet")
    from screenshare.clipboard.backends.x11 import X11Clipboard

    return X11Clipboard(display, limit_bytes=limit_bytes)
