"""The ports: what the operating system must do for a viewer's hands, and tell of the host's own."""

from __future__ import annotations

import enum
from typing import Protocol

from screenshare.media import Region


class HandNews(enum.Enum):
    """What the person at the host did with his own mouse and keyboard."""

    MOVED = enum.auto()
    PRESSED = enum.auto()  # a key or a button
    STRUCK = enum.auto()  # the panic key


class HandWatch(Protocol):
    """Sees the host's own devices and never what is injected; one thread uses it, ``wake`` any."""

    def wait(self) -> list[HandNews]:
        """Block until a hand did something or ``wake`` was called.

        Raises:
            InjectionUnavailable: it cannot be seen any more.
        """

    def wake(self) -> None:
        """End a ``wait``."""

    def close(self) -> None:
        """Give everything back."""


class Injector(Protocol):
    """Synchronous, used by one thread alone.

    Every method raises InjectionUnavailable when the display is gone; what it cannot express
    (a key this computer does not know) has no effect.
    """

    def move(self, x: int, y: int) -> None:
        """Put the pointer at this pixel of the display's whole canvas."""

    def shift(self, dx: int, dy: int, within: Region) -> None:
        """Move the pointer from where it is, as a mouse does, and no further than to the edge of ``within``.

        Programs that hide the pointer and read a mouse's steps must see steps of this length.
        """

    def button(self, number: int, down: bool) -> None:
        """Press or release a mouse button, numbered as MouseEvent.button: 0 left … 4 forward."""

    def wheel(self, dx: int, dy: int) -> None:
        """Turn by whole notches; right and down count up."""

    def key_down(self, code: str, key: str) -> bool:
        """Press the key with this KeyboardEvent.code, so that it means ``key``.

        A key which is down already repeats once: the viewer's keyboard is the only source of repeats.
        False: nothing was done, ask again some milliseconds later. It never waits by itself, so that
        whatever is held can be released at any moment.
        """

    def key_up(self, code: str) -> None:
        """Release what ``key_down`` pressed for ``code``; nothing when nothing was."""

    def type_text(self, text: str) -> str:
        """Type each character once and in order, as many as can be typed now; no key stays down.

        Returns the rest, to be asked for some milliseconds later.
        """

    def is_over(self, window: int, at: tuple[int, int] | None = None) -> bool:
        """Tell whether a click would land in this window of the display, its menus and dialogs included.

        ``at``: a pixel of the display's whole canvas; None: where the pointer is.
        """

    def has_focus(self, window: int) -> bool:
        """Tell whether keys would reach this window of the display, its menus and dialogs included."""

    def close(self) -> None:
        """Put the host's keyboard back as it was found; harmless after the display went away."""
