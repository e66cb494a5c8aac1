"""The port: what the operating system must do for the clipboard."""

from __future__ import annotations

from typing import Protocol

from screenshare.clipboard.clip import Clip


class Clipboard(Protocol):
    """Synchronous, used by one thread alone; ``wake`` may be called by any.

    Every method raises ClipboardUnavailable when the clipboard is gone. A program that owns it and does not
    answer costs some seconds in that thread at most.
    """

    def wait(self) -> bool:
        """Block until another program changed the clipboard, or ``wake``; tell whether it was the first.

        Meanwhile, what ``write`` put there is handed to whoever pastes.
        """

    def read(self) -> Clip:
        """Return what is there now; an empty clip when it is nothing we know, secret, or cannot be had."""

    def write(self, clip: Clip) -> bool:
        """Let programs paste ``clip``; tell whether they can from now on. It is no change for ``wait``."""

    def wake(self) -> None:
        """End a ``wait``, or the next one."""

    def close(self) -> None:
        """Give everything back; what ``write`` put there is gone then."""
