"""The screens of one share: a media room for each that somebody is shown, opened when it is wanted."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Final

from screenshare.capture.canvas import as_one
from screenshare.capture.source import CaptureWarning, ScreenSource
from screenshare.errors import BackendError
from screenshare.host.media_room import MediaRoom
from screenshare.media import Monitor

log = logging.getLogger(__name__)

STOP_LIMIT_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenCallbacks:
    """Whom the screens tell what; all are called on the event loop.

    ``lost`` is the end of the share: the display is gone, or what the host shows cannot be read.
    """

    changed: Callable[[], None]
    warned: Callable[[CaptureWarning], None]
    lost: Callable[[BackendError], None]


class Screens:
    """What can be shown, by id: each monitor, and all as one picture (0); or the one part that is shared."""

    def __init__(
        self,
        source: ScreenSource,
        open_source: Callable[[Monitor], ScreenSource],
        *,
        max_fps: int,
        callbacks: ScreenCallbacks,
    ) -> None:
        """``source`` is what the host shows first; ``open_source`` blocks and may raise BackendError."""
        self._open_source = open_source
        self._max_fps = max_fps
        self._callbacks = callbacks
        self._is_paused = False
        self._rooms: dict[int, MediaRoom] = {}
        # Their monitor is gone and another room shows what took its place; open until nobody takes from them.
        self._stale: list[MediaRoom] = []
        self._opening: dict[int, list[Callable[[], None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # Set by whoever tells viewers: called with each room before anybody takes anything.
        self.on_opened: Callable[[MediaRoom], None] = lambda room: None
        # Called when the host shows another one.
        self.on_showing: Callable[[MediaRoom], None] = lambda room: None
        self.monitors: Mapping[int, Monitor] = {}
        self.showing = source.monitor.id
        self._know(source.monitor, source.monitors)
        self._first = source

    def start(self) -> None:
        self._add(self.showing, self._first)

    @property
    def room(self) -> MediaRoom:
        """What the host shows to whoever has not chosen."""
        return self._rooms[self.showing]

    def opened(self, id_: int) -> MediaRoom | None:
        return self._rooms.get(id_)

    def want(self, id_: int, then: Callable[[], None]) -> None:
        """Call ``then`` once the room of screen ``id_`` is open; never where that fails."""
        if id_ in self._rooms:
            then()
        elif id_ in self._opening:
            self._opening[id_].append(then)
        else:
            self._opening[id_] = [then]
            self._spawn(self._open(id_), f"open-screen:{id_}")

    def show(self, id_: int) -> None:
        """Let the host show another screen, once it is open."""

        def shown() -> None:
            self.showing = id_
            self.on_showing(self.room)

        self.want(id_, shown)

    def release(self, used: Collection[MediaRoom]) -> None:
        """Close every room that is neither in ``used`` nor shown by the host."""
        for id_ in [id_ for id_, room in self._rooms.items() if room not in used and id_ != self.showing]:
            self._spawn(self._rooms.pop(id_).stop(), "close-screen")
        for room in [room for room in self._stale if room not in used]:
            self._stale.remove(room)
            self._spawn(room.stop(), "close-screen")

    def pause(self, is_paused: bool) -> None:
        """Let nothing be grabbed and nothing go out, anywhere; or go on."""
        self._is_paused = is_paused
        for room in self._rooms.values():
            room.pause(is_paused)

    async def stop(self) -> None:
        """Close every room; what is still being opened is closed as soon as it is open."""
        self._opening.clear()
        for room in (*self._rooms.values(), *self._stale):
            self._spawn(room.stop(), "close-screen")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_LIMIT_S)

    async def _open(self, id_: int) -> None:
        monitor = self.monitors.get(id_)
        if monitor is None:  # gone meanwhile; the session hears of it by itself
            self._opening.pop(id_, None)
            return
        try:
            source = await asyncio.to_thread(self._open_source, monitor)
        except BackendError as error:
            self._opening.pop(id_, None)
            self._callbacks.warned(CaptureWarning(error.code, f"Another screen: {error}", error.hint))
            return
        waiting = self._opening.pop(id_, None)
        if waiting is None:  # the share is over
            source.close()
            return
        self._add(id_, source)
        for then in waiting:
            then()

    def _add(self, id_: int, source: ScreenSource) -> None:
        room = MediaRoom(
            source,
            max_fps=self._max_fps,
            on_layout=lambda monitor, monitors: self._laid_out(room, monitor, monitors),
            on_warning=self._callbacks.warned,
            on_failed=self._callbacks.lost,
        )
        room.pause(self._is_paused)
        self._rooms[id_] = room
        self.on_opened(room)
        room.start()

    def _laid_out(self, room: MediaRoom, monitor: Monitor, monitors: list[Monitor]) -> None:
        """A room sees another layout of the display than before."""
        self._know(monitor, monitors)
        id_ = next((id_ for id_, known in self._rooms.items() if known is room), None)
        if id_ is not None and id_ != monitor.id:
            self._renumber(id_, monitor.id)
        self._callbacks.changed()

    def _renumber(self, before: int, now: int) -> None:
        """What was shown as ``before`` is gone or has another number."""
        room = self._rooms.pop(before)
        if self._rooms.setdefault(now, room) is not room:
            self._stale.append(room)
        if self.showing == before:
            self.showing = now
            self.on_showing(self.room)

    def _know(self, monitor: Monitor, monitors: list[Monitor]) -> None:
        known = [monitor] if monitor.is_free else monitors
        every = [*known, as_one(known)] if len(known) > 1 else known
        # Replaced as a whole: the input desk's thread reads it.
        self.monitors = {each.id: each for each in every}

    def _spawn(self, coroutine: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
