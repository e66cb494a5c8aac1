"""The host's own hand is seen, and a viewer's never taken for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from screenshare.errors import InjectionUnavailable
from screenshare.input.choose import open_hand_watch, open_injector
from screenshare.input.port import HandNews, HandWatch
from tests.second_hand import SecondHand, second_hand

LIMIT_S = 10.0


@pytest.fixture
def person() -> Iterator[SecondHand]:
    with second_hand() as person:
        yield person


class Seen:
    """What a watch tells, read in a thread of its own."""

    def __init__(self, watch: HandWatch) -> None:
        self.news: list[HandNews] = []
        self._watch, self._over = watch, False
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def wait(self, *news: HandNews) -> None:
        give_up_at = time.monotonic() + LIMIT_S
        while [seen for seen in self.news if seen in news] != list(news):
            assert time.monotonic() < give_up_at, self.news
            time.sleep(0.01)

    def close(self) -> None:
        self._over = True
        self._watch.wake()
        self._thread.join(LIMIT_S)
        self._watch.close()

    def _read(self) -> None:
        while not self._over:
            self.news += self._watch.wait()


@pytest.fixture
def seen(person: SecondHand) -> Iterator[Seen]:
    seen = Seen(open_hand_watch(person.display, "Escape"))
    yield seen
    seen.close()


def test_a_mouse_and_a_key_at_the_host_are_seen(person: SecondHand, seen: Seen):
    person.move(10, 10)
    person.move(20, 20)
    seen.wait(HandNews.MOVED, HandNews.MOVED)
    person.strike("a")
    seen.wait(HandNews.MOVED, HandNews.MOVED, HandNews.PRESSED)


def test_the_panic_key_is_told_apart(person: SecondHand, seen: Seen):
    for _ in range(3):
        person.strike("Escape")
    seen.wait(*[HandNews.STRUCK] * 3)


def test_what_a_viewer_injects_is_nobody_s_hand(person: SecondHand, seen: Seen):
    injector = open_injector(person.display)
    for step in range(300):
        injector.move(step, step)
    injector.key_down("Escape", "Escape")
    injector.key_up("Escape")
    injector.button(0, down=True)
    injector.button(0, down=False)
    injector.type_text("abc")
    injector.close()
    person.strike("Escape")
    seen.wait(HandNews.STRUCK)
    assert seen.news == [HandNews.STRUCK]


def test_a_display_that_is_not_there_is_refused():
    with pytest.raises(InjectionUnavailable):
        open_hand_watch(":9999", None)


def test_a_panic_key_that_no_keyboard_has_is_refused(person: SecondHand):
    with pytest.raises(InjectionUnavailable, match="no key"):
        open_hand_watch(person.display, "Escpae")
