"""Pure: the mouse cursor's image and how it lands on captured pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from screenshare.media import CursorShape, CursorState, Region


class CursorImage:
    """One cursor shape, premultiplied alpha, with its hot spot."""

    def __init__(self, bgra: bytes, width: int, height: int, hot_x: int, hot_y: int) -> None:
        """Take ``bgra``: height × width × 4 bytes, colours already multiplied by alpha."""
        self._bgra = bgra
        image = np.frombuffer(bgra, np.uint8).reshape(height, width, 4).astype(np.uint16)
        self._colours = image[:, :, :3]
        self._shine_through = 255 - image[:, :, 3:]
        self._size = (width, height)
        self._hot_spot = (hot_x, hot_y)

    def box(self, x: int, y: int) -> Region:
        """Return the rectangle that the cursor covers while it points at ``x``, ``y``."""
        return Region(x - self._hot_spot[0], y - self._hot_spot[1], *self._size)

    def state(self, x: int, y: int, place: Region, *, new_id: int | None) -> CursorState:
        """Return what somebody else needs to draw the cursor, pointing at ``x``, ``y`` of the display.

        ``place``: of the monitor. ``new_id``: of the shape, None for one that is known already.
        """
        shape = None if new_id is None else CursorShape(new_id, self._bgra, *self._size, *self._hot_spot)
        return CursorState((x - place.x, y - place.y) if place.holds(x, y) else None, shape)

    def draw(self, pixels: bytearray, region: Region, x: int, y: int) -> None:
        """Blend the cursor, pointing at ``x``, ``y``, over the BGRX ``pixels`` of ``region``.

        ``region``, ``x`` and ``y`` share one origin; what lies outside is clipped.
        """
        box = self.box(x, y)
        seen = box.intersection(region)
        if seen.is_empty:
            return
        screen = np.frombuffer(pixels, np.uint8).reshape(region.height, region.width, 4)
        below: npt.NDArray[np.uint8] = screen[_slices(seen, region)]
        part = _slices(seen, box)
        blended = self._colours[part] + (below[:, :, :3] * self._shine_through[part] + 127) // 255
        below[:, :, :3] = np.minimum(blended, 255)


def _slices(inner: Region, outer: Region) -> tuple[slice, slice]:
    """Rows and columns of ``inner`` within an array that holds ``outer``."""
    inner = inner.moved(-outer.x, -outer.y)
    return slice(inner.y, inner.bottom), slice(inner.x, inner.right)
