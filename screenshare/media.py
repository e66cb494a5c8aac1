"""The nouns that travel between rooms: pure values, so that no room needs to know another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

# What matters to a viewer in the picture; video/quality.py says what each means.
QualityMode = Literal["auto", "sharp", "smooth", "saver"]
# How two peers are connected; in what way the other side reaches a relay of its own, only that side knows.
PathWay = Literal["direct", "relay", "relay-udp", "relay-tcp", "relay-tls"]
# Which way contents of clipboards may go, as the host sees it.
ClipDirection = Literal["in", "out", "both", "off"]
# What a ``Monitor`` stands for: one of the display's, all of them, a part of them, or one window.
MonitorKind = Literal["monitor", "all", "region", "window"]
# RTP's clock for video, ticks a second (RFC 3551 §5).
VIDEO_CLOCK_HZ = 90_000


def video_ticks(at: float) -> int:
    """Return the RTP timestamp of a moment: monotonic seconds in ticks, mod 2**32, with no offset."""
    return int(at * VIDEO_CLOCK_HZ) & 0xFFFFFFFF


def ticks_since(ticks: int, now: float) -> int:
    """Return how many ticks ago ``video_ticks`` was ``ticks``; what is yet to come was long ago."""
    return (video_ticks(now) - ticks) & 0xFFFFFFFF


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """A rectangle in physical pixels; ``right`` and ``bottom`` are exclusive."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    def holds(self, x: int, y: int) -> bool:
        """Tell whether the pixel at ``x``, ``y`` lies inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def nearest(self, x: int, y: int) -> tuple[int, int]:
        """Return the pixel inside that is nearest to ``x``, ``y``."""
        return min(max(x, self.x), self.right - 1), min(max(y, self.y), self.bottom - 1)

    def intersection(self, other: Region) -> Region:
        """Return the common part; empty (width or height 0) where there is none."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        width = max(0, min(self.right, other.right) - x)
        height = max(0, min(self.bottom, other.bottom) - y)
        return Region(x, y, width, height)

    def bounding(self, other: Region) -> Region:
        """Return the smallest rectangle that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Region(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def moved(self, dx: int, dy: int) -> Region:
        return Region(self.x + dx, self.y + dy, self.width, self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """One monitor of a display, or what is shown in place of one.

    ``id`` counts from 1 in the order the display names them; ``region`` is its
    place on the display's whole canvas, in physical pixels. ``window`` is the X
    window that is shown alone, 0 for none.
    """

    id: int
    name: str
    region: Region
    is_primary: bool
    kind: MonitorKind = "monitor"
    window: int = 0

    @property
    def is_free(self) -> bool:
        """Whether it may lie partly outside the display."""
        return self.kind in ("region", "window")


@dataclass(frozen=True, slots=True)
class Patch:
    """Fresh pixels of one rectangle of a monitor.

    ``region`` counts from the monitor's own top left corner. ``pixels`` holds
    ``region.height`` rows of ``stride_bytes`` each, BGRX, 4 bytes a pixel.
    """

    region: Region
    pixels: bytearray | memoryview
    stride_bytes: int


@dataclass(frozen=True, slots=True)
class CursorShape:
    """What the mouse pointer looks like.

    ``bgra`` has ``height`` × ``width`` × 4 bytes, colours multiplied by alpha; the hot spot is the pixel
    that points. ``id`` is another one for each shape.
    """

    id: int
    bgra: bytes
    width: int
    height: int
    hot_x: int
    hot_y: int


@dataclass(frozen=True, slots=True)
class CursorState:
    """Where the pointer is on a monitor, in its pixels (None: not there, or drawn), and its new shape."""

    at: tuple[int, int] | None
    shape: CursorShape | None


@dataclass(frozen=True, slots=True)
class PathFigures:
    """What was measured of the path to one viewer; ``target_kbps`` None: it carries all that is sent."""

    target_kbps: int | None = None
    rtt_s: float | None = None
    loss: float = 0.0  # fraction of packets, 0 … 1
    jitter_s: float = 0.0

    @property
    def rtt_ms(self) -> float | None:
        return None if self.rtt_s is None else round(self.rtt_s * 1000, 1)


class VideoFormat(Enum):
    """How a picture is coded; what a decoder must be able to do."""

    H264 = "h264"  # constrained baseline, 4:2:0, Annex B
    H264_444 = "h264-444"  # High 4:4:4 Predictive, Annex B
    VP8 = "vp8"


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One picture as it goes to viewers and recordings."""

    data: bytes
    pts: int  # 90 kHz ticks of the host's monotonic clock, not wrapped
    is_keyframe: bool
    width: int
    height: int
    captured_at: float  # monotonic seconds at which the damage was seen
    format: VideoFormat = VideoFormat.H264


@dataclass(frozen=True, slots=True)
class Window:
    """A window of the display by its number there; ``title`` is some program's text."""

    id: int
    title: str
