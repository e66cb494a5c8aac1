"""Each form of a picture decodes to what was painted, and is tuned while it runs."""

from __future__ import annotations

import itertools
import math

import av
import numpy as np
import numpy.typing as npt
import pytest

from screenshare.media import EncodedFrame, Patch, Region, VideoFormat
from screenshare.video import encoder as encoder_module
from screenshare.video.convert import Converter, Libyuv, Swscale
from screenshare.video.encoder import EncoderSettings, Tuning
from screenshare.video.rendition import Rendition

Image = npt.NDArray[np.uint8]
DECODERS = {VideoFormat.H264: "h264", VideoFormat.H264_444: "h264", VideoFormat.VP8: "vp8"}
H264S = [VideoFormat.H264, VideoFormat.H264_444]


@pytest.fixture(params=["libyuv", "swscale"])
def converter(request: pytest.FixtureRequest) -> Converter:
    if request.param == "swscale":
        return Swscale()
    try:
        return Libyuv()
    except OSError:
        pytest.skip("libyuv is not installed")


class Stream:
    """A rendition and who watches it."""

    def __init__(
        self, width: int, height: int, settings: EncoderSettings, converter: Converter | None = None
    ):
        self.rendition = Rendition(width, height, settings, converter=converter)
        self._decoder = av.CodecContext.create(DECODERS[settings.format], "r")
        self._count = 0

    def paint(self, image: Image, region: Region | None = None) -> None:
        region = region or Region(0, 0, image.shape[1], image.shape[0])
        part = image[region.y : region.bottom, region.x : region.right]
        self.rendition.paint(Patch(region, bytearray(part.tobytes()), region.width * 4))

    def next(self, *, keyframe: bool = False) -> tuple[EncodedFrame, Image]:
        frame = self.rendition.encode(pts=3000 * self._count, keyframe=keyframe, captured_at=0.0)
        self._count += 1
        assert frame is not None
        picture = self._decoder.decode(av.Packet(frame.data))[-1]
        return frame, picture.to_ndarray(format="rgb24")


def psnr(seen: Image, wanted_bgrx: Image) -> float:
    error = float(np.square(seen.astype(int) - wanted_bgrx[:, :, 2::-1].astype(int)).mean())
    return 99.0 if error == 0 else 10 * math.log10(255**2 / error)


def soft(width: int, height: int) -> Image:
    """Gradients that no form has trouble with."""
    y, x = np.mgrid[0:height, 0:width]
    image = np.zeros((height, width, 4), np.uint8)
    image[..., 0], image[..., 1] = x * 255 // width, y * 255 // height
    image[..., 2] = (x + y) * 255 // (width + height)
    return image


def text(width: int, height: int, seed: int = 1) -> Image:
    """Red strokes on blue, one pixel wide: what 4:2:0 cannot show."""
    image = np.zeros((height, width, 4), np.uint8)
    image[..., 0] = 128
    strokes = np.random.default_rng(seed).random((height, width)) < 0.2
    image[strokes, :3] = (60, 60, 255)
    return image


@pytest.mark.parametrize(
    ("format_", "least"), [(VideoFormat.H264, 40), (VideoFormat.H264_444, 42), (VideoFormat.VP8, 32)]
)
def test_each_form_decodes_to_what_was_painted(format_: VideoFormat, least: float, converter: Converter):
    stream = Stream(320, 240, EncoderSettings(format=format_, crf=8), converter)
    stream.paint(soft(320, 240))
    frame, seen = stream.next(keyframe=True)
    assert (frame.format, frame.is_keyframe) == (format_, True)
    assert psnr(seen, soft(320, 240)) >= least


def test_coloured_text_is_crisp_in_444_and_not_in_420():
    seen = {}
    for format_ in H264S:
        stream = Stream(320, 240, EncoderSettings(format=format_, crf=4))
        stream.paint(text(320, 240))
        seen[format_] = psnr(stream.next(keyframe=True)[1], text(320, 240))
    assert seen[VideoFormat.H264_444] >= 45 > 25 > seen[VideoFormat.H264]


def test_444_says_so_in_its_parameter_set():
    stream = Stream(320, 240, EncoderSettings(format=VideoFormat.H264_444))
    stream.paint(soft(320, 240))
    data = stream.next(keyframe=True)[0].data
    assert data[data.index(b"\0\0\1\x67") + 4] == 0xF4


@pytest.mark.parametrize("format_", list(VideoFormat))
def test_a_patch_of_a_new_colour_leaves_no_chroma_of_the_old(format_: VideoFormat, converter: Converter):
    image = np.zeros((64, 64, 4), np.uint8)
    image[..., 2] = 255
    stream = Stream(64, 64, EncoderSettings(format=format_, crf=4), converter)
    stream.paint(image)
    stream.next(keyframe=True)
    image[..., :3] = 128
    stream.paint(image, Region(0, 0, 64, 30))
    stream.paint(image, Region(0, 30, 64, 34))
    seen = stream.next(keyframe=True)[1].astype(int)
    assert np.abs(seen - 128).max() <= 8


@pytest.mark.parametrize("format_", list(VideoFormat))
@pytest.mark.parametrize(
    ("width", "height", "max_width"), [(640, 480, 320), (641, 479, 320), (650, 331, 200)]
)
def test_a_small_rendition_shows_patches_where_they_were_painted(
    width: int, height: int, max_width: int, format_: VideoFormat, converter: Converter
):
    settings = EncoderSettings(format=format_, crf=4, max_width=max_width)
    patched, at_once = Stream(width, height, settings, converter), Stream(width, height, settings, converter)
    image = soft(width, height)
    patched.paint(np.zeros_like(image))
    generator = np.random.default_rng(width)
    ys = [0, *sorted({2 * int(y) for y in generator.integers(1, height // 2, 4)}), height]
    xs = [0, *sorted({2 * int(x) for x in generator.integers(1, width // 2, 4)}), width]
    for top, bottom in itertools.pairwise(ys):
        for left, right in itertools.pairwise(xs):
            patched.paint(image, Region(left, top, right - left, bottom - top))
    at_once.paint(image)
    assert patched.rendition.width <= max_width + 1
    assert np.array_equal(patched.next(keyframe=True)[1], at_once.next(keyframe=True)[1])


def test_a_small_rendition_is_the_average_of_its_pixels(converter: Converter):
    image = np.zeros((128, 128, 4), np.uint8)
    image[::2, :, :3] = 200
    stream = Stream(128, 128, EncoderSettings(crf=1, max_width=64), converter)
    stream.paint(image)
    seen = stream.next(keyframe=True)[1].astype(int)
    assert seen.shape == (64, 64, 3)
    assert np.abs(seen - 100).max() <= 3


@pytest.mark.parametrize("format_", H264S)
def test_a_lower_crf_sharpens_a_still_picture_without_a_keyframe(format_: VideoFormat):
    image = text(320, 240)
    image[..., :3] = image[..., 2:3]
    stream = Stream(320, 240, EncoderSettings(format=format_, crf=30))
    stream.paint(image)
    _, before = stream.next(keyframe=True)
    frames = []
    for crf in (24, 20, 16, 12, 8, 4):
        stream.rendition.tune(Tuning(crf=crf))
        frame, after = stream.next()
        frames.append(frame)
    assert not any(frame.is_keyframe for frame in frames)
    assert psnr(after, image) >= max(45, psnr(before, image) + 10)


def moving_bytes(stream: Stream, frames: int, seed: int) -> int:
    generator = np.random.default_rng(seed)
    total = 0
    for _ in range(frames):
        stream.paint(generator.integers(0, 256, (240, 320, 4), np.uint8))
        frame, _ = stream.next()
        assert not frame.is_keyframe
        total += len(frame.data)
    return total


@pytest.mark.parametrize("format_", H264S)
def test_a_limit_is_obeyed_in_mid_stream_and_lifted_again_without_a_keyframe(format_: VideoFormat):
    stream = Stream(320, 240, EncoderSettings(format=format_, max_fps=30))
    stream.paint(text(320, 240))
    stream.next(keyframe=True)
    free = moving_bytes(stream, 20, 1)
    stream.rendition.tune(Tuning(crf=24, max_kbps=1000))
    moving_bytes(stream, 30, 2)
    limited = moving_bytes(stream, 30, 3)
    assert limited * 8 <= 1.2 * 1_000_000 < free * 8
    stream.rendition.tune(Tuning(crf=24))
    assert moving_bytes(stream, 20, 4) > free / 2


def test_a_keyframe_under_a_limit_fits_the_buffer_of_half_a_second():
    image = text(640, 480)
    sizes = []
    for max_kbps in (None, 800):
        stream = Stream(640, 480, EncoderSettings(max_fps=30))
        stream.rendition.tune(Tuning(crf=24, max_kbps=max_kbps))
        stream.paint(image)
        sizes.append(len(stream.next(keyframe=True)[0].data))
    assert sizes[1] * 8 <= 800_000 // 2 < sizes[0] * 8


def test_vp8_begins_anew_for_a_limit_that_differs_much_and_only_then():
    stream = Stream(320, 240, EncoderSettings(format=VideoFormat.VP8))
    stream.paint(soft(320, 240))
    stream.next(keyframe=True)
    seen = []
    for max_kbps in (3800, 1000, 1100, 900, None):
        stream.rendition.tune(Tuning(crf=24, max_kbps=max_kbps))
        seen.append(stream.next()[0].is_keyframe)
    assert seen == [False, True, False, False, True]


def test_where_options_cannot_be_set_a_new_limit_costs_a_keyframe(monkeypatch: pytest.MonkeyPatch):
    def refuse(_: object) -> None:
        raise OSError

    monkeypatch.setattr(encoder_module, "LiveOptions", refuse)
    stream = Stream(320, 240, EncoderSettings())
    stream.paint(soft(320, 240))
    stream.next(keyframe=True)
    seen = []
    for tuning in (Tuning(crf=12), Tuning(crf=12, max_kbps=500), Tuning(crf=20, max_kbps=500)):
        stream.rendition.tune(tuning)
        seen.append(stream.next()[0].is_keyframe)
    assert seen == [False, True, False]


def test_a_closed_rendition_is_not_tuned():
    rendition = Rendition(64, 64, EncoderSettings())
    rendition.close()
    rendition.tune(Tuning(crf=20))


@pytest.mark.parametrize("wrong", [{"crf": 52.0}, {"crf": 24.0, "max_kbps": 0}])
def test_impossible_tuning_is_refused(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="impossible"):
        Tuning(**wrong)
