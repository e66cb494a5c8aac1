"""Pure: the host's pointer as an image that a page can draw."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Final

import numpy as np
import numpy.typing as npt

from screenshare.media import CursorShape
from screenshare.protocol.messages import CursorShaped

# Beyond this browsers refuse an image as pointer; a larger one is sent with fewer pixels.
MAX_EDGE_PX: Final = 128

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_RGBA_8_BIT: Final = struct.pack("!5B", 8, 6, 0, 0, 0)
_NO_FILTER: Final = 0


def describe_cursor(shape: CursorShape) -> CursorShaped:
    """Return what viewers need to draw the pointer, which may be invisible."""
    pixels = np.frombuffer(shape.bgra, np.uint8).reshape(shape.height, shape.width, 4)
    id_ = shape.id & 0xFFFFFFFF
    if not pixels[:, :, 3].any():
        return CursorShaped(id=id_)
    step = -(-max(shape.width, shape.height) // MAX_EDGE_PX)
    return CursorShaped(
        id=id_,
        width=shape.width,
        height=shape.height,
        x=min(max(shape.hot_x, 0), shape.width - 1),
        y=min(max(shape.hot_y, 0), shape.height - 1),
        png=base64.b64encode(png(_straight(pixels[::step, ::step]))).decode(),
    )


def png(rgba: npt.NDArray[np.uint8]) -> bytes:
    """Return (height, width, 4) pixels as a PNG file (ISO/IEC 15948)."""
    height, width, _ = rgba.shape
    rows = np.full((height, 1 + width * 4), _NO_FILTER, np.uint8)
    rows[:, 1:] = rgba.reshape(height, width * 4)
    head = struct.pack("!II", width, height) + _RGBA_8_BIT
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    return _PNG_SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)


def _straight(premultiplied: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return BGRA with multiplied colours as RGBA with the colours themselves, which PNG wants."""
    alpha = premultiplied[:, :, 3:].astype(np.uint16)
    colours = premultiplied[:, :, 2::-1].astype(np.uint16)
    straight = np.minimum((colours * 255 + alpha // 2) // np.maximum(alpha, 1), 255)
    return np.concatenate((straight, alpha), axis=2).astype(np.uint8)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))
