"""Lets go of what is held on an X display when the process that held it dies without a word."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from typing import Final

from Xlib import X, error
from Xlib.display import Display
from Xlib.ext import xtest

log = logging.getLogger(__name__)

_ALL_IS_UP: Final = b"."
_CLOSE_LIMIT_S: Final = 2.0
_BUTTONS: Final = range(1, 10)


class X11Guard:
    """A small process that waits for the end of ours, also by ``kill -9``; it begins with the first press.

    The X server keeps a key of XTEST down when its client is gone, and nobody at the host could find out
    which one it is. A pipe tells: the kernel closes it whatever way we end.
    """

    def __init__(self, display: str, auto_repeats: list[int]) -> None:
        """``auto_repeats``: one bit a keycode, to be put back for what is let go."""
        self._arguments = (display, bytes(auto_repeats).hex())
        self._process: subprocess.Popen[bytes] | None = None
        self._is_tried = False

    def begin(self) -> None:
        """Have the process; harmless when it is there already or cannot be started."""
        if self._is_tried:
            return
        self._is_tried = True
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-m", __name__, *self._arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Ctrl-C at the host ends the host; this one must see how that ended.
                start_new_session=True,
            )
        except OSError as failure:
            log.warning("after a crash held keys would stay down: %s", failure)

    def close(self) -> None:
        """Say that nothing is held; blocks for a moment."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.communicate(_ALL_IS_UP, timeout=_CLOSE_LIMIT_S)
        except (subprocess.TimeoutExpired, OSError):
            process.kill()
            process.wait()


def _let_go(display: Display, auto_repeats: bytes) -> None:
    """Release on XTEST's own devices; the server leaves up to a real device what that one holds."""
    down = display.query_keymap()
    for keycode in range(8, 256):
        if down[keycode >> 3] >> (keycode & 7) & 1:
            xtest.fake_input(display, X.KeyRelease, keycode)
            if auto_repeats[keycode >> 3] >> (keycode & 7) & 1:
                display.change_keyboard_control(key=keycode, auto_repeat_mode=X.AutoRepeatModeOn)
    for button in _BUTTONS:
        xtest.fake_input(display, X.ButtonRelease, button)
    display.sync()


def _stand_guard(name: str, auto_repeats: bytes) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        display = Display(name)
        # Connected beforehand, so that letting go takes a millisecond and no grab stands in the way.
        display.xtest_grab_control(True)
        display.sync()
        if not sys.stdin.buffer.read(1):
            _let_go(display, auto_repeats)
        display.close()
    except (error.DisplayError, error.XauthError, error.ConnectionClosedError, OSError):
        return  # the display is gone, and what was held with it


if __name__ == "__main__":
    _stand_guard(sys.argv[1], bytes.fromhex(sys.argv[2]))
