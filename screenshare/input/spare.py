"""Sans-IO: which spare keycode means which character that the host's layout lacks."""

from __future__ import annotations

import enum
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Lease:
    """Press ``keycode``; where ``is_new``, map it, and press it when it is lent again."""

    keycode: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Lent:
    keycode: int
    mapped_at: float
    used_at: float


class NotYet(enum.Enum):
    """The one answer besides a Lease."""

    SOON = "every keycode is down, or waits to be read: ask again"
    NEVER = "there are no spare keycodes at all"


@dataclass(slots=True)
class SparePool:
    """Keycodes lent to keysyms; the one unused for longest is lent anew, never one that is down."""

    keycodes: list[int]
    # By keysym, the one unused for longest first.
    _lent: OrderedDict[int, _Lent] = field(default_factory=OrderedDict)

    @property
    def lent(self) -> dict[int, int]:
        """Keysym by keycode."""
        return {lent.keycode: keysym for keysym, lent in self._lent.items()}

    @property
    def last_used_at(self) -> float:
        return max((lent.used_at for lent in self._lent.values()), default=float("-inf"))

    def take(
        self, keysym: int, now: float, *, learnt_until: float, read_until: float, pinned: Collection[int]
    ) -> Lease | NotYet:
        """Lend a keycode to ``keysym``.

        One that was mapped after ``learnt_until`` is not pressed yet: some programs read the mapping a
        moment after they hear of it. None that means another one is taken from ``pinned`` (held down), nor
        when it was used after ``read_until``: a program looks up what a key means only when the event has
        reached it.
        """
        if not self.keycodes:
            return NotYet.NEVER
        lent = self._lent.get(keysym)
        if lent is not None:
            if lent.mapped_at > learnt_until:
                return NotYet.SOON
            return self._lend(keysym, _Lent(lent.keycode, lent.mapped_at, now), is_new=False)
        taken = self.lent
        for keycode in self.keycodes:
            if keycode not in taken:
                return self._lend(keysym, _Lent(keycode, now, now), is_new=True)
        for old_keysym, old in self._lent.items():
            if old.used_at >= read_until:
                return NotYet.SOON  # the others were used later still
            if old.keycode not in pinned:
                del self._lent[old_keysym]
                return self._lend(keysym, _Lent(old.keycode, now, now), is_new=True)
        return NotYet.SOON

    def forget(self, keycodes: Iterable[int]) -> None:
        """Somebody else gave these keycodes another meaning."""
        gone = set(keycodes)
        for keysym, lent in list(self._lent.items()):
            if lent.keycode in gone:
                del self._lent[keysym]
        self.keycodes = [keycode for keycode in self.keycodes if keycode not in gone]

    def _lend(self, keysym: int, lent: _Lent, *, is_new: bool) -> Lease:
        self._lent[keysym] = lent
        self._lent.move_to_end(keysym)
        return Lease(lent.keycode, is_new)
