"""One encoded form of one monitor: a persistent picture, painted in patches, encoded on demand."""

from __future__ import annotations

import av

from screenshare.media import EncodedFrame, Patch, Region
from screenshare.video.convert import Converter, Plane, Planes, choose_converter, plane_arrays
from screenshare.video.encoder import Encoder, EncoderSettings, Tuning


class Rendition:
    """One encoded form of one monitor. Used by one thread.

    A monitor wider than ``settings.max_width`` is divided by the smallest whole number that makes it
    fit. The picture's edges are rounded up to even ones, as 4:2:0 needs; the last column or row of the
    monitor is repeated there. ``EncodedFrame`` names the rounded size, which is what a decoder shows.
    """

    def __init__(
        self, width: int, height: int, settings: EncoderSettings, *, converter: Converter | None = None
    ) -> None:
        """Open an encoder for a monitor of ``width`` x ``height``; ``converter``: the quickest there is."""
        self._monitor_width, self._monitor_height = width, height
        self._format = settings.format
        self._converter = converter or choose_converter()
        self._divisor = -(-width // settings.max_width) if settings.max_width else 1
        # What one 2x2 block of the encoded picture is on the monitor.
        self._block = 2 * self._divisor
        encoded_width, encoded_height = (2 * -(-edge // self._block) for edge in (width, height))
        self._encoder: Encoder | None = Encoder(encoded_width, encoded_height, settings)
        pixel_format = self._encoder.pixel_format
        self._encoded = av.VideoFrame(encoded_width, encoded_height, pixel_format)
        self._painted = self._encoded
        if self._divisor > 1:
            size = (encoded_width * self._divisor, encoded_height * self._divisor)
            self._painted = av.VideoFrame(*size, pixel_format)
        self._planes = Planes(*plane_arrays(self._painted))
        self._encoded_planes = Planes(*plane_arrays(self._encoded))
        for planes in (self._planes, self._encoded_planes):  # black until painted
            planes.y[:] = 16
            planes.u[:] = planes.v[:] = 128

    @property
    def width(self) -> int:
        return self._encoded.width

    @property
    def height(self) -> int:
        return self._encoded.height

    def paint(self, patch: Patch) -> None:
        """Put ``patch`` into the picture; nothing but its rectangle is touched.

        Raises:
            ValueError: it starts at an odd coordinate, ends at an odd one
                inside the monitor, or reaches outside.
        """
        region = patch.region
        self._check(patch)
        self._converter.convert(patch, self._planes)
        if region.right == self._monitor_width or region.bottom == self._monitor_height:
            self._repeat_edges(region)
        if self._divisor > 1:
            self._shrink(region)

    def tune(self, tuning: Tuning) -> None:
        """Encode by ``tuning`` from the next frame on; see ``Encoder.tune``."""
        if self._encoder is not None:
            self._encoder.tune(tuning)

    def encode(self, *, pts: int, keyframe: bool, captured_at: float) -> EncodedFrame | None:
        """Encode the picture as it is; return None when the encoder gives nothing.

        Called again without fresh paint it makes the same picture sharper: x264
        moves its quantiser by up to four steps a frame towards what the tuning allows.
        """
        if self._encoder is None:
            return None
        encoded = self._encoder.encode(self._encoded, pts=pts, keyframe=keyframe)
        if encoded is None:
            return None
        data, encoded_pts, is_keyframe = encoded
        size = (self.width, self.height)
        return EncodedFrame(data, encoded_pts, is_keyframe, *size, captured_at, self._format)

    def close(self) -> None:
        """Give the encoder back; ``encode`` returns None from here on."""
        self._encoder = None

    def _repeat_edges(self, region: Region) -> None:
        """Fill the picture's rounded edges beside ``region``."""
        step = self._planes.chroma_step
        for plane, unit in ((self._planes.y, 1), (self._planes.u, step), (self._planes.v, step)):
            right, bottom = -(-self._monitor_width // unit), -(-self._monitor_height // unit)
            if region.right == self._monitor_width:
                rows = slice(region.y // unit, -(-region.bottom // unit))
                plane[rows, right:] = plane[rows, right - 1 : right]
            if region.bottom == self._monitor_height:
                # A corner belongs to the region that touches both edges.
                end = plane.shape[1] if region.right == self._monitor_width else region.right // unit
                columns = slice(region.x // unit, end)
                plane[bottom:, columns] = plane[bottom - 1 : bottom, columns]

    def _shrink(self, region: Region) -> None:
        """Bring the whole blocks that ``region`` touches into the encoded picture."""
        block, divisor = self._block, self._divisor
        step = self._planes.chroma_step
        left, top = region.x // block * 2, region.y // block * 2
        right, bottom = -(-region.right // block) * 2, -(-region.bottom // block) * 2
        pairs: tuple[tuple[Plane, Plane, int], ...] = (
            (self._planes.y, self._encoded_planes.y, 1),
            (self._planes.u, self._encoded_planes.u, step),
            (self._planes.v, self._encoded_planes.v, step),
        )
        for source, target, unit in pairs:
            x, y, x_end, y_end = left // unit, top // unit, right // unit, bottom // unit
            fine = source[y * divisor : y_end * divisor, x * divisor : x_end * divisor]
            self._converter.shrink(fine, target[y:y_end, x:x_end])

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
