"""The thread that owns the clipboard, with a clipboard that does as it is told."""

from __future__ import annotations

import asyncio
import threading

import pytest

from screenshare.clipboard.clip import Clip
from screenshare.clipboard.desk import ClipboardDesk
from screenshare.errors import ClipboardUnavailable

PATIENCE_S = 5.0


class Fake:
    """A clipboard in memory; ``gate`` shut: it does not answer."""

    def __init__(self):
        self.clip = Clip({"text": b"first"})
        self.gate = threading.Event()
        self.gate.set()
        self.is_lost = self.is_closed = False
        self._wakes = threading.Semaphore(0)
        self._is_changed = False

    def change(self, clip):
        self.clip, self._is_changed = clip, True
        self._wakes.release()

    def lose(self):
        self.is_lost = True
        self._wakes.release()

    def wait(self):
        self._wakes.acquire()
        if self.is_lost:
            raise ClipboardUnavailable("gone")
        was_changed, self._is_changed = self._is_changed, False
        return was_changed

    def read(self):
        self.gate.wait(PATIENCE_S)
        return self.clip

    def write(self, clip):
        self.gate.wait(PATIENCE_S)
        self.clip = clip
        return True

    def wake(self):
        self._wakes.release()

    def close(self):
        self.is_closed = True


class Office:
    """A running desk and what it tells."""

    def __init__(self, open_clipboard):
        self.told = asyncio.Queue()
        self.desk = ClipboardDesk(
            open_clipboard,
            on_changed=lambda: self.told.put_nowait("changed"),
            on_read=self.told.put_nowait,
            on_written=lambda number, is_done: self.told.put_nowait((number, is_done)),
            on_lost=self.told.put_nowait,
        )
        self.desk.start()

    async def hears(self):
        return await asyncio.wait_for(self.told.get(), PATIENCE_S)


@pytest.fixture
async def office():
    fake = Fake()
    office = Office(lambda: fake)
    office.fake = fake
    yield office
    fake.gate.set()
    await asyncio.to_thread(office.desk.close)
    assert fake.is_closed


async def test_a_change_is_told_and_not_read(office):
    office.fake.change(Clip({"text": b"new"}))
    assert await office.hears() == "changed"
    assert office.told.empty()


async def test_what_is_read_and_written_is_told(office):
    office.desk.read()
    assert (await office.hears()).parts == {"text": b"first"}
    office.desk.write(7, Clip({"text": b"mine"}))
    assert await office.hears() == (7, True)
    office.desk.read()
    assert (await office.hears()).parts == {"text": b"mine"}


async def test_while_the_clipboard_does_not_answer_the_loop_goes_on_and_the_newest_write_wins(office):
    office.fake.gate.clear()
    office.desk.read()
    for number in range(100):
        office.desk.write(number, Clip({"text": b"%d" % number}))
        office.desk.read()
    await asyncio.sleep(0)
    assert office.told.empty()
    office.fake.gate.set()
    told = [await office.hears()]
    while told[-1] != Clip({"text": b"99"}):
        told.append(await office.hears())
    assert (99, True) in told
    assert len(told) <= 5


async def test_a_clipboard_that_goes_away_is_told_once(office):
    office.fake.lose()
    assert str(await office.hears()) == "gone"
    office.desk.read()
    await asyncio.to_thread(office.desk.close)
    assert office.told.empty()


async def test_a_clipboard_that_cannot_be_opened_is_told():
    def refuse():
        raise ClipboardUnavailable("none here")

    office = Office(refuse)
    assert str(await office.hears()) == "none here"
    await asyncio.to_thread(office.desk.close)
