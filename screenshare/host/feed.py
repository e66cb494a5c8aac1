"""The screen feed: one thread that waits for damage, grabs, and makes frames and exact pixels of it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.clock import monotonic_s
from screenshare.errors import BackendError, CaptureLost
from screenshare.handover import tell
from screenshare.media import Monitor, Patch, Region
from screenshare.protocol.messages import CursorShaped
from screenshare.session.limits import TokenBucket
from screenshare.video.cursor import describe_cursor
from screenshare.video.pictures import Form, FormWish, Output, Pictures

log = logging.getLogger(__name__)

# Frames and messages that the loop has not taken yet; beyond it the thread waits: newest pixels win.
MAX_HANDED_OVER: Final = 2
# While a recording runs, a still picture is encoded this often: a frame reaches the disk with the
# second one after it, and a killed host must not cost more than a second.
RECORDED_PULSE_S: Final = 0.33
# Changes that come one by one are taken at once, also three in a row: the frame rate bounds motion.
BURST_FRAMES: Final = 3
# Wishes for a keyframe that the thread has not seen yet; there are never more renditions.
MAX_KEYFRAMES_ASKED: Final = 16
# While nobody watches, what the display tells is thrown away this often: a moving mouse tells much.
REST_S: Final = 1.0
# A wait that nothing ends begins anew after this.
LONGEST_WAIT_S: Final = 60.0
STOP_LIMIT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class CursorNews:
    """Where the pointer is on the monitor now, in its pixels, and its shape if that is new."""

    at: tuple[int, int] | None
    shaped: CursorShaped | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCallbacks:
    """Whom the feed tells what; all are called on the event loop."""

    output: Callable[[Output], None]
    cursor: Callable[[CursorNews], None]
    layout: Callable[[Monitor, list[Monitor]], None]
    warned: Callable[[CaptureWarning], None]
    failed: Callable[[BackendError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the takers of one feed need; the loop replaces it, the thread reads it."""

    forms: Mapping[Form, FormWish] = field(default_factory=dict)
    has_exact_takers: bool = False
    is_recorded: bool = False


class ScreenFeed:
    """One monitor's way from damage to encoded frames and exact pixels.

    Only the thread touches the source and the pictures. The loop states its wishes and wakes it.
    Nobody takes frames: no grab, no encode, no encoder.
    """

    def __init__(self, source: ScreenSource, *, max_fps: int, callbacks: FeedCallbacks) -> None:
        self._source = source
        self._budget = TokenBucket(rate_hz=max_fps, burst=BURST_FRAMES)
        self._callbacks = callbacks
        self._loop = asyncio.get_running_loop()
        self._wishes = Wishes()
        self._keyframes_asked: deque[Form] = deque(maxlen=MAX_KEYFRAMES_ASKED)
        self._is_watched = threading.Event()
        self._stopping = threading.Event()
        self._exact_anew = threading.Event()
        self._may_refine = threading.Event()
        self._room = threading.Semaphore(MAX_HANDED_OVER)
        self._thread = threading.Thread(target=self._run, name="screen-feed", daemon=True)
        self._pictures: Pictures | None = None
        self._layout_told = (source.monitor, source.monitors)
        self._encoded_at = float("-inf")
        self._warnings_told = 0

    # --- called on the loop ------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def wish(self, wishes: Wishes) -> None:
        """Say what the takers need from now on."""
        self._wishes = wishes
        if wishes.forms:
            self._is_watched.set()
        else:
            self._is_watched.clear()
        self._source.wake()

    def want_keyframe(self, form: Form) -> None:
        """Let the next frame of ``form`` be a keyframe, and come at once."""
        self._keyframes_asked.append(form)
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
        _name_for_the_system()
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
            self._close_pictures()

    def _rest(self) -> None:
        self._close_pictures()
        while not self._is_watched.wait(REST_S):
            self._source.skip()

    def _step(self) -> None:
        """Wait for the next thing to do, and do it: a change first, then what makes the picture better."""
        seen_at = self._source.wait(self._wait_limit_s())
        if self._stopping.is_set() or not self._is_watched.is_set():
            return
        if seen_at is not None:
            self._tell_cursor()
        if self._source.is_damaged or self._pictures is None:
            patches = self._grab()
            if patches and self._pictures is not None:
                self._bring(self._pictures, patches, seen_at or monotonic_s())
                return
        if self._pictures is not None:
            self._follow(self._pictures)
            self._improve(self._pictures, monotonic_s())

    def _wait_limit_s(self) -> float:
        pictures = self._pictures
        if pictures is None:
            return 0.0
        due_at = min(pictures.due_at, self._encoded_at + self._pulse_s)
        if self._may_refine_now:
            due_at = min(due_at, pictures.refinement_due_at)
        return min(LONGEST_WAIT_S, max(0.0, due_at - monotonic_s()))

    @property
    def _pulse_s(self) -> float:
        return RECORDED_PULSE_S if self._wishes.is_recorded else float("inf")

    @property
    def _may_refine_now(self) -> bool:
        return self._wishes.has_exact_takers and self._may_refine.is_set()

    # --- changes -------------------------------------------------------------------------------------

    def _grab(self) -> list[Patch]:
        """Return what changed, all of it where the pictures begin anew."""
        self._pause_for_frame_rate()
        patches = self._source.grab(whole=self._pictures is None)
        region, before = self._source.monitor.region, self._layout_told[0].region
        if self._pictures is None or (region.width, region.height) != (before.width, before.height):
            self._close_pictures()
            self._pictures = Pictures(region.width, region.height)
            self._tell_warnings()
        self._tell_layout()
        return patches

    def _pause_for_frame_rate(self) -> None:
        """A change is taken at once unless that would exceed the frame rate."""
        while (pause_s := self._budget.wait_s(monotonic_s())) > 0:
            self._stopping.wait(pause_s)
        self._budget.take(monotonic_s())

    def _bring(self, pictures: Pictures, patches: list[Patch], seen_at: float) -> None:
        self._follow(pictures)
        exactly = self._wishes.has_exact_takers
        self._hand_over(pictures.bring(patches, seen_at, monotonic_s(), exactly=exactly))

    # --- a picture at rest -----------------------------------------------------------------------------

    def _improve(self, pictures: Pictures, now: float) -> None:
        """Do the most urgent of what a still picture needs, if anything is due."""
        if pictures.due_at <= now:
            self._hand_over(pictures.improve(now))
        elif now - self._encoded_at >= self._pulse_s:
            self._hand_over(pictures.pulse(now))
        elif self._may_refine_now and pictures.refinement_due_at <= now:
            # The loop says when another message may follow.
            self._may_refine.clear()
            self._hand_over([pictures.refine(self._read, now)])

    def _read(self, region: Region) -> list[Patch]:
        return self._source.read([region])

    # --- the pictures ----------------------------------------------------------------------------------

    def _tell_layout(self) -> None:
        layout = (self._source.monitor, self._source.monitors)
        if layout != self._layout_told:
            self._layout_told = layout
            self._loop.call_soon_threadsafe(self._callbacks.layout, *layout)

    def _follow(self, pictures: Pictures) -> None:
        """Carry the loop's wishes out: renditions to open and to close, keyframes, the exact picture anew."""
        # In a recording nobody else could draw it.
        self._source.draw_cursor(self._wishes.is_recorded)
        pictures.follow(self._wishes.forms, self._read)
        while self._keyframes_asked:
            pictures.owe_keyframe(self._keyframes_asked.popleft())
        if self._exact_anew.is_set():
            self._exact_anew.clear()
            pictures.owe_exact()

    def _close_pictures(self) -> None:
        pictures, self._pictures = self._pictures, None
        if pictures is not None:
            pictures.close()

    def _tell_cursor(self) -> None:
        cursor = self._source.take_cursor()
        if cursor is None:
            return
        shaped = None if cursor.shape is None else describe_cursor(cursor.shape)
        self._loop.call_soon_threadsafe(self._callbacks.cursor, CursorNews(cursor.at, shaped))

    def _tell_warnings(self) -> None:
        """Say what falls short here, once each; a source knows it all after its first grab."""
        warnings = self._source.warnings
        for warning in warnings[self._warnings_told :]:
            self._loop.call_soon_threadsafe(self._callbacks.warned, warning)
        self._warnings_told = len(warnings)

    # --- to the loop -----------------------------------------------------------------------------------

    def _hand_over(self, outputs: Iterable[Output]) -> None:
        """Give the loop ``outputs``, each once it has taken enough of what it got before."""
        for output in outputs:
            if not isinstance(output, bytes):
                self._encoded_at = monotonic_s()
            while not self._room.acquire(timeout=0.5):
                if self._stopping.is_set():
                    return
            self._loop.call_soon_threadsafe(self._take_over, output)

    def _take_over(self, output: Output) -> None:
        self._room.release()
        self._callbacks.output(output)

    def _report(self, error: BackendError) -> None:
        tell(self._loop, self._callbacks.failed, error)


def _name_for_the_system() -> None:
    """Let ``top -H`` tell this thread, and those that its encoders start, from the others (Linux alone)."""
    with suppress(OSError):
        Path("/proc/thread-self/comm").write_text(threading.current_thread().name)
