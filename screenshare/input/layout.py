"""Pure: which keycode, with which modifiers, gives a meaning on the host's keyboard layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from screenshare.input import keymap, keysyms

SHIFT: Final = 1 << 0
LOCK: Final = 1 << 1
CONTROL: Final = 1 << 2
ALT: Final = 1 << 3
SUPER: Final = 1 << 6
# A spare keycode means the same at both levels of both groups, so that Shift and AltGr do not matter.
SPARE_COLUMNS: Final = 4
COMMANDS: Final = CONTROL | ALT | SUPER
_MODIFIER_ROWS: Final = 8
# Keys of a composition that goes on in the viewer's browser; its result comes as text or as a key.
_COMPOSING: Final = frozenset({"Dead", "Process", "Compose", "Unidentified"})


class ModifierState(NamedTuple):
    """``mask`` as in the core protocol's KeyButMask; ``group`` counts layouts from 0."""

    mask: int
    group: int = 0


@dataclass(frozen=True, slots=True)
class Stroke:
    """Press ``keycode`` while the bits of ``clear`` are off and those of ``hold`` on."""

    keycode: int
    hold: int = 0
    clear: int = 0


@dataclass(frozen=True, slots=True)
class Spare:
    """No key of the layout gives it: map this keysym to a spare keycode. ``clear`` as in Stroke."""

    keysym: int
    clear: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """The core keyboard mapping as the server tells it.

    Args:
        first_keycode: the keycode of ``table[0]``.
        table: keysyms of each keycode; columns are, as XKB fills them, levels 1 and 2 of group 1,
            levels 1 and 2 of group 2, levels 3 and 4 of group 1, levels 3 and 4 of group 2.
        modifiers: eight rows of keycodes (0: none): Shift, Lock, Control, Mod1 … Mod5.
    """

    first_keycode: int
    table: Sequence[Sequence[int]]
    modifiers: Sequence[Sequence[int]]
    level3: int = field(init=False)
    """The modifier bit that AltGr sets; 0 where the layout has none."""
    numlock: int = field(init=False)
    _places: Mapping[int, Mapping[int, tuple[int, int]]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "level3", self._bit_of(keysyms.ISO_LEVEL3_SHIFT))
        object.__setattr__(self, "numlock", self._bit_of(0xFF7F))
        object.__setattr__(self, "_places", {group: self._index(group) for group in (0, 1)})

    @property
    def spare_keycodes(self) -> list[int]:
        """Keycodes without any meaning, highest first; never the first, which some programs take for none.

        One that means the same character at every level is what a run that was killed left behind.
        """
        modifiers = {keycode for row in self.modifiers for keycode in row}
        return [
            keycode
            for place, row in reversed(list(enumerate(self.table)))
            if (not any(row) or _is_left_behind(row))
            and place > 0
            and (keycode := self.first_keycode + place) not in modifiers
        ]

    def keycodes_of(self, bit: int) -> frozenset[int]:
        """Return the keycodes that set any modifier of ``bit``."""
        return frozenset(
            keycode
            for row in range(_MODIFIER_ROWS)
            if bit >> row & 1
            for keycode in self.modifiers[row]
            if keycode
        )

    def keycode_for(self, keysym: int, group: int = 0) -> int | None:
        """Return the keycode which gives ``keysym`` without any modifier."""
        keycode, level = self._places.get(group, {}).get(keysym, (0, -1))
        return keycode if level == 0 else None

    def level3_keycode(self) -> int | None:
        """Return a key that sets ``level3``: AltGr, or what the layout has in its place."""
        right_alt = keymap.x_keycode("AltRight")
        keycodes = self.keycodes_of(self.level3)
        return right_alt if right_alt in keycodes else min(keycodes, default=None)

    def resolve(self, code: str, key: str, state: ModifierState) -> Stroke | Spare | None:
        """Return how to press ``key``, preferably at its own place ``code``; None: do nothing.

        With Control, Alt or Super held the letter counts, whatever the place: Ctrl+C is Ctrl+C on
        any layout. Control that belongs to AltGr on Windows is lifted by the page before the key comes.
        """
        place = keymap.x_keycode(code)
        place = place if place is not None and self._row(place) is not None else None
        if key in _COMPOSING:
            return None
        keysym = keysyms.keysym_of(key)
        if len(key) != 1:
            return self._named(place, keysym, state)
        if keysym is None:
            return None
        if state.mask & COMMANDS:
            return self._command(place, key, state)
        if place is not None and self.meaning(place, state) == keysym:
            return Stroke(place)
        return self.spell(keysym, state, place=place)

    def spell(
        self, keysym: int, state: ModifierState, *, clear: int = 0, place: int | None = None
    ) -> Stroke | Spare:
        """Return how to type ``keysym`` in this state, at ``place`` if that can be."""
        target = self._locate(keysym, state.group, place)
        is_cased = _is_cased(keysym)
        if target is None:
            # A spare keycode means the same at every level, but Caps Lock capitalises it nevertheless.
            return Spare(keysym, clear | (state.mask & LOCK if is_cased else 0))
        keycode, level = target
        if level >= 2 and state.mask & LOCK and is_cased:
            clear |= LOCK  # whether Caps Lock reaches the third level is each key type's own affair
        wanted_level3 = self.level3 if level >= 2 else 0
        held = state.mask & ~clear
        base = ModifierState(held & ~SHIFT, state.group)
        shift = SHIFT if self._level(keycode, base) % 2 != level % 2 else 0
        return Stroke(
            keycode,
            hold=(shift & ~held) | (wanted_level3 & ~held),
            clear=clear | (held & SHIFT & ~shift) | (held & self.level3 & ~wanted_level3),
        )

    def meaning(self, keycode: int, state: ModifierState) -> int:
        """Return the keysym which ``keycode`` gives in this state, keypad and old keysyms made plain."""
        levels = self._levels(keycode, state.group)
        return keysyms.same_meaning(levels[self._level(keycode, state)])

    def _named(self, place: int | None, keysym: int | None, state: ModifierState) -> Stroke | None:
        """A named key is its own place, unless the host means another thing by that place."""
        if keysym is None:
            return None if place is None else Stroke(place)
        if keysym == keysyms.ISO_LEVEL3_SHIFT:
            level3 = self.level3_keycode()
            return None if level3 is None else Stroke(level3)
        if place is not None and keysym in (
            self.meaning(place, state),
            self.meaning(place, ModifierState(state.mask & self.numlock, state.group)),
        ):
            return Stroke(place)
        keycode = self.keycode_for(keysym, state.group)
        keycode = place if keycode is None else keycode
        return None if keycode is None else Stroke(keycode)

    def _command(self, place: int | None, key: str, state: ModifierState) -> Stroke | Spare | None:
        is_letter = key.lower() != key.upper()
        letter = key.lower() if len(key.lower()) == 1 else key
        keysym = keysyms.keysym_of_character(letter)
        if key.isascii() and not is_letter:
            return self._command_sign(place, keysym, state)
        keycode = self.keycode_for(keysym, state.group)
        if keycode is not None:
            return Stroke(keycode)
        if place is not None and self.meaning(place, state) == keysym:
            return Stroke(place)
        if key.isascii():
            # Ctrl+C where this computer has Cyrillic letters alone.
            return Spare(keysym, state.mask & LOCK)
        return None if place is None else Stroke(place)

    def _command_sign(self, place: int | None, keysym: int, state: ModifierState) -> Stroke | Spare:
        """Shift and AltGr that only the sign needs are no part of the command.

        What the viewer holds for it is lifted where this layout needs none, and where this layout needs it a
        spare keycode does without: Ctrl+0 of a US keyboard is no Ctrl+Shift+0 where digits lie shifted.
        """
        if place is not None and self.meaning(place, state) == keysym:
            return Stroke(place)
        spelled = self.spell(keysym, state)
        if isinstance(spelled, Stroke) and state.mask & SUPER:
            # Desktops grab the key which has the sign, and ask for no Shift with it.
            return Stroke(spelled.keycode, clear=spelled.clear)
        if isinstance(spelled, Stroke) and not spelled.hold:
            return spelled
        return Spare(keysym, state.mask & (SHIFT | self.level3))

    def _locate(self, keysym: int, group: int, place: int | None) -> tuple[int, int] | None:
        if place is not None and not keysyms.is_keypad(self._levels(place, group)[0]):
            for level, at_place in enumerate(self._levels(place, group)):
                if at_place and keysyms.same_meaning(at_place) == keysym and self._reaches(level):
                    return place, level
        return self._places.get(group, {}).get(keysym)

    def _index(self, group: int) -> dict[int, tuple[int, int]]:
        """Map each meaning to the keycode with the fewest modifiers; keypad keys come last."""
        found: dict[int, tuple[bool, int, int]] = {}
        for place in range(len(self.table)):
            keycode = self.first_keycode + place
            for level, keysym in enumerate(self._levels(keycode, group)):
                if keysym == keysyms.NO_SYMBOL or not self._reaches(level):
                    continue
                rank = (keysyms.is_keypad(keysym), level, keycode)
                meaning = keysyms.same_meaning(keysym)
                if meaning not in found or rank < found[meaning]:
                    found[meaning] = rank
        return {meaning: (keycode, level) for meaning, (_, level, keycode) in found.items()}

    def _reaches(self, level: int) -> bool:
        return level < 2 or bool(self.level3)

    def _row(self, keycode: int) -> Sequence[int] | None:
        place = keycode - self.first_keycode
        return self.table[place] if 0 <= place < len(self.table) else None

    def _levels(self, keycode: int, group: int) -> tuple[int, int, int, int]:
        row = self._row(keycode)
        if row is None or group > 1:
            return (0, 0, 0, 0)
        columns = (0, 1, 4, 5) if group == 0 else (2, 3, 6, 7)
        first, second, third, fourth = (row[column] if column < len(row) else 0 for column in columns)
        return first, second, third, fourth

    def _level(self, keycode: int, state: ModifierState) -> int:
        """Return the level (0 to 3) at which XKB's usual key types read this key."""
        first, second, third, fourth = self._levels(keycode, state.group)
        upper = bool(state.mask & self.level3) and bool(third or fourth)
        low, high = (third, fourth) if upper else (first, second)
        shift = bool(state.mask & SHIFT)
        if keysyms.is_keypad(first) or keysyms.is_keypad(second):
            shift ^= bool(state.mask & self.numlock)
        elif keysyms.is_cased_pair(low, high):
            shift ^= bool(state.mask & LOCK)
        return 2 * upper + (1 if shift and high else 0)

    def _bit_of(self, keysym: int) -> int:
        for row, keycodes in enumerate(self.modifiers):
            for keycode in keycodes:
                symbols = self._row(keycode) if keycode else None
                if symbols is not None and keysym in symbols:
                    return 1 << row
        return 0


def _is_left_behind(row: Sequence[int]) -> bool:
    return len(row) >= SPARE_COLUMNS and len(set(row[:SPARE_COLUMNS])) == 1 and keysyms.is_unicode(row[0])


def _is_cased(keysym: int) -> bool:
    character = keysyms.character_of(keysym)
    return character is not None and character.upper() != character.lower()
