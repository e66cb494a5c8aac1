"""The desk: in order, never blocking, and empty-handed at once when it must be."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from screenshare.errors import BackendError, InjectionUnavailable
from screenshare.input.desk import InputDesk
from screenshare.media import Monitor, Region
from screenshare.protocol import messages as wire
from screenshare.protocol.messages import OnInput
from screenshare.protocol.pointer import PointerMove
from screenshare.session.permitted import Permitted

MONITORS = {1: Monitor(id=1, name="m", region=Region(0, 0, 65_536, 65_536), is_primary=True)}
PATIENCE_S = 10.0


@dataclass
class Hands:
    """The other side of the port: writes down what it is told; ``gate`` holds it up before each thing."""

    done: list[tuple[object, ...]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)
    puts_off: int = 0
    breaks_at: str = ""
    window: int = 0  # the one that is shared alone
    loses_focus_at: str = ""  # typing this opens another window
    under_pointer: int = 0
    focused: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    def note(self, *what: object) -> None:
        self.entered.set()
        assert self.gate.wait(PATIENCE_S)
        if what[0] == self.breaks_at:
            raise InjectionUnavailable("gone")
        self.done.append(what)

    def move(self, x: int, y: int) -> None:
        self.note("move", x, y)

    def shift(self, dx: int, dy: int, within: Region) -> None:
        self.note("shift", dx, dy)

    def button(self, number: int, down: bool) -> None:
        self.note("button", number, down)

    def wheel(self, dx: int, dy: int) -> None:
        self.note("wheel", dx, dy)

    def is_over(self, window: int, at: tuple[int, int] | None = None) -> bool:
        return self.under_pointer == window

    def has_focus(self, window: int) -> bool:
        return self.focused == window

    def key_down(self, code: str, key: str) -> bool:
        if self.puts_off:
            self.puts_off -= 1
            self.entered.set()
            return False
        self.note("down", code)
        return True

    def key_up(self, code: str) -> None:
        self.note("up", code)

    def type_text(self, text: str) -> str:
        self.note("type", text[:2])
        if text[:2] == self.loses_focus_at:
            self.focused = 0
        return text[2:]

    def close(self) -> None:
        self.done.append(("close",))


def factory_of(hands: Hands) -> Callable[[], Hands]:
    return lambda: hands


@asynccontextmanager
async def open_desk(hands: Hands, failures: list[BackendError] | None = None) -> AsyncIterator[InputDesk]:
    desk = InputDesk(
        factory_of(hands),
        lambda: (
            MONITORS if hands.window == 0 else {1: replace(MONITORS[1], kind="window", window=hands.window)}
        ),
        on_failed=[].append if failures is None else failures.append,
    )
    desk.start()
    try:
        yield desk
    finally:
        hands.gate.set()
        await asyncio.to_thread(desk.close)


def by_ann(message: OnInput | PointerMove) -> Permitted:
    return Permitted("ann", message)


def press(code: str) -> Permitted:
    return by_ann(wire.KeyPress(seq=1, code=code, key="a"))


def release(code: str) -> Permitted:
    return by_ann(wire.KeyRelease(seq=1, code=code))


def move(seq: int) -> Permitted:
    return by_ann(PointerMove(seq=seq, monitor=1, x=seq, y=0))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  another thread makes it true, and knows no event of ours
            await asyncio.sleep(0.001)


async def test_what_is_submitted_is_done_in_order() -> None:
    hands = Hands()
    async with open_desk(hands) as desk:
        for permitted in (
            move(1),
            press("KeyA"),
            release("KeyA"),
            by_ann(wire.TextType(seq=2, text="abcde")),
        ):
            desk.submit(permitted)
        await until(lambda: ("type", "e") in hands.done)
        typed = [("type", "ab"), ("type", "cd"), ("type", "e")]
        assert hands.done == [("move", 1, 0), ("down", "KeyA"), ("up", "KeyA"), *typed]


async def test_submitting_never_waits_for_a_slow_injector() -> None:
    hands = Hands()
    hands.gate.clear()
    async with open_desk(hands) as desk:
        desk.submit(press("KeyA"))
        await asyncio.to_thread(hands.entered.wait)
        for seq in range(10_000):
            desk.submit(move(seq))
        desk.submit(release("KeyA"))
        hands.gate.set()
        await until(lambda: ("up", "KeyA") in hands.done)
        assert hands.done == [("down", "KeyA"), ("move", 9_999, 0), ("up", "KeyA")]


async def test_letting_go_drops_what_waits_and_comes_before_what_follows() -> None:
    hands = Hands()
    hands.gate.clear()
    async with open_desk(hands) as desk:
        desk.submit(press("KeyA"))
        await asyncio.to_thread(hands.entered.wait)
        desk.submit(press("KeyB"))
        released = desk.release_all()
        desk.submit(press("KeyC"))
        hands.gate.set()
        await asyncio.wrap_future(released)
        assert hands.done[:2] == [("down", "KeyA"), ("up", "KeyA")]
        await until(lambda: ("down", "KeyC") in hands.done)
        assert ("down", "KeyB") not in hands.done


async def test_letting_go_ends_a_long_text() -> None:
    hands = Hands()
    hands.gate.clear()
    async with open_desk(hands) as desk:
        desk.submit(by_ann(wire.TextType(seq=1, text="x" * 1000)))
        await asyncio.to_thread(hands.entered.wait)
        released = desk.release_all()
        hands.gate.set()
        await asyncio.wrap_future(released)
        assert hands.done == [("type", "xx")]


async def test_letting_go_ends_the_wait_for_a_key_that_is_put_off() -> None:
    hands = Hands(puts_off=1_000_000)
    async with open_desk(hands) as desk:
        desk.submit(press("KeyA"))
        await asyncio.to_thread(hands.entered.wait)
        await asyncio.wait_for(asyncio.wrap_future(desk.release_all()), 1.0)


async def test_a_key_that_is_put_off_is_asked_for_again() -> None:
    hands = Hands(puts_off=3)
    async with open_desk(hands) as desk:
        desk.submit(press("KeyA"))
        await until(lambda: hands.done == [("down", "KeyA")])


async def test_closing_lets_go_of_everything() -> None:
    hands = Hands()
    async with open_desk(hands) as desk:
        desk.submit(press("ControlLeft"))
        desk.submit(press("KeyA"))
        await until(lambda: len(hands.done) == 2)
    assert hands.done[2:] == [("up", "KeyA"), ("up", "ControlLeft"), ("close",)]
    desk.submit(press("KeyA"))
    assert desk.release_all().done()


@pytest.mark.parametrize("breaks_at", ["down", "up"])
async def test_a_broken_injector_is_told_once_and_then_everything_is_accepted(breaks_at: str) -> None:
    hands, failures = Hands(breaks_at=breaks_at), list[BackendError]()
    async with open_desk(hands, failures) as desk:
        desk.submit(press("KeyA"))
        desk.submit(release("KeyA"))
        await until(lambda: failures)
        for _ in range(1000):
            desk.submit(press("KeyA"))
        await asyncio.wrap_future(desk.release_all())
    assert [str(failure) for failure in failures] == ["gone"]
    assert hands.done[-1] == ("close",)


async def test_an_injector_that_cannot_be_opened_is_told_too() -> None:
    def refuse() -> Hands:
        raise InjectionUnavailable("no display")

    failures: list[BackendError] = []
    desk = InputDesk(refuse, lambda: MONITORS, on_failed=failures.append)
    desk.start()
    await until(lambda: failures)
    desk.submit(press("KeyA"))
    await asyncio.wrap_future(desk.release_all())
    await asyncio.to_thread(desk.close)
    assert [str(failure) for failure in failures] == ["no display"]


async def test_whoever_waits_for_a_release_cannot_cancel_it_for_others() -> None:
    hands = Hands()
    hands.gate.clear()
    async with open_desk(hands) as desk:
        desk.submit(press("KeyA"))
        await asyncio.to_thread(hands.entered.wait)
        impatient, patient = desk.release_all(), desk.release_all()
        assert not impatient.cancel()
        hands.gate.set()
        await asyncio.wrap_future(patient)
        assert hands.done == [("down", "KeyA"), ("up", "KeyA")]


def for_window(message: OnInput | PointerMove) -> Permitted:
    return Permitted("ann", message, window=7)


async def test_who_got_one_window_drops_nothing_into_another():
    hands = Hands(under_pointer=7, focused=7)
    async with open_desk(hands) as desk:
        desk.submit(for_window(wire.ButtonPress(seq=1, button=0, monitor=1, x=0, y=0)))
        await until(lambda: ("button", 0, True) in hands.done)
        hands.under_pointer = 8
        desk.submit(for_window(PointerMove(seq=2, monitor=1, x=9, y=9)))
        desk.submit(for_window(wire.PointerShift(seq=3, monitor=1, dx=5, dy=5)))
        desk.submit(for_window(wire.ButtonRelease(seq=4, button=0, monitor=1, x=9, y=9)))
        await until(lambda: ("button", 0, False) in hands.done)
        assert hands.done == [("move", 0, 0), ("button", 0, True), ("button", 0, False)]
        desk.submit(for_window(PointerMove(seq=5, monitor=1, x=9, y=9)))
        await until(lambda: hands.done[-1] == ("move", 9, 9))


async def test_who_got_one_window_reaches_neither_the_desktop_nor_what_opens_meanwhile():
    hands = Hands(under_pointer=7, focused=7)
    async with open_desk(hands) as desk:
        for code in ("MetaLeft", "AltLeft", "Tab", "F4"):
            desk.submit(for_window(wire.KeyPress(seq=1, code=code, key=code)))
        desk.submit(for_window(wire.KeyPress(seq=2, code="KeyA", key="PrintScreen")))
        await until(lambda: ("down", "F4") in hands.done)
        assert hands.done == [("down", "AltLeft"), ("down", "F4")]
        hands.loses_focus_at = "cd"
        desk.submit(for_window(wire.TextType(seq=3, text="abcdef")))
        await until(lambda: ("type", "cd") in hands.done)
        hands.focused = 7
        desk.submit(press("KeyB"))
        await until(lambda: ("down", "KeyB") in hands.done)
    assert ("type", "ef") not in hands.done


async def test_where_one_window_is_shared_no_click_and_no_key_reaches_another():
    hands = Hands(window=7)
    async with open_desk(hands) as desk:
        desk.submit(by_ann(wire.ButtonPress(seq=1, button=0, monitor=1, x=0, y=0)))
        desk.submit(by_ann(wire.ButtonRelease(seq=2, button=0, monitor=1, x=0, y=0)))
        desk.submit(by_ann(wire.WheelTurn(seq=3, dx=0, dy=120, monitor=1, x=0, y=0)))
        desk.submit(press("KeyA"))
        desk.submit(release("KeyA"))
        desk.submit(by_ann(wire.TextType(seq=4, text="ab")))
        desk.submit(by_ann(PointerMove(seq=5, monitor=1, x=9, y=9)))
        await until(lambda: ("move", 9, 9) in hands.done)
        assert {what[0] for what in hands.done} == {"move"}
        hands.under_pointer = hands.focused = 7
        desk.submit(by_ann(wire.ButtonPress(seq=6, button=0, monitor=1, x=0, y=0)))
        desk.submit(press("KeyA"))
        await until(lambda: ("down", "KeyA") in hands.done)
    assert ("button", 0, True) in hands.done
