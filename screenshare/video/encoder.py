"""x264 and libvpx through PyAV, tuned for a desktop that should appear at once."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from screenshare.media import VIDEO_CLOCK_HZ, VideoFormat
from screenshare.video.seams import LiveOptions

log = logging.getLogger(__name__)

# x264 keeps a second slice thread busy only in a picture that has rows for it.
_SLICE_THREADS: Final = 2

_X264_PARAMS: Final = {
    # A keyframe costs 300 kB at 1080p: only who joins or lost a picture asks for one.
    "scenecut": "0",
    "keyint": "infinite",
    # Adaptive quantisation takes bits from text and gives them to flat areas.
    "aq-mode": "0",
    "weightp": "0",
    "ref": "1",
    # Chromium takes untagged HD as BT.709; our planes are BT.601, limited range.
    "colormatrix": "smpte170m",
    "colorprim": "bt709",
    "transfer": "bt709",
    "range": "tv",
}
_X264_PROFILES: Final = {VideoFormat.H264: "baseline", VideoFormat.H264_444: "high444"}
# Level, macroblocks a frame, macroblocks a second (H.264 table A-1).
_LEVELS: Final = (
    *(("3.1", 3600, 108_000), ("4.0", 8192, 245_760), ("4.2", 8704, 522_240)),
    *(("5.1", 36_864, 983_040), ("5.2", 36_864, 2_073_600)),
)
_HIGHEST_LEVEL: Final = "6.2"
# x264 cannot begin to obey a rate limit in mid-stream, only change one: this is as good as none.
_FREE_KBPS: Final = 400_000
# A buffer of this long bounds a keyframe; what it lacks comes with the next frames.
_BUFFER_S: Final = 0.5

# libvpx has no constant quality worth its bits on screens: it gets a rate.
_VP8_KBPS: Final = 4000
# libvpx cannot change its rate in mid-stream, so a new rate costs a keyframe: not for little.
_VP8_STEP: Final = 1.3
_VP8_OPTIONS: Final = {
    "deadline": "realtime",
    "cpu-used": "-8",
    "lag-in-frames": "0",
    "screen-content-mode": "1",
    "error-resilient": "default",
    "static-thresh": "1",
    "max-intra-rate": "900",
    "undershoot-pct": "95",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """What one rendition is: its form, and what does not change while it lives."""

    format: VideoFormat = VideoFormat.H264
    crf: float = 24.0  # 0 lossless … 51 worst; where it begins, see Tuning
    max_fps: int = 60  # what the H.264 level has to allow
    max_width: int | None = None  # a wider screen is halved, cut to a third …, until it fits
    threads: int = min(_SLICE_THREADS, os.cpu_count() or 1)

    def __post_init__(self) -> None:
        is_crf = 0 <= self.crf <= 51
        is_width = self.max_width is None or self.max_width >= 16
        if not (is_crf and is_width) or self.max_fps < 1 or self.threads < 1:
            raise ValueError(f"impossible encoder settings: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What may change from frame to frame."""

    crf: float  # 24 is hard to tell from the screen once it stands still; VP8 knows only the limit
    max_kbps: int | None = None  # None: free

    def __post_init__(self) -> None:
        if not 0 <= self.crf <= 51 or (self.max_kbps is not None and self.max_kbps < 1):
            raise ValueError(f"impossible tuning: {self}")


class Encoder:
    """One stream in one format; used by one thread.

    H.264 comes as Annex B with parameter sets in front of each IDR: constrained baseline, because
    Safari shows black when the SPS profile is not the negotiated 42e01f, or High 4:4:4 Predictive.
    """

    def __init__(self, width: int, height: int, settings: EncoderSettings) -> None:
        """Open an encoder for pictures of ``width`` and ``height``, even where chroma is halved."""
        self._width, self._height, self._settings = width, height, settings
        self._tuning = Tuning(crf=settings.crf)
        self._last_pts = -1
        self._open()

    @property
    def pixel_format(self) -> str:
        """What pictures it takes, in FFmpeg's words."""
        return "yuv444p" if self._settings.format is VideoFormat.H264_444 else "yuv420p"

    def tune(self, tuning: Tuning) -> None:
        """Encode by ``tuning`` from the next frame on.

        x264 takes it without a keyframe. VP8, and x264 where PyAV hides its options, can only begin
        anew for another limit: the next frame is a keyframe then. VP8 follows only limits that
        differ by a third.
        """
        before, self._tuning = self._tuning, tuning
        if tuning == before:
            return
        if self._settings.format is VideoFormat.VP8:
            if not 1 / _VP8_STEP < _vp8_kbps(tuning) / self._vp8_kbps < _VP8_STEP:
                self._open()
        elif self._live is not None:
            self._live.set(**_x264_rate(tuning, tuning.max_kbps or _FREE_KBPS))
        elif tuning.max_kbps != before.max_kbps:
            self._open()

    def encode(self, picture: av.VideoFrame, *, pts: int, keyframe: bool) -> tuple[bytes, int, bool] | None:
        """Encode ``picture``; return its bytes, their pts and whether it is a keyframe; None for nothing.

        The encoder copies the picture, which may be painted on afterwards. ``pts``
        counts 90 kHz ticks; one that does not grow is moved behind the last.
        """
        before, self._last_pts = self._last_pts, max(pts, self._last_pts + 1)
        self._refill(self._last_pts - before)
        picture.pts = self._last_pts
        picture.time_base = self._context.time_base
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        packets = self._context.encode(picture)
        if not packets:
            return None
        return b"".join(map(bytes, packets)), self._last_pts, packets[0].is_keyframe

    def _refill(self, elapsed_ticks: int) -> None:
        """Let x264's buffer drain by the time that has passed.

        It counts frames, each 1 / max_fps long; ours come when something changes. (Counting by
        timestamps would make it hold each frame back until the next.)
        """
        limit_kbps = self._tuning.max_kbps
        if limit_kbps is not None and self._live is not None:
            elapsed_s = min(elapsed_ticks / VIDEO_CLOCK_HZ, _BUFFER_S)
            rate_kbps = int(limit_kbps * elapsed_s * self._settings.max_fps)
            self._live.set(**_x264_rate(self._tuning, max(1, rate_kbps)))

    def _open(self) -> None:
        settings = self._settings
        is_vp8 = settings.format is VideoFormat.VP8
        context = av.CodecContext.create("libvpx" if is_vp8 else "libx264", "w")
        assert isinstance(context, VideoCodecContext)  # noqa: S101  create() is typed for all codecs
        context.width, context.height, context.pix_fmt = self._width, self._height, self.pixel_format
        context.framerate = Fraction(settings.max_fps)
        context.time_base = Fraction(1, VIDEO_CLOCK_HZ)
        context.thread_count = settings.threads
        self._vp8_kbps = _vp8_kbps(self._tuning)
        context.options = self._vp8_options() if is_vp8 else self._x264_options()
        context.open()
        self._context = context
        self._live = None if is_vp8 else _live_options(context)

    def _x264_options(self) -> dict[str, str]:
        settings = self._settings
        # A private copy: the options travel into FFmpeg by reference.
        params = _X264_PARAMS | {"sliced-threads": str(int(settings.threads > 1))}
        return {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": _X264_PROFILES[settings.format],
            "level": _level(self._width, self._height, settings.max_fps),
            "forced-idr": "1",
            "x264-params": ":".join(f"{key}={value}" for key, value in params.items()),
        } | _x264_rate(self._tuning, self._tuning.max_kbps or _FREE_KBPS)

    def _vp8_options(self) -> dict[str, str]:
        bits = str(self._vp8_kbps * 1000)
        buffer = str(int(self._vp8_kbps * 1000 * _BUFFER_S))
        return _VP8_OPTIONS | {"b": bits, "maxrate": bits, "minrate": bits, "bufsize": buffer}


def _x264_rate(tuning: Tuning, nominal_kbps: int) -> dict[str, str]:
    """Return x264's words; each frame fills its buffer with 1 / max_fps of ``nominal_kbps``."""
    return {
        "crf": f"{tuning.crf:.2f}",
        "maxrate": str(nominal_kbps * 1000),
        "bufsize": str(int((tuning.max_kbps or _FREE_KBPS) * 1000 * _BUFFER_S)),
    }


def _vp8_kbps(tuning: Tuning) -> int:
    return min(tuning.max_kbps or _VP8_KBPS, _VP8_KBPS)


def _level(width: int, height: int, max_fps: int) -> str:
    """Return the lowest level from 3.1 on that size and rate fit; x264 would count the free rate in too."""
    blocks = -(-width // 16) * -(-height // 16)
    for level, most, most_a_second in _LEVELS:
        if blocks <= most and blocks * max_fps <= most_a_second:
            return level
    return _HIGHEST_LEVEL


def _live_options(context: VideoCodecContext) -> LiveOptions | None:
    try:
        return LiveOptions(context)
    except OSError as exc:
        log.info("the encoder cannot be tuned while it runs: %s", exc)
        return None
