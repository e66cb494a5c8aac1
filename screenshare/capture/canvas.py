"""Pure: all monitors of a display as one."""

from __future__ import annotations

from functools import reduce
from typing import Final

from screenshare.media import Monitor, Region

# The ``id`` of what ``as_one`` returns; a real monitor's counts from 1.
ALL_MONITORS: Final = 0


def as_one(monitors: list[Monitor]) -> Monitor:
    """Return the smallest canvas that holds all ``monitors`` (at least one), for a source to show.

    What lies between monitors of different sizes is shown as the display keeps it.
    """
    region = reduce(Region.bounding, (monitor.region for monitor in monitors))
    return Monitor(id=ALL_MONITORS, name="All monitors", region=region, is_primary=False)
