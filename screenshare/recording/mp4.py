"""One MP4 file of one picture size, written so that it plays whenever writing ends."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.container import OutputContainer

from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame
from screenshare.recording.disk import NewFile

_TIME_BASE: Final = Fraction(1, VIDEO_CLOCK_HZ)
# Only whole fragments survive a killed process. One costs about 150 bytes, so they are short.
_FRAGMENT_US: Final = 100_000
_OPTIONS: Final = {
    # Fragments while it grows; a plain seekable file, with one index, once it is closed.
    "movflags": "hybrid_fragmented",
    "frag_duration": str(_FRAGMENT_US),
    "flush_packets": "1",
}


class Mp4File:
    """H.264 in Annex B in, AVC samples with their true durations out. Used by one thread.

    Every method raises OSError as the disk does; ``abandon`` then keeps what is whole.
    """

    def __init__(self, path: Path) -> None:
        """Create ``path``, which must not exist; raises OSError."""
        self._disk = NewFile(path)
        self._container: OutputContainer | None = None
        self._first_pts = 0
        self._last_pts = 0
        self._end_pts = 0
        self._whole_bytes = 0
        self._whole_until_pts = 0

    @property
    def path(self) -> Path:
        return self._disk.path

    @property
    def size_bytes(self) -> int:
        return self._disk.size_bytes

    @property
    def duration_s(self) -> float:
        """How long the pictures written so far are shown."""
        return (self._end_pts - self._first_pts) / VIDEO_CLOCK_HZ

    def write(self, frame: EncodedFrame, *, end_pts: int) -> None:
        """Add ``frame``, shown until ``end_pts``; the first one must be a keyframe."""
        if self._container is None:
            self._container = self._begin(frame)
            self._first_pts = self._whole_until_pts = frame.pts
        self._end_pts = end_pts
        packet = av.Packet(frame.data)
        packet.pts = packet.dts = frame.pts - self._first_pts
        packet.duration = end_pts - frame.pts
        packet.time_base = _TIME_BASE
        packet.is_keyframe = frame.is_keyframe
        packet.stream = self._container.streams[0]
        before = self._disk.size_bytes
        self._container.mux(packet)
        self._check()
        if self._disk.size_bytes > before:
            # The muxer writes a fragment when it meets the frame after it.
            self._whole_bytes = self._disk.size_bytes
            self._whole_until_pts = frame.pts

    def close(self) -> None:
        """Write the index and close; a file without pictures is removed."""
        if self._container is None:
            self._disk.finish(keep_bytes=0)
            return
        self._container.close()
        self._check()
        self._disk.finish()

    def abandon(self) -> None:
        """Keep the whole fragments and write nothing more; without any, the file is removed.

        A file that is closed stays as it is.
        """
        if self._disk.is_closed:
            return
        self._disk.seal()
        if self._container is not None:
            self._container.close()
        self._end_pts = self._whole_until_pts
        self._disk.finish(keep_bytes=self._whole_bytes)

    def _begin(self, keyframe: EncodedFrame) -> OutputContainer:
        container = av.open(self._disk, "w", format="mp4", options=_OPTIONS)
        # The muxer reads profile and parameter sets from the first keyframe.
        container.add_mux_stream("h264", width=keyframe.width, height=keyframe.height, time_base=_TIME_BASE)
        container.start_encoding()
        self._check()
        return container

    def _check(self) -> None:
        if self._disk.error is not None:
            raise self._disk.error
