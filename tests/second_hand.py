"""A real second hand: an X server (Xephyr) in the window of another one; whoever moves the outer server's
mouse over it moves devices of the inner server's own, not XTEST's."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest


class SecondHand:
    """Whoever sits at the inner display ``display``."""

    def __init__(self, display: str, outer: str) -> None:
        self.display = display
        self._outer = Display(outer)
        self._x = 0
        self.move(5, 5)  # keys go where the pointer is

    def move(self, x: int, y: int) -> None:
        xtest.fake_input(self._outer, X.MotionNotify, x=x, y=y)
        self._outer.sync()

    def wiggle(self) -> None:
        """Move as a hand does: again and again."""
        for _ in range(6):
            self._x = (self._x + 7) % 300
            self.move(self._x, self._x)
            time.sleep(0.01)

    def strike(self, key: str) -> None:
        keycode = self._outer.keysym_to_keycode(XK.string_to_keysym(key))
        for event in (X.KeyPress, X.KeyRelease):
            xtest.fake_input(self._outer, event, keycode)
        self._outer.sync()

    def leave(self) -> None:
        self._outer.close()


@contextmanager
def second_hand() -> Iterator[SecondHand]:
    """Run both servers and sit down at the inner one."""
    with (
        _server("Xvfb", "-screen", "0", "820x620x24", "-nolisten", "tcp", "-noreset") as outer,
        _server("Xephyr", "-screen", "800x600x24", "-noreset", at=outer) as inner,
    ):
        person = SecondHand(inner, outer)
        yield person
        person.leave()


@contextmanager
def _server(program: str, *options: str, at: str = "") -> Iterator[str]:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [program, "-displayfd", str(writing), *options],
        pass_fds=[writing],
        env=os.environ | {"DISPLAY": at},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        process.terminate()
        process.wait()
