"""Sans-IO: how good the next frame shall be, and when a still picture deserves another.

Per rendition one ``Quality``. The feed asks it before each encode, tells it what came out, and
encodes the same picture again when it says so:

    rendition.tune(quality.moving(now))        a frame with fresh pixels
    rendition.tune(quality.still(now))         the same picture again, at ``due_at``
    quality.encoded(size_bytes, is_keyframe=..., now=now)      after either
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from screenshare.media import VideoFormat
from screenshare.protocol.fields import QualityMode
from screenshare.video.encoder import Tuning

# A moving picture's rate is averaged over about this long: shorter, and one page turned is motion.
_AVERAGE_S: Final = 0.7
_WORSE_STEP: Final = 0.5  # a frame, while motion takes more than it should
_BETTER_STEP: Final = 0.25
_CALM: Final = 0.85  # of what motion may take: below it, quality comes back
# Of a limit, what motion aims at: the rest is for what it cannot foresee.
_OF_LIMIT: Final = 0.9

# Longer than between two keystrokes, so that typing pays nothing for it.
FIRST_REFINEMENT_S: Final = 0.12
_REFINEMENT_S: Final = 0.05
_REFINED_FROM: Final = 24.0
_REFINING_STEP: Final = 4.0
# At the last quality, until x264 has brought every block to it.
_LAST_REFINEMENTS: Final = 2
# What refinement may take: of a limit, and where there is none.
_REFINING_OF_LIMIT: Final = 0.6
_REFINING_KBPS: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What a viewer's wish for quality means.

    Qualities are x264's crf: 24 is hard to tell from the screen, 33 is a film on a phone, 8 is
    62 dB. Formats come best first: the first that the viewer decodes.
    """

    formats: tuple[VideoFormat, ...]
    crf_calm: float  # motion that costs little
    crf_worst: float  # motion that costs more than ``moving_kbps``
    crf_still: float
    moving_kbps: int  # what sustained motion aims at
    max_fps: int
    max_width: int | None = None
    has_tiles: bool = True  # exact pixels beside the video, where the viewer can


_H264_FIRST: Final = (VideoFormat.H264, VideoFormat.VP8)

MODES: Final[Mapping[QualityMode, Mode]] = MappingProxyType(
    {
        "auto": Mode(
            formats=_H264_FIRST, crf_calm=26, crf_worst=34, crf_still=6, moving_kbps=1780, max_fps=60
        ),
        "sharp": Mode(
            formats=(VideoFormat.H264_444, *_H264_FIRST),
            crf_calm=23,
            crf_worst=28,
            crf_still=4,
            moving_kbps=8000,
            max_fps=60,
        ),
        "smooth": Mode(
            formats=_H264_FIRST, crf_calm=28, crf_worst=38, crf_still=10, moving_kbps=1500, max_fps=60
        ),
        "saver": Mode(
            formats=_H264_FIRST,
            crf_calm=30,
            crf_worst=40,
            crf_still=18,
            moving_kbps=500,
            max_fps=15,
            max_width=1280,
            has_tiles=False,
        ),
    }
)


class Quality:
    """The quality of one rendition from frame to frame."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._limit_kbps: int | None = None
        self._crf = mode.crf_calm
        self._rate_kbps = 0.0
        self._rated_at = float("-inf")
        self._due_at: float | None = None
        self._refined = mode.crf_calm
        self._last_left = 0
        self._is_moving = True

    @property
    def due_at(self) -> float | None:
        """When the same picture should be encoded again to become sharper; None: it is all refined."""
        return self._due_at

    def limit(self, kbps: int | None) -> None:
        """Keep below ``kbps`` from the next frame on; None: the network is free."""
        self._limit_kbps = kbps

    def moving(self, now: float) -> Tuning:
        """Return the tuning of a frame with fresh pixels; refinement begins anew after it."""
        rate, aim = self._rate_at(now), self._aim_kbps
        if rate > aim:
            self._crf = min(self._mode.crf_worst, self._crf + _WORSE_STEP)
        elif rate < _CALM * aim:
            self._crf = max(self._mode.crf_calm, self._crf - _BETTER_STEP)
        self._is_moving = True
        self._refined = min(_REFINED_FROM, self._crf) + _REFINING_STEP
        self._last_left = _LAST_REFINEMENTS
        return Tuning(crf=self._crf, max_kbps=self._limit_kbps)

    def still(self, now: float) -> Tuning:
        """Return the tuning of the same picture again.

        Before it is due, as after it is all refined, that is the quality it has: the frame costs little.
        """
        if self._due_at is not None and now >= self._due_at:
            self._is_moving = False
            if self._refined <= self._mode.crf_still:
                self._last_left -= 1
            self._refined = max(self._mode.crf_still, self._refined - _REFINING_STEP)
        crf = self._crf if self._is_moving else self._refined
        return Tuning(crf=crf, max_kbps=self._limit_kbps)

    def encoded(self, size_bytes: int, *, is_keyframe: bool, now: float) -> None:
        """Note what the last tuning gave. A keyframe says nothing about motion, but is to be refined."""
        if self._is_moving:
            # Somebody's joining is no motion.
            kilobits = 0.0 if is_keyframe else size_bytes * 8 / 1000
            self._rate_kbps = self._rate_at(now) + kilobits / _AVERAGE_S
            self._rated_at = now
        elif is_keyframe:
            self._last_left = _LAST_REFINEMENTS
        if self._last_left <= 0:
            self._due_at = None
            return
        pause_s = FIRST_REFINEMENT_S if self._is_moving else _REFINEMENT_S
        self._due_at = now + max(pause_s, size_bytes * 8 / 1000 / self._refining_kbps)

    def _rate_at(self, now: float) -> float:
        return self._rate_kbps * math.exp(-max(0.0, now - self._rated_at) / _AVERAGE_S)

    @property
    def _aim_kbps(self) -> float:
        if self._limit_kbps is None:
            return self._mode.moving_kbps
        return min(self._mode.moving_kbps, _OF_LIMIT * self._limit_kbps)

    @property
    def _refining_kbps(self) -> float:
        return _REFINING_KBPS if self._limit_kbps is None else _REFINING_OF_LIMIT * self._limit_kbps
