"""Exchanges over the spoken code, and over nothing at all, with those who come: one thread does the work.

Each side of one takes some milliseconds of large numbers in Python, and whoever finds a room can ask
for one: on the event loop a flood of them would be seen in the picture.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from screenshare.clock import monotonic_s
from screenshare.errors import MalformedMessage, RateLimited
from screenshare.protocol import signaling
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.session.door import ASK_ROOM, Door, SpokenCode, source_of
from screenshare.session.limits import TokenBucket
from screenshare.trust.pake import Agreed, Exchange, commitment

T = TypeVar("T")

# So many begin for one address (a /64 for IPv6), and for all of them: a tenth of a second's work in a second.
SOURCE_HZ: Final = 1.0
SOURCE_AT_ONCE: Final = 10
ALL_HZ: Final = 8.0
ALL_AT_ONCE: Final = 20
REMEMBERED_SOURCES: Final = 1024
# What waits for the thread; it takes 7 ms for one.
MOST_WAITING: Final = 32
LIMIT_S: Final = 3.0


class CodeGuess:
    """The one guess at the spoken code that a socket has."""

    def __init__(self, code: SpokenCode) -> None:
        self.code = code
        self._exchange = Exchange("host", code.digits.encode(), f"code|{code.room}")
        self.share = base64url(self._exchange.share)

    def finish(self, prove: signaling.KnockProve) -> Agreed | None:
        """Return what the exchange gives; None for who does not know the code."""
        if prove.share is None:
            return None
        try:
            agreed = self._exchange.finish(from_base64url(prove.share))
        except MalformedMessage:
            return None
        return agreed if agreed.is_confirmed_by("viewer", prove.proof or "") else None


class Comparison:
    """An exchange over no secret at all, whose digits two people compare."""

    def __init__(self) -> None:
        self._exchange = Exchange("host", b"", ASK_ROOM)
        self.share = base64url(self._exchange.share)
        self.commitment = base64url(commitment(self._exchange.share))

    def finish(self, prove: signaling.KnockProve) -> Agreed:
        """Return what both sides agree on; raises MalformedMessage."""
        if prove.share is None:
            raise MalformedMessage("without a secret a share is needed")
        return self._exchange.finish(from_base64url(prove.share))


class Exchanges:
    """Begins and ends exchanges: so many in a second, so many at once, none for longer than ``LIMIT_S``."""

    def __init__(self, clock: Callable[[], float] = monotonic_s) -> None:
        self._clock = clock
        self._of_all = TokenBucket(rate_hz=ALL_HZ, burst=ALL_AT_ONCE)
        self._of_source: OrderedDict[str, TokenBucket] = OrderedDict()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="exchanges")
        self._waiting = 0
        self._is_open = True

    def close(self) -> None:
        """Take nothing more; what the thread has, it ends."""
        self._is_open = False
        self._thread.shutdown(wait=False)

    async def begin(self, door: Door, room: str, address: str) -> CodeGuess | Comparison | None:
        """Return what a room asks for, None in a link's; raises RateLimited."""
        code = door.code
        if code is not None and room == code.room:
            self._count(address)
            return await self._in_thread(lambda: CodeGuess(code))
        if room == ASK_ROOM:
            self._count(address)
            return await self._in_thread(Comparison)
        return None

    async def finish(self, work: Callable[[signaling.KnockProve], T], prove: signaling.KnockProve) -> T:
        """Return what an exchange's ``finish`` returns; raises what it raises, and RateLimited."""
        return await self._in_thread(lambda: work(prove))

    def _count(self, address: str) -> None:
        now, source = self._clock(), source_of(address)
        bucket = self._of_source.setdefault(source, TokenBucket(rate_hz=SOURCE_HZ, burst=SOURCE_AT_ONCE))
        self._of_source.move_to_end(source)
        if len(self._of_source) > REMEMBERED_SOURCES:
            self._of_source.popitem(last=False)
        # The address first: who is over his own part takes nothing from all the others.
        if not bucket.take(now) or not self._of_all.take(now):
            raise _too_many()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING or not self._is_open:
            raise _too_many()
        self._waiting += 1
        try:
            async with asyncio.timeout(LIMIT_S):
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except TimeoutError:
            raise _too_many() from None
        finally:
            self._waiting -= 1


def _too_many() -> RateLimited:
    return RateLimited("too many people try to come in now; try again in a moment")
