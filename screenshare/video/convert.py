"""BGRX to I420 or I444, BT.601 limited range, and smaller: libyuv where the system has it, else swscale.

For I420 both average a 2×2 block into one chroma sample, so their pictures agree within
two levels. Full 1080p frame: libyuv 0.5 ms, swscale 4.5 ms.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import logging
from dataclasses import dataclass
from typing import Protocol

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from screenshare.media import Patch

log = logging.getLogger(__name__)

# Debian and Fedora, other Linux, macOS, Windows.
_LIBYUV_NAMES = ("libyuv.so.0", "libyuv.so", "libyuv.dylib", "libyuv.dll")
_SWSCALE_MIN_ROWS = 4
_FILTER_BOX = 3  # libyuv's kFilterBox: the average of all source pixels

Plane = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Planes:
    """Writable views of one picture; rows may be padded. Chroma is as large as luma, or half of it."""

    y: Plane  # (height, width)
    u: Plane  # the same, or (height / 2, width / 2)
    v: Plane

    @property
    def chroma_step(self) -> int:
        """How many pixels one chroma sample covers each way: 2 in I420, 1 in I444."""
        return int(self.y.shape[1] // self.u.shape[1])


class Converter(Protocol):
    """Writes a patch into a picture."""

    name: str

    def convert(self, patch: Patch, planes: Planes) -> None:
        """Convert ``patch``; its region starts at even coordinates and fits ``planes``."""
        ...

    def shrink(self, source: Plane, target: Plane) -> None:
        """Average ``source`` into ``target``, of which it is a whole multiple each way."""
        ...


class Libyuv:
    """Called in place: no copy, GIL released."""

    name = "libyuv"

    def __init__(self) -> None:
        """Raise OSError where the library is missing."""
        # src, stride, then y, u, v each with its stride, then width and height (convert.h).
        plane = (ctypes.c_void_p, ctypes.c_int)
        library = _load_libyuv()
        self._by_chroma_step = {1: library.ARGBToI444, 2: library.ARGBToI420}
        for function in self._by_chroma_step.values():
            function.argtypes = [*plane, *plane, *plane, *plane, ctypes.c_int, ctypes.c_int]
            function.restype = ctypes.c_int
        # src and dst, each with stride, width and height, then the filter (scale.h).
        sized = (*plane, ctypes.c_int, ctypes.c_int)
        self._scale_plane = library.ScalePlane
        self._scale_plane.argtypes = [*sized, *sized, ctypes.c_int]

    def convert(self, patch: Patch, planes: Planes) -> None:
        region = patch.region
        pixels = np.frombuffer(patch.pixels, np.uint8)
        y, u, v = _parts(patch, planes)
        self._by_chroma_step[planes.chroma_step](
            *(pixels.ctypes.data, patch.stride_bytes),
            *(y.ctypes.data, y.strides[0]),
            *(u.ctypes.data, u.strides[0]),
            *(v.ctypes.data, v.strides[0]),
            *(region.width, region.height),
        )

    def shrink(self, source: Plane, target: Plane) -> None:
        self._scale_plane(
            *(source.ctypes.data, source.strides[0], source.shape[1], source.shape[0]),
            *(target.ctypes.data, target.strides[0], target.shape[1], target.shape[0]),
            _FILTER_BOX,
        )


class Swscale:
    """One reused swscale context; it sets itself up anew for each new patch size."""

    name = "swscale"

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def convert(self, patch: Patch, planes: Planes) -> None:
        source = av.VideoFrame.from_numpy_buffer(_even_pixels(patch), "bgra")
        converted = self._reformatter.reformat(
            source,
            format="yuv420p" if planes.chroma_step == 2 else "yuv444p",
            dst_colorspace=Colorspace.ITU601,
            dst_color_range=ColorRange.MPEG,
            # AREA averages the 2×2 block, as libyuv does; BILINEAR reaches into the rows beside it.
            interpolation=Interpolation.AREA | Interpolation.ACCURATE_RND,
        )
        for target, plane in zip(_parts(patch, planes), plane_arrays(converted), strict=True):
            target[:] = plane[: target.shape[0], : target.shape[1]]

    def shrink(self, source: Plane, target: Plane) -> None:
        (height, width), divisor = target.shape, source.shape[1] // target.shape[1]
        blocks = source.reshape(height, divisor, width, divisor)
        target[:] = (blocks.sum(axis=(1, 3), dtype=np.uint32) + divisor**2 // 2) // divisor**2


def choose_converter() -> Converter:
    """Return the quickest converter that this system has."""
    try:
        return Libyuv()
    except OSError:
        log.info("no libyuv on this system: colours are converted by swscale, nine times slower")
        return Swscale()


def plane_arrays(frame: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    """Return writable views of a planar YUV frame's planes, without their padding."""
    y, u, v = (
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
        for plane in frame.planes
    )
    return y, u, v


def _parts(patch: Patch, planes: Planes) -> tuple[Plane, Plane, Plane]:
    region = patch.region
    luma = planes.y[region.y : region.bottom, region.x : region.right]
    step = planes.chroma_step
    rows = slice(region.y // step, -(-region.bottom // step))
    columns = slice(region.x // step, -(-region.right // step))
    return luma, planes.u[rows, columns], planes.v[rows, columns]


def _even_pixels(patch: Patch) -> npt.NDArray[np.uint8]:
    """Return the patch as (height, width, 4) with edges repeated until swscale can halve it.

    swscale rounds odd chroma sizes away, and in pictures of two rows its chroma is up to 49 levels off.
    """
    region = patch.region
    rows = np.frombuffer(patch.pixels, np.uint8)[: region.height * patch.stride_bytes]
    if rows.size < region.height * patch.stride_bytes:  # the last row may come without its padding
        rows = np.pad(rows, (0, region.height * patch.stride_bytes - rows.size))
    pixels = rows.reshape(region.height, patch.stride_bytes)[:, : region.width * 4]
    pixels = pixels.reshape(region.height, region.width, 4)
    below = max(_SWSCALE_MIN_ROWS, region.height + region.height % 2) - region.height
    beside = region.width % 2
    if below or beside:
        pixels = np.pad(pixels, ((0, below), (0, beside), (0, 0)), mode="edge")
    return np.ascontiguousarray(pixels)


def _load_libyuv() -> ctypes.CDLL:
    found = ctypes.util.find_library("yuv")
    for name in (*_LIBYUV_NAMES, *([found] if found else [])):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise OSError("libyuv is not installed")
