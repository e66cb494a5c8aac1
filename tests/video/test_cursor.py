"""The pointer's image arrives as it was."""

from __future__ import annotations

import base64
import io

import av
import numpy as np
import pytest

from screenshare.media import CursorShape
from screenshare.protocol.messages import MAX_CURSOR_PNG_CHARS
from screenshare.video.cursor import MAX_EDGE_PX, describe_cursor


def decoded(png: str) -> np.ndarray:
    """Return RGBA as another decoder than ours reads it."""
    with av.open(io.BytesIO(base64.b64decode(png)), format="png_pipe") as container:
        return next(container.decode(video=0)).to_ndarray(format="rgba")


def test_colours_and_edges_of_a_pointer_survive_in_a_png():
    rgba = np.zeros((3, 5, 4), np.uint8)
    rgba[0, 0] = 255, 0, 0, 255
    rgba[1, 2] = 10, 200, 30, 128
    rgba[2, 4] = 255, 255, 255, 1
    alpha = rgba[:, :, 3:].astype(np.uint16)
    multiplied = (rgba[:, :, :3] * alpha + 127) // 255
    bgra = np.concatenate((multiplied[:, :, ::-1], alpha), axis=2).astype(np.uint8).tobytes()
    shaped = describe_cursor(CursorShape(7, bgra, 5, 3, hot_x=2, hot_y=1))
    assert (shaped.id, shaped.width, shaped.height, shaped.x, shaped.y) == (7, 5, 3, 2, 1)
    seen = decoded(shaped.png)
    assert np.array_equal(seen[:, :, 3], rgba[:, :, 3])
    # One step of rounding, where half of the colour shines through.
    assert np.abs(seen.astype(int) - rgba).max() <= 1


@pytest.mark.parametrize("size", [(0, 0), (16, 16)])
def test_a_pointer_without_a_visible_pixel_is_hidden(size):
    width, height = size
    shaped = describe_cursor(CursorShape(1, bytes(width * height * 4), width, height, hot_x=0, hot_y=0))
    assert shaped.png == ""


def test_the_largest_pointer_still_fits_its_message():
    rng = np.random.default_rng(1)
    bgra = rng.integers(0, 256, (1000, 900, 4), np.uint8)
    bgra[:, :, 3] = 255
    shaped = describe_cursor(CursorShape(2**40 + 1, bgra.tobytes(), 900, 1000, hot_x=900, hot_y=-1))
    assert len(shaped.png) <= MAX_CURSOR_PNG_CHARS
    assert (shaped.id, shaped.width, shaped.height, shaped.x, shaped.y) == (1, 900, 1000, 899, 0)
    assert max(decoded(shaped.png).shape) <= MAX_EDGE_PX
