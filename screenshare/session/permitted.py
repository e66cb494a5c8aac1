"""The only passes through the dangerous doors: input, and clipboards, that the session has checked."""

from __future__ import annotations

from dataclasses import dataclass

from screenshare.protocol.clip import ClipBegun, ClipPiece
from screenshare.protocol.messages import ClipboardFetch, OnInput
from screenshare.protocol.pointer import PointerMove

ClipMessage = ClipboardFetch | ClipBegun | ClipPiece


@dataclass(frozen=True, slots=True)
class Permitted:
    """A message of a participant who controls; made by ``Session`` alone.

    ``window``: the one window of the display that it may reach; 0: all that is shared.
    """

    participant: str
    message: OnInput | PointerMove
    window: int = 0


@dataclass(frozen=True, slots=True)
class PermittedClip:
    """A message of a participant who may use the host's clipboard in that way; made by ``Session`` alone."""

    participant: str
    message: ClipMessage
