"""Painted patches come out of a decoder as they went in."""

from __future__ import annotations

import os

import av
import numpy as np
import numpy.typing as npt
import pytest

from screenshare.media import EncodedFrame, Patch, Region
from screenshare.video.convert import Converter, Libyuv, Planes, Swscale, plane_arrays
from screenshare.video.encoder import EncoderSettings
from screenshare.video.rendition import Rendition

Image = npt.NDArray[np.uint8]
SHARP = EncoderSettings(crf=1)


def libyuv_or_skip() -> Libyuv:
    try:
        return Libyuv()
    except OSError:
        pytest.skip("libyuv is not installed")


@pytest.fixture(params=["libyuv", "swscale"])
def converter(request: pytest.FixtureRequest) -> Converter:
    return libyuv_or_skip() if request.param == "libyuv" else Swscale()


def patch_of(image: Image, region: Region, *, padding_px: int = 0) -> Patch:
    part = image[region.y : region.bottom, region.x : region.right]
    padded = np.pad(part, ((0, 0), (0, padding_px), (0, 0)))
    return Patch(region, bytearray(padded.tobytes()), (region.width + padding_px) * 4)


def whole(image: Image) -> Patch:
    return patch_of(image, Region(0, 0, image.shape[1], image.shape[0]))


def planes_of(image: Image, converter: Converter) -> list[Image]:
    height, width = image.shape[0] + image.shape[0] % 2, image.shape[1] + image.shape[1] % 2
    picture = av.VideoFrame(width, height, "yuv420p")
    arrays = plane_arrays(picture)
    for array in arrays:
        array[:] = 0
    converter.convert(whole(image), Planes(*arrays))
    return [array.copy() for array in arrays]


class Viewer:
    """Decodes as a viewer would: everything that arrives, in order."""

    def __init__(self) -> None:
        self._decoder = av.CodecContext.create("h264", "r")

    def show(self, frame: EncodedFrame | None) -> av.VideoFrame:
        assert frame is not None
        return self._decoder.decode(av.Packet(frame.data))[-1]


def shown_rgb(picture: av.VideoFrame) -> Image:
    return picture.to_ndarray(format="rgb24")


def encode(rendition: Rendition, pts: int, *, keyframe: bool = False) -> EncodedFrame:
    frame = rendition.encode(pts=pts, keyframe=keyframe, captured_at=1.5)
    assert frame is not None
    return frame


def colours() -> Image:
    """Eight bars of 32 pixels: primaries and secondaries, black, white; below them a grey ramp."""
    image = np.zeros((128, 256, 4), np.uint8)
    for index in range(8):
        bgr = [255 * (index >> bit & 1) for bit in range(3)]
        image[:64, index * 32 : index * 32 + 32, :3] = bgr
    image[64:, :, :3] = np.repeat(np.arange(16, dtype=np.uint8) * 17, 16)[None, :, None]
    return image


def noise(width: int, height: int, seed: int) -> Image:
    """Random 2×2 blocks, so that chroma loses nothing."""
    generator = np.random.default_rng(seed)
    blocks = generator.integers(0, 256, ((height + 1) // 2, (width + 1) // 2, 4), np.uint8)
    return blocks.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]


@pytest.mark.parametrize(("width", "height"), [(64, 48), (65, 49), (2, 2), (16, 2), (1, 1), (33, 18)])
def test_both_converters_agree_within_two_levels(width: int, height: int):
    image = np.random.default_rng(7).integers(0, 256, (height, width, 4), np.uint8)
    fast, slow = planes_of(image, libyuv_or_skip()), planes_of(image, Swscale())
    for quick, steady in zip(fast, slow, strict=True):
        assert np.abs(quick.astype(int) - steady.astype(int)).max() <= 2


def test_primaries_have_their_bt601_limited_values(converter: Converter):
    y, u, v = planes_of(colours(), converter)
    seen = [(int(y[32, c]), int(u[16, c // 2]), int(v[16, c // 2])) for c in range(16, 256, 32)]
    # ITU-R BT.601-7 §2.5.1 for 8 bits: black, blue, green, cyan, red, magenta, yellow, white.
    expected = [
        *[(16, 128, 128), (41, 240, 110), (145, 54, 34), (170, 166, 16)],
        *[(81, 90, 240), (106, 202, 222), (210, 16, 146), (235, 128, 128)],
    ]
    assert np.abs(np.array(seen) - np.array(expected)).max() <= 1


def test_colours_and_greys_survive_encoder_and_decoder(converter: Converter):
    image = colours()
    rendition = Rendition(256, 128, SHARP, converter=converter)
    rendition.paint(whole(image))
    picture = Viewer().show(encode(rendition, 0, keyframe=True))
    wanted = image[:, :, 2::-1].astype(int)
    seen = shown_rgb(picture).astype(int)
    for left in range(0, 256, 32):
        inner = (slice(4, 60), slice(left + 4, left + 28))
        assert np.abs(seen[inner] - wanted[inner]).max() <= 3
    assert np.abs(seen[68:124] - wanted[68:124]).max() <= 4


def test_the_stream_says_which_matrix_its_colours_have():
    rendition = Rendition(64, 64, SHARP)
    picture = Viewer().show(encode(rendition, 0, keyframe=True))
    assert (picture.colorspace, picture.color_range) == (6, 1), "smpte170m, limited"


@pytest.mark.parametrize(("width", "height"), [(320, 240), (321, 241), (1366, 7)])
def test_after_many_patches_a_viewer_sees_the_last_picture(converter: Converter, width: int, height: int):
    generator = np.random.default_rng(width)
    image = noise(width, height, 1)
    rendition, viewer = Rendition(width, height, SHARP, converter=converter), Viewer()
    rendition.paint(whole(image))
    viewer.show(encode(rendition, 0, keyframe=True))
    for step in range(1, 40):
        x, y = (2 * int(generator.integers(0, (limit + 1) // 2)) for limit in (width, height))
        right = min(width, x + 2 * int(generator.integers(1, 40)))
        bottom = min(height, y + 2 * int(generator.integers(1, 40)))
        region = Region(x, y, right - x, bottom - y)
        image[y:bottom, x:right] = noise(region.width, region.height, step)
        rendition.paint(patch_of(image, region, padding_px=step % 3))
        picture = viewer.show(encode(rendition, step * 3000))
    for settle in range(40, 44):
        picture = viewer.show(encode(rendition, settle * 3000))
    shown, expected = plane_arrays(picture), planes_of(image, converter)
    seen_luma, wanted_luma = shown[0][:height, :width], expected[0][:height, :width]
    for seen, wanted in ((seen_luma, wanted_luma), *zip(shown[1:], expected[1:], strict=True)):
        assert np.abs(seen.astype(int) - wanted.astype(int)).max() <= 6


def test_a_patch_touches_nothing_outside_its_rectangle(converter: Converter):
    rendition = Rendition(64, 64, SHARP, converter=converter)
    viewer = Viewer()
    white = np.full((64, 64, 4), 255, np.uint8)
    rendition.paint(whole(white))
    black = np.zeros((64, 64, 4), np.uint8)
    rendition.paint(patch_of(black, Region(10, 20, 6, 4)))
    seen = shown_rgb(viewer.show(encode(rendition, 0, keyframe=True)))[:, :, 1].astype(int)
    wanted = np.full((64, 64), 255)
    wanted[20:24, 10:16] = 0
    assert np.abs(seen - wanted).max() <= 6


def test_odd_edges_are_repeated_not_left_black(converter: Converter):
    rendition = Rendition(33, 31, SHARP, converter=converter)
    rendition.paint(whole(np.full((31, 33, 4), 255, np.uint8)))
    frame = encode(rendition, 0, keyframe=True)
    assert (frame.width, frame.height) == (34, 32)
    picture = Viewer().show(frame)
    assert (picture.width, picture.height) == (34, 32)
    assert shown_rgb(picture).min() >= 250


@pytest.mark.parametrize(
    "region",
    [Region(1, 0, 2, 2), Region(0, 3, 2, 2), Region(0, 0, 3, 2), Region(60, 0, 6, 2), Region(0, 0, 0, 2)],
)
def test_a_patch_that_splits_chroma_or_leaves_the_picture_is_refused(region: Region):
    rendition = Rendition(64, 64, SHARP)
    with pytest.raises(ValueError, match="does not fit"):
        rendition.paint(Patch(region, bytearray(64 * 64 * 4), 64 * 4))


def test_a_patch_with_too_few_bytes_is_refused():
    rendition = Rendition(64, 64, SHARP)
    with pytest.raises(ValueError, match="does not fit"):
        rendition.paint(Patch(Region(0, 0, 8, 8), bytearray(8 * 7 * 4), 8 * 4))


def nal_types(data: bytes) -> list[int]:
    return [unit[0] & 31 for unit in data.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]


def test_keyframes_come_when_asked_and_only_then_with_their_parameter_sets():
    rendition = Rendition(320, 240, EncoderSettings())
    asked = [True, False, False, True, False]
    frames = []
    for index, keyframe in enumerate(asked):
        rendition.paint(whole(noise(320, 240, index)))
        frames.append(encode(rendition, index * 3000, keyframe=keyframe))
    assert [frame.is_keyframe for frame in frames] == asked
    for frame in frames:
        types = nal_types(frame.data)
        assert ({7, 8, 5} <= set(types)) == frame.is_keyframe
        assert (5 in types) == frame.is_keyframe


def test_a_viewer_can_begin_at_any_keyframe():
    rendition = Rendition(64, 64, SHARP)
    encode(rendition, 0, keyframe=True)
    rendition.paint(whole(np.full((64, 64, 4), 200, np.uint8)))
    encode(rendition, 3000)
    seen = shown_rgb(Viewer().show(encode(rendition, 6000, keyframe=True)))
    assert np.abs(seen.astype(int) - 200).max() <= 2


@pytest.mark.parametrize(
    ("width", "height", "max_fps", "level"),
    [(1280, 720, 30, 31), (1920, 1080, 30, 40), (1920, 1080, 60, 42), (3840, 2160, 60, 52)],
)
def test_the_stream_is_constrained_baseline_of_the_level_that_size_and_rate_need(
    width: int, height: int, max_fps: int, level: int
):
    rendition = Rendition(width, height, EncoderSettings(max_fps=max_fps))
    data = encode(rendition, 0, keyframe=True).data
    sps = data[data.index(b"\0\0\1\x67") + 4 :]
    assert (sps[0], sps[1] & 0b0100_0000, sps[2]) == (66, 0b0100_0000, level)


def test_encoding_a_still_picture_again_makes_it_sharper():
    generator = np.random.default_rng(3)
    glyphs = (generator.random((480, 640)) < 0.3).repeat(2, axis=1).astype(np.uint8) * 200
    page = np.repeat(glyphs[:, :640, None], 4, axis=2)
    rendition, viewer = Rendition(640, 480, EncoderSettings()), Viewer()
    rendition.paint(whole(page))
    viewer.show(encode(rendition, 0, keyframe=True))
    for step in range(1, 4):  # the quantiser rises while the page scrolls
        page = np.roll(page, -30, axis=0)
        page[-30:] = generator.integers(0, 2, (30, 640, 1), np.uint8) * 255
        rendition.paint(whole(page))
        moving = viewer.show(encode(rendition, step * 3000))
    for step in range(4, 12):
        settled = viewer.show(encode(rendition, step * 3000))
    wanted = planes_of(page, Swscale())[0].astype(int)
    before, after = (float(np.square(plane_arrays(p)[0] - wanted).mean()) for p in (moving, settled))
    assert after < before / 2


def test_time_that_stands_still_or_goes_back_still_gives_frames():
    rendition = Rendition(64, 64, EncoderSettings())
    frames = [encode(rendition, pts, keyframe=pts == 9000) for pts in (9000, 9000, 3000, 12000)]
    assert [frame.pts for frame in frames] == [9000, 9001, 9002, 12000]


def test_a_closed_rendition_encodes_nothing():
    rendition = Rendition(64, 64, EncoderSettings())
    rendition.close()
    assert rendition.encode(pts=0, keyframe=True, captured_at=0.0) is None


def test_impossible_settings_are_refused():
    for wrong in ({"crf": 60.0}, {"max_fps": 0}, {"threads": 0}):
        with pytest.raises(ValueError, match="impossible"):
            EncoderSettings(**wrong)


def test_no_more_slice_threads_than_processors():
    assert EncoderSettings().threads <= max(1, os.cpu_count() or 1)
