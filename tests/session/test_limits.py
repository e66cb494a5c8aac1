"""Bursts pass, floods do not."""

from __future__ import annotations

import pytest

from screenshare.session.limits import TokenBucket


def test_a_burst_passes_at_once_and_then_the_rate_counts():
    bucket = TokenBucket(rate_hz=10, burst=3)
    assert [bucket.take(5.0) for _ in range(4)] == [True, True, True, False]
    assert bucket.wait_s(5.0) == pytest.approx(0.1)
    assert not bucket.take(5.09)
    assert bucket.take(5.1)


def test_time_that_passes_refills_no_more_than_the_burst():
    bucket = TokenBucket(rate_hz=10, burst=2)
    bucket.take(0.0)
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]


def test_a_full_bucket_needs_no_waiting():
    assert TokenBucket(rate_hz=1, burst=1).wait_s(0.0) == 0.0
