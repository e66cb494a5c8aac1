"""The attendant finds a way to show the sign, keeps it, and takes only what the desktop may decide."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from presence.shares import state, viewer
from screenshare.errors import OutOfOrder
from screenshare.presence.attendant import Attendant
from screenshare.presence.port import OnCommand, SignUnavailable
from screenshare.presence.sign import Sign
from screenshare.protocol import console

SOON_S = 10.0


class Board:
    """A sign made of lists; ``break_down`` is its crash."""

    def __init__(self, on_command: OnCommand, *, opens: bool = True) -> None:
        self.press = on_command
        self.shown: list[Sign] = []
        self.is_closed = False
        self._opens = opens
        self._end: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def open(self) -> None:
        if not self._opens:
            raise SignUnavailable("no display")

    def show(self, sign: Sign) -> None:
        self.shown.append(sign)

    async def lost(self) -> str:
        return await self._end

    async def close(self) -> None:
        self.is_closed = True

    def break_down(self) -> None:
        self._end.set_result("it crashed")


class Desk:
    """An attendant at work, with all it made and all it told."""

    def __init__(self, *opening: bool, pauses_s: tuple[float, ...] = (0.0, 0.0)) -> None:
        self.boards: list[Board] = []
        self.commands: list[console.AnyHostCommand] = []
        self.unseen: list[list[str]] = []
        self.refuses = False
        self._events: asyncio.Queue[console.HostEvent | None] = asyncio.Queue()
        self.attendant = Attendant(
            [self._maker(opens) for opens in opening],
            command=self._command,
            on_unseen=lambda reasons: self.unseen.append([str(reason) for reason in reasons]),
            pauses_s=pauses_s,
        )
        self.task = asyncio.create_task(self.attendant.run(self._stream()))

    def tell(self, event: console.HostEvent | None) -> None:
        self._events.put_nowait(event)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(SOON_S):
            while not condition():  # noqa: ASYNC110  whatever a test waits for
                await asyncio.sleep(0.001)

    async def settle(self) -> None:
        for _ in range(50):
            await asyncio.sleep(0)

    async def end(self) -> None:
        self.tell(None)
        await self.task

    def _maker(self, opens: bool) -> Callable[[OnCommand], Board]:
        def make(on_command: OnCommand) -> Board:
            board = Board(on_command, opens=opens)
            self.boards.append(board)
            return board

        return make

    def _command(self, command: console.AnyHostCommand) -> None:
        if self.refuses:
            raise OutOfOrder("too late")
        self.commands.append(command)

    async def _stream(self) -> AsyncIterator[console.HostEvent]:
        while (event := await self._events.get()) is not None:
            yield event


async def test_each_new_state_is_shown_once():
    desk = Desk(True)
    desk.tell(state())
    await desk.until(lambda: desk.boards and desk.boards[0].shown)
    for _ in range(3):
        desk.tell(state(viewer()))
    await desk.settle()
    assert [sign.level for sign in desk.boards[0].shown] == ["idle", "watched"]
    await desk.end()
    assert desk.boards[0].is_closed


async def test_a_sign_that_breaks_comes_back_as_it_was():
    desk = Desk(True)
    desk.tell(state(viewer()))
    await desk.until(lambda: desk.boards and desk.boards[0].shown)
    desk.boards[0].break_down()
    await desk.until(lambda: len(desk.boards) == 2 and desk.boards[1].shown)
    assert desk.boards[0].is_closed
    assert desk.boards[1].shown[-1].words == "Ana is watching"
    assert not desk.unseen
    await desk.end()


async def test_what_breaks_each_time_gives_way_to_the_next_best_and_then_to_a_warning():
    desk = Desk(True, True)
    desk.tell(state(viewer()))
    for number in range(6):
        await desk.until(lambda count=number: len(desk.boards) > count and desk.boards[count].shown)
        desk.boards[number].break_down()
    await desk.until(lambda: desk.unseen)
    await desk.settle()
    assert len(desk.boards) == 6
    assert desk.unseen == [["it crashed", "it crashed"]]
    await desk.end()


async def test_nobody_watches_unseen_without_a_word():
    desk = Desk(False, False)
    await desk.until(lambda: desk.unseen)
    assert desk.unseen == [["no display", "no display"]]
    assert all(board.is_closed for board in desk.boards)
    await desk.end()


async def test_without_any_way_it_says_so_too():
    desk = Desk()
    await desk.until(lambda: desk.unseen == [[]])
    await desk.end()


async def test_what_is_pressed_becomes_the_hosts_command():
    desk = Desk(True)
    desk.tell(state(viewer()))
    await desk.until(lambda: desk.boards and desk.boards[0].shown)
    commands = [
        console.SharePause(),
        console.ControlRevoke(),
        console.ViewerAdmit(id="pbo"),
        console.ViewerDeny(id="pbo"),
        console.ControlGrant(id="pana", for_s=300),
        console.Stop(),
    ]
    for command in commands:
        desk.boards[0].press(command)
    assert desk.commands == commands
    await desk.end()


@pytest.mark.parametrize(
    "command",
    [console.ViewerAdmit(id="pbo"), console.ControlGrant(id="pbo")],
    ids=lambda c: type(c).__name__,
)
async def test_who_controls_the_computer_cannot_allow_anything_with_its_mouse(command):
    desk = Desk(True)
    desk.tell(state(viewer("Ana", controls=True), viewer("Bo", phase="knocking")))
    await desk.until(lambda: desk.boards and desk.boards[0].shown and desk.boards[0].shown[-1].question)
    desk.boards[0].press(command)
    assert desk.commands == []
    desk.boards[0].press(console.ViewerDeny(id="pbo"))
    desk.boards[0].press(console.ControlRevoke())
    assert desk.commands == [console.ViewerDeny(id="pbo"), console.ControlRevoke()]
    await desk.end()


@pytest.mark.parametrize(
    "command",
    [
        console.RecordingStart(path="/tmp/x"),
        console.ConsoleEnter(token="t" * 32),
        console.ViewerRemove(id="p"),
    ],
    ids=lambda c: type(c).__name__,
)
async def test_the_sign_can_do_no_more_than_it_has_buttons_for(command):
    desk = Desk(True)
    desk.tell(state(viewer()))
    await desk.until(lambda: desk.boards and desk.boards[0].shown)
    desk.boards[0].press(command)
    assert desk.commands == []
    await desk.end()


async def test_a_question_whose_answer_is_refused_is_asked_again():
    desk = Desk(True)
    desk.tell(state(viewer("Bo", phase="knocking")))
    await desk.until(lambda: desk.boards and desk.boards[0].shown and desk.boards[0].shown[-1].question)
    seen = len(desk.boards[0].shown)
    desk.refuses = True
    desk.boards[0].press(console.ViewerAdmit(id="pbo"))
    assert len(desk.boards[0].shown) == seen + 1
    await desk.end()
