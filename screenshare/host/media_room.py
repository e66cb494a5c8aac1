"""Who gets which frames: the fan-out of one screen, its keyframe timer and its figures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.clock import monotonic_s
from screenshare.errors import BackendError
from screenshare.host.feed import FeedCallbacks, ScreenFeed
from screenshare.media import EncodedFrame, Monitor
from screenshare.protocol.fields import QualityMode
from screenshare.video.fanout import Fanout, Figures, FrameQueue


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
        self._feed = ScreenFeed(
            source,
            max_fps=max_fps,
            callbacks=FeedCallbacks(
                frame=self._publish, screen_changed=on_screen_changed, warned=on_warning, failed=on_failed
            ),
        )

    def start(self) -> None:
        self._feed.start()

    async def stop(self) -> None:
        if self._keyframe_timer is not None:
            self._keyframe_timer.cancel()
        await self._feed.stop()

    def subscribe(self, key: str, on_frame: Callable[[], None]) -> FrameQueue:
        """Let ``key`` take frames, from a keyframe on; ``on_frame`` is called when one was queued."""
        queue = self._fanout.subscribe(key, on_frame=on_frame)
        self._feed.watch(True)
        self._order_keyframe()
        return queue

    def unsubscribe(self, key: str) -> None:
        """Forget ``key``; allowed for one who does not take frames."""
        self._fanout.unsubscribe(key)
        self._feed.watch(len(self._fanout) > 0)

    def choose_quality(self, key: str, mode: QualityMode, max_kbps: int | None) -> None:
        """Give ``key`` the picture he chose, from the next keyframe on."""

    def ask_keyframe(self, key: str) -> None:
        """Ask for a keyframe; requests are merged and rate-limited by the fan-out."""
        self._fanout.ask_keyframe(key)
        self._order_keyframe()

    def record(self, is_recorded: bool) -> None:
        """Let a recording grow also while the screen stands still."""
        self._feed.record(is_recorded)

    def figures(self) -> Figures:
        """Return what went out during the last second."""
        return self._fanout.figures(monotonic_s())

    def _publish(self, frame: EncodedFrame) -> None:
        self._fanout.publish(frame, monotonic_s())
        self._order_keyframe()

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
