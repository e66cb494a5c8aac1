"""X requests that python-xlib lacks or parses too slowly (XFixes 5 §§ 5, 10; XDamage 1.1)."""

from __future__ import annotations

import struct

from Xlib.ext import xfixes
from Xlib.protocol import rq

from screenshare.capture.cursor import CursorImage
from screenshare.media import Region

_RECTANGLE = struct.Struct("<hhHH")


class CreateRegion(rq.Request):  # type: ignore[misc]  # python-xlib has no types
    """XFixesCreateRegion without rectangles."""

    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(5), rq.RequestLength(), rq.Card32("region"))


class FetchRegion(rq.ReplyRequest):  # type: ignore[misc]
    """XFixesFetchRegion; the rectangles stay bytes, for python-xlib takes 20 µs for each."""

    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(19), rq.RequestLength(), rq.Card32("region"))
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Pad(8),  # extents
        rq.Pad(16),
        rq.Binary("rectangles"),
    )

    def regions(self) -> list[Region]:
        return [Region(*piece) for piece in _RECTANGLE.iter_unpack(self.rectangles)]


class GetCursorImage(rq.ReplyRequest):  # type: ignore[misc]
    """XFixesGetCursorImage; the pixels stay bytes."""

    _request = rq.Struct(rq.Card8("opcode"), rq.Opcode(4), rq.RequestLength())
    _reply = rq.Struct(
        rq.ReplyCode(),
        rq.Pad(1),
        rq.Card16("sequence_number"),
        rq.ReplyLength(),
        rq.Int16("x"),
        rq.Int16("y"),
        rq.Card16("width"),
        rq.Card16("height"),
        rq.Card16("xhot"),
        rq.Card16("yhot"),
        rq.Card32("cursor_serial"),
        rq.Pad(8),
        rq.Binary("pixels"),
    )

    def image(self) -> CursorImage:
        # ARGB32 in the byte order that we announced when we connected: B, G, R, A on little-endian machines.
        size_bytes = self.width * self.height * 4
        return CursorImage(self.pixels[:size_bytes], self.width, self.height, self.xhot, self.yhot)


EXTENSION = xfixes.extname
