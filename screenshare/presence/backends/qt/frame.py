"""The frame round what is shown: thin bars, through which every click passes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from screenshare.presence.backends.qt.look import px
from screenshare.presence.backends.qt.windows import OVERLAY
from screenshare.presence.sign import Area

THICKNESS: Final = 4.0


class Bar(QWidget):
    """One edge; one colour, painted by the system and not again until that changes."""

    def __init__(self) -> None:
        super().__init__(None, OVERLAY | Qt.WindowType.WindowTransparentForInput)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAutoFillBackground(True)
        self.setWindowTitle("Screenshare frame")

    def colour(self, colour: str) -> None:
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, QColor(colour))
        self.setPalette(palette)


class Frame:
    """Bars round each of several areas."""

    def __init__(self) -> None:
        self._bars: list[Bar] = []

    def show(self, areas: Sequence[Area], colour: str) -> None:
        edges = [edge for area in areas for edge in edges_of(area, px(THICKNESS))]
        while len(self._bars) > len(edges):
            self._bars.pop().deleteLater()
        while len(self._bars) < len(edges):
            self._bars.append(Bar())
        for bar, edge in zip(self._bars, edges, strict=True):
            bar.colour(colour)
            bar.setGeometry(edge)
            bar.show()

    def hide(self) -> None:
        while self._bars:
            self._bars.pop().deleteLater()

    def rise(self) -> None:
        for bar in self._bars:
            bar.raise_()


def edges_of(area: Area, thickness: int) -> list[QRect]:
    """Return the four edges just inside ``area``; no two of them overlap."""
    inner = max(1, area.height - 2 * thickness)
    return [
        QRect(area.x, area.y, area.width, thickness),
        QRect(area.x, area.y + area.height - thickness, area.width, thickness),
        QRect(area.x, area.y + thickness, thickness, inner),
        QRect(area.x + area.width - thickness, area.y + thickness, thickness, inner),
    ]
