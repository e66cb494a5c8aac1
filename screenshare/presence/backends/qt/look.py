"""Colours, icons and sizes of the sign; the values of the pages' tokens."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from screenshare.presence.sign import Level

_USUAL_DPI: Final = 96.0


@dataclass(frozen=True, slots=True)
class Tone:
    """One colour of trust, and what is written on it; ``pressed`` is its shade under a finger."""

    ground: str
    text: str
    pressed: str


TONES: Final = MappingProxyType(
    {
        "watched": Tone("#2060e0", "#fbfcfe", "#0a4dcb"),
        "controlled": Tone("#f7a90b", "#2e1a01", "#ec9a00"),
        "paused": Tone("#30343d", "#f2f3f6", "#22262c"),
        "idle": Tone("#565c68", "#fbfcfe", "#30343d"),
    }
)
ICON_OF: Final = MappingProxyType(
    {"watched": "eye", "controlled": "mouse-pointer-2", "paused": "circle-pause", "idle": "monitor-up"}
)


@dataclass(frozen=True, slots=True)
class Scheme:
    """The colours of a dialog."""

    surface: str
    line: str
    text: str
    quiet: str
    accent: str
    on_accent: str
    accent_hover: str
    amber: str
    on_amber: str
    amber_hover: str
    amber_soft: str
    amber_text: str
    ok: str


LIGHT: Final = Scheme(
    surface="#ffffff",
    line="#d6d9df",
    text="#191e28",
    quiet="#565c68",
    accent="#2060e0",
    on_accent="#fbfcfe",
    accent_hover="#0a4dcb",
    amber="#f7a90b",
    on_amber="#2e1a01",
    amber_hover="#ec9a00",
    amber_soft="#ffefcb",
    amber_text="#7f4900",
    ok="#067e3f",
)
DARK: Final = Scheme(
    surface="#191c21",
    line="#4a505a",
    text="#f2f3f6",
    quiet="#aab0b9",
    accent="#2e6be4",
    on_accent="#fdfdff",
    accent_hover="#1c5bd6",
    amber="#fab435",
    on_amber="#291600",
    amber_hover="#ffc65a",
    amber_soft="#402e12",
    amber_text="#fac463",
    ok="#4ecf86",
)

# Lucide (ISC licence), as in the pages.
_NODES: Final = MappingProxyType(
    {
        "eye": '<path d="M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75'
        ' 10.75 0 0 1-19.876 0"/><circle cx="12" cy="12" r="3"/>',
        "mouse-pointer-2": '<path d="M4.037 4.688a.495.495 0 0 1 .651-.651l16 6.5a.5.5 0 0 1-.063.947l-6.124'
        " 1.58a2 2 0 0 0-1.438 1.435l-1.579 6.126a.5.5 0 0 1-.947.063z"
        '"/>',
        "circle-pause": '<circle cx="12" cy="12" r="10"/><path d="M10 15V9M14 15V9"/>',
        "circle-play": '<circle cx="12" cy="12" r="10"/><polygon points="10 8 16 12 10 16 10 8"/>',
        "monitor-up": '<path d="m9 10 3-3 3 3"/><path d="M12 13V7"/>'
        '<rect width="20" height="14" x="2" y="3" rx="2"/><path d="M12 17v4"/><path d="M8 21h8"/>',
        "hand": '<path d="M18 11V6a2 2 0 0 0-2-2a2 2 0 0 0-2 2"/><path d="M14 10V4a2 2 0 0 0-2-2a2 2 0 0 0-2'
        ' 2v2"/><path d="M10 10.5V6a2 2 0 0 0-2-2a2 2 0 0 0-2 2v8"/><path d="M18 8a2 2 0 1 1 4 0v6a8 8 0 0'
        ' 1-8 8h-2c-2.8 0-4.5-.86-5.99-2.34l-3.6-3.6a2 2 0 0 1 2.83-2.82L7 15"/>',
        "x": '<path d="M18 6 6 18"/><path d="m6 6 12 12"/>',
        "shield-check": '<path d="M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0'
        ' 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z"/>'
        '<path d="m9 12 2 2 4-4"/>',
    }
)


def scheme() -> Scheme:
    """Return the colours for dialogs: the desktop's choice of dark or light."""
    is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if is_dark else LIGHT


def px(length: float) -> int:
    """Return a length in pixels of this screen; places are told in real pixels, so Qt scales nothing."""
    screen = QGuiApplication.primaryScreen()
    dpi = screen.logicalDotsPerInch() if screen is not None else _USUAL_DPI
    return max(1, round(length * max(1.0, dpi / _USUAL_DPI)))


def icon_picture(name: str, colour: str, size: int) -> QPixmap:
    """Return a line icon, ``size`` pixels each way."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{colour}"'
        f' stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">{_NODES[name]}</svg>'
    )
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return picture


def icon(name: str, colour: str, *, disabled: str | None = None) -> QIcon:
    made = QIcon(icon_picture(name, colour, px(20)))
    if disabled is not None:
        made.addPixmap(icon_picture(name, disabled, px(20)), QIcon.Mode.Disabled)
    return made


def tray_icon(level: Level) -> QIcon:
    """Return the state as a coloured disc with its icon: readable on dark and on light panels."""
    size = px(48)
    picture = QPixmap(size, size)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(TONES[level].ground))
    painter.drawEllipse(0, 0, size, size)
    inner = round(size * 0.6)
    at = (size - inner) // 2
    painter.drawPixmap(at, at, icon_picture(ICON_OF[level], TONES[level].text, inner))
    painter.end()
    return QIcon(picture)


def without_mnemonics(text: str) -> str:
    """Return ``text`` as a button or a menu shows it: an ampersand would be taken for a shortcut's mark."""
    return text.replace("&", "&&")
