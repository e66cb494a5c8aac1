"""Real x264 packets of pictures that can be told apart, as the encoder would hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from screenshare.clock import monotonic_s
from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame


def picture(number: int, width: int, height: int) -> np.ndarray:
    """Return I420 planes, (height * 3 / 2, width) uint8: a grey that names ``number``, with a moving bar."""
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = 30 + number * 7 % 180
    bar = number * 4 % (width - 16)
    planes[:height, bar : bar + 16] = 235
    return planes


def encode(
    pts: Sequence[int],
    *,
    size: tuple[int, int] = (320, 240),
    keyframes: Sequence[int] = (0,),
    first_number: int = 0,
    began_at: float | None = None,
) -> list[EncodedFrame]:
    """Encode one picture for each of ``pts``; captured as if pts 0 had been at ``began_at`` (default now)."""
    width, height = size
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.time_base = Fraction(60), Fraction(1, VIDEO_CLOCK_HZ)
    context.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": "20",
        "forced-idr": "1",
        "x264-params": "scenecut=0:keyint=infinite",
    }
    base = monotonic_s() if began_at is None else began_at
    frames = []
    for index, at in enumerate(pts):
        raw = av.VideoFrame.from_ndarray(picture(first_number + index, width, height), "yuv420p")
        raw.pts, raw.time_base = at, context.time_base
        raw.pict_type = PictureType.I if index in keyframes else PictureType.NONE
        data = b"".join(map(bytes, context.encode(raw)))
        frames.append(EncodedFrame(data, at, index in keyframes, width, height, base + at / VIDEO_CLOCK_HZ))
    return frames
