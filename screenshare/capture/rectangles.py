"""Pure: turn damage into few rectangles worth grabbing."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from screenshare.media import Region

# A grab costs about 0.05 ms however small it is; grabbing and converting this
# many pixels in vain costs less, so nearer neighbours share one rectangle.
SLACK_PX = 16_384
MAX_RECTANGLES = 8
# Beyond this the bookkeeping costs more than one large grab (confetti, screen savers).
MAX_PIECES = 256


def tidy(damaged: Iterable[Region], width: int, height: int) -> list[Region]:
    """Return at most MAX_RECTANGLES disjoint-enough, even-aligned rectangles that cover ``damaged``.

    Args:
        damaged: relative to the monitor; may overlap, be empty or reach outside.
        width, height: the monitor's size in pixels.
    """
    bounds = Region(0, 0, width, height)
    pieces = [aligned for piece in damaged if not (aligned := _align(piece, bounds)).is_empty]
    if len(pieces) > MAX_PIECES:
        pieces = [_bounding(pieces)]
    boxes: list[Region] = []
    for piece in pieces:
        _add(boxes, piece)
    while len(boxes) > MAX_RECTANGLES:
        first, second = min(combinations(boxes, 2), key=lambda pair: _waste_px(*pair))
        boxes.remove(first)
        boxes.remove(second)
        _add(boxes, first.bounding(second))
    return boxes


def _align(piece: Region, bounds: Region) -> Region:
    """Grow ``piece`` to even coordinates, then cut it at the monitor's edges."""
    x, y = piece.x & ~1, piece.y & ~1
    right, bottom = piece.right + 1 & ~1, piece.bottom + 1 & ~1
    if piece.is_empty:
        return Region(0, 0, 0, 0)
    return Region(x, y, right - x, bottom - y).intersection(bounds)


def _add(boxes: list[Region], piece: Region) -> None:
    """Add ``piece`` to ``boxes``, joined with whatever it lies near to."""
    joined = True
    while joined:
        joined = False
        for index, box in enumerate(boxes):
            if _waste_px(box, piece) <= SLACK_PX:
                piece = boxes.pop(index).bounding(piece)
                joined = True
                break
    boxes.append(piece)


def _waste_px(first: Region, second: Region) -> int:
    """Pixels that only the common bounding box holds."""
    common = first.intersection(second)
    return _area_px(first.bounding(second)) - _area_px(first) - _area_px(second) + _area_px(common)


def _area_px(region: Region) -> int:
    return region.width * region.height


def _bounding(pieces: list[Region]) -> Region:
    box = pieces[0]
    for piece in pieces[1:]:
        box = box.bounding(piece)
    return box
