"""What the windows of the sign have in common."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

# Above all windows: no window manager may move, cover or decorate them, or give them the keys.
OVERLAY: Final = (
    Qt.WindowType.Tool
    | Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
    | Qt.WindowType.X11BypassWindowManagerHint
)


def labelled_button(text: str) -> QPushButton:
    button = QPushButton()
    label(button, text)
    return button


def label(button: QPushButton, text: str) -> None:
    """Write ``text`` on a button that has an icon: Qt leaves no room between the two."""
    button.setText(f"\u2009{text}")
    button.setAccessibleName(text)
