"""The fan-out: every taker at his own pace, keyframes merged and spaced."""

from __future__ import annotations

from screenshare.media import EncodedFrame
from screenshare.video.fanout import Fanout, Figures, FrameQueue


def frame(pts: int, *, keyframe: bool = False, size: int = 10) -> EncodedFrame:
    return EncodedFrame(b"x" * size, pts, keyframe, 64, 64, 0.0)


def waiting(queue: FrameQueue) -> list[int]:
    taken = []
    while (next_frame := queue.take()) is not None:
        taken.append(next_frame.pts)
    return taken


def test_a_new_subscriber_gets_nothing_before_a_keyframe():
    fanout = Fanout()
    queue = fanout.subscribe("ann")
    fanout.publish(frame(1), now=10.0)
    fanout.publish(frame(2, keyframe=True), now=10.1)
    fanout.publish(frame(3), now=10.2)
    assert waiting(queue) == [2, 3]


def test_the_first_keyframe_is_due_at_once_even_though_nothing_was_published():
    fanout = Fanout()
    assert not fanout.keyframe_due(10.0)
    fanout.subscribe("ann")
    assert fanout.keyframe_due(10.0)


def test_a_keyframe_is_not_due_again_within_half_a_second():
    fanout = Fanout()
    fanout.subscribe("ann")
    fanout.publish(frame(1, keyframe=True), now=10.0)
    assert fanout.deadline is None
    fanout.subscribe("bob")
    assert fanout.deadline == 10.5
    assert not fanout.keyframe_due(10.49)
    assert fanout.keyframe_due(10.5)


def test_requests_of_many_are_answered_by_one_keyframe():
    fanout = Fanout()
    queues = [fanout.subscribe(name) for name in ("ann", "bob", "cid")]
    for name in ("ann", "bob", "cid", "ann"):
        fanout.ask_keyframe(name)
    fanout.publish(frame(1, keyframe=True), now=20.0)
    assert fanout.deadline is None
    assert [waiting(queue) for queue in queues] == [[1], [1], [1]]


def test_an_ordered_keyframe_is_not_ordered_twice_while_it_is_being_encoded():
    fanout = Fanout()
    fanout.subscribe("ann")
    fanout.keyframe_ordered(10.0)
    assert not fanout.keyframe_due(10.2)
    assert fanout.keyframe_due(10.5), "an order that came to nothing is given again"


def test_overflow_empties_the_queue_and_waits_for_a_keyframe():
    fanout = Fanout()
    slow, quick = fanout.subscribe("slow", limit=2), fanout.subscribe("quick", limit=9)
    fanout.publish(frame(1, keyframe=True), now=10.0)
    for pts in (2, 3, 4):
        fanout.publish(frame(pts), now=10.0 + pts)
    assert (waiting(slow), slow.in_lobby) == ([], True)
    assert waiting(quick) == [1, 2, 3, 4]
    assert fanout.keyframe_due(15.0)
    fanout.publish(frame(5, keyframe=True), now=15.0)
    assert (waiting(slow), waiting(quick)) == ([5], [5])
    assert slow.counters.dropped == 4, "1 and 2 in the queue, 3 that did not fit, 4 in the lobby"


def test_a_keyframe_overtakes_what_still_waits():
    fanout = Fanout()
    queue = fanout.subscribe("ann")
    fanout.publish(frame(1, keyframe=True), now=1.0)
    fanout.publish(frame(2), now=1.1)
    fanout.publish(frame(3, keyframe=True), now=2.0)
    assert waiting(queue) == [3]


def test_a_request_of_one_who_left_wants_nothing():
    fanout = Fanout()
    fanout.subscribe("ann")
    fanout.publish(frame(1, keyframe=True), now=1.0)
    fanout.unsubscribe("ann")
    fanout.ask_keyframe("ann")
    assert (fanout.deadline, len(fanout)) == (None, 0)


def test_the_last_to_leave_takes_his_wish_for_a_keyframe_with_him():
    fanout = Fanout()
    fanout.subscribe("ann")
    fanout.unsubscribe("ann")
    assert fanout.deadline is None


def test_a_taker_is_told_of_frames_but_not_of_those_he_cannot_use():
    told: list[str] = []
    fanout = Fanout()
    fanout.subscribe("ann", on_frame=lambda: told.append("ann"))
    fanout.publish(frame(1), now=1.0)
    assert told == []
    fanout.publish(frame(2, keyframe=True), now=1.0)
    assert told == ["ann"]


def test_a_taker_may_leave_from_within_the_call_that_tells_him():
    fanout = Fanout()
    fanout.subscribe("ann", on_frame=lambda: fanout.unsubscribe("ann"))
    other = fanout.subscribe("bob")
    fanout.publish(frame(1, keyframe=True), now=1.0)
    assert waiting(other) == [1]


def test_counters_and_figures_tell_what_went_out():
    fanout = Fanout()
    queue = fanout.subscribe("ann")
    fanout.publish(frame(1, keyframe=True, size=1000), now=1.0)
    fanout.publish(frame(2, size=250), now=1.6)
    assert fanout.figures(1.7) == Figures(fps=2, kbps=10.0)
    assert fanout.figures(2.5) == Figures(fps=1, kbps=2.0)
    assert fanout.figures(9.0) == Figures(fps=0, kbps=0.0)
    assert (queue.counters.frames, queue.counters.bytes, queue.counters.dropped) == (2, 1250, 0)
    assert (fanout.counters.frames, fanout.counters.bytes) == (2, 1250)
