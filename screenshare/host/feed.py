"""The screen feed: one thread that waits for damage, grabs, and makes frames and exact pixels of it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.clock import monotonic_s
from screenshare.errors import BackendError, CaptureLost
from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame, Monitor, Patch, Region
from screenshare.protocol.picture import KEEP_BIT
from screenshare.session.limits import TokenBucket
from screenshare.video.encoder import EncoderSettings
from screenshare.video.exact_sender import ExactSender
from screenshare.video.rendition import Rendition

log = logging.getLogger(__name__)
T = TypeVar("T")

# Frames handed over and not yet taken by the loop; beyond it the thread waits: newest pixels win.
MAX_HANDED_OVER: Final = 2
# Pauses after the last change at which the same picture is encoded again for those who have video
# alone: x264 sharpens it each time (46.9 to 50.6 dB), and a lost last packet shows. The first pause
# is longer than that between two keystrokes, so typing pays nothing for it.
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
    composed: Callable[[bytes], None]  # a message of channel ``picture``
    screen_changed: Callable[[Monitor], None]
    warned: Callable[[CaptureWarning], None]
    failed: Callable[[BackendError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the takers of one feed need; the loop replaces it, the thread reads it."""

    has_takers: bool = False
    has_video_takers: bool = False  # somebody composes no exact pixels: each change needs a frame
    has_exact_takers: bool = False
    is_recorded: bool = False


class ScreenFeed:
    """One monitor's way from damage to encoded frames and exact pixels.

    Only the thread touches the source, the rendition and the exact picture. The loop states its
    wishes and wakes it. Nobody takes frames: no grab, no encode, no encoder.
    """

    def __init__(self, source: ScreenSource, *, max_fps: int, callbacks: FeedCallbacks) -> None:
        self._source = source
        self._budget = TokenBucket(rate_hz=max_fps, burst=BURST_FRAMES)
        self._callbacks = callbacks
        self._loop = asyncio.get_running_loop()
        self._wishes = Wishes()
        self._is_watched = threading.Event()
        self._stopping = threading.Event()
        self._keyframe_wanted = threading.Event()
        self._exact_anew = threading.Event()
        self._may_refine = threading.Event()
        self._room = threading.Semaphore(MAX_HANDED_OVER)
        self._thread = threading.Thread(target=self._run, name="screen-feed", daemon=True)
        self._rendition: Rendition | None = None
        self._exact: ExactSender | None = None
        self._monitor = source.monitor
        self._encoded_at = float("-inf")
        self._last_pts = -1
        self._settled = len(SETTLE_PAUSES_S)
        self._warnings_told = 0

    # --- called on the loop ------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def wish(self, wishes: Wishes) -> None:
        """Say what the takers need from now on."""
        self._wishes = wishes
        if wishes.has_takers:
            self._is_watched.set()
        else:
            self._is_watched.clear()
        self._source.wake()

    def want_keyframe(self) -> None:
        self._keyframe_wanted.set()
        self._source.wake()

    def begin_exact(self) -> None:
        """Begin the exact picture anew: somebody who takes it came, or missed a message."""
        self._exact_anew.set()
        self.allow_refinement()

    def allow_refinement(self) -> None:
        """Let the next message of refinement come: the last one is on its way."""
        self._may_refine.set()
        self._source.wake()

    async def stop(self) -> None:
        """End the thread, then close the source; call nothing else afterwards."""
        self._stopping.set()
        self._is_watched.set()
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
                if self._is_watched.is_set():
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
        self._is_watched.wait()

    def _step(self) -> None:
        """Wait for the next thing to do, and do it: a change first, then what makes the picture better."""
        seen_at = self._source.wait(self._wait_limit_s())
        if self._stopping.is_set() or not self._is_watched.is_set():
            return
        now = monotonic_s()
        if (seen_at is not None or self._rendition is None) and (patches := self._grab()):
            self._bring(patches, seen_at or now)
        elif self._is_frame_owed:
            self._encode(now, keep=False)
        elif self._is_settling_due(now):
            self._settled += 1
            self._encode(now, keep=True)
        elif now - self._encoded_at >= self._pulse_s:
            self._encode(now, keep=True)
        elif self._refinement_due_at <= now:
            self._refine(now)

    def _wait_limit_s(self) -> float:
        if self._rendition is None or self._is_frame_owed:
            return 0.0
        due_at = min(self._encoded_at + self._pulse_s, self._refinement_due_at)
        if self._wishes.has_video_takers and self._settled < len(SETTLE_PAUSES_S):
            due_at = min(due_at, self._encoded_at + SETTLE_PAUSES_S[self._settled])
        return max(0.0, due_at - monotonic_s())

    @property
    def _is_frame_owed(self) -> bool:
        """Whether somebody has no picture to build on: only a frame will do."""
        return self._keyframe_wanted.is_set() or self._exact_anew.is_set()

    def _is_settling_due(self, now: float) -> bool:
        if not self._wishes.has_video_takers or self._settled >= len(SETTLE_PAUSES_S):
            return False
        return now - self._encoded_at >= SETTLE_PAUSES_S[self._settled]

    @property
    def _pulse_s(self) -> float:
        return RECORDED_PULSE_S if self._wishes.is_recorded else WATCHED_PULSE_S

    # --- changes -------------------------------------------------------------------------------------

    def _grab(self) -> list[Patch]:
        """Paint what changed and return it."""
        self._pause_for_frame_rate()
        patches = self._source.grab(whole=self._rendition is None)
        rendition, monitor = self._rendition, self._source.monitor
        if rendition is None or monitor.region != self._monitor.region:
            rendition = self._open_rendition(monitor)
            self._tell_warnings()
        for patch in patches:
            rendition.paint(patch)
        return patches

    def _pause_for_frame_rate(self) -> None:
        """A change is taken at once unless that would exceed the frame rate."""
        while (pause_s := self._budget.wait_s(monotonic_s())) > 0:
            self._stopping.wait(pause_s)
        self._budget.take(monotonic_s())

    def _bring(self, patches: Sequence[Patch], seen_at: float) -> None:
        """Bring a change to the takers: exactly where it is small, as a frame where anybody needs one."""
        left = patches
        if self._wishes.has_exact_takers and self._exact is not None and not self._is_frame_owed:
            message, left = self._exact.bring(patches, self._next_pts(seen_at, keep=True), monotonic_s())
            if message is not None:
                self._hand_over(self._callbacks.composed, message)
        if left or self._wishes.has_video_takers:
            self._settled = 0
            self._encode(seen_at, keep=not left, regions=[patch.region for patch in left])

    # --- a picture at rest -----------------------------------------------------------------------------

    @property
    def _refinement_due_at(self) -> float:
        due_at = self._exact.due_at if self._exact is not None else None
        if due_at is None or not (self._wishes.has_exact_takers and self._may_refine.is_set()):
            return float("inf")
        return due_at

    def _refine(self, now: float) -> None:
        """Make the next part of a picture at rest exact; the loop says when another may follow."""
        assert self._exact is not None  # noqa: S101  or nothing would be due
        self._may_refine.clear()
        at = self._next_pts(now, keep=True)
        message = self._exact.refine(lambda region: self._source.read([region]), at)
        self._hand_over(self._callbacks.composed, message)

    # --- frames ----------------------------------------------------------------------------------------

    def _open_rendition(self, monitor: Monitor) -> Rendition:
        self._close_rendition()
        region = monitor.region
        self._rendition = rendition = Rendition(region.width, region.height, EncoderSettings())
        self._exact = ExactSender(region.width, region.height)
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
        rendition, self._rendition, self._exact = self._rendition, None, None
        if rendition is not None:
            rendition.close()

    def _encode(self, captured_at: float, *, keep: bool, regions: Sequence[Region] = ()) -> None:
        """Encode the picture as it is.

        ``keep``: exact pixels have brought all that changed. ``regions``: what they have not. A keyframe
        is shown by everybody: whoever asked for it has lost his picture.
        """
        if self._rendition is None:
            return
        is_keyframe = self._keyframe_wanted.is_set()
        self._keyframe_wanted.clear()
        if self._exact_anew.is_set() and self._exact is not None:
            self._exact_anew.clear()
            self._exact.begin_anew()
            keep = False  # the frame has everything, also what exact pixels alone have brought so far
        is_kept = keep and not is_keyframe
        pts = self._next_pts(captured_at, keep=is_kept)
        frame = self._rendition.encode(pts=pts, keyframe=is_keyframe, captured_at=captured_at)
        self._encoded_at = monotonic_s()
        if frame is None:
            return
        if not is_kept and self._exact is not None:
            self._exact.video_shown(regions, pts, self._encoded_at)
        self._hand_over(self._callbacks.frame, frame)

    def _next_pts(self, captured_at: float, *, keep: bool) -> int:
        """Return ``captured_at`` in ticks, later than all before it, its lowest bit saying ``keep``."""
        pts = max(int(captured_at * VIDEO_CLOCK_HZ), self._last_pts + 2) & ~KEEP_BIT
        self._last_pts = pts | (KEEP_BIT if keep else 0)
        return self._last_pts

    def _hand_over(self, callback: Callable[[T], None], what: T) -> None:
        """Give the loop ``what``, once it has taken enough of what it got before."""
        while not self._room.acquire(timeout=0.5):
            if self._stopping.is_set():
                return
        self._loop.call_soon_threadsafe(self._take_over, callback, what)

    def _take_over(self, callback: Callable[[T], None], what: T) -> None:
        self._room.release()
        callback(what)

    def _report(self, error: BackendError) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._callbacks.failed, error)
