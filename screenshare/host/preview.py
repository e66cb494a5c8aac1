"""What viewers see now, in small pictures for the console: taken beside their path, while looked at."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from screenshare.capture.source import ScreenSource
from screenshare.errors import BackendError
from screenshare.media import Monitor
from screenshare.newest import Newest
from screenshare.video.thumbnail import thumbnail

log = logging.getLogger(__name__)

INTERVAL_S: Final = 1.0
MAX_WIDTH: Final = 720
STOP_LIMIT_S: Final = 5.0


class Preview:
    """Takes pictures while somebody watches.

    Args:
        open_source: opens a source of its own, in the thread; the viewers' source is left alone.
        shown: tells what is shown now, None for nothing; asked in the thread.
    """

    def __init__(
        self, open_source: Callable[[Monitor], ScreenSource], shown: Callable[[], Monitor | None]
    ) -> None:
        self._open_source = open_source
        self._shown = shown
        self._takers: set[Newest[bytes]] = set()
        self._camera: _Camera | None = None
        self._ending: list[_Camera] = []
        self._latest: bytes | None = None

    @contextmanager
    def watch(self) -> Iterator[Newest[bytes]]:
        """Take pictures from now on, at most one a second, each time something has changed."""
        pictures: Newest[bytes] = Newest()
        if self._latest is not None:
            pictures.put(self._latest)
        self._takers.add(pictures)
        if self._camera is None:
            self._camera = _Camera(self._open_source, self._shown, self._took)
        try:
            yield pictures
        finally:
            self._takers.discard(pictures)
            if not self._takers:
                self._rest()

    async def close(self) -> None:
        """Wait until no source is open any more."""
        self._rest()
        for camera in self._ending:
            await asyncio.to_thread(camera.join)

    def _rest(self) -> None:
        camera, self._camera, self._latest = self._camera, None, None
        if camera is not None:
            camera.stop()
            self._ending = [*(one for one in self._ending if one.is_alive), camera]

    def _took(self, camera: _Camera, picture: bytes) -> None:
        if camera is self._camera:
            self._latest = picture
            for taker in self._takers:
                taker.put(picture)


class _Camera:
    """One thread with one source at a time."""

    def __init__(
        self,
        open_source: Callable[[Monitor], ScreenSource],
        shown: Callable[[], Monitor | None],
        took: Callable[[_Camera, bytes], None],
    ) -> None:
        self._open_source, self._shown, self._took = open_source, shown, took
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._source: ScreenSource | None = None
        self._showing: Monitor | None = None
        self._thread = threading.Thread(target=self._run, name="preview", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        self._thread.join(STOP_LIMIT_S)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._look()
                self._stopping.wait(INTERVAL_S)
        except BackendError as error:
            # The viewers' own source says it aloud where that is lost, too.
            log.info("no preview any more: %s", error)
        except RuntimeError:
            log.debug("nobody is left to see the preview")
        finally:
            self._close()

    def _look(self) -> None:
        shown = self._shown()
        if shown is None or shown != self._showing:
            self._close()
            self._showing = shown
        if shown is None:
            return
        if self._source is None:
            self._source = self._open_source(shown)
        elif self._source.wait(INTERVAL_S) is None:
            return
        patches = self._source.grab(whole=True)
        if patches and not self._stopping.is_set():
            whole = max(patches, key=lambda patch: patch.region.width * patch.region.height)
            picture = thumbnail(whole, MAX_WIDTH)
            self._loop.call_soon_threadsafe(self._took, self, picture)

    def _close(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()
