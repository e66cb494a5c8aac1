"""The icon in the tray: the state in a colour, and a menu that ends it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from screenshare.presence import words
from screenshare.presence.backends.qt import look
from screenshare.presence.sign import IDLE, Sign
from screenshare.protocol import console


class Tray:
    """Stands wherever the desktop has a tray, also one that comes later."""

    def __init__(self, press: Callable[[console.AnyHostCommand], None]) -> None:
        self._sign = IDLE
        self._menu = QMenu()
        self._state = self._menu.addAction(words.NOBODY)
        self._state.setEnabled(False)
        self._menu.addSeparator()
        self._stop_control = self._menu.addAction(words.STOP_CONTROL)
        self._stop_control.triggered.connect(lambda: press(console.ControlRevoke()))
        self._pause = self._menu.addAction(words.PAUSE)
        self._pause.triggered.connect(lambda: press(self._sign.pause_command))
        self._stop = self._menu.addAction(words.STOP_SHARING)
        self._stop.triggered.connect(lambda: press(console.Stop()))
        self._icon = QSystemTrayIcon()
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._clicked)

    @property
    def is_there(self) -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    def tell(self, sign: Sign) -> None:
        self._sign = sign
        self._state.setText(look.without_mnemonics(sign.words))
        self._stop_control.setEnabled(sign.level == "controlled")
        self._pause.setText(sign.pause_words)
        self._icon.setIcon(look.tray_icon(sign.level))
        # A name is in it, and some desktops take what looks like a tag for markup.
        self._icon.setToolTip(f"{words.PRODUCT}: {sign.words}".replace("<", "‹"))
        self._icon.show()

    def _clicked(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            place = self._icon.geometry()
            self._menu.popup(place.center())
