"""The hub: every listener hears everything, none can hold up another or grow without end."""

from __future__ import annotations

import asyncio

from screenshare.host.hub import MAX_WAITING, EventHub, Listener
from screenshare.protocol.console import (
    HostDescribed,
    HostEvent,
    MediaFigures,
    RecordingStarted,
    Stopped,
    ViewerJoined,
)


def joined(number: int) -> ViewerJoined:
    return ViewerJoined(id=f"v{number}", name="Ana")


def described(age_s: float) -> HostDescribed:
    return HostDescribed(
        name="Bob",
        origin="http://192.168.1.20:8765",
        link="",
        view_link="",
        link_qr="",
        code=None,
        code_expires_s=None,
        age_s=age_s,
        viewers=[],
        media=MediaFigures(width=1, height=1, fps=0, kbps=0),
        available=[],
    )


async def rest(listener: Listener) -> list[HostEvent]:
    listener.end()
    return [event async for event in listener]


async def test_every_listener_hears_everything_from_the_moment_he_listens():
    hub = EventHub()
    with hub.listen() as early:
        hub.publish(joined(1))
        with hub.listen() as late:
            hub.publish(joined(2))
            assert await rest(late) == [joined(2)]
        assert await rest(early) == [joined(1), joined(2)]


async def test_who_no_longer_listens_gets_nothing():
    hub = EventHub()
    with hub.listen() as listener:
        assert hub.is_heard
    assert not hub.is_heard
    hub.publish(joined(1))
    assert await rest(listener) == []


async def test_a_listener_who_waits_is_woken():
    hub = EventHub()
    with hub.listen() as listener:
        waiting = asyncio.ensure_future(anext(aiter(listener)))
        await asyncio.sleep(0)
        assert not waiting.done()
        hub.publish(joined(1))
        assert await waiting == joined(1)


async def test_the_end_comes_after_what_still_waits():
    hub = EventHub()
    with hub.listen() as listener:
        hub.publish(joined(1))
        hub.publish(Stopped(reason="stopped"))
        hub.end()
        assert [event async for event in listener] == [joined(1), Stopped(reason="stopped")]


async def test_one_who_does_not_read_loses_the_oldest_events_and_no_more():
    hub = EventHub()
    with hub.listen() as slow:
        for number in range(MAX_WAITING + 3):
            hub.publish(joined(number))
        waiting = await rest(slow)
    assert len(waiting) == MAX_WAITING
    assert (waiting[0], waiting[-1]) == (joined(3), joined(MAX_WAITING + 2))


async def test_a_newer_description_takes_the_place_of_the_one_that_waits():
    listener = Listener()
    for event in (described(1), RecordingStarted(path="a"), described(2), described(3)):
        listener.put(event)
    assert await rest(listener) == [RecordingStarted(path="a"), described(3)]


async def test_descriptions_alone_push_no_event_out():
    listener = Listener()
    listener.put(joined(1))
    for age_s in range(2 * MAX_WAITING):
        listener.put(described(age_s))
    assert await rest(listener) == [joined(1), described(2 * MAX_WAITING - 1)]
