"""Who gets which frames: the fan-outs of one screen, their keyframe timers and their figures."""

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
from screenshare.video.encoder import EncoderSettings
from screenshare.video.fanout import Fanout, Figures, FrameQueue
from screenshare.video.pictures import Output

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


class Outlet:
    """The takers of one rendition, and the keyframes they need."""

    def __init__(self, order_keyframe: Callable[[], None]) -> None:
        self.fanout = Fanout()
        self._order_keyframe = order_keyframe
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def publish(self, frame: EncodedFrame) -> None:
        self.fanout.publish(frame, monotonic_s())
        self.order_keyframe()

    def order_keyframe(self) -> None:
        """Order the keyframe that somebody needs, now or as soon as it is allowed."""
        now = monotonic_s()
        if self.fanout.keyframe_due(now):
            self.fanout.keyframe_ordered(now)
            self._order_keyframe()
            return
        deadline = self.fanout.deadline
        if deadline is not None and self._timer is None:
            self._timer = self._loop.call_at(deadline, self._time)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _time(self) -> None:
        self._timer = None
        self.order_keyframe()


class MediaRoom:
    """One screen: one grab, one encode a rendition, many takers, each with a queue of his own."""

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
        self._outlets: dict[EncoderSettings, Outlet] = {}
        self._takes: dict[str, EncoderSettings] = {}
        self._exact: dict[str, ExactLine] = {}
        self._anew_timer: asyncio.TimerHandle | None = None
        self._began_anew_at = float("-inf")
        self._is_recorded = False
        self._feed = ScreenFeed(
            source,
            max_fps=max_fps,
            callbacks=FeedCallbacks(
                output=self._publish,
                screen_changed=on_screen_changed,
                warned=on_warning,
                failed=on_failed,
            ),
        )

    def start(self) -> None:
        self._feed.start()

    async def stop(self) -> None:
        for outlet in self._outlets.values():
            outlet.close()
        if self._anew_timer is not None:
            self._anew_timer.cancel()
        await self._feed.stop()

    # --- takers ------------------------------------------------------------------------------------------

    def subscribe(
        self, key: str, on_frame: Callable[[], None], settings: EncoderSettings | None = None
    ) -> FrameQueue:
        """Let ``key`` take a rendition, from a keyframe on, instead of what it took before.

        ``on_frame`` is called when a frame was queued; ``settings``: the usual one.
        """
        settings = settings or EncoderSettings()
        self._forget(key)
        outlet = self._outlets.get(settings)
        if outlet is None:
            outlet = self._outlets[settings] = Outlet(lambda: self._feed.want_keyframe(settings))
        self._takes[key] = settings
        queue = outlet.fanout.subscribe(key, on_frame=on_frame)
        self._tell_wishes()
        outlet.order_keyframe()
        return queue

    def unsubscribe(self, key: str) -> None:
        """Forget ``key``; allowed for one who does not take frames."""
        self._forget(key)
        self._exact.pop(key, None)
        self._tell_wishes()
        self.exact_drained()

    def accept_exact(self, key: str, line: ExactLine | None) -> None:
        """Bring ``key``, who takes frames, exact pixels over ``line`` besides; None: video alone."""
        if line is not None:
            self._exact[key] = line
            self._tell_wishes()
            self._begin_anew()
        elif (before := self._exact.pop(key, None)) is not None:
            before.send_picture(pack_suspended())
            self._tell_wishes()
            self.exact_drained()

    def choose_quality(self, key: str, mode: QualityMode, max_kbps: int | None) -> None:
        """Give ``key`` the picture he chose, from the next keyframe on."""

    def exact_drained(self) -> None:
        """Go on refining if every viewer has taken what stood before him."""
        if all(line.picture_backlog_bytes <= REFINEMENT_BACKLOG_BYTES for line in self._exact.values()):
            self._feed.allow_refinement()

    def ask_keyframe(self, key: str) -> None:
        """Ask for a keyframe; requests are merged and rate-limited by the fan-out."""
        if (settings := self._takes.get(key)) is not None:
            self._outlets[settings].fanout.ask_keyframe(key)
            self._outlets[settings].order_keyframe()

    def record(self, is_recorded: bool) -> None:
        """Let a recording grow also while the screen stands still."""
        self._is_recorded = is_recorded
        self._tell_wishes()

    def figures(self) -> Figures:
        """Return what was made during the last second: of the quickest rendition, and of all together."""
        now = monotonic_s()
        each = [outlet.fanout.figures(now) for outlet in self._outlets.values()]
        return Figures(fps=max((f.fps for f in each), default=0), kbps=sum(f.kbps for f in each))

    def _forget(self, key: str) -> None:
        settings = self._takes.pop(key, None)
        if settings is None:
            return
        outlet = self._outlets[settings]
        outlet.fanout.unsubscribe(key)
        if len(outlet.fanout) == 0:
            outlet.close()
            del self._outlets[settings]

    # --- from the feed -----------------------------------------------------------------------------------

    def _publish(self, output: Output) -> None:
        if isinstance(output, bytes):
            self._publish_exact(output)
        elif (outlet := self._outlets.get(output.settings)) is not None:
            outlet.publish(output.frame)

    def _publish_exact(self, message: bytes) -> None:
        refused = [line for line in self._exact.values() if not line.send_picture(message)]
        if refused:
            self._begin_anew()
        self.exact_drained()

    def _begin_anew(self) -> None:
        """Let the exact picture begin anew, with a frame that has all that may be missing; not too often."""
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
                renditions=frozenset(self._outlets),
                has_video_takers=len(self._takes) > len(self._exact),
                has_exact_takers=len(self._exact) > 0,
                is_recorded=self._is_recorded,
            )
        )
