"""A media room for each screen that is watched: opened when it is wanted, closed when it is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import pytest

from host.hand_source import SMALL, HandSource
from screenshare.capture.source import CaptureWarning
from screenshare.errors import CaptureUnavailable
from screenshare.host.media_room import MediaRoom
from screenshare.host.screens import ScreenCallbacks, Screens
from screenshare.media import Monitor

SECOND = replace(SMALL, id=2, name="second", region=SMALL.region.moved(64, 0), is_primary=False)
LIMIT_S = 10.0


class TwoMonitors(HandSource):
    """One of two monitors."""

    def __init__(self, monitor: Monitor = SMALL) -> None:
        super().__init__()
        self.monitor, self.monitors = monitor, [SMALL, SECOND]


@dataclass
class Stage:
    first: TwoMonitors = field(default_factory=TwoMonitors)
    opened: list[TwoMonitors] = field(default_factory=list)
    warnings: list[CaptureWarning] = field(default_factory=list)
    changes: int = 0
    is_broken: bool = False
    screens: Screens = field(init=False)

    def __post_init__(self) -> None:
        callbacks = ScreenCallbacks(changed=self._changed, warned=self.warnings.append, lost=print)
        self.screens = Screens(self.first, self._open, max_fps=60, callbacks=callbacks)

    def _changed(self) -> None:
        self.changes += 1

    def _open(self, monitor: Monitor) -> TwoMonitors:
        if self.is_broken:
            raise CaptureUnavailable("no more connections")
        self.opened.append(TwoMonitors(monitor))
        return self.opened[-1]

    async def want(self, id_: int) -> MediaRoom:
        is_open = asyncio.Event()
        self.screens.want(id_, is_open.set)
        async with asyncio.timeout(LIMIT_S):
            await is_open.wait()
        room = self.screens.opened(id_)
        assert room is not None
        return room

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                await asyncio.sleep(0.005)
                continue


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    stage.screens.start()
    yield stage
    await stage.screens.stop()


async def test_several_monitors_can_also_be_shown_as_one(stage):
    assert sorted(stage.screens.monitors) == [0, 1, 2]
    assert stage.screens.monitors[0].region == SMALL.region.bounding(SECOND.region)


async def test_who_wants_a_screen_at_the_same_time_shares_its_room(stage):
    rooms = await asyncio.gather(stage.want(2), stage.want(2))
    assert rooms[0] is rooms[1]
    assert [source.monitor for source in stage.opened] == [SECOND]


async def test_a_room_is_closed_after_its_last_taker_and_what_the_host_shows_stays(stage):
    second = await stage.want(2)
    stage.screens.release([second])
    assert stage.screens.opened(2) is second
    stage.screens.release([])
    assert stage.screens.opened(2) is None
    await stage.until(lambda: stage.opened[0].is_closed)
    assert stage.screens.opened(1) is stage.screens.room
    assert not stage.first.is_closed


async def test_the_host_shows_another_screen_once_it_is_open(stage):
    shown: list[MediaRoom] = []
    stage.screens.on_showing = shown.append
    stage.screens.show(2)
    assert stage.screens.showing == 1
    await stage.until(lambda: shown)
    assert (stage.screens.showing, stage.screens.room) == (2, shown[0])


async def test_a_screen_that_cannot_be_opened_costs_a_warning_and_nothing_else(stage):
    stage.is_broken = True
    stage.screens.want(2, lambda: pytest.fail("it is not open"))
    await stage.until(lambda: stage.warnings)
    assert stage.screens.opened(2) is None
    stage.is_broken = False
    await stage.want(2)


async def test_a_monitor_that_is_gone_leaves_its_room_to_what_took_its_place(stage):
    second = await stage.want(2)
    second.subscribe("ana", lambda: None)
    source = stage.opened[0]
    await stage.until(lambda: source.grabs)
    source.monitors = [SMALL]
    source.change(SMALL)
    await stage.until(lambda: stage.changes)
    assert list(stage.screens.monitors) == [1]
    assert stage.screens.opened(2) is None
    assert stage.screens.opened(1) is stage.screens.room is not second
    assert not source.is_closed
    second.unsubscribe("ana")
    stage.screens.release([])
    await stage.until(lambda: source.is_closed)
