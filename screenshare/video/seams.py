"""The one thing PyAV keeps to itself: an option of an encoder that is already open.

libavcodec's x264 wrapper takes a new crf and new VBV limits with the next frame, without a
keyframe; PyAV has no call for it. The pointer is looked up once and proven before it is used.
"""

from __future__ import annotations

import ctypes
import functools
import logging
from pathlib import Path
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext

log = logging.getLogger(__name__)

# Behind CPython's object head (two words) and Cython's table of methods stands AVCodecContext *ptr.
_POINTER_OFFSET: Final = 3 * ctypes.sizeof(ctypes.c_void_p)
_SEARCH_CHILDREN: Final = 1  # AV_OPT_SEARCH_CHILDREN: the codec's own options too
# No address of an object lies below the first page; a small number here would be another field.
_FIRST_ADDRESS: Final = 4096


class LiveOptions:
    """Sets options of one open encoder."""

    def __init__(self, context: VideoCodecContext) -> None:
        """Raise OSError where this build of PyAV does not show what is needed."""
        avcodec, self._avutil = _libraries()
        self._pointer = ctypes.c_void_p.from_address(id(context) + _POINTER_OFFSET).value or 0
        if self._pointer < _FIRST_ADDRESS or self._pointer % ctypes.sizeof(ctypes.c_void_p):
            raise OSError("PyAV keeps its context elsewhere")
        # AVCodecContext begins with the address of its class, which libavcodec tells too.
        if ctypes.c_void_p.from_address(self._pointer).value != avcodec.avcodec_get_class():
            raise OSError("PyAV keeps its context elsewhere")
        self._context = context  # the pointer lives as long as it

    def set(self, **options: str) -> None:
        """Set ``options``; they hold from the next frame on.

        Raises:
            ValueError: libav refuses one.
        """
        for name, value in options.items():
            code = self._avutil.av_opt_set(self._pointer, name.encode(), value.encode(), _SEARCH_CHILDREN)
            if code != 0:
                raise ValueError(f"libav refuses {name}={value}: {code}")


@functools.cache
def _libraries() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Return libavcodec and libavutil as PyAV has loaded them: a second copy would not know its objects."""
    avcodec, avutil = _library("libavcodec"), _library("libavutil")
    avcodec.avcodec_get_class.restype = ctypes.c_void_p
    avutil.av_opt_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int]
    return avcodec, avutil


def _library(name: str) -> ctypes.CDLL:
    package = Path(av.__file__).parent
    places = (package.parent / "av.libs", package / ".dylibs")  # wheels for Linux, for macOS
    for place in places:
        for path in sorted(place.glob(f"{name}[-.]*")):
            return ctypes.CDLL(str(path))
    raise OSError(f"{name} of PyAV is not where its wheels have it")
