"""What aioice 0.13 waits for, and for how long (RFC 8445, RFC 7675).

- A STUN server that drops our questions held every answer back for 5 s; now for ``GATHERING_LIMIT_S``.
- The first check often meets a hole in a NAT that is not open yet. Repeated after 0.5 s it cost a cone NAT
  663 ms from knock to picture, repeated after ``FIRST_REPEAT_S`` it costs 277.
- Consent was asked for once and given up after 0.5 s: a round trip of 600 ms ended a session in half a
  minute. It is asked for again; the heartbeat, not this, finds out that a path is dead.
"""

from __future__ import annotations

import inspect
from typing import Any, Final

import aioice.ice
import aioice.stun
from aioice.ice import StunProtocol

GATHERING_LIMIT_S: Final = 1
FIRST_REPEAT_S: Final = 0.1
# Sent after 0.1, 0.3, 0.7, 1.5 and 3.1 s; given up after 6.3 s.
CONSENT_REPETITIONS: Final = 5

_request: Final = StunProtocol.request
_gather: Final[Any] = aioice.ice.Connection.get_component_candidates

assert [*inspect.signature(_gather).parameters] == ["self", "component", "addresses", "timeout"]
assert "asyncio.wait(tasks, timeout=timeout)" in inspect.getsource(_gather)
assert "retransmissions=0," in inspect.getsource(aioice.ice.Connection.query_consent)
assert inspect.getsource(aioice.ice).count("retransmissions=0,") == 1, "not for consent alone any more"
assert "self.__timeout_delay = RETRY_RTO" in inspect.getsource(aioice.stun.Transaction)


def install() -> None:
    """Apply these seams to every connection; a second call changes nothing."""
    _gather.__defaults__ = (GATHERING_LIMIT_S,)
    aioice.stun.RETRY_RTO = FIRST_REPEAT_S
    owner: Any = StunProtocol
    owner.request = _request_again


async def _request_again(
    protocol: StunProtocol,
    request: aioice.stun.Message,
    addr: tuple[str, int],
    integrity_key: bytes | None = None,
    retransmissions: int | None = None,
) -> tuple[aioice.stun.Message, tuple[str, int]]:
    repetitions = CONSENT_REPETITIONS if retransmissions == 0 else retransmissions
    return await _request(protocol, request, addr, integrity_key, repetitions)
