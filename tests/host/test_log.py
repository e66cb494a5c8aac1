"""The log for a console page that opens later: the newest events, and nothing that belongs to no log."""

from __future__ import annotations

from screenshare.clock import monotonic_s
from screenshare.host.hub import EventHub
from screenshare.host.log import MAX_KEPT
from screenshare.protocol import console
from screenshare.protocol.decode import encode


def test_what_happened_is_told_with_its_age_the_oldest_first():
    hub = EventHub()
    hub.publish(console.ViewerJoined(id="a", name="Ana"))
    hub.publish(console.SharePaused())
    hub.publish(console.Stopped(reason="stopped"))
    told = hub.log.told(monotonic_s() + 60)
    assert [logged.happened for logged in told] == [
        console.ViewerJoined(id="a", name="Ana"),
        console.SharePaused(),
    ]
    assert all(60 <= logged.ago_s < 120 for logged in told)
    assert '"happened":{"event":"viewer.joined"' in encode(told[0])


def test_a_long_share_keeps_the_newest_events_alone():
    hub = EventHub()
    for number in range(MAX_KEPT + 50):
        hub.publish(console.RecordingStarted(path=str(number)))
    told = hub.log.told(monotonic_s())
    assert len(told) == MAX_KEPT
    assert told[-1].happened == console.RecordingStarted(path=str(MAX_KEPT + 49))
