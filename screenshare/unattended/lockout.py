"""How long who guesses wrong has to wait (sans-IO).

Counted for this computer as a whole and for each address. A guess counts as wrong from when it begins until
it is known to be right: neither guesses at the same time nor a host that is killed in between are free.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec

from screenshare.errors import RateLimited
from screenshare.unattended.record import MOST_SOURCES, Failures, Record

FREE: Final = 5
LONGEST_WAIT_S: Final = 900.0
# From here on no password counts until somebody at the machine says so.
CLOSED_FROM: Final = 20


class LockedOut(RateLimited):
    """Too many wrong passwords; ``wait_s`` is infinite where only the machine itself can open again."""

    code = "locked-out"

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        if math.isinf(wait_s):
            hint = "switch it on again at the computer itself: screenshare unattended on"
        else:
            hint = f"try again in {math.ceil(wait_s)} s"
        super().__init__("too many wrong passwords", hint=hint)


def begin(record: Record, source: str, wall_time: float) -> Record:
    """Count one guess from ``source``; raises LockedOut, which counts nothing."""
    of_source = record.by_source.get(source, Failures())
    wait_s = max(
        wait_left_s(record.failures, wall_time, closed_from=CLOSED_FROM), wait_left_s(of_source, wall_time)
    )
    if wait_s > 0:
        raise LockedOut(wait_s)
    by_source = record.by_source | {source: _one_more(of_source, wall_time)}
    if len(by_source) > MOST_SOURCES:
        # The longest unseen has waited longest; the count for the whole computer still holds.
        del by_source[min(by_source, key=lambda each: by_source[each].last_at)]
    return msgspec.structs.replace(
        record, failures=_one_more(record.failures, wall_time), by_source=by_source
    )


def succeed(record: Record, source: str) -> Record:
    """Forget the wrong guesses: who knows the password mistyped it."""
    others = {each: failures for each, failures in record.by_source.items() if each != source}
    return msgspec.structs.replace(record, failures=Failures(), by_source=others)


def wait_left_s(failures: Failures, wall_time: float, *, closed_from: float = math.inf) -> float:
    """Return the seconds until the next guess is taken; a clock that was put back shortens nothing."""
    if failures.count >= closed_from:
        return math.inf
    if failures.count < FREE:
        return 0.0
    # The exponent is bounded first: the count is not.
    wait_s = min(2.0 ** min(failures.count - FREE, 20), LONGEST_WAIT_S)
    passed_s = max(0.0, wall_time - failures.last_at)
    return max(0.0, wait_s - passed_s)


def _one_more(failures: Failures, wall_time: float) -> Failures:
    return Failures(count=min(failures.count + 1, 1_000_000), last_at=wall_time)
