"""One encoded form of one monitor: a persistent picture, painted in patches, encoded on demand."""

from __future__ import annotations

import av

from screenshare.media import EncodedFrame, Patch
from screenshare.video.convert import Converter, Planes, choose_converter, plane_arrays
from screenshare.video.encoder import Encoder, EncoderSettings


class Rendition:
    """One encoded form of one monitor. Used by one thread.

    The picture's edges are rounded up to even ones, as 4:2:0 needs; the last
    column or row of an odd monitor is repeated there. ``EncodedFrame`` names
    the rounded size, which is what a decoder shows.
    """

    def __init__(
        self, width: int, height: int, settings: EncoderSettings, *, converter: Converter | None = None
    ) -> None:
        """Open an encoder for a monitor of ``width`` × ``height``; ``converter``: the quickest there is."""
        self._monitor_width, self._monitor_height = width, height
        self._picture = av.VideoFrame(width + width % 2, height + height % 2, "yuv420p")
        self._planes = Planes(*plane_arrays(self._picture))
        self._converter = converter or choose_converter()
        self._encoder: Encoder | None = Encoder(self._picture.width, self._picture.height, settings)
        self._planes.y[:] = 16  # black until painted
        self._planes.u[:] = self._planes.v[:] = 128

    @property
    def width(self) -> int:
        return self._picture.width

    @property
    def height(self) -> int:
        return self._picture.height

    def paint(self, patch: Patch) -> None:
        """Put ``patch`` into the picture; nothing but its rectangle is touched.

        Raises:
            ValueError: it starts at an odd coordinate, ends at an odd one
                inside the monitor, or reaches outside.
        """
        region = patch.region
        self._check(patch)
        self._converter.convert(patch, self._planes)
        luma = self._planes.y
        if region.right % 2:
            luma[region.y : region.bottom, region.right] = luma[region.y : region.bottom, region.right - 1]
        if region.bottom % 2:
            luma[region.bottom] = luma[region.bottom - 1]

    def encode(self, *, pts: int, keyframe: bool, captured_at: float) -> EncodedFrame | None:
        """Encode the picture as it is; return None when the encoder gives nothing.

        Called again without fresh paint it makes the same picture sharper:
        x264 lowers its quantiser by up to four steps a frame while nothing moves.
        """
        if self._encoder is None:
            return None
        encoded = self._encoder.encode(self._picture, pts=pts, keyframe=keyframe)
        if encoded is None:
            return None
        data, encoded_pts, is_keyframe = encoded
        return EncodedFrame(data, encoded_pts, is_keyframe, self.width, self.height, captured_at)

    def close(self) -> None:
        """Give the encoder back; ``encode`` returns None from here on."""
        self._encoder = None

    def _check(self, patch: Patch) -> None:
        region = patch.region
        width, height = self._monitor_width, self._monitor_height
        inside = region.x >= 0 and region.y >= 0 and region.right <= width and region.bottom <= height
        starts_even = region.x % 2 == region.y % 2 == 0
        ends_even = (region.right % 2 == 0 or region.right == width) and (
            region.bottom % 2 == 0 or region.bottom == height
        )
        enough = len(patch.pixels) >= (region.height - 1) * patch.stride_bytes + region.width * 4
        if region.is_empty or not (inside and starts_even and ends_even and enough):
            raise ValueError(f"{region} does not fit a picture of {width}x{height} in 2x2 blocks")
