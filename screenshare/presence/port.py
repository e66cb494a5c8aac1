"""The port of this room: one way to show a sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from screenshare.errors import BackendError
from screenshare.presence.sign import Sign
from screenshare.protocol.console import AnyHostCommand

OnCommand = Callable[[AnyHostCommand], None]


class SignUnavailable(BackendError):
    """The desktop cannot be told anything this way."""

    code = "sign-unavailable"


class SignBoard(Protocol):
    """One way to show a sign; all on the event loop, and nothing here waits for a toolkit or a bus.

    What the person at the host presses goes to the ``OnCommand`` it was made with.
    """

    async def open(self) -> None:
        """Stand ready.

        Raises:
            SignUnavailable: nothing can be shown this way; nothing is left behind.
        """
        ...

    def show(self, sign: Sign) -> None:
        """Show ``sign`` as soon as may be; of several that wait the newest is shown."""
        ...

    async def lost(self) -> str:
        """Return why it shows nothing any more; while it does, wait."""
        ...

    async def close(self) -> None:
        """Take the sign away and end; allowed at any time, also twice."""
        ...
