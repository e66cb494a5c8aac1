"""Sans-IO: which changes go out as exact pixels at once, and what becomes exact when it has come to rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from screenshare.media import Patch, Region
from screenshare.session.limits import TokenBucket
from screenshare.video.exact import CELL_PX, ExactPicture, deflated

# A change of up to this many pixels goes out as it is, without x264: a window of 400×250.
SMALL_CHANGE_PX: Final = 100_000
# In a larger one, what is this small goes ahead of the frame: a caret does not wait for a video.
AHEAD_PX: Final = 4_096
MAX_CHANGE_BYTES: Final = 24_576
# Exact pixels that change all the time are dearer than video: 2 Mbit/s on the long run, 96 kB at once.
CHANGES_KB_PER_S: Final = 250.0
CHANGES_BURST_KB: Final = 96.0
# What the video has shown last for this long is made exact, a row of cells at a time.
REFINE_AFTER_S: Final = 0.12
REFINE_PX: Final = 1920 * CELL_PX
# Larger messages are made smaller, down to one cell: a keystroke may have to wait behind one.
MAX_REFINEMENT_BYTES: Final = 32_768


class ExactSender:
    """Brings viewers the exact picture of one monitor beside its video."""

    def __init__(self, width: int, height: int) -> None:
        self._whole = Region(0, 0, width, height)
        self._picture = ExactPicture(width, height)
        self._changes_kb = TokenBucket(rate_hz=CHANGES_KB_PER_S, burst=CHANGES_BURST_KB)
        self._moved_at = float("-inf")
        self._has_video_shown = False

    def begin_anew(self, pts: int, now: float) -> None:
        """Begin with the video frame ``pts`` alone: a viewer is new, or has missed a message."""
        self._picture.forget()
        self.video_shown([self._whole], pts, now)

    def bring(self, patches: Sequence[Patch], at: int, now: float) -> tuple[bytes | None, Sequence[Patch]]:
        """Return the message that brings what is small of a change, and what only a frame can bring."""
        is_small = sum(map(_area_px, patches)) <= SMALL_CHANGE_PX
        tiles = [patch for patch in patches if is_small or _area_px(patch) <= AHEAD_PX]
        pixels = deflated(tiles)
        if not tiles or len(pixels) > MAX_CHANGE_BYTES or not self._changes_kb.take(now, len(pixels) / 1000):
            return None, patches
        message = self._picture.compose(tiles, pixels, at)
        return message, [] if is_small else [patch for patch in patches if _area_px(patch) > AHEAD_PX]

    def video_shown(self, regions: Iterable[Region], pts: int, now: float) -> None:
        """Note that viewers show the video frame ``pts``, and that it alone has the newest ``regions``."""
        self._picture.video_shown(regions, pts)
        self._moved_at = now
        self._has_video_shown = True

    @property
    def due_at(self) -> float | None:
        """Monotonic seconds from which ``refine`` makes sense; None when all is exact."""
        return None if self._picture.is_complete else self._moved_at + REFINE_AFTER_S

    def refine(self, read: Callable[[Region], Sequence[Patch]], at: int) -> bytes:
        """Return the message that makes the next part of the picture exact; ``read`` gives its pixels."""
        if self._has_video_shown:
            self._has_video_shown = False
            self._picture.recognise(read)
        max_px = REFINE_PX
        while (region := self._picture.next_refinement(max_px)) is not None:
            tiles = read(region)
            pixels = deflated(tiles)
            if len(pixels) <= MAX_REFINEMENT_BYTES or region.width <= CELL_PX:
                return self._picture.compose(tiles, pixels, at)
            max_px = max(CELL_PX**2, _area_px(region) // 2)
        return self._picture.compose([], b"", at)


def _area_px(region_of: Patch | Region) -> int:
    region = region_of.region if isinstance(region_of, Patch) else region_of
    return region.width * region.height
