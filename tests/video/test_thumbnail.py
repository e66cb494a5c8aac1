"""The small picture of the console: the right colours, the right shape, and small."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from screenshare.media import Patch, Region
from screenshare.video.thumbnail import thumbnail


def decoded(jpeg: bytes) -> np.ndarray:
    with av.open(io.BytesIO(jpeg), format="mjpeg") as file:
        return next(file.decode(video=0)).to_ndarray(format="rgb24")


def painted(width: int, height: int, *, padding: int = 0) -> Patch:
    """Return a left half in red and a right half in blue, with rows longer than they are wide."""
    rows = np.full((height, width + padding, 4), 0x55, np.uint8)
    rows[:, : width // 2, :3] = (0, 0, 200)
    rows[:, width // 2 : width, :3] = (200, 0, 0)
    return Patch(Region(0, 0, width, height), bytearray(rows.tobytes()), (width + padding) * 4)


@pytest.mark.parametrize(
    ("size", "shown"),
    [((1920, 1080), (720, 404)), ((640, 480), (640, 480)), ((801, 601), (720, 540)), ((5000, 3), (720, 2))],
)
def test_it_keeps_the_shape_and_is_never_wider_than_asked(size, shown):
    height, width, _ = decoded(thumbnail(painted(*size), 720)).shape
    assert abs(width - shown[0]) <= 2
    assert abs(height - shown[1]) <= 2


def test_colours_stay_and_the_end_of_a_row_is_no_pixel():
    picture = decoded(thumbnail(painted(1280, 720, padding=16), 720))
    assert abs(picture[200, 100].astype(int) - (200, 0, 0)).max() < 16
    assert abs(picture[200, 710].astype(int) - (0, 0, 200)).max() < 16
