"""The only pass through the dangerous door: input that the session has checked."""

from __future__ import annotations

from dataclasses import dataclass

from screenshare.protocol.messages import OnInput
from screenshare.protocol.pointer import PointerMove


@dataclass(frozen=True, slots=True)
class Permitted:
    """A message of a participant who controls; made by ``Session`` alone."""

    participant: str
    message: OnInput | PointerMove
