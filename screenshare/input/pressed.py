"""Sans-IO: what is held by whom, and what each message means for this computer's pointer and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

from screenshare.input import keymap
from screenshare.media import Monitor, Region
from screenshare.protocol import messages
from screenshare.protocol.pointer import PointerMove
from screenshare.session.permitted import Permitted

NOTCH: Final = 120
# More fingers than a person has; a flood of invented codes ends here.
MAX_HELD: Final = 64
_LAST_FRACTION: Final = 65_535
# Sequence numbers are 32 bits wide and compared as RFC 1982 does.
_HALF_SEQUENCE: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class MovePointer:
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class ShiftPointer:
    """From where it is, no further than to the edge of ``within``; by 0 and 0 it only comes inside."""

    dx: int
    dy: int
    within: Region


@dataclass(frozen=True, slots=True)
class PressButton:
    button: int


@dataclass(frozen=True, slots=True)
class ReleaseButton:
    button: int


@dataclass(frozen=True, slots=True)
class TurnWheel:
    """Whole notches; right and down count up."""

    dx: int
    dy: int


@dataclass(frozen=True, slots=True)
class PressKey:
    """Also a repeat, when the key is down already."""

    code: str
    key: str


@dataclass(frozen=True, slots=True)
class ReleaseKey:
    code: str


@dataclass(frozen=True, slots=True)
class TypeText:
    text: str


Release = ReleaseButton | ReleaseKey
Instant = MovePointer | ShiftPointer | PressButton | TurnWheel | Release
# A key or a text may have to wait for a free keycode.
Action = Instant | PressKey | TypeText
_Positioned = PointerMove | messages.ButtonPress | messages.ButtonRelease | messages.WheelTurn


@dataclass(slots=True)
class _Hand:
    """What is remembered of one participant besides what he holds."""

    last_seq: int | None = None  # of the newest message with a position
    wheel_x: int = 0  # parts of a notch not yet turned
    wheel_y: int = 0


@dataclass(slots=True)
class Pressed:
    """Bookkeeping of all that is down; only who pressed something can release it."""

    keys: dict[str, str] = field(default_factory=dict)  # code -> participant, oldest first
    buttons: dict[int, str] = field(default_factory=dict)
    _hands: dict[str, _Hand] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.keys and not self.buttons

    def receive(self, permitted: Permitted, monitors: Mapping[int, Monitor]) -> list[Action]:
        """Return what to inject, in order; a position on a monitor that is not there injects nothing."""
        who = permitted.participant
        match permitted.message:
            case PointerMove() as move:
                return self._move(who, move, monitors)
            case messages.ButtonPress() as press:
                return self._press_button(who, press, monitors)
            case messages.ButtonRelease() as release:
                return self._release_button(who, release, monitors)
            case messages.WheelTurn() as turn:
                return self._turn(who, turn, monitors)
            case messages.PointerShift() as shift:
                return self._shift(who, shift, monitors)
            case messages.KeyPress() as press:
                return self._press_key(who, press)
            case messages.KeyRelease(code=code):
                if self.keys.get(code) != who:
                    return []
                del self.keys[code]
                return [ReleaseKey(code)]
            case messages.TextType(text=text):
                return [TypeText(text)]
            case messages.InputRelease():
                return [*self._release(who)]
            case unknown:
                assert_never(unknown)

    def forget(self, action: Action) -> None:
        """Take back a press that was not carried out."""
        match action:
            case PressButton(button):
                self.buttons.pop(button, None)
            case PressKey(code):
                self.keys.pop(code, None)

    def release_all(self) -> list[Release]:
        """Let go of everything of everybody: buttons, then keys, modifiers last.

        Sequences are forgotten too: a page that was loaded anew counts from 0.
        """
        actions = self._release(None)
        self._hands.clear()
        return actions

    def _release(self, who: str | None) -> list[Release]:
        buttons = [button for button, holder in self.buttons.items() if who in (None, holder)]
        codes = [code for code, holder in self.keys.items() if who in (None, holder)]
        for button in buttons:
            del self.buttons[button]
        for code in codes:
            del self.keys[code]
        newest_first = [ReleaseKey(code) for code in reversed(codes)]
        newest_first.sort(key=lambda action: action.code in keymap.MODIFIER_CODES)
        return [*(ReleaseButton(button) for button in reversed(buttons)), *newest_first]

    def _move(self, who: str, move: PointerMove, monitors: Mapping[int, Monitor]) -> list[Action]:
        hand = self._hand(who)
        if hand.last_seq is not None and _is_older(move.seq, hand.last_seq):
            return []
        return self._place(who, move, monitors)

    def _press_button(
        self, who: str, press: messages.ButtonPress, monitors: Mapping[int, Monitor]
    ) -> list[Action]:
        place = self._place(who, press, monitors)
        if not place or press.button in self.buttons:
            return place
        self.buttons[press.button] = who
        return [*place, PressButton(press.button)]

    def _release_button(
        self, who: str, release: messages.ButtonRelease, monitors: Mapping[int, Monitor]
    ) -> list[Action]:
        if self.buttons.get(release.button) != who:
            return []
        del self.buttons[release.button]
        return [*self._place(who, release, monitors), ReleaseButton(release.button)]

    def _turn(self, who: str, turn: messages.WheelTurn, monitors: Mapping[int, Monitor]) -> list[Action]:
        place = self._place(who, turn, monitors)
        if not place:
            return []
        hand = self._hand(who)
        dx, hand.wheel_x = _notches(hand.wheel_x, turn.dx)
        dy, hand.wheel_y = _notches(hand.wheel_y, turn.dy)
        return [*place, TurnWheel(dx, dy)] if dx or dy else place

    def _press_key(self, who: str, press: messages.KeyPress) -> list[Action]:
        code = press.code
        if len(press.key) > 1 and not press.key.isascii():
            return [TypeText(press.key)]  # several characters on one key: nothing that could be held
        holder = self.keys.get(code)
        if holder is None:
            # The repeat of a key which is up was pressed before control began or ended: it stays up.
            if press.repeat or len(self.keys) == MAX_HELD:
                return []
            self.keys[code] = who
            return [PressKey(code, press.key)]
        if holder != who or code in keymap.MODIFIER_CODES or code in keymap.LOCK_CODES:
            return []
        return [PressKey(code, press.key)]

    def _place(self, who: str, at: _Positioned, monitors: Mapping[int, Monitor]) -> list[Action]:
        monitor = monitors.get(at.monitor)
        if monitor is None:
            return []
        self._hand(who).last_seq = at.seq
        if at.x is None or at.y is None:
            # Somebody else may have moved it to where this viewer must not click.
            return [ShiftPointer(0, 0, monitor.region)]
        return [MovePointer(*pixel_of(at.x, at.y, monitor))]

    def _shift(self, who: str, shift: messages.PointerShift, monitors: Mapping[int, Monitor]) -> list[Action]:
        monitor = monitors.get(shift.monitor)
        if monitor is None:
            return []
        self._hand(who).last_seq = shift.seq
        return [ShiftPointer(shift.dx, shift.dy, monitor.region)]

    def _hand(self, who: str) -> _Hand:
        return self._hands.setdefault(who, _Hand())


def pixel_of(x: int, y: int, monitor: Monitor) -> tuple[int, int]:
    """Return the display pixel nearest to a wire position: 0 is the first, 65535 the last of the monitor."""
    region = monitor.region
    return region.x + _scaled(x, region.width - 1), region.y + _scaled(y, region.height - 1)


def _scaled(fraction: int, last: int) -> int:
    return (2 * fraction * last + _LAST_FRACTION) // (2 * _LAST_FRACTION)


def _is_older(seq: int, than: int) -> bool:
    return 0 < (than - seq) % (1 << 32) < _HALF_SEQUENCE


def _notches(remainder: int, delta: int) -> tuple[int, int]:
    """Return whole notches and what is left over; turning back forgets what was left."""
    total = delta if remainder * delta < 0 else remainder + delta
    notches = abs(total) // NOTCH * (1 if total >= 0 else -1)
    return notches, total - notches * NOTCH
