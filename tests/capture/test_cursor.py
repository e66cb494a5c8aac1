"""The cursor lands where it points, with the right transparency."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from screenshare.capture.cursor import CursorImage
from screenshare.media import Region

Image = npt.NDArray[np.uint8]


def solid(
    width: int, height: int, bgra: tuple[int, int, int, int], hot: tuple[int, int] = (0, 0)
) -> CursorImage:
    return CursorImage(bytes(bgra) * (width * height), width, height, *hot)


def drawn(cursor: CursorImage, region: Region, x: int, y: int, ground: int = 100) -> Image:
    pixels = bytearray([ground] * (region.width * region.height * 4))
    cursor.draw(pixels, region, x, y)
    return np.frombuffer(pixels, np.uint8).reshape(region.height, region.width, 4)


def test_the_hot_spot_is_what_points():
    cursor = solid(4, 3, (9, 9, 9, 255), hot=(1, 2))
    assert cursor.box(10, 10) == Region(9, 8, 4, 3)
    seen = drawn(cursor, Region(0, 0, 20, 20), 10, 10)[:, :, 0]
    assert (seen[8:11, 9:13] == 9).all()
    assert (seen == 9).sum() == 12


@pytest.mark.parametrize(
    ("bgra", "expected"),
    [((0, 0, 0, 0), 100), ((30, 30, 30, 255), 30), ((64, 64, 64, 128), 114), ((0, 0, 0, 128), 50)],
)
def test_colours_are_premultiplied(bgra: tuple[int, int, int, int], expected: int):
    # 64 + 100 × (255 − 128) / 255 = 113.8, and a half transparent black halves what is below.
    assert (drawn(solid(2, 2, bgra), Region(0, 0, 2, 2), 0, 0)[:, :, :3] == expected).all()


def test_a_cursor_that_shines_saturates_and_does_not_wrap():
    assert (drawn(solid(2, 2, (255, 255, 255, 10)), Region(0, 0, 2, 2), 0, 0)[:, :, :3] == 255).all()


@pytest.mark.parametrize(("x", "y"), [(-2, -2), (8, 8), (-2, 8), (3, 3), (50, 50), (-9, 0)])
def test_what_sticks_out_is_clipped(x: int, y: int):
    seen = drawn(solid(4, 4, (7, 7, 7, 255)), Region(0, 0, 10, 10), x, y)[:, :, 0]
    wanted = np.full((30, 30), 100)
    wanted[max(0, y + 10) : max(0, y + 14), max(0, x + 10) : max(0, x + 14)] = 7
    assert (seen == wanted[10:20, 10:20]).all()


def test_a_patch_shows_the_part_of_the_cursor_that_lies_in_it():
    seen = drawn(solid(4, 4, (7, 7, 7, 255)), Region(100, 50, 6, 6), 98, 52)[:, :, 0]
    wanted = np.full((6, 6), 100)
    wanted[2:6, 0:2] = 7
    assert (seen == wanted).all()
