"""The display's windows: listed for whoever gives control of one, and watched while one is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from screenshare.capture import choose as capture
from screenshare.errors import BackendError
from screenshare.media import Window
from screenshare.protocol.fields import MOST_WINDOW_CHARS
from screenshare.protocol.plain_text import plain_text

READ_LIMIT_S: Final = 5.0
Told = Callable[[tuple[Window, ...]], None]


class Windows:
    """One reading at a time; called on the event loop, as are its callbacks.

    ``seen`` gets what there was after each reading, ``listed`` only after somebody asked for the list.
    """

    def __init__(self, display: str | None, *, seen: Told, listed: Told) -> None:
        self._display = display
        self._seen, self._listed = seen, listed
        self._reading: asyncio.Task[None] | None = None
        self._is_list_wanted = False

    def list(self) -> None:
        """Read them, and tell ``listed`` too."""
        self._is_list_wanted = True
        self.look()

    def look(self) -> None:
        """Read them anew, unless that is being done."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.get_running_loop().create_task(self._read(), name="list-windows")

    async def stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                windows = await asyncio.to_thread(capture.list_windows, self._display)
        except (BackendError, TimeoutError):
            windows = []  # nobody can tell now: control of a single one ends
        known = tuple(Window(each.id, plain_text(each.title, MOST_WINDOW_CHARS)) for each in windows)
        self._seen(known)
        if self._is_list_wanted:
            self._is_list_wanted = False
            self._listed(known)
