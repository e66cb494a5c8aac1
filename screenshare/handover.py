"""From a thread to the loop that owns the state."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVarTuple, Unpack

log = logging.getLogger(__name__)

_What = TypeVarTuple("_What")


def tell(loop: asyncio.AbstractEventLoop, listener: Callable[[Unpack[_What]], object], *what: *_What) -> None:
    """Call ``listener`` in ``loop``; nothing happens when that has ended, for nobody is left to hear it."""
    try:
        loop.call_soon_threadsafe(listener, *what)
    except RuntimeError:
        log.debug("nobody is left to hear of it")
