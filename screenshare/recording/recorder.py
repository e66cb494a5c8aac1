"""One recording, from its first keyframe to a file that plays."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from screenshare.clock import monotonic_s
from screenshare.errors import RecordingError, ScreenshareError
from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame
from screenshare.recording.disk import refusal
from screenshare.recording.mp4 import Mp4File
from screenshare.recording.names import numbered

log = logging.getLogger(__name__)

# Frames that wait for the disk: two seconds of the quickest screen. Beyond it new frames are refused
# up to the next keyframe; what was taken is written.
MAX_WAITING: Final = 120
_MOST_FILES: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFile:
    """One finished file."""

    path: Path
    duration_s: float
    bytes: int


@dataclass(frozen=True, slots=True)
class RecordingResult:
    """What is on the disk: several files where the screen changed its size, none where nothing came."""

    files: tuple[RecordedFile, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        return tuple(file.path for file in self.files)

    @property
    def duration_s(self) -> float:
        return sum(file.duration_s for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


class Recorder:
    """Takes encoded frames on the event loop and writes them in a thread of its own.

    The newest frame is held back until the next one, or ``stop``, tells how long it is shown. A
    killed process thus loses the time between the last two frames offered and a tenth of a second.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_stopped: Callable[[RecordingResult], None],
        on_warning: Callable[[ScreenshareError], None],
    ) -> None:
        """``on_stopped`` comes exactly once after ``start``, as the last word; both come from the thread."""
        self.path = path
        self._on_stopped = on_stopped
        self._on_warning = on_warning
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        # Between loop and thread, under this condition:
        self._changed = threading.Condition()
        self._waiting: deque[EncodedFrame] = deque()
        self._in_lobby = True
        self._missed_frames = False
        self._stop_at: float | None = None
        self._began_at: float | None = None
        self._bytes = 0
        self._result: RecordingResult | None = None
        # Of the thread alone:
        self._files: list[Mp4File] = []  # the last one is open
        self._held: EncodedFrame | None = None
        self._has_warned = False

    # --- called on the loop ------------------------------------------------------------------------

    def start(self) -> None:
        """Create the file and wait for a keyframe.

        Raises:
            RecordingError: it cannot be written there, or exists already.
        """
        try:
            self._files.append(Mp4File(self.path))
        except OSError as error:
            raise refusal(self.path, error) from error
        self._thread.start()

    def offer(self, frame: EncodedFrame) -> bool:
        """Take ``frame``, never waiting; return False when only a keyframe can bring the recording on.

        A recording that has ended needs nothing any more.
        """
        with self._changed:
            if self._result is not None or self._stop_at is not None:
                return True
            if self._in_lobby and not frame.is_keyframe:
                return False
            if len(self._waiting) >= MAX_WAITING:
                self._in_lobby = self._missed_frames = True
                return False
            self._in_lobby = False
            if self._began_at is None:
                self._began_at = frame.captured_at
            self._waiting.append(frame)
            self._changed.notify()
            return True

    def stop(self) -> None:
        """Finish: the last picture lasts until now. Returns at once; ``on_stopped`` tells the end."""
        with self._changed:
            if self._stop_at is None:
                self._stop_at = monotonic_s()
            self._changed.notify()

    @property
    def duration_s(self) -> float:
        """Seconds since the first picture; the length of the recording once it has ended."""
        with self._changed:
            if self._result is not None:
                return self._result.duration_s
            if self._began_at is None:
                return 0.0
            return max(0.0, (self._stop_at or monotonic_s()) - self._began_at)

    @property
    def bytes(self) -> int:
        """What has been written, over all files."""
        with self._changed:
            return self._bytes

    # --- the thread ----------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (frame := self._next()) is not None:
                self._take(frame)
            self._finish()
        except RecordingError as error:
            self._give_up(error)
        except Exception as error:  # the thread's last word: nobody must believe that it goes on
            log.exception("recorder")
            self._give_up(RecordingError(f"the recording broke: {error}", hint="start a new one"))
        result = RecordingResult(
            tuple(
                RecordedFile(path=file.path, duration_s=file.duration_s, bytes=file.size_bytes)
                for file in self._files
            )
        )
        with self._changed:
            self._result, self._bytes = result, result.bytes
            self._waiting.clear()
        log.info("recording ended after %.1f s, %d bytes", result.duration_s, result.bytes)
        self._on_stopped(result)

    def _next(self) -> EncodedFrame | None:
        """Return the next frame; None when all are written and somebody said stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stop_at is not None)
            return self._waiting.popleft() if self._waiting else None

    def _take(self, frame: EncodedFrame) -> None:
        held, self._held = self._held, frame
        if held is None:
            return
        self._write(held, end_pts=frame.pts)
        if (frame.width, frame.height) != (held.width, held.height):
            # One track has one size: players would stretch what follows.
            self._close_file()
            self._files.append(self._open_next())
        if self._missed_frames and not self._has_warned:
            self._has_warned = True
            self._on_warning(
                RecordingError(
                    f"the disk of {self.path.parent} is too slow: moments are missing in the recording",
                    hint="record to a quicker disk",
                )
            )

    def _finish(self) -> None:
        held, stop_at = self._held, self._stop_at
        if held is None or stop_at is None:
            self._close_file()
            self._files.clear()
            self._on_warning(
                RecordingError(f"nothing was recorded to {self.path}", hint="no picture came before the end")
            )
            return
        self._write(held, end_pts=held.pts + max(1, round((stop_at - held.captured_at) * VIDEO_CLOCK_HZ)))
        self._close_file()

    def _write(self, frame: EncodedFrame, *, end_pts: int) -> None:
        try:
            self._files[-1].write(frame, end_pts=end_pts)
        except OSError as error:
            raise _interrupted(self._files[-1].path, error) from error
        written = sum(file.size_bytes for file in self._files)
        with self._changed:
            self._bytes = written

    def _close_file(self) -> None:
        try:
            self._files[-1].close()
        except OSError as error:
            raise _interrupted(self._files[-1].path, error) from error

    def _open_next(self) -> Mp4File:
        for number in range(len(self._files) + 1, _MOST_FILES):
            path = numbered(self.path, number)
            try:
                return Mp4File(path)
            except FileExistsError:
                continue
            except OSError as error:
                raise _interrupted(path, error) from error
        raise RecordingError(f"there are {_MOST_FILES} recordings named {self.path.name} already")

    def _give_up(self, error: RecordingError) -> None:
        """Keep what is whole of the file that was being written, and say why there will be no more."""
        try:
            self._files[-1].abandon()
        except OSError as exc:
            log.warning("while ending the recording: %s", exc)
        if not self._files[-1].size_bytes:
            self._files.pop()
        self._on_warning(error)


def _interrupted(path: Path, error: OSError) -> RecordingError:
    reason = refusal(path, error)
    return RecordingError(f"the recording stopped: {reason}; what was written is kept", hint=reason.hint)
