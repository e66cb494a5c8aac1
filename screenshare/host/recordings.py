"""The recording of a share: one more taker of the same frames."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from screenshare.errors import RecordingError, ScreenshareError
from screenshare.handover import tell
from screenshare.host.media_room import MediaRoom, Subscription
from screenshare.protocol.console import RecordingDescription
from screenshare.recording.recorder import Recorder, RecordingResult

log = logging.getLogger(__name__)

_Report = TypeVar("_Report")
_KEY: Final = "recording"
STOP_LIMIT_S: Final = 10.0
# A keyframe comes within half a second of the one before it.
FIRST_PICTURE_LIMIT_S: Final = 3.0


class Recordings:
    """Starts and stops at most one recording at a time; called on the loop."""

    def __init__(
        self,
        media: MediaRoom,
        *,
        on_stopped: Callable[[RecordingResult], None],
        on_warning: Callable[[ScreenshareError], None],
    ) -> None:
        self._media = media
        self._on_stopped = on_stopped
        self._on_warning = on_warning
        self._loop = asyncio.get_running_loop()
        self._recorder: Recorder | None = None
        self._frames: Subscription | None = None
        self._begun = asyncio.Event()
        self._finished = asyncio.Event()

    @property
    def description(self) -> RecordingDescription | None:
        recorder = self._recorder
        if recorder is None:
            return None
        return RecordingDescription(
            path=str(recorder.path), duration_s=recorder.duration_s, bytes=recorder.bytes
        )

    async def start(self, path: Path) -> None:
        """Begin to record to ``path``; return when the first picture is in it.

        Raises:
            RecordingError: it cannot be written there, or another recording runs.
        """
        if self._recorder is not None:
            raise RecordingError("a recording is running already", hint="stop it first")
        recorder = Recorder(
            path,
            on_stopped=lambda result: tell(self._loop, self._has_stopped, result),
            on_warning=lambda warning: tell(self._loop, self._on_warning, warning),
        )
        self._recorder = recorder
        try:
            await asyncio.to_thread(recorder.start)
        except BaseException:
            self._recorder = None
            raise
        self._finished.clear()
        self._begun.clear()
        self._take()
        try:
            async with asyncio.timeout(FIRST_PICTURE_LIMIT_S):
                await self._begun.wait()
        except TimeoutError:
            log.warning("no picture for the recording yet; it begins with the first one")

    async def stop(self) -> None:
        """Finish the recording; its file is complete when this returns."""
        recorder = self._recorder
        if recorder is None:
            return
        self._let_go()
        recorder.stop()
        async with asyncio.timeout(STOP_LIMIT_S):
            await self._finished.wait()

    def move(self, media: MediaRoom) -> None:
        """Record another screen from now on; a recording that runs goes on with it."""
        if media is self._media:
            return
        is_taking = self._frames is not None
        if is_taking:
            self._let_go()
        self._media = media
        if is_taking:
            self._take()

    def _take(self) -> None:
        self._media.record(True)
        self._frames = self._media.subscribe(_KEY, self._pass_on)

    def _pass_on(self) -> None:
        if self._frames is None or self._recorder is None:
            return
        while (frame := self._frames.take()) is not None:
            if self._recorder.offer(frame):
                self._begun.set()
            else:
                self._media.ask_keyframe(_KEY)

    def _let_go(self) -> None:
        self._media.unsubscribe(_KEY)
        self._media.record(False)
        self._frames = None

    def _has_stopped(self, result: RecordingResult) -> None:
        self._let_go()
        self._recorder = None
        self._finished.set()
        self._on_stopped(result)
