"""Keeps one running share's record up to date, from the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from screenshare.clock import monotonic_s
from screenshare.comeback.file import NoComeback, ShareFile
from screenshare.comeback.record import VERSION, Record, read, written
from screenshare.newest import Newest
from screenshare.session.kept import KeptShare

# How old ``alive_at`` may get in a share in which nothing changes.
ALIVE_EACH_S: Final = 10.0
WRITE_LIMIT_S: Final = 5.0


class Comeback:
    """One share's file; ``failed`` is called once, and the share goes on without it then."""

    def __init__(self, folder: Path, name: str, *, boot: str, failed: Callable[[NoComeback], None]) -> None:
        self._file = ShareFile(folder, name)
        self._boot = boot
        self._failed = failed
        self._waiting: Newest[Record | None] = Newest()
        self._kept: Record | None = None
        self._writing: asyncio.Task[None] | None = None

    async def begin(self, *, is_fresh: bool) -> Record | None:
        """Hold the file, and return what may be gone on with; ``is_fresh``: nothing is to be.

        Raises:
            NoComeback: there can be no file for this share.
        """
        content = await asyncio.to_thread(self._file.hold)
        return None if is_fresh else read(content, boot=self._boot, now=monotonic_s())

    def start(self) -> None:
        """Write what is kept from now on."""
        self._writing = asyncio.get_running_loop().create_task(self._write(), name="comeback")

    def keep(self, share: KeptShare, port: int) -> None:
        """Have ``share`` brought back, if the process is killed; nothing is done where it is kept already."""
        now, kept = monotonic_s(), self._kept
        is_current = kept is not None and kept.share == share and now < kept.alive_at + ALIVE_EACH_S
        if self._writing is not None and not is_current:
            self._kept = Record(version=VERSION, boot=self._boot, alive_at=now, port=port, share=share)
            self._waiting.put(self._kept)

    async def forget(self) -> None:
        """End the share: nothing brings it back. Raises NoComeback where its file cannot be removed."""
        await self._stop_writing()
        await asyncio.to_thread(self._file.remove)

    async def release(self) -> None:
        """Let go of the file, whatever is in it."""
        await self._stop_writing()
        self._file.release()

    async def _stop_writing(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            # Not cancelled: what a thread is writing must not come after the file was removed.
            self._waiting.put(None)
            await asyncio.wait([writing], timeout=WRITE_LIMIT_S)

    async def _write(self) -> None:
        while (record := await self._waiting.take()) is not None:
            try:
                await asyncio.to_thread(self._file.write, written(record))
            except NoComeback as error:
                self._failed(error)
                return
