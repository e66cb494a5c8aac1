"""Sans-IO: what the path to one viewer carries, from receiver reports and REMB.

A path counts as free until it shows otherwise: no limit, no pacing, nothing in the way of a
keystroke. Loss that lasts, or a round trip that grows by a queue's worth, makes it limited; then the
target follows the classic rule, down by a factor and up by little (RFC 8698 and its kind), below what
the receiver estimates (REMB), which is only a bound while we send as much as we may.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from screenshare.media import PathFigures

MIN_KBPS: Final = 300
MAX_KBPS: Final = 50_000
# Below it, loss is weather (Wi-Fi) and retransmission mends it.
HEAVY_LOSS: Final = 0.04
SEVERE_LOSS: Final = 0.15
# So many packets make a fraction: of five, one lost is no twenty percent.
WINDOW_PACKETS: Final = 50
# A round trip that exceeds the best one by this much stands in a queue: twice in a row, or at once.
QUEUE_S: Final = 0.05
LONG_QUEUE_S: Final = 0.25
# Whoever sends less fills no queue: a long round trip is then a busy computer's.
QUEUEING_KBPS: Final = 300
BEST_RTT_WINDOW_S: Final = 60.0
RATE_WINDOW_S: Final = 1.0
# A report tells of what was sent up to 3 s ago, and a burst is over by then.
PEAK_LOOK_BACK_S: Final = (0.0, 0.5, 1.0, 1.5, 2.0)
DOWN_ON_LOSS: Final = 0.75
DOWN_ON_QUEUE: Final = 0.8
UP_A_SECOND: Final = 1.10
# Far below it, the step down was too long.
FAR_FROM_TROUBLE: Final = 0.5
UP_FAR_FROM_TROUBLE_A_SECOND: Final = 1.35
# Near the rate at which trouble came last, growth is slow: it is probably still the path's.
NEAR_TROUBLE: Final = 0.85
UP_NEAR_TROUBLE_A_SECOND: Final = 1.01
# Paths change: a ceiling that was not met for this long is forgotten.
CEILING_KEPT_S: Final = 15.0
# After a step down the queue needs a moment to empty before the next report counts.
PATIENCE_S: Final = 0.7
# Whoever sends so little of his target says nothing about the path.
USED_SHARE: Final = 0.5
# Without trouble for this long at a target that does not hold us back, the path is free again.
FREE_AGAIN_S: Final = 20.0
FREE_AGAIN_KBPS: Final = 12_000
_SENT_KEPT: Final = 512


@dataclass(frozen=True, slots=True)
class Report:
    """One receiver report about our stream (RFC 3550 §6.4.1)."""

    loss: float  # fraction of ``packets``, those since the report before
    rtt_s: float | None
    jitter_s: float = 0.0
    packets: int = 0


class Congestion:
    """One viewer's path."""

    def __init__(self) -> None:
        self._target_kbps: float | None = None
        self._remb_kbps: float | None = None
        self._rtts: deque[tuple[float, float]] = deque(maxlen=64)
        self._sent: deque[tuple[float, int]] = deque(maxlen=_SENT_KEPT)
        self._packets, self._lost = 0, 0.0
        self._window_loss = 0.0
        self._lossy_windows = 0
        self._queued_reports = 0
        self._is_sending = False
        self._ceiling_kbps = float("inf")
        self._stepped_at = self._troubled_at = float("-inf")
        self._reported_at = float("-inf")
        self._loss = 0.0
        self._last = Report(loss=0.0, rtt_s=None)

    @property
    def figures(self) -> PathFigures:
        """What is known now."""
        target = None if self._target_kbps is None else round(self._target_kbps)
        return PathFigures(target, self._last.rtt_s, round(self._loss, 4), self._last.jitter_s)

    def sent(self, size_bytes: int, now: float) -> None:
        """Note that a frame or a retransmission of ``size_bytes`` left."""
        self._sent.append((now, size_bytes))

    def estimated(self, kbps: float) -> None:
        """Note the receiver's estimate (REMB, draft-alvestrand-rmcat-remb)."""
        self._remb_kbps = kbps

    def reported(self, report: Report, now: float) -> None:
        """Note a receiver report, and move the target by it."""
        elapsed_s = min(2.0, now - self._reported_at)
        self._reported_at, self._last = now, report
        self._note_loss(report)
        self._note_rtt(report.rtt_s, now)
        self._is_sending = self._rate_kbps(now) >= QUEUEING_KBPS
        is_queued = self._is_sending and self._queue_s > QUEUE_S
        self._queued_reports = self._queued_reports + 1 if is_queued else 0
        if self._is_in_trouble:
            self._troubled_at = now
            if now >= self._stepped_at + PATIENCE_S:
                self._step_down(now)
        elif self._target_kbps is not None:
            self._step_up(self._target_kbps, elapsed_s, now)

    def _note_loss(self, report: Report) -> None:
        self._window_loss = 0.0
        self._packets += report.packets
        self._lost += report.loss * report.packets
        if self._packets < WINDOW_PACKETS:
            return
        self._window_loss = self._lost / self._packets
        self._packets, self._lost = 0, 0.0
        self._loss += (self._window_loss - self._loss) * 0.3
        self._lossy_windows = self._lossy_windows + 1 if self._window_loss > HEAVY_LOSS else 0

    def _note_rtt(self, rtt_s: float | None, now: float) -> None:
        while self._rtts and self._rtts[0][0] < now - BEST_RTT_WINDOW_S:
            self._rtts.popleft()
        if rtt_s is not None:
            self._rtts.append((now, rtt_s))

    @property
    def _queue_s(self) -> float:
        """How much longer the last round trip took than the best one."""
        if self._last.rtt_s is None or not self._rtts:
            return 0.0
        return self._last.rtt_s - min(rtt for _, rtt in self._rtts)

    @property
    def _is_in_trouble(self) -> bool:
        is_long = self._is_sending and self._queue_s > LONG_QUEUE_S
        is_severe = self._window_loss > SEVERE_LOSS or is_long
        return is_severe or self._lossy_windows >= 2 or self._queued_reports >= 2

    def _step_down(self, now: float) -> None:
        self._stepped_at = now
        rate = self._peak_kbps(now)
        before = self._target_kbps if self._target_kbps is not None else max(rate, MIN_KBPS)
        # A target far above what is sent is not what overfilled the path.
        before = min(before, max(rate * 1.2, MIN_KBPS))
        self._ceiling_kbps = before
        factor = DOWN_ON_LOSS if self._window_loss > HEAVY_LOSS else DOWN_ON_QUEUE
        bound = self._remb_kbps if self._remb_kbps is not None else MAX_KBPS
        self._target_kbps = max(MIN_KBPS, min(before * factor, max(bound, MIN_KBPS)))

    def _step_up(self, target: float, elapsed_s: float, now: float) -> None:
        if now >= self._troubled_at + FREE_AGAIN_S and target >= FREE_AGAIN_KBPS:
            self._target_kbps = None
            return
        is_used = self._rate_kbps(now) >= USED_SHARE * target
        if now >= self._troubled_at + CEILING_KEPT_S:
            self._ceiling_kbps = float("inf")
        is_near = target >= NEAR_TROUBLE * self._ceiling_kbps
        is_far = target <= FAR_FROM_TROUBLE * self._ceiling_kbps < float("inf")
        up = UP_NEAR_TROUBLE_A_SECOND if is_near else UP_FAR_FROM_TROUBLE_A_SECOND if is_far else UP_A_SECOND
        grown = target * up**elapsed_s
        if is_used and self._remb_kbps is not None:
            grown = min(grown, max(target, self._remb_kbps))
        self._target_kbps = min(grown, MAX_KBPS)

    def _peak_kbps(self, now: float) -> float:
        """The most that was sent in a second of the last few."""
        return max(self._rate_kbps(now - back) for back in PEAK_LOOK_BACK_S)

    def _rate_kbps(self, now: float) -> float:
        """What was sent during the second before ``now``."""
        since = now - RATE_WINDOW_S
        return sum(size for at, size in self._sent if since < at <= now) * 8 / 1000 / RATE_WINDOW_S
