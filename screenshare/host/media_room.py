"""Who gets which pictures: the takers of one screen, the forms they take, and the keyframes they need."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.clock import monotonic_s
from screenshare.errors import BackendError
from screenshare.host.feed import CursorNews, FeedCallbacks, ScreenFeed, Wishes
from screenshare.media import EncodedFrame, Monitor, PathFigures, VideoFormat
from screenshare.protocol.fields import QualityMode
from screenshare.protocol.messages import CursorShaped, Limit
from screenshare.protocol.picture import pack_suspended
from screenshare.video.fanout import Fanout, Figures, FrameQueue
from screenshare.video.pictures import Form, FormWish, Output
from screenshare.video.quality import MODES

# Refinement waits while more than this stands before a viewer: a small change comes soon enough behind it.
REFINEMENT_BACKLOG_BYTES: Final = 24_576
# A viewer who begins anew again and again makes no more work than this.
BEGIN_ANEW_SPACING_S: Final = 2.0
# Viewers share a rendition with those whose paths carry between 1 and 3 times as much.
TIER_FACTOR: Final = 3.0
LOWEST_TIER_KBPS: Final = 500
# A viewer is moved to another tier at most this often: each move takes a keyframe.
MOVE_SPACING_S: Final = 5.0
# Exact pixels come reliably and in order, so that one lost packet holds all up for a round trip or more.
EXACT_MAX_LOSS: Final = 0.005
EXACT_MAX_RTT_S: Final = 0.15
EXACT_MIN_KBPS: Final = 3_000
EXACT_AGAIN_S: Final = 10.0
# Where the pointer has come to rest is told twice: a place that is lost has no successor.
CURSOR_AGAIN_S: Final = 0.1


class ExactLine(Protocol):
    """One viewer's way for exact pixels: ordered, reliable, bounded."""

    @property
    def picture_backlog_bytes(self) -> int: ...

    def send_picture(self, data: bytes) -> bool:
        """Send ``data``; False when too much stands before it."""
        ...


class Outlet:
    """The takers of one form, and the keyframes they need."""

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


@dataclass(slots=True)
class Subscription:
    """One taker's frames, and what is known about what he can take."""

    key: str
    on_frame: Callable[[], None]
    formats: frozenset[VideoFormat]
    mode: QualityMode
    form: Form
    queue: FrameQueue
    # Where he is being moved to; he takes the old frames until its first keyframe is there.
    next_form: Form | None = None
    next_queue: FrameQueue | None = None
    moved_at: float = float("-inf")
    cap_kbps: int | None = None
    path: PathFigures = field(default_factory=PathFigures)
    line: ExactLine | None = None
    is_exact: bool = False
    # What he and the feed know of this; None: to be told whatever it is.
    told: tuple[Form, bool, int | None] | None = None
    no_exact_before: float = float("-inf")

    def take(self) -> EncodedFrame | None:
        """Return the next frame to send, or None while there is none."""
        return self.queue.take()

    @property
    def limit_kbps(self) -> int | None:
        """The most that may be sent to him; None while nothing limits it."""
        limits = [kbps for kbps in (self.cap_kbps, self.path.target_kbps) if kbps is not None]
        return min(limits, default=None)

    @property
    def limit(self) -> Limit:
        """What limits it."""
        if self.limit_kbps is None:
            return "free"
        return "cap" if self.limit_kbps == self.cap_kbps else "path"

    def wanted_form(self) -> Form:
        """Return the form that suits him now."""
        limit = self.limit_kbps
        tier = None if limit is None else max(0, math.floor(math.log(limit / LOWEST_TIER_KBPS, TIER_FACTOR)))
        wanted = (format_ for format_ in MODES[self.mode].formats if format_ in self.formats)
        return Form(mode=self.mode, format=next(wanted, self.form.format), tier=tier)

    def can_be_exact(self, now: float) -> bool:
        """Tell whether exact pixels would reach him well."""
        path = self.path
        is_good = path.loss <= EXACT_MAX_LOSS and (path.rtt_s or 0.0) <= EXACT_MAX_RTT_S
        is_wide = self.limit_kbps is None or self.limit_kbps >= EXACT_MIN_KBPS
        if self.is_exact and not (is_good and is_wide):
            self.no_exact_before = now + EXACT_AGAIN_S
        has_line = self.line is not None and MODES[self.mode].has_tiles
        return has_line and is_good and is_wide and now >= self.no_exact_before


class MediaRoom:
    """One screen: one grab, one encode a form, many takers, each with a queue of his own."""

    def __init__(
        self,
        source: ScreenSource,
        *,
        max_fps: int,
        on_layout: Callable[[Monitor, list[Monitor]], None],
        on_warning: Callable[[CaptureWarning], None],
        on_failed: Callable[[BackendError], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._outlets: dict[Form, Outlet] = {}
        self._takers: dict[str, Subscription] = {}
        self._anew_timer: asyncio.TimerHandle | None = None
        self._cursor_timer: asyncio.TimerHandle | None = None
        self._began_anew_at = float("-inf")
        self._is_recorded = False
        self._is_paused = False
        # Set by whoever tells viewers: the pointer moved or has another shape; a taker gets something else.
        self.on_cursor: Callable[[CursorShaped | None], None] = lambda shaped: None
        self.on_served: Callable[[str], None] = lambda key: None
        self.cursor_at: tuple[int, int] | None = None
        self._feed = ScreenFeed(
            source,
            max_fps=max_fps,
            callbacks=FeedCallbacks(
                output=self._publish,
                cursor=self._note_cursor,
                layout=on_layout,
                warned=on_warning,
                failed=on_failed,
            ),
        )

    def start(self) -> None:
        self._feed.start()

    async def stop(self) -> None:
        for outlet in self._outlets.values():
            outlet.close()
        for timer in (self._anew_timer, self._cursor_timer):
            if timer is not None:
                timer.cancel()
        await self._feed.stop()

    # --- takers ------------------------------------------------------------------------------------------

    def subscribe(
        self,
        key: str,
        on_frame: Callable[[], None],
        *,
        formats: frozenset[VideoFormat] = frozenset({VideoFormat.H264}),
        mode: QualityMode = "auto",
    ) -> Subscription:
        """Let ``key`` take frames, from a keyframe on; ``on_frame`` is called when one was queued."""
        self.unsubscribe(key)
        form = Form(mode=mode, format=next(f for f in MODES[mode].formats if f in formats))
        queue = self._outlet(form).fanout.subscribe(key, on_frame=on_frame)
        taker = Subscription(key, on_frame, formats, mode, form, queue, told=(form, False, None))
        self._takers[key] = taker
        self._tell_wishes()
        self._outlet(form).order_keyframe()
        return taker

    def unsubscribe(self, key: str) -> None:
        """Forget ``key``; allowed for one who does not take frames."""
        taker = self._takers.pop(key, None)
        if taker is None:
            return
        for form in (taker.form, taker.next_form):
            if form is not None:
                self._leave(form, key)
        self._tell_wishes()
        self.exact_drained()

    def choose_quality(self, key: str, mode: QualityMode, max_kbps: int | None) -> None:
        """Give ``key`` the picture he chose, from the next keyframe on."""
        if (taker := self._takers.get(key)) is not None:
            taker.mode, taker.cap_kbps = mode, max_kbps
            taker.moved_at, taker.told = float("-inf"), None
            self._serve(taker)

    def path_measured(self, key: str, path: PathFigures) -> None:
        """Note what the path to ``key`` carries."""
        if (taker := self._takers.get(key)) is not None:
            taker.path = path
            self._serve(taker)

    def accept_exact(self, key: str, line: ExactLine | None) -> None:
        """Bring ``key``, who takes frames, exact pixels over ``line`` besides; None: video alone.

        Said again it begins anew.
        """
        if (taker := self._takers.get(key)) is not None:
            taker.line, taker.is_exact = line, False
            self._serve(taker)

    def exact_drained(self) -> None:
        """Go on refining if every viewer has taken what stood before him."""
        if all(line.picture_backlog_bytes <= REFINEMENT_BACKLOG_BYTES for line in self._lines()):
            self._feed.allow_refinement()

    def ask_keyframe(self, key: str) -> None:
        """Ask for a keyframe; requests are merged and rate-limited by the fan-out."""
        if (taker := self._takers.get(key)) is not None:
            outlet = self._outlet(taker.form)
            outlet.fanout.ask_keyframe(key)
            outlet.order_keyframe()

    def record(self, is_recorded: bool) -> None:
        """Let a recording grow also while the screen stands still."""
        self._is_recorded = is_recorded
        self._tell_wishes()

    def pause(self, is_paused: bool) -> None:
        """Let nothing be grabbed and nothing go out, also to a recording; or go on, whole for everybody."""
        self._is_paused = is_paused
        if not is_paused:
            # The thread may not have noticed a short pause, and a frame of then is missing.
            for form in self._outlets:
                self._feed.want_keyframe(form)
            self._feed.begin_exact()
        self._tell_wishes()

    def figures_for(self, key: str) -> Figures:
        """Return the frames that went out to ``key`` during the last second."""
        return self._outlets[self._takers[key].form].fanout.figures(monotonic_s())

    def figures(self) -> Figures:
        """Return what was made during the last second: of the quickest form, and of all together."""
        now = monotonic_s()
        each = [outlet.fanout.figures(now) for outlet in self._outlets.values()]
        return Figures(fps=max((f.fps for f in each), default=0), kbps=sum(f.kbps for f in each))

    # --- what suits whom ---------------------------------------------------------------------------------

    def _serve(self, taker: Subscription) -> None:
        """Give ``taker`` what suits him now."""
        now = monotonic_s()
        wanted = taker.wanted_form()
        if wanted != (taker.next_form or taker.form) and now >= taker.moved_at + MOVE_SPACING_S:
            taker.moved_at = now
            self._move(taker, wanted)
        is_exact = taker.can_be_exact(now)
        if is_exact != taker.is_exact:
            taker.is_exact = is_exact
            if is_exact:
                self._begin_anew()
            elif taker.line is not None:
                taker.line.send_picture(pack_suspended())
        self._tell(taker)

    def _tell(self, taker: Subscription) -> None:
        """Let the feed and whoever tells viewers know what ``taker`` gets, if they do not."""
        gets = (taker.form, taker.is_exact, taker.limit_kbps)
        if gets != taker.told:
            taker.told = gets
            self._tell_wishes()
            self.exact_drained()
            self.on_served(taker.key)

    def _move(self, taker: Subscription, form: Form) -> None:
        """Let ``taker`` take ``form`` from its next keyframe on."""
        if taker.next_form is not None:
            self._leave(taker.next_form, taker.key)
        taker.next_form = taker.next_queue = None
        if form == taker.form:
            return
        taker.next_form = form
        outlet = self._outlet(form)
        taker.next_queue = outlet.fanout.subscribe(taker.key, on_frame=lambda: self._arrived(taker))
        self._tell_wishes()
        outlet.order_keyframe()

    def _arrived(self, taker: Subscription) -> None:
        """The keyframe of another form is here: leave the old one."""
        if taker.next_form is None or taker.next_queue is None:
            return
        left, taker.form, taker.queue = taker.form, taker.next_form, taker.next_queue
        taker.next_form = taker.next_queue = None
        taker.queue.on_frame = taker.on_frame
        self._leave(left, taker.key)
        self._tell(taker)
        taker.on_frame()

    def _outlet(self, form: Form) -> Outlet:
        outlet = self._outlets.get(form)
        if outlet is None:
            outlet = self._outlets[form] = Outlet(lambda: self._feed.want_keyframe(form))
        return outlet

    def _leave(self, form: Form, key: str) -> None:
        outlet = self._outlets[form]
        outlet.fanout.unsubscribe(key)
        if len(outlet.fanout) == 0:
            outlet.close()
            del self._outlets[form]

    def _tell_wishes(self) -> None:
        self._feed.wish(
            Wishes(
                forms={} if self._is_paused else {form: self._wish(form) for form in self._outlets},
                has_exact_takers=any(taker.is_exact for taker in self._takers.values()),
                is_recorded=self._is_recorded,
            )
        )

    def _wish(self, form: Form) -> FormWish:
        takers = [taker for taker in self._takers.values() if form in (taker.form, taker.next_form)]
        limits = [taker.limit_kbps for taker in takers if taker.limit_kbps is not None]
        return FormWish(
            limit_kbps=min(limits, default=None),
            has_video_takers=not takers or not all(taker.is_exact for taker in takers),
        )

    # --- from the feed -----------------------------------------------------------------------------------

    def _publish(self, output: Output) -> None:
        if self._is_paused:
            return
        if isinstance(output, bytes):
            self._publish_exact(output)
        elif (outlet := self._outlets.get(output.form)) is not None:
            outlet.publish(output.frame)

    def _note_cursor(self, news: CursorNews) -> None:
        self.cursor_at = news.at
        self.on_cursor(news.shaped)
        if self._cursor_timer is not None:
            self._cursor_timer.cancel()
        self._cursor_timer = self._loop.call_later(CURSOR_AGAIN_S, self.on_cursor, None)

    def _lines(self) -> list[ExactLine]:
        return [taker.line for taker in self._takers.values() if taker.is_exact and taker.line is not None]

    def _publish_exact(self, message: bytes) -> None:
        refused = [line for line in self._lines() if not line.send_picture(message)]
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
