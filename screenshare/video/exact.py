"""Sans-IO: what viewers have exactly, what only as video shows it, and what to send them next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt
from isal import isal_zlib

from screenshare.media import Patch, Region
from screenshare.protocol.picture import MAX_RECTANGLES, PictureComposed, pack_composed

# Edge of a cell, in pixels: fine enough to leave a window's surroundings alone, coarse enough for a
# 1080p desktop to be 510 cells.
CELL_PX: Final = 64
# igzip's level 1 deflates a 1080p desktop of text to 0.55 MB in 5 ms (zlib: 16 ms).
_DEFLATE_LEVEL: Final = 1
_RAW_DEFLATE: Final = -15

_EXACT, _VIDEO, _STALE = 0, 1, 2
_Scalar = TypeVar("_Scalar", bound=np.generic)


class ExactPicture:
    """The picture that every viewer with exact tiles composes, cell by cell.

    A cell is *exact*; or taken over from the *video*; or *stale*: the video has shown it since in a
    newer form than the viewers' own picture, which takes it over with the next message.

    Programs repaint what has not changed, and a frame is on top of everything. So of each exact cell a
    hash is kept: a stale cell whose pixels are those of before is exact again, and nothing is sent.
    """

    def __init__(self, width: int, height: int) -> None:
        """Begin with a picture of which viewers have nothing."""
        self._width, self._height = width, height
        self._cells: npt.NDArray[np.uint8] = np.empty((-(-height // CELL_PX), -(-width // CELL_PX)), np.uint8)
        self._hashes: npt.NDArray[np.int64] = np.zeros(self._cells.shape, np.int64)
        # Of which cells the viewers' own picture has the pixels with that hash.
        self._is_kept: npt.NDArray[np.bool_] = np.zeros(self._cells.shape, np.bool_)
        self._video_pts = 0
        self._is_video_on_top = True
        self._cells.fill(_STALE)

    @property
    def is_complete(self) -> bool:
        """Whether viewers see the very pixels of the screen."""
        return not self._is_video_on_top and not self._cells.any()

    def forget(self) -> None:
        """Count on nothing that viewers keep: one of them is new, or has missed a message."""
        self._is_kept.fill(False)

    def video_shown(self, regions: Iterable[Region], pts: int) -> None:
        """Note that a video frame is on top, and that ``pts`` alone has the newest pixels of ``regions``.

        Without regions it may be one viewer's keyframe: what follows does not build on it.
        """
        self._is_video_on_top = True
        for region in regions:
            self._video_pts = pts
            self._of(region, self._cells).fill(_STALE)

    def compose(self, tiles: Sequence[Patch], pixels: bytes, at: int) -> bytes:
        """Return the message that brings ``tiles`` and takes stale cells over from the video.

        Args:
            tiles: what is exact now.
            pixels: theirs, as ``deflated`` returns them.
            at: 90 kHz ticks, later than those of every video frame before.
        """
        stale = self._stale_rectangles()
        self._is_kept &= self._cells != _STALE
        self._cells[self._cells == _STALE] = _VIDEO
        self._is_video_on_top = False
        for tile in tiles:
            self._keep(tile)
        regions = [tile.region for tile in tiles]
        message = PictureComposed(after=self._video_pts, at=at, stale=stale, tiles=regions, pixels=pixels)
        return pack_composed(message)

    def recognise(self, read: Callable[[Region], Sequence[Patch]]) -> None:
        """Count stale cells as exact whose pixels, as ``read`` gives them, are those that viewers keep."""
        for row in range(self._cells.shape[0]):
            for first, end in _runs((self._cells[row] == _STALE) & self._is_kept[row]):
                for patch in read(self._region(row, row + 1, first, end)):
                    is_same = _hashes(patch)[0] == self._hashes[row, first:end]
                    self._cells[row, first:end][is_same] = _EXACT

    def next_refinement(self, max_px: int) -> Region | None:
        """Return a region of at most about ``max_px`` pixels that is not exact yet; None when all is."""
        rows, columns = np.nonzero(self._cells)
        if rows.size == 0:
            return None
        row, first = int(rows[0]), int(columns[0])
        limit = max(1, max_px // CELL_PX**2)
        line = self._cells[row, first : first + limit]
        exact = np.nonzero(line == _EXACT)[0]
        count = int(exact[0]) if exact.size else line.size
        return self._region(row, row + 1, first, first + count)

    def _stale_rectangles(self) -> list[Region]:
        """Return rectangles that cover all stale cells, and no other where their number allows it."""
        is_stale = self._cells == _STALE
        if is_stale.all():
            return [Region(0, 0, self._width, self._height)]
        found: list[Region] = []
        open_runs: dict[tuple[int, int], int] = {}  # columns of a run -> the row it began in
        for row in range(is_stale.shape[0] + 1):
            runs = set(_runs(is_stale[row])) if row < is_stale.shape[0] else set()
            ended = [run for run in open_runs if run not in runs]
            found += [self._region(open_runs.pop(run), row, *run) for run in ended]
            for run in runs:
                open_runs.setdefault(run, row)
        if len(found) > MAX_RECTANGLES:
            self._cells.fill(_STALE)
            return [Region(0, 0, self._width, self._height)]
        return found

    def _region(self, top: int, bottom: int, left: int, right: int) -> Region:
        x, y = left * CELL_PX, top * CELL_PX
        return Region(x, y, min(right * CELL_PX, self._width) - x, min(bottom * CELL_PX, self._height) - y)

    @staticmethod
    def _of(region: Region, cells: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
        """Return the part of ``cells`` that ``region`` touches."""
        rows = slice(region.y // CELL_PX, -(-region.bottom // CELL_PX))
        return cells[rows, region.x // CELL_PX : -(-region.right // CELL_PX)]

    def _keep(self, tile: Patch) -> None:
        """Note that viewers have the pixels of ``tile``, which cells are exact by that, and their hashes."""
        region = tile.region
        self._of(region, self._is_kept).fill(False)
        self._inside(region).fill(_EXACT)
        ends_in_cell = (
            region.x % CELL_PX
            or region.y % CELL_PX
            or (region.right % CELL_PX and region.right != self._width)
            or (region.bottom % CELL_PX and region.bottom != self._height)
        )
        if not ends_in_cell:
            self._of(region, self._hashes)[:] = _hashes(tile)
            self._of(region, self._is_kept).fill(True)

    def _inside(self, region: Region) -> npt.NDArray[np.uint8]:
        """Return the cells that ``region`` covers whole."""
        rows, columns = self._cells.shape
        bottom = rows if region.bottom >= self._height else region.bottom // CELL_PX
        right = columns if region.right >= self._width else region.right // CELL_PX
        return self._cells[-(-region.y // CELL_PX) : bottom, -(-region.x // CELL_PX) : right]


def _hashes(patch: Patch) -> npt.NDArray[np.int64]:
    """Return a hash of each cell of an aligned ``patch``: (rows of cells, columns of cells)."""
    region = patch.region
    rows = np.frombuffer(patch.pixels, np.uint8)[: region.height * patch.stride_bytes]
    rows = rows.reshape(region.height, patch.stride_bytes)[:, : region.width * 4]
    columns = range(0, region.width * 4, CELL_PX * 4)
    return np.array(
        [
            [hash(rows[y : y + CELL_PX, x : x + CELL_PX * 4].tobytes()) for x in columns]
            for y in range(0, region.height, CELL_PX)
        ],
        np.int64,
    )


def _runs(line: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, one past last) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], line, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def deflated(tiles: Sequence[Patch]) -> bytes:
    """Return the pixels of ``tiles`` as ``PictureComposed.pixels`` wants them."""
    if not tiles:
        return b""
    deflate = isal_zlib.compressobj(_DEFLATE_LEVEL, isal_zlib.DEFLATED, _RAW_DEFLATE)
    parts = [deflate.compress(row) for tile in tiles for row in _rows(tile)]
    return b"".join((*parts, deflate.flush()))


def _rows(tile: Patch) -> Iterable[memoryview]:
    """Return the tile's pixels without padding between its rows, in as few pieces as there can be."""
    view, row_bytes = memoryview(tile.pixels), tile.region.width * 4
    if tile.stride_bytes == row_bytes:
        return (view[: tile.region.height * row_bytes],)
    starts = range(0, tile.region.height * tile.stride_bytes, tile.stride_bytes)
    return (view[start : start + row_bytes] for start in starts)
