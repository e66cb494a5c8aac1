"""The badge: who watches or controls, in an icon and a sentence, and the buttons that end it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from screenshare.presence import words
from screenshare.presence.backends.qt import look
from screenshare.presence.backends.qt.look import px
from screenshare.presence.backends.qt.windows import OVERLAY, label, labelled_button
from screenshare.presence.sign import IDLE, Area, Sign
from screenshare.protocol import console

Press = Callable[[console.AnyHostCommand], None]

MARGIN: Final = 16.0
RADIUS: Final = 12.0


class Badge(QWidget):
    """At the bottom right of what is shown; a hand may drag it elsewhere."""

    def __init__(self, press: Press) -> None:
        super().__init__(None, OVERLAY)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("badge")
        self.setWindowTitle("Screenshare")
        self._sign = IDLE
        self._area: Area | None = None
        self._moved_to: QPoint | None = None
        self._held_at: QPoint | None = None
        self._picture = QLabel()
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._stop_control = self._button(words.STOP_CONTROL, lambda: press(console.ControlRevoke()))
        self._pause = self._button(words.PAUSE, lambda: press(self._sign.pause_command))
        self._stop = self._button(words.STOP_SHARING, lambda: press(console.Stop()))
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(8), px(8), px(8))
        row.setSpacing(px(8))
        for part in (self._picture, self._words, self._stop_control, self._pause, self._stop):
            row.addWidget(part)
        row.insertSpacing(2, px(8))

    def tell(self, sign: Sign) -> None:
        """Show ``sign``; draws nothing anew where nothing has changed."""
        tone = look.TONES[sign.level]
        self._sign = sign
        self._picture.setPixmap(look.icon_picture(look.ICON_OF[sign.level], tone.text, px(20)))
        self._words.setText(sign.words)
        self._stop_control.setVisible(sign.level == "controlled")
        label(self._pause, sign.pause_words)
        for button, name in (
            (self._stop_control, "hand"),
            (self._pause, "circle-play" if sign.is_paused else "circle-pause"),
            (self._stop, "x"),
        ):
            button.setIcon(look.icon(name, tone.text))
        self.setStyleSheet(_style(tone))
        self._area = sign.areas[0] if sign.areas else None
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()

    def _button(self, text: str, pressed: Callable[[], None]) -> QPushButton:
        button = labelled_button(text)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIconSize(QSize(px(18), px(18)))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(pressed)
        return button

    # --- its place -------------------------------------------------------------------------------------

    def _place(self) -> None:
        ground = self._ground()
        if self._moved_to is not None:
            at = self._moved_to
        else:
            at = QPoint(
                ground.right() - self.width() - px(MARGIN), ground.bottom() - self.height() - px(MARGIN)
            )
        # Whatever its text has become, all of it can be reached.
        x = max(ground.left(), min(at.x(), ground.right() + 1 - self.width()))
        y = max(ground.top(), min(at.y(), ground.bottom() + 1 - self.height()))
        self.move(x, y)

    def _ground(self) -> QRect:
        """Where it may stand: what is shown, without the desktop's panels."""
        screen = QGuiApplication.primaryScreen().availableGeometry()
        if self._area is None:
            return screen
        shown = QRect(self._area.x, self._area.y, self._area.width, self._area.height)
        for one in QGuiApplication.screens():
            if one.geometry().contains(shown.center()):
                screen = one.availableGeometry()
        both = shown.intersected(screen)
        return both if both.width() >= self.width() and both.height() >= self.height() else screen

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        # A mask and no translucent corners: those need a compositor.
        path = QPainterPath()
        path.addRoundedRect(0, 0, self.width(), self.height(), px(RADIUS), px(RADIUS))
        self.setMask(QRegion(path.toFillPolygon().toPolygon()))
        super().resizeEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        self._held_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802  Qt's name
        if self._held_at is not None:
            self._moved_to = event.globalPosition().toPoint() - self._held_at
            self._place()

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:  # noqa: N802  Qt's name
        self._held_at = None


def _style(tone: look.Tone) -> str:
    return f"""
        #badge {{ background: {tone.ground}; }}
        QLabel {{ color: {tone.text}; font-weight: 600; font-size: {px(14)}px; }}
        QPushButton {{
            background: transparent; color: {tone.text}; border: 1px solid {tone.text};
            border-radius: {px(8)}px; padding: {px(7)}px {px(12)}px;
            font-weight: 600; font-size: {px(13)}px;
        }}
        QPushButton:hover, QPushButton:pressed {{ background: {tone.pressed}; }}
    """
