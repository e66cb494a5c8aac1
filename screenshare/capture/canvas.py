"""Pure: what a source can show of a display besides one of its monitors."""

from __future__ import annotations

from functools import reduce
from typing import Final

from screenshare.media import Monitor, Region

# The ``id`` of what ``as_one`` returns; a real monitor's counts from 1, and so does a part shown alone.
ALL_MONITORS: Final = 0
_ALONE: Final = 1


def as_one(monitors: list[Monitor]) -> Monitor:
    """Return the smallest canvas that holds all ``monitors`` (at least one), for a source to show.

    What lies between monitors of different sizes is shown as the display keeps it.
    """
    region = reduce(Region.bounding, (monitor.region for monitor in monitors))
    return Monitor(id=ALL_MONITORS, name="All monitors", region=region, is_primary=False, kind="all")


def part(region: Region) -> Monitor:
    """Return ``region`` of the display, for a source to show alone."""
    name = f"Region {region.width}x{region.height}"
    return Monitor(id=_ALONE, name=name, region=region, is_primary=True, kind="region")


def window(id_: int, title: str, region: Region) -> Monitor:
    """Return the X window ``id_`` at its present place, for a source to show alone."""
    return Monitor(id=_ALONE, name=title, region=region, is_primary=True, kind="window", window=id_)


def followed(monitors: list[Monitor], previous: Monitor) -> Monitor:
    """Return what ``previous`` has become in a new layout; the primary monitor when it vanished."""
    if previous.is_free:
        return previous
    if previous.kind == "all":
        return as_one(monitors)
    same = [monitor for monitor in monitors if monitor.name == previous.name]
    return same[0] if same else next(monitor for monitor in monitors if monitor.is_primary)
