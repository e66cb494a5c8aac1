"""The dialog that asks: *Deny* has the focus, *Allow* is dead for a second, time runs out to *deny*."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from screenshare.capability import Capability
from screenshare.clock import monotonic_s
from screenshare.presence import words
from screenshare.presence.backends.qt import look
from screenshare.presence.backends.qt.look import Scheme, px
from screenshare.presence.backends.qt.windows import labelled_button
from screenshare.presence.sign import Question
from screenshare.protocol import console

Press = Callable[[console.AnyHostCommand], None]

DEAD_MS: Final = 1000
_LIMITS: Final = ((None, "without limit"), (300, "for 5 min"), (900, "for 15 min"), (1800, "for 30 min"))


class QuestionDialog(QDialog):
    """One question of one viewer; ``press`` hears exactly one answer."""

    def __init__(self, question: Question, press: Press) -> None:
        super().__init__(None, Qt.WindowType.Dialog | Qt.WindowType.WindowStaysOnTopHint)
        self.question = question
        self._press = press
        self._is_answered = False
        self._scheme = look.scheme()
        self._ticks: dict[Capability, QCheckBox] = {}
        self._allowing: list[QPushButton] = []
        self._is_awake = False
        self.setObjectName("question")
        self.setWindowTitle(question.title)
        self.setStyleSheet(_style(self._scheme))
        self._ring = _Ring(question.answer_in_s, self._scheme)
        self._waiting = _label("", "quiet")
        self._limit = QComboBox()
        self._deny = self._button(words.DENY, None, self.reject)
        self._arrange()
        self._deny.setDefault(True)
        self._deny.setFocus()
        self._wake_up()
        self.follow(question)
        QTimer.singleShot(DEAD_MS, self._awake)

    def asks(self, question: Question) -> bool:
        """Whether ``question`` is the one that is asked here."""
        return (self.question.key, self.question.blocked) == (question.key, question.blocked)

    def follow(self, question: Question) -> None:
        """Take what may change while it is asked: the time that is left, and how many more wait."""
        self._ring.set_left(question.answer_in_s)
        self._waiting.setText(question.waiting)
        self._waiting.setVisible(bool(question.waiting))

    def appear(self) -> None:
        self.adjustSize()
        self.setFixedSize(self.size())
        ground = QGuiApplication.primaryScreen().availableGeometry()
        self.move(ground.center() - self.rect().center())
        self.show()
        self.raise_()
        self.activateWindow()
        self._deny.setFocus()

    def vanish(self) -> None:
        """Go without an answer: the question is no longer open."""
        self._is_answered = True
        self.hide()
        self.deleteLater()

    def reject(self) -> None:
        """Deny; also what Esc and the window's own close button mean."""
        self._answer(self.question.denial)

    # --- its parts ---------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        question = self.question
        who = QVBoxLayout()
        who.setSpacing(px(4))
        who.addWidget(_label(question.title, "title"))
        who.addWidget(_label(question.facts, "quiet"))
        who.addLayout(self._proof())
        head = QHBoxLayout()
        head.setSpacing(px(16))
        head.addWidget(self._ring, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(who, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(24), px(20), px(24), px(20))
        column.setSpacing(px(14))
        column.addLayout(head)
        if question.blocked:
            column.addWidget(_label(question.blocked, "blocked"))
        elif question.kind == "entry":
            for tick in self._make_ticks():
                column.addWidget(tick)
        elif question.kind == "control":
            column.addWidget(_label(words.UNTIL_YOU_STOP, ""))
        column.addLayout(self._answers())
        column.addWidget(_label(words.ONLY_ALLOW, "quiet"))
        column.addWidget(self._waiting)

    def _proof(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(px(6))
        shield = QLabel()
        shield.setPixmap(look.icon_picture("shield-check", self._scheme.ok, px(18)))
        row.addWidget(shield)
        row.addWidget(_label(self.question.proved, "ok"), 1)
        return row

    def _make_ticks(self) -> list[QCheckBox]:
        for offer in self.question.offers:
            tick = self._ticks[offer.capability] = QCheckBox(look.without_mnemonics(offer.words))
            tick.setFont(_font(14))
            tick.setPalette(_palette(self._scheme))
            tick.setChecked(offer.is_fixed)
            tick.setEnabled(not offer.is_fixed)
            tick.toggled.connect(self._wake_up)
        return list(self._ticks.values())

    def _answers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addStretch(1)
        row.addWidget(self._deny)
        question = self.question
        if question.blocked:
            stop = self._button(words.STOP_CONTROL, "amber", lambda: self._press(console.ControlRevoke()))
            stop.setIcon(look.icon("hand", self._scheme.on_amber))
            row.addWidget(stop)
        elif question.kind == "entry":
            row.addWidget(self._allow(words.ALLOW_VIEW, "primary", "eye", self._allow_view))
            if Capability.CONTROL in self._ticks:
                row.addWidget(
                    self._allow(words.ALLOW_CONTROL, "amber", "mouse-pointer-2", self._allow_control)
                )
        elif question.kind == "control":
            self._limit.setAccessibleName("How long control lasts")
            for for_s, text in _LIMITS:
                self._limit.addItem(text, for_s)
            row.addWidget(self._limit)
            row.addWidget(self._allow(words.ALLOW_CONTROL, "amber", "mouse-pointer-2", self._grant))
        else:
            row.addWidget(self._allow(words.ALLOW, "primary", "shield-check", self._allow_right))
        return row

    def _allow(self, text: str, kind: str, icon: str, clicked: Callable[[], None]) -> QPushButton:
        button = self._button(text, kind, clicked)
        on = self._scheme.on_accent if kind == "primary" else self._scheme.on_amber
        button.setIcon(look.icon(icon, on, disabled=self._scheme.quiet))
        self._allowing.append(button)
        return button

    def _button(self, text: str, kind: str | None, clicked: Callable[[], None]) -> QPushButton:
        button = labelled_button(text)
        button.setAutoDefault(False)
        button.setIconSize(QSize(px(18), px(18)))
        button.setProperty("kind", kind or "plain")
        button.clicked.connect(clicked)
        return button

    # --- answers -----------------------------------------------------------------------------------------

    def _awake(self) -> None:
        self._is_awake = True
        self._wake_up()

    def _wake_up(self) -> None:
        """Let be pressed what may be: *Allow view* would not mean what is ticked."""
        has_control = any(
            tick.isChecked() for right, tick in self._ticks.items() if right is Capability.CONTROL
        )
        for button in self._allowing:
            says_less = button.accessibleName() == words.ALLOW_VIEW and has_control
            button.setEnabled(self._is_awake and not says_less)

    def _ticked(self) -> list[Capability]:
        return [right for right, tick in self._ticks.items() if tick.isChecked()]

    def _allow_view(self) -> None:
        self._answer(console.ViewerAdmit(id=self.question.id, grant=self._ticked()))

    def _allow_control(self) -> None:
        rights = dict.fromkeys([*self._ticked(), Capability.CONTROL])
        self._answer(console.ViewerAdmit(id=self.question.id, grant=list(rights)))

    def _grant(self) -> None:
        self._answer(console.ControlGrant(id=self.question.id, for_s=self._limit.currentData()))

    def _allow_right(self) -> None:
        if self.question.right is not None:
            self._answer(
                console.CapabilitySet(id=self.question.id, capability=self.question.right, granted=True)
            )

    def _answer(self, command: console.AnyHostCommand) -> None:
        if self._is_answered:
            return
        self.vanish()
        self._press(command)


class _Ring(QWidget):
    """The time that is left, as a number and a ring; it steps once a second."""

    def __init__(self, left_s: float | None, scheme: Scheme) -> None:
        super().__init__()
        self._scheme = scheme
        self._whole_s = left_s or 0.0
        self._ends_at = 0.0
        self._shown_s = -1
        self.setFixedSize(px(48), px(48))
        self.setVisible(left_s is not None)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)
        self._timer.start(250)

    def set_left(self, left_s: float | None) -> None:
        if left_s is not None:
            self._ends_at = monotonic_s() + left_s
            self._step()

    def _step(self) -> None:
        left_s = max(0, math.ceil(self._ends_at - monotonic_s()))
        if left_s != self._shown_s:
            self._shown_s = left_s
            self.setAccessibleName(words.seconds_left(left_s))
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:  # noqa: N802  Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = px(4)
        ring = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter.setPen(QPen(QColor(self._scheme.line), width))
        painter.drawEllipse(ring)
        share = self._shown_s / self._whole_s if self._whole_s else 0.0
        painter.setPen(QPen(QColor(self._scheme.accent), width))
        painter.drawArc(ring, 90 * 16, round(min(1.0, share) * 360 * 16))
        painter.setFont(_font(14, QFont.Weight.DemiBold))
        painter.setPen(QColor(self._scheme.text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self._shown_s))
        painter.end()


def _label(text: str, kind: str) -> QLabel:
    label = QLabel(text)
    # A viewer's name is in some of them: no markup.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("kind", kind)
    label.setMinimumWidth(px(360) if kind == "title" else 0)
    return label


def _font(size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    font = QFont()
    font.setPixelSize(px(size))
    font.setWeight(weight)
    return font


def _palette(scheme: Scheme) -> QPalette:
    """Return the colours of what the style draws itself: boxes to tick, and lists to choose from."""
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, scheme.surface),
        (QPalette.ColorRole.Base, scheme.surface),
        (QPalette.ColorRole.Button, scheme.surface),
        (QPalette.ColorRole.WindowText, scheme.text),
        (QPalette.ColorRole.Text, scheme.text),
        (QPalette.ColorRole.ButtonText, scheme.text),
        (QPalette.ColorRole.Highlight, scheme.accent),
        (QPalette.ColorRole.HighlightedText, scheme.on_accent),
    ):
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(scheme.quiet))
    return palette


def _style(scheme: Scheme) -> str:
    return f"""
        #question {{ background: {scheme.surface}; }}
        QLabel {{ color: {scheme.text}; font-size: {px(14)}px; background: transparent; }}
        QLabel[kind="title"] {{ font-size: {px(18)}px; font-weight: 600; }}
        QLabel[kind="quiet"] {{ color: {scheme.quiet}; font-size: {px(13)}px; }}
        QLabel[kind="ok"] {{ color: {scheme.ok}; font-size: {px(13)}px; }}
        QLabel[kind="blocked"] {{
            background: {scheme.amber_soft}; color: {scheme.amber_text};
            border-radius: {px(8)}px; padding: {px(10)}px;
        }}
        QPushButton, QComboBox {{
            background: {scheme.surface}; color: {scheme.text}; border: 1px solid {scheme.line};
            border-radius: {px(8)}px; padding: 0 {px(14)}px; min-height: {px(38)}px;
            font-weight: 600; font-size: {px(14)}px;
        }}
        QComboBox::drop-down {{ border: 0; width: {px(28)}px; }}
        QPushButton[kind="primary"] {{
            background: {scheme.accent}; color: {scheme.on_accent}; border-color: {scheme.accent};
        }}
        QPushButton[kind="primary"]:hover {{ background: {scheme.accent_hover}; }}
        QPushButton[kind="amber"] {{
            background: {scheme.amber}; color: {scheme.on_amber}; border-color: {scheme.amber};
        }}
        QPushButton[kind="amber"]:hover {{ background: {scheme.amber_hover}; }}
        QPushButton:disabled {{
            background: {scheme.surface}; color: {scheme.quiet}; border-color: {scheme.line};
        }}
        QPushButton:focus, QComboBox:focus {{ border: 2px solid {scheme.accent}; }}
        QPushButton[kind="primary"]:focus, QPushButton[kind="amber"]:focus {{
            border: 2px solid {scheme.text};
        }}
    """
