"""Which ways to show a sign there are: drawn where the toolkit is installed, else as a notification."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from screenshare.config import SignChoice
from screenshare.presence.attendant import SignMaker
from screenshare.presence.port import OnCommand, SignBoard, SignUnavailable

HINT = "pip install 'screenshare[desktop]' lets a sign be drawn"


def sign_makers(choice: SignChoice, display: str | None) -> list[SignMaker]:
    """Return the ways to show a sign on ``display`` (None: this session's), the best one first."""
    if choice == "off":
        return []
    ways: list[SignMaker] = []
    if choice == "auto":
        ways.append(lambda on_command: _desktop(display, on_command))
    if sys.platform == "linux":
        ways.append(_notification)
    return ways


def _desktop(display: str | None, on_command: OnCommand) -> SignBoard:
    if find_spec("PySide6") is None:
        raise SignUnavailable("no toolkit is installed that could draw a sign", hint=HINT)
    # Backends are imported where they are used: each needs its own system's libraries.
    from screenshare.presence.backends.desktop import DesktopBoard

    return DesktopBoard(display, on_command)


def _notification(on_command: OnCommand) -> SignBoard:
    from screenshare.presence.backends.notification import NotificationBoard

    return NotificationBoard(on_command)
