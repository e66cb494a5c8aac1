"""Sans-IO: one encoded stream, many takers, each at his own pace."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from screenshare.media import EncodedFrame

# One keyframe answers everyone who asked since the last; more would fill the line with them.
KEYFRAME_SPACING_S = 0.5
# Half a second of motion: so long a keyframe may take on a limited path. On a free one it never fills.
QUEUED_FRAMES = 30
# Frames remembered for ``figures``: a second at four times the quickest screen; older ones go.
_REMEMBERED_FRAMES = 240


@dataclass(slots=True)
class Counters:
    """Since the beginning."""

    frames: int = 0
    bytes: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """What went out during the last second."""

    fps: int
    kbps: float


@dataclass(slots=True)
class FrameQueue:
    """Frames on their way to one taker; never more than ``limit``.

    A delta frame is worthless without the one before it, so overflow does not
    drop one frame: it drops all and sends the taker to the keyframe lobby.
    """

    limit: int
    on_frame: Callable[[], None] | None = None
    in_lobby: bool = True
    counters: Counters = field(default_factory=Counters)
    _frames: deque[EncodedFrame] = field(default_factory=deque)

    def __len__(self) -> int:
        return len(self._frames)

    def take(self) -> EncodedFrame | None:
        """Return the next frame to send, or None while there is none."""
        return self._frames.popleft() if self._frames else None

    def offer(self, frame: EncodedFrame) -> bool:
        """Queue ``frame``; return True when this taker needs a keyframe."""
        if frame.is_keyframe:
            # Whatever still waits is older than a picture that needs none of it.
            self._drop_all()
            self.in_lobby = False
        elif self.in_lobby:
            self.counters.dropped += 1
            return True
        elif len(self._frames) >= self.limit:
            self._drop_all()
            self.counters.dropped += 1
            self.in_lobby = True
            return True
        self._frames.append(frame)
        self.counters.frames += 1
        self.counters.bytes += len(frame.data)
        if self.on_frame is not None:
            self.on_frame()
        return False

    def _drop_all(self) -> None:
        for frame in self._frames:
            self.counters.dropped += 1
            self.counters.frames -= 1
            self.counters.bytes -= len(frame.data)
        self._frames.clear()


class Fanout:
    """Hands each published frame to every subscriber, and says when a keyframe is due."""

    def __init__(self) -> None:
        self.counters = Counters()
        self._queues: dict[str, FrameQueue] = {}
        self._keyframe_wanted = False
        self._last_keyframe_at = float("-inf")
        self._ordered_at = float("-inf")
        self._recent: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED_FRAMES)

    def __len__(self) -> int:
        return len(self._queues)

    def subscribe(
        self, key: str, *, limit: int = QUEUED_FRAMES, on_frame: Callable[[], None] | None = None
    ) -> FrameQueue:
        """Open a queue for ``key`` (a fresh one if it had one); it begins with the next keyframe.

        ``on_frame`` is called within ``publish`` whenever the queue got a frame:
        a place for ``asyncio.Event.set``.
        """
        queue = self._queues[key] = FrameQueue(limit, on_frame)
        self._keyframe_wanted = True
        return queue

    def unsubscribe(self, key: str) -> None:
        """Forget ``key``; allowed for one who is not here."""
        self._queues.pop(key, None)
        if not self._queues:
            self._keyframe_wanted = False

    def publish(self, frame: EncodedFrame, now: float) -> None:
        """Offer ``frame`` to every queue."""
        if frame.is_keyframe:
            self._last_keyframe_at, self._keyframe_wanted = now, False
        self._recent.append((now, len(frame.data)))
        self.counters.frames += 1
        self.counters.bytes += len(frame.data)
        for queue in tuple(self._queues.values()):
            dropped_before = queue.counters.dropped
            if queue.offer(frame):
                self._keyframe_wanted = True
            self.counters.dropped += queue.counters.dropped - dropped_before

    def ask_keyframe(self, key: str) -> None:
        """Note that ``key`` lost a picture (PLI, FIR); one who left is not heard."""
        if key in self._queues:
            self._keyframe_wanted = True

    @property
    def deadline(self) -> float | None:
        """Monotonic seconds at which the next keyframe may be made; None while nobody needs one."""
        if not self._keyframe_wanted:
            return None
        return max(self._last_keyframe_at, self._ordered_at) + KEYFRAME_SPACING_S

    def keyframe_due(self, now: float) -> bool:
        """Tell whether somebody needs a keyframe and the last one is long enough ago."""
        deadline = self.deadline
        return deadline is not None and now >= deadline

    def keyframe_ordered(self, now: float) -> None:
        """Note that the encoder was told: not due again until it is overdue by the spacing."""
        self._ordered_at = now

    def figures(self, now: float) -> Figures:
        """Return frames and kilobits of the second before ``now``."""
        sizes = [size for at, size in self._recent if now - 1.0 < at <= now]
        return Figures(fps=len(sizes), kbps=sum(sizes) * 8 / 1000)
