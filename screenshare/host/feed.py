"""The screen feed: one thread that waits for damage, grabs, converts and encodes."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.clock import monotonic_s
from screenshare.errors import BackendError, CaptureLost
from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame, Monitor
from screenshare.session.limits import TokenBucket
from screenshare.video.encoder import EncoderSettings
from screenshare.video.rendition import Rendition

log = logging.getLogger(__name__)

# Frames handed over and not yet taken by the loop; beyond it the thread waits: newest pixels win.
MAX_HANDED_OVER: Final = 2
# Pauses after the last change at which the same picture is encoded again: x264 sharpens it each time
# (46.9 to 50.6 dB), and a lost last packet shows. Then nothing is sent at all. The first pause is
# longer than that between two keystrokes, so typing pays nothing for it.
SETTLE_PAUSES_S: Final = (0.12, 0.05, 0.06, 0.09, 0.13, 0.20)
# While a recording runs, a still picture is encoded this often: a frame reaches the disk with the
# second one after it, and a killed host must not cost more than a second.
RECORDED_PULSE_S: Final = 0.33
# Chromium asks for a keyframe when it gets no frame for 3 s (600 packets for a still desktop);
# a frame that says "nothing changed" costs 30 bytes.
WATCHED_PULSE_S: Final = 2.0
# Changes that come one by one are taken at once, also three in a row: the frame rate bounds motion.
BURST_FRAMES: Final = 3
STOP_LIMIT_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCallbacks:
    """Whom the feed tells what; all are called on the event loop."""

    frame: Callable[[EncodedFrame], None]
    screen_changed: Callable[[Monitor], None]
    warned: Callable[[CaptureWarning], None]
    failed: Callable[[BackendError], None]


class ScreenFeed:
    """One monitor's way from damage to encoded frames.

    Only the thread touches the source and the rendition. The loop sets three wishes (watched,
    keyframe, recorded) and wakes it. Nobody watches: no grab, no encode, no encoder.
    """

    def __init__(self, source: ScreenSource, *, max_fps: int, callbacks: FeedCallbacks) -> None:
        self._source = source
        self._budget = TokenBucket(rate_hz=max_fps, burst=BURST_FRAMES)
        self._callbacks = callbacks
        self._loop = asyncio.get_running_loop()
        self._watched = threading.Event()
        self._stopping = threading.Event()
        self._keyframe_wanted = threading.Event()
        self._is_recorded = threading.Event()
        self._room = threading.Semaphore(MAX_HANDED_OVER)
        self._thread = threading.Thread(target=self._run, name="screen-feed", daemon=True)
        self._rendition: Rendition | None = None
        self._monitor = source.monitor
        self._encoded_at = float("-inf")
        self._last_pts = -1
        self._settled = len(SETTLE_PAUSES_S)
        self._warnings_told = 0

    # --- called on the loop ------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def watch(self, is_watched: bool) -> None:
        """Say whether anybody (viewer or recording) takes frames."""
        if is_watched:
            self._watched.set()
        else:
            self._watched.clear()
        self._source.wake()

    def want_keyframe(self) -> None:
        self._keyframe_wanted.set()
        self._source.wake()

    def record(self, is_recorded: bool) -> None:
        """Say whether a recording runs, which needs a frame more often while nothing changes."""
        if is_recorded:
            self._is_recorded.set()
        else:
            self._is_recorded.clear()
        self._source.wake()

    async def stop(self) -> None:
        """End the thread, then close the source; call nothing else afterwards."""
        self._stopping.set()
        self._watched.set()
        self._source.wake()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, STOP_LIMIT_S)
        if self._thread.is_alive():
            log.warning("the screen feed did not end within %.0f s", STOP_LIMIT_S)
        else:
            self._source.close()

    # --- the thread ----------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                if self._watched.is_set():
                    self._step()
                else:
                    self._rest()
        except BackendError as exc:
            self._report(exc)
        except Exception as exc:  # the thread's last word: a silent death would freeze every viewer
            log.exception("screen feed")
            self._report(CaptureLost(f"the screen feed broke: {exc}"))
        finally:
            self._close_rendition()

    def _rest(self) -> None:
        self._close_rendition()
        self._watched.wait()

    def _step(self) -> None:
        seen_at = self._source.wait(self._wait_limit_s())
        if self._stopping.is_set() or not self._watched.is_set():
            return
        if (seen_at is not None or self._rendition is None) and self._grab():
            self._settled = 0
        elif self._is_settling_due():
            self._settled += 1
        elif not (self._keyframe_wanted.is_set() or self._is_pulse_due()):
            return
        self._encode(seen_at or monotonic_s())

    def _wait_limit_s(self) -> float:
        if self._rendition is None or self._keyframe_wanted.is_set():
            return 0.0
        wait_s = self._pulse_s
        if self._settled < len(SETTLE_PAUSES_S):
            wait_s = min(wait_s, SETTLE_PAUSES_S[self._settled])
        return max(0.0, self._encoded_at + wait_s - monotonic_s())

    def _is_settling_due(self) -> bool:
        due_after = SETTLE_PAUSES_S[self._settled] if self._settled < len(SETTLE_PAUSES_S) else float("inf")
        return monotonic_s() - self._encoded_at >= due_after

    @property
    def _pulse_s(self) -> float:
        return RECORDED_PULSE_S if self._is_recorded.is_set() else WATCHED_PULSE_S

    def _is_pulse_due(self) -> bool:
        return monotonic_s() - self._encoded_at >= self._pulse_s

    def _pause_for_frame_rate(self) -> None:
        """A change is taken at once unless that would exceed the frame rate."""
        while (pause_s := self._budget.wait_s(monotonic_s())) > 0:
            self._stopping.wait(pause_s)
        self._budget.take(monotonic_s())

    def _grab(self) -> bool:
        """Paint what changed; return whether anything did."""
        self._pause_for_frame_rate()
        patches = self._source.grab(whole=self._rendition is None)
        rendition, monitor = self._rendition, self._source.monitor
        if rendition is None or monitor.region != self._monitor.region:
            rendition = self._open_rendition(monitor)
            self._tell_warnings()
        for patch in patches:
            rendition.paint(patch)
        return bool(patches)

    def _open_rendition(self, monitor: Monitor) -> Rendition:
        self._close_rendition()
        region = monitor.region
        self._rendition = rendition = Rendition(region.width, region.height, EncoderSettings())
        self._keyframe_wanted.set()
        if monitor != self._monitor:
            self._monitor = monitor
            self._loop.call_soon_threadsafe(self._callbacks.screen_changed, monitor)
        return rendition

    def _tell_warnings(self) -> None:
        """Say what falls short here, once each; a source knows it all after its first grab."""
        warnings = self._source.warnings
        for warning in warnings[self._warnings_told :]:
            self._loop.call_soon_threadsafe(self._callbacks.warned, warning)
        self._warnings_told = len(warnings)

    def _close_rendition(self) -> None:
        rendition, self._rendition = self._rendition, None
        if rendition is not None:
            rendition.close()

    def _encode(self, captured_at: float) -> None:
        if self._rendition is None:
            return
        is_keyframe = self._keyframe_wanted.is_set()
        self._keyframe_wanted.clear()
        frame = self._rendition.encode(
            pts=self._next_pts(captured_at), keyframe=is_keyframe, captured_at=captured_at
        )
        self._encoded_at = monotonic_s()
        if frame is None:
            return
        while not self._room.acquire(timeout=0.5):
            if self._stopping.is_set():
                return
        self._loop.call_soon_threadsafe(self._hand_over, frame)

    def _next_pts(self, captured_at: float) -> int:
        pts = int(captured_at * VIDEO_CLOCK_HZ)
        self._last_pts = max(pts, self._last_pts + 1)
        return self._last_pts

    def _hand_over(self, frame: EncodedFrame) -> None:
        self._room.release()
        self._callbacks.frame(frame)

    def _report(self, error: BackendError) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._callbacks.failed, error)
