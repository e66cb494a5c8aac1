"""Sans-IO: which spare keycode means which character that the host's layout lacks."""

from __future__ import annotations

import enum
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lease:
    """Use ``keycode``; where ``is_new``, map it first."""

    keycode: int
    is_new: bool


class NotYet(enum.Enum):
    """The one answer besides a Lease."""

    SOON = "every keycode is down, or waits to be read: ask again"
    NEVER = "there are no spare keycodes at all"


@dataclass(slots=True)
class SparePool:
    """Keycodes lent to keysyms; the one unused for longest is lent anew, never one that is down."""

    keycodes: list[int]
    _lent: OrderedDict[int, tuple[int, float]] = field(
        default_factory=OrderedDict
    )  # keysym -> keycode, used at

    @property
    def lent(self) -> dict[int, int]:
        """Keysym by keycode."""
        return {keycode: keysym for keysym, (keycode, _) in self._lent.items()}

    @property
    def last_used_at(self) -> float:
        return max((used_at for _, used_at in self._lent.values()), default=float("-inf"))

    def take(self, keysym: int, now: float, *, read_until: float, pinned: Collection[int]) -> Lease | NotYet:
        """Lend a keycode to ``keysym``.

        None that means another one is taken from ``pinned`` (held down), nor when it was used after
        ``read_until``: a program looks up what a key means only when the event has reached it.
        """
        if not self.keycodes:
            return NotYet.NEVER
        if keysym in self._lent:
            return self._lend(keysym, self._lent[keysym][0], now, is_new=False)
        taken = self.lent
        for keycode in self.keycodes:
            if keycode not in taken:
                return self._lend(keysym, keycode, now, is_new=True)
        for old_keysym, (keycode, used_at) in self._lent.items():
            if used_at >= read_until:
                return NotYet.SOON  # the others were used later still
            if keycode not in pinned:
                del self._lent[old_keysym]
                return self._lend(keysym, keycode, now, is_new=True)
        return NotYet.SOON

    def forget(self, keycodes: Iterable[int]) -> None:
        """Somebody else gave these keycodes another meaning."""
        gone = set(keycodes)
        for keysym, (keycode, _) in list(self._lent.items()):
            if keycode in gone:
                del self._lent[keysym]
        self.keycodes = [keycode for keycode in self.keycodes if keycode not in gone]

    def _lend(self, keysym: int, keycode: int, now: float, *, is_new: bool) -> Lease:
        self._lent[keysym] = keycode, now
        self._lent.move_to_end(keysym)
        return Lease(keycode, is_new)
