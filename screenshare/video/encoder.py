"""x264 through PyAV, tuned for a desktop that should appear at once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from screenshare.media import VIDEO_CLOCK_HZ

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


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """What one rendition trades: quality against bits, speed against both."""

    crf: float = 24.0  # 0 lossless … 51 worst; 24 is hard to tell from the screen once it stands still
    max_fps: int = 60  # what the H.264 level has to allow
    threads: int = min(_SLICE_THREADS, os.cpu_count() or 1)

    def __post_init__(self) -> None:
        if not 0 <= self.crf <= 51 or self.max_fps < 1 or self.threads < 1:
            raise ValueError(f"impossible encoder settings: {self}")


class Encoder:
    """One H.264 stream, constrained baseline, parameter sets in front of each IDR; used by one thread.

    Baseline, because Safari shows black when the SPS profile is not the
    negotiated 42e01f. x264 picks the lowest level that size and rate fit.
    """

    def __init__(self, width: int, height: int, settings: EncoderSettings) -> None:
        """Open x264 for pictures of even ``width`` and ``height``."""
        # A private copy: the options travel into FFmpeg by reference.
        params = _X264_PARAMS | {"sliced-threads": str(int(settings.threads > 1))}
        context = av.CodecContext.create("libx264", "w")
        assert isinstance(context, VideoCodecContext)  # noqa: S101  create() is typed for all codecs
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.framerate = Fraction(settings.max_fps)
        context.time_base = Fraction(1, VIDEO_CLOCK_HZ)
        context.thread_count = settings.threads
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "crf": str(settings.crf),
            "forced-idr": "1",
            "x264-params": ":".join(f"{key}={value}" for key, value in params.items()),
        }
        context.open()
        self._context = context
        self._last_pts = -1

    def encode(self, picture: av.VideoFrame, *, pts: int, keyframe: bool) -> tuple[bytes, int, bool] | None:
        """Encode ``picture``; return Annex B bytes, their pts and whether they are an IDR; None for nothing.

        x264 copies the picture, which may be painted on afterwards. ``pts``
        counts 90 kHz ticks; one that does not grow is moved behind the last.
        """
        self._last_pts = max(pts, self._last_pts + 1)
        picture.pts = self._last_pts
        picture.time_base = self._context.time_base
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        packets = self._context.encode(picture)
        if not packets:
            return None
        return b"".join(map(bytes, packets)), self._last_pts, packets[0].is_keyframe
