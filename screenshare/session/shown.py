"""Which screens can be seen, and by whom (sans-IO)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from screenshare.protocol.messages import MonitorDescribed, Screen


@dataclass(slots=True)
class Shown:
    """What the host shows, and what viewers may choose instead.

    ``screens``: all that can be shown, by their ids (0: all monitors as one picture, where there are
    several). ``choosing``: whoever has not chosen sees this one. ``monitors``: those that viewers may
    choose from; empty where the host named what is to be seen.
    """

    screens: Mapping[int, Screen]
    choosing: int
    monitors: tuple[MonitorDescribed, ...] = ()

    @property
    def screen(self) -> Screen:
        """What whoever has not chosen sees."""
        return self.screens[self.choosing]

    def to(self, chosen: int | None) -> Screen:
        """Return what somebody sees who chose this; None: he did not choose."""
        is_his = chosen is not None and self.may_choose(chosen)
        return self.screens[chosen] if is_his and chosen is not None else self.screen

    def may_choose(self, monitor: int) -> bool:
        """Tell whether a viewer may choose this."""
        ids = {known.id for known in self.monitors}
        return monitor in self.screens and (monitor in ids if monitor else len(ids) > 1)
