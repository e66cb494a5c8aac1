"""The path to one viewer, under a network made by hand."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field

import pytest

from screenshare.peer.congestion import MIN_KBPS, Congestion, Report

FRAME_S = 1 / 30
REPORT_S = 1.0


@dataclass
class Link:
    """A path with a rate, a drop-tail queue, a delay and random loss; and an encoder that obeys."""

    kbps: float
    rtt_s: float = 0.04
    queue_s: float = 0.3
    loss: float = 0.0
    offered_kbps: float = 8_000  # what the encoder makes when nothing limits it
    congestion: Congestion = field(default_factory=Congestion)
    now: float = 0.0
    _queued_bytes: float = 0.0
    _random: random.Random = field(default_factory=lambda: random.Random(7))
    _sent: int = 0
    _lost: int = 0
    _reports: deque[tuple[float, Report]] = field(default_factory=deque)
    delays: list[float] = field(default_factory=list)

    @property
    def target(self) -> int | None:
        return self.congestion.figures.target_kbps

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        next_report = self.now + REPORT_S
        while self.now < end:
            self.now += FRAME_S
            self._queued_bytes = max(0.0, self._queued_bytes - self.kbps * 125 * FRAME_S)
            self._send_frame()
            if self.now >= next_report:
                next_report += REPORT_S
                self._report()
            while self._reports and self._reports[0][0] <= self.now:
                self.congestion.reported(self._reports.popleft()[1], self.now)

    def _send_frame(self) -> None:
        size = int(min(self.offered_kbps, self.target or self.offered_kbps) * 125 * FRAME_S)
        self.congestion.sent(size, self.now)
        for _ in range(max(1, size // 1200)):
            self._sent += 1
            is_full = self._queued_bytes + 1200 > self.kbps * 125 * self.queue_s
            if is_full or self._random.random() < self.loss:
                self._lost += 1
            else:
                self._queued_bytes += 1200

    def _report(self) -> None:
        waiting_s = self._queued_bytes / (self.kbps * 125)
        self.delays.append(waiting_s)
        loss = self._lost / max(1, self._sent)
        report = Report(loss, self.rtt_s + waiting_s, packets=self._sent)
        self._sent = self._lost = 0
        self._reports.append((self.now + self.rtt_s / 2, report))


def test_a_path_that_carries_everything_is_free():
    link = Link(kbps=50_000)
    link.run(30)
    assert link.target is None


def test_one_packet_lost_in_a_hundred_limits_nothing():
    link = Link(kbps=50_000, loss=0.01)
    link.run(60)
    assert link.target is None


@pytest.mark.parametrize("kbps", [1_000, 3_000, 5_000])
def test_what_is_sent_comes_below_what_the_path_carries_and_the_queue_empties(kbps):
    link = Link(kbps=kbps)
    link.run(20)
    link.delays.clear()
    link.run(40)
    assert link.target is not None
    assert 0.4 * kbps < link.target < 1.25 * kbps
    assert sum(delay > 0.15 for delay in link.delays) <= 0.2 * len(link.delays)


def test_a_path_that_becomes_narrow_is_followed_and_a_wide_one_used_again():
    link = Link(kbps=6_000, offered_kbps=5_000)
    link.run(15)
    assert link.target is None
    link.kbps = 1_500
    link.run(15)
    assert link.target is not None
    assert link.target < 2_000
    link.kbps = 6_000
    link.run(30)
    assert link.target is None or link.target > 3_500


def test_it_never_starves_a_viewer():
    link = Link(kbps=50)
    link.run(60)
    assert link.target == MIN_KBPS


def test_the_receivers_estimate_bounds_growth_only_while_it_is_used():
    congestion = Congestion()
    for at in range(3):
        congestion.sent(250_000, at - 0.1)
        congestion.reported(Report(loss=0.2, rtt_s=0.05, packets=200), float(at))
    limited = congestion.figures.target_kbps
    assert limited is not None
    congestion.estimated(limited * 1.05)
    for at in range(3, 10):
        congestion.sent(limited * 125, at - 0.1)
        congestion.reported(Report(loss=0.0, rtt_s=0.05, packets=200), float(at))
    assert congestion.figures.target_kbps <= limited * 1.06
    for at in range(10, 20):  # a still screen sends nothing: the estimate means nothing
        congestion.reported(Report(loss=0.0, rtt_s=0.05, packets=200), float(at))
    assert congestion.figures.target_kbps > limited * 1.5


def test_a_limited_path_that_was_quiet_and_wide_for_long_is_free_again():
    congestion = Congestion()
    congestion.sent(2_000_000, -0.1)
    for at in range(2):
        congestion.sent(2_000_000, at - 0.1)
        congestion.reported(Report(loss=0.2, rtt_s=0.05, packets=200), float(at))
    assert congestion.figures.target_kbps is not None
    for at in range(2, 60):
        congestion.reported(Report(loss=0.0, rtt_s=0.05, packets=200), float(at))
    assert congestion.figures.target_kbps is None


def test_one_lost_packet_of_a_handful_is_no_congestion():
    congestion = Congestion()
    for at in range(20):
        congestion.sent(3_000, at - 0.1)
        congestion.reported(Report(loss=0.2 if at % 8 == 0 else 0.0, rtt_s=0.05, packets=5), float(at))
    assert congestion.figures.target_kbps is None
