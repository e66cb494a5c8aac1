"""The sign as a notification: on a bus of its own, with a desktop that notes what it is asked to show."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from dbus_fast import BusType, Message, MessageType
from dbus_fast.aio import MessageBus
from msgspec.structs import replace

from conftest import stop
from screenshare.presence.backends.notification import NotificationBoard
from screenshare.presence.port import SignUnavailable
from screenshare.presence.sign import IDLE, Question, Sign
from screenshare.protocol import console

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
CONTROLLED = Sign(level="controlled", words="Ana controls this computer")
KNOCK = Question(
    kind="entry",
    id="pana",
    title="<b>Ana</b> wants to see your screen",
    facts="<i>Chrome</i>",
    proved="verified",
)
SOON_S = 10.0


class NotificationDesktop:
    """Stands for a desktop's notification service."""

    def __init__(self, bus: MessageBus) -> None:
        self.bus = bus
        self.shown: dict[int, tuple[str, str, list[str]]] = {}
        self.told = 0
        bus.add_message_handler(self._answer)

    def press(self, title: str, action: str) -> None:
        """Press a button of the notification with this title."""
        id_ = next(id_ for id_, (shown, _, _) in self.shown.items() if shown == title)
        self.bus.send(Message.new_signal(PATH, NAME, "ActionInvoked", "us", [id_, action]))

    def titles(self) -> list[str]:
        return [title for title, _, _ in self.shown.values()]

    def _answer(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL or message.interface != NAME:
            return None
        body: list[Any] = message.body
        if message.member == "GetCapabilities":
            return Message.new_method_return(message, "as", [["actions", "body", "body-markup"]])
        if message.member == "CloseNotification":
            self.shown.pop(body[0], None)
            return Message.new_method_return(message)
        self.told += 1
        id_ = body[1] or self.told
        self.shown[id_] = (body[3], body[4], body[5])
        return Message.new_method_return(message, "u", [id_])


@pytest.fixture
def bus_address(monkeypatch) -> Iterator[str]:
    """A session bus for this test alone."""
    process = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    address = process.stdout.readline().decode().strip()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    yield address
    stop(process)
    process.stdout.close()


@pytest.fixture
async def desktop(bus_address) -> AsyncIterator[NotificationDesktop]:
    bus = await MessageBus(bus_type=BusType.SESSION).connect()
    await bus.request_name(NAME)
    yield NotificationDesktop(bus)
    bus.disconnect()


async def until(condition, what: str) -> None:
    async with asyncio.timeout(SOON_S):
        while not condition():  # noqa: ASYNC110  whatever a test waits for
            await asyncio.sleep(0.005)


async def test_who_controls_is_notified_with_buttons_that_end_it(desktop):
    pressed: list[console.AnyHostCommand] = []
    board = NotificationBoard(pressed.append)
    await board.open()
    board.show(CONTROLLED)
    await until(lambda: desktop.titles() == [CONTROLLED.words], "a notification")
    for action in ("stop-control", "pause", "stop", "format-disk"):
        desktop.press(CONTROLLED.words, action)
    await until(lambda: len(pressed) == 3, "three commands")
    assert pressed == [console.ControlRevoke(), console.SharePause(), console.Stop()]
    board.show(IDLE)
    await until(lambda: not desktop.shown, "no notification")
    await board.close()


async def test_a_question_is_told_once_without_markup_and_can_be_denied_there(desktop):
    pressed: list[console.AnyHostCommand] = []
    board = NotificationBoard(pressed.append)
    await board.open()
    for left_s in (30.0, 29.0, 28.0):
        board.show(replace(IDLE, question=replace(KNOCK, answer_in_s=left_s)))
        await asyncio.sleep(0.05)
    await until(lambda: desktop.titles() == [KNOCK.title], "the question")
    assert desktop.told == 1
    ((_, body, actions),) = desktop.shown.values()
    assert "<i>" not in body
    assert actions == ["deny", "Deny"]
    desktop.press(KNOCK.title, "allow")
    desktop.press(KNOCK.title, "deny")
    await until(lambda: pressed, "an answer")
    assert pressed == [console.ViewerDeny(id="pana")]
    board.show(IDLE)
    await until(lambda: not desktop.shown, "no question")
    await board.close()


async def test_nothing_stays_when_the_share_ends(desktop):
    board = NotificationBoard(lambda _: None)
    await board.open()
    board.show(CONTROLLED)
    await until(lambda: desktop.shown, "a notification")
    await board.close()
    assert not desktop.shown


async def test_a_desktop_without_notifications_is_told(bus_address):
    board = NotificationBoard(lambda _: None)
    with pytest.raises(SignUnavailable):
        await board.open()
    await board.close()


async def test_a_session_without_a_bus_is_told(monkeypatch):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    board = NotificationBoard(lambda _: None)
    with pytest.raises(SignUnavailable):
        await board.open()
    await board.close()


async def test_a_desktop_that_goes_is_told(desktop):
    board = NotificationBoard(lambda _: None)
    await board.open()
    desktop.bus.disconnect()
    board.show(CONTROLLED)
    async with asyncio.timeout(SOON_S):
        assert "no notifications any more" in await board.lost()
    await board.close()
