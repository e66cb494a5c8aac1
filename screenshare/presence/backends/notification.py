"""The sign as a notification of the desktop, over D-Bus: where no toolkit is there to draw one."""

from __future__ import annotations

import asyncio
import html
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusFastError

from screenshare.newest import Newest
from screenshare.presence import words
from screenshare.presence.port import OnCommand, SignUnavailable
from screenshare.presence.sign import Question, Sign
from screenshare.protocol import console

log = logging.getLogger(__name__)

CALL_LIMIT_S: Final = 5.0
_NAME: Final = "org.freedesktop.Notifications"
_PATH: Final = "/org/freedesktop/Notifications"
_RULE: Final = f"type='signal',interface='{_NAME}',path='{_PATH}',member='ActionInvoked'"
_NORMAL, _CRITICAL = 1, 2
_STAYS: Final = 0


class NotificationBoard:
    """One notification that stays while somebody watches, and one for what is asked."""

    def __init__(self, on_command: OnCommand) -> None:
        self._on_command = on_command
        self._bus: MessageBus | None = None
        self._signs: Newest[Sign] = Newest()
        self._writer: asyncio.Task[str] | None = None
        self._has_actions = self._has_markup = False
        self._sign_id = self._question_id = 0
        self._asked: Question | None = None

    async def open(self) -> None:
        try:
            async with asyncio.timeout(CALL_LIMIT_S):
                self._bus = await MessageBus(bus_type=BusType.SESSION).connect()
            (capabilities,) = await self._call("GetCapabilities")
            await self._call(
                "AddMatch",
                "s",
                [_RULE],
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
            )
        except (OSError, TimeoutError, DBusFastError, ValueError) as error:
            raise SignUnavailable(f"this desktop takes no notifications: {error}") from error
        self._has_actions = "actions" in capabilities
        self._has_markup = "body-markup" in capabilities
        self._bus.add_message_handler(self._hear)
        self._writer = asyncio.create_task(self._write(), name="sign-notification")

    def show(self, sign: Sign) -> None:
        self._signs.put(sign)

    async def lost(self) -> str:
        assert self._writer is not None  # noqa: S101  it is open
        # Shielded: who stops waiting for the end does not bring it about.
        return await asyncio.shield(self._writer)

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        bus, self._bus = self._bus, None
        if bus is not None and bus.connected:
            try:
                for id_ in filter(None, (self._sign_id, self._question_id)):
                    await self._call("CloseNotification", "u", [id_], bus=bus)
            except (OSError, TimeoutError, DBusFastError) as error:
                log.debug("a notification stays: %s", error)
            bus.disconnect()

    async def _write(self) -> str:
        try:
            while True:
                await self._draw(await self._signs.take())
        except (OSError, TimeoutError, DBusFastError) as error:
            return f"the desktop takes no notifications any more: {error}"

    async def _draw(self, sign: Sign) -> None:
        if sign.level == "idle":
            await self._withdraw_sign()
        else:
            self._sign_id = await self._notify(self._sign_id, sign.words, "", _actions(sign), sign.level)
        question = sign.question
        asked, self._asked = self._asked, question
        if _key_of(question) == _key_of(asked):
            return
        if question is None:
            id_, self._question_id = self._question_id, 0
            await self._call("CloseNotification", "u", [id_])
            return
        body = f"{question.facts} · {question.proved}\n{words.ANSWER_ELSEWHERE} {words.ONLY_ALLOW}"
        self._question_id = await self._notify(
            self._question_id, question.title, body, ["deny", words.DENY], "question"
        )

    async def _withdraw_sign(self) -> None:
        id_, self._sign_id = self._sign_id, 0
        if id_:
            await self._call("CloseNotification", "u", [id_])

    async def _notify(self, replaces: int, title: str, body: str, actions: list[str], level: str) -> int:
        hints = {
            "urgency": Variant("y", _NORMAL if level in {"watched", "paused"} else _CRITICAL),
            "resident": Variant("b", True),
            "category": Variant("s", "presence"),
        }
        shown = html.escape(body, quote=False) if self._has_markup else body
        (id_,) = await self._call(
            "Notify",
            "susssasa{sv}i",
            [
                words.PRODUCT,
                replaces,
                "video-display",
                title,
                shown,
                actions if self._has_actions else [],
                hints,
                _STAYS,
            ],
        )
        return int(id_)

    async def _call(
        self,
        member: str,
        signature: str = "",
        body: list[Any] | None = None,
        *,
        bus: MessageBus | None = None,
        destination: str = _NAME,
        path: str = _PATH,
        interface: str = _NAME,
    ) -> list[Any]:
        """Return what the desktop answers; raises DBusFastError, TimeoutError or OSError."""
        message = Message(
            destination=destination,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=body or [],
        )
        bus = bus or self._bus
        if bus is None:
            raise ConnectionError("the bus is closed")
        async with asyncio.timeout(CALL_LIMIT_S):
            reply = await bus.call(message)
        if reply is None or reply.message_type is MessageType.ERROR:
            raise ConnectionError(str(reply.body[0]) if reply is not None and reply.body else "no answer")
        return list(reply.body)

    def _hear(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL or message.member != "ActionInvoked":
            return
        if message.interface != _NAME or message.signature != "us":
            return
        id_, action = message.body
        command = self._decided(id_, action)
        if command is not None:
            self._on_command(command)

    def _decided(self, id_: int, action: str) -> console.AnyHostCommand | None:
        if id_ == self._question_id and action == "deny" and self._asked is not None:
            return self._asked.denial
        return _COMMANDS.get(action) if id_ == self._sign_id else None


_COMMANDS: Final[Mapping[str, console.AnyHostCommand]] = MappingProxyType(
    {
        "stop-control": console.ControlRevoke(),
        "pause": console.SharePause(),
        "resume": console.ShareResume(),
        "stop": console.Stop(),
    }
)


def _key_of(question: Question | None) -> tuple[str, str] | None:
    return None if question is None else question.key


def _actions(sign: Sign) -> list[str]:
    """Return names and words of the buttons, one after the other."""
    stop_control = ["stop-control", words.STOP_CONTROL] if sign.level == "controlled" else []
    pause = ["resume" if sign.is_paused else "pause", sign.pause_words]
    return [*stop_control, *pause, "stop", words.STOP_SHARING]
