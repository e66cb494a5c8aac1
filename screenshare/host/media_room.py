"""Who gets which frames: the fan-out of one screen, its keyframe timer and its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.clock import monotonic_s
from screenshare.errors import BackendError
from screenshare.host.feed import FeedCallbacks, ScreenFeed, Wishes
from screenshare.media import EncodedFrame, Monitor
from screenshare.protocol.fields import QualityMode
from screenshare.protocol.picture import pack_suspended
from screenshare.video.fanout import Fanout, Figures, FrameQueue

# Refinement waits while more than this stands before a viewer: a small change comes soon enough behind it.
REFINEMENT_BACKLOG_BYTES: Final = 24_576
# A viewer who begins anew again and again makes no more work than this.
BEGIN_ANEW_SPACING_S: Final = 2.0


class ExactLine(Protocol):
    """One viewer's way for exact pixels: ordered, reliable, bounded."""

    @property
    def picture_backlog_bytes(self) -> int: ...

    def send_picture(self, data: bytes) -> bool:
        """Send ``data``; False when too much stands before it."""
        ...


class MediaRoom:
    """One encode, many takers, each with a queue of his own."""

    def __init__(
        self,
        source: ScreenSource,
        *,
        max_fps: int,
        on_screen_changed: Callable[[Monitor], None],
        on_warning: Callable[[CaptureWarning], None],
        on_failed: Callable[[BackendError], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._fanout = Fanout()
        self._keyframe_timer: asyncio.TimerHandle | None = None
        self._anew_timer: asyncio.TimerHandle | None = None
        self._began_anew_at = float("-inf")
        self._exact: dict[str, ExactLine] = {}
        self._is_recorded = False
        self._feed = ScreenFeed(
            source,
            max_fps=max_fps,
            callbacks=FeedCallbacks(
                frame=self._publish,
                composed=self._publish_exact,
                screen_changed=on_screen_changed,
                warned=on_warning,
                failed=on_failed,
            ),
        )

    def start(self) -> None:
        self._feed.start()

    async def stop(self) -> None:
        for timer in (self._keyframe_timer, self._anew_timer):
            if timer is not None:
                timer.cancel()
        await self._feed.stop()

    def subscribe(self, key: str, on_frame: Callable[[], None]) -> FrameQueue:
        """Let ``key`` take frames, from a keyframe on; ``on_frame`` is called when one was queued."""
        queue = self._fanout.subscribe(key, on_frame=on_frame)
        self._tell_wishes()
        self._order_keyframe()
        return queue

    def unsubscribe(self, key: str) -> None:
        """Forget ``key``; allowed for one who does not take frames."""
        self._fanout.unsubscribe(key)
        self._exact.pop(key, None)
        self._tell_wishes()
        self._feed.allow_refinement()

    def accept_exact(self, key: str, line: ExactLine | None) -> None:
        """Bring ``key``, who takes frames, exact pixels over ``line`` besides; None: video alone."""
        if line is None:
            if (before := self._exact.pop(key, None)) is not None:
                before.send_picture(pack_suspended())
                self._tell_wishes()
                self._feed.allow_refinement()
        else:
            self._exact[key] = line
            self._tell_wishes()
            self._begin_anew()

    def choose_quality(self, key: str, mode: QualityMode, max_kbps: int | None) -> None:
        """Give ``key`` the picture he chose, from the next keyframe on."""

    def exact_drained(self) -> None:
        """Go on refining: a viewer has taken what stood before him."""
        if all(line.picture_backlog_bytes <= REFINEMENT_BACKLOG_BYTES for line in self._exact.values()):
            self._feed.allow_refinement()

    def ask_keyframe(self, key: str) -> None:
        """Ask for a keyframe; requests are merged and rate-limited by the fan-out."""
        self._fanout.ask_keyframe(key)
        self._order_keyframe()

    def record(self, is_recorded: bool) -> None:
        """Let a recording grow also while the screen stands still."""
        self._is_recorded = is_recorded
        self._tell_wishes()

    def figures(self) -> Figures:
        """Return what went out during the last second."""
        return self._fanout.figures(monotonic_s())

    def _publish(self, frame: EncodedFrame) -> None:
        self._fanout.publish(frame, monotonic_s())
        self._order_keyframe()

    def _publish_exact(self, message: bytes) -> None:
        refused = [line for line in self._exact.values() if not line.send_picture(message)]
        if refused:
            self._begin_anew()
        self.exact_drained()

    def _begin_anew(self) -> None:
        """Let the exact picture begin anew, and a frame bring what may have been missed; not too often."""
        now = monotonic_s()
        if self._anew_timer is not None:
            return
        if now < self._began_anew_at + BEGIN_ANEW_SPACING_S:
            self._anew_timer = self._loop.call_at(self._began_anew_at + BEGIN_ANEW_SPACING_S, self._anew_time)
            return
        self._began_anew_at = now
        self._feed.begin_exact()

    def _anew_time(self) -> None:
        self._anew_timer = None
        self._begin_anew()

    def _tell_wishes(self) -> None:
        self._feed.wish(
            Wishes(
                has_takers=len(self._fanout) > 0,
                has_video_takers=len(self._fanout) > len(self._exact),
                has_exact_takers=len(self._exact) > 0,
                is_recorded=self._is_recorded,
            )
        )

    def _order_keyframe(self) -> None:
        """Order the keyframe that somebody needs, now or as soon as it is allowed."""
        now = monotonic_s()
        if self._fanout.keyframe_due(now):
            self._fanout.keyframe_ordered(now)
            self._feed.want_keyframe()
            return
        deadline = self._fanout.deadline
        if deadline is not None and self._keyframe_timer is None:
            self._keyframe_timer = self._loop.call_at(deadline, self._keyframe_time)

    def _keyframe_time(self) -> None:
        self._keyframe_timer = None
        self._order_keyframe()
