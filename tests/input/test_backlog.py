"""Which input waits and which gives way when it comes too fast."""

from __future__ import annotations

from screenshare.input.backlog import Backlog
from screenshare.protocol import messages as wire
from screenshare.protocol.messages import OnInput
from screenshare.protocol.pointer import PointerMove
from screenshare.session.permitted import Permitted


def filled(*happened: OnInput | PointerMove, limit: int = 512) -> Backlog:
    backlog = Backlog(limit)
    for message in happened:
        backlog.offer(Permitted("ann", message))
    return backlog


def emptied(backlog: Backlog) -> list[OnInput | PointerMove]:
    taken = []
    while (permitted := backlog.take()) is not None:
        taken.append(permitted.message)
    return taken


def move(seq: int) -> PointerMove:
    return PointerMove(seq=seq, monitor=1, x=seq, y=0)


def press(code: str) -> wire.KeyPress:
    return wire.KeyPress(seq=1, code=code, key="a")


def release(code: str, seq: int = 1) -> wire.KeyRelease:
    return wire.KeyRelease(seq=seq, code=code)


def test_moves_in_a_row_become_the_newest_one() -> None:
    backlog = filled(move(1), move(2), press("KeyA"), move(3), move(4))
    assert emptied(backlog) == [move(2), press("KeyA"), move(4)]


def shift(seq: int, dx: int, dy: int, monitor: int = 1) -> wire.PointerShift:
    return wire.PointerShift(seq=seq, monitor=monitor, dx=dx, dy=dy)


def test_shifts_in_a_row_add_up_so_that_no_step_is_lost() -> None:
    backlog = filled(shift(1, 4000, -1), shift(2, 4000, 3), press("KeyA"), shift(3, 1, 1))
    assert emptied(backlog) == [shift(2, 8000, 2), press("KeyA"), shift(3, 1, 1)]


def test_shifts_over_two_monitors_stay_apart() -> None:
    assert len(filled(shift(1, 1, 1), shift(2, 1, 1, monitor=2))) == 2


def test_an_overflow_drops_a_shift_before_a_press() -> None:
    backlog = filled(press("KeyA"), shift(1, 1, 1), press("KeyB"), press("KeyC"), limit=3)
    assert emptied(backlog) == [press("KeyA"), press("KeyB"), press("KeyC")]


def test_moves_of_two_participants_stay_apart() -> None:
    backlog = filled(move(1))
    backlog.offer(Permitted("bob", move(1)))
    assert len(backlog) == 2


def test_an_overflow_drops_the_oldest_move_first() -> None:
    happened = [press("KeyA"), move(1), press("KeyB"), move(2)]
    backlog = filled(*happened, press("KeyC"), limit=4)
    assert emptied(backlog) == [press("KeyA"), press("KeyB"), move(2), press("KeyC")]
    assert backlog.dropped == 1


def test_without_moves_an_overflow_drops_the_oldest_press_and_keeps_its_release() -> None:
    backlog = filled(release("KeyZ"), press("KeyA"), release("KeyA"), press("KeyB"), limit=3)
    assert emptied(backlog) == [release("KeyZ"), release("KeyA"), press("KeyB")]


def test_too_many_releases_become_one_release_of_everything() -> None:
    backlog = filled(*(release(f"Key{n}", seq=n) for n in range(4)), limit=3)
    assert emptied(backlog) == [wire.InputRelease(seq=2), release("Key3", seq=3)]


def test_a_flood_never_grows_beyond_the_limit() -> None:
    backlog = Backlog(64)
    for n in range(10_000):
        for message in (move(n), press(f"K{n}"), release(f"K{n}"), wire.TextType(seq=n, text="x")):
            backlog.offer(Permitted("ann", message))
            assert len(backlog) <= 64
