"""What aioice 0.13 waits for, and for how long (RFC 8445, RFC 7675).

- A STUN server that drops our questions held every answer back for 5 s; now for ``GATHERING_LIMIT_S``.
- The first check often meets a hole in a NAT that is not open yet. Repeated after 0.5 s it cost a cone NAT
  663 ms from knock to picture, repeated after ``FIRST_REPEAT_S`` it costs 277.
- Consent was asked for once and given up after 0.5 s: a round trip of 600 ms ended a session in half a
  minute. It is asked for again; the heartbeat, not this, finds out that a path is dead.
- The first pair that the viewer chose ended all other checks, and one that was under way stayed so for ever:
  where the relay answered first, and the viewer went over to the direct way then, the host did not follow.
  The search for a direct way goes on for ``DIRECT_SEARCH_S``, and every later choice counts.
- A relay lets nothing through to us from whom we have not named (RFC 8656 §9), so that a viewer's first
  checks, sent as soon as he has our answer, were lost there. Where he comes from is known by then: ``expect``
  names it, and the address that the relay then sees is tried directly too, before he has found it out.
- A check that comes in says that the way is open; our own question, when it was lost, slept on (RFC 8445
  §7.3.1.4 asks again at once).
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Iterator
from typing import Any, Final

import aioice.ice
import aioice.stun
from aioice.ice import CandidatePair, StunProtocol
from aioice.stun import TransactionError
from aioice.turn import TurnClientMixin, TurnTransport

GATHERING_LIMIT_S: Final = 1
FIRST_REPEAT_S: Final = 0.1
# Sent after 0.1, 0.3, 0.7, 1.5 and 3.1 s; given up after 6.3 s.
CONSENT_REPETITIONS: Final = 5
# A check is repeated for six seconds: where no hole opens meanwhile, none will.
DIRECT_SEARCH_S: Final = 5.0
# RFC 8445 §14.2: no more than one check is begun in so long.
PACE_S: Final = 0.05

_request: Final = StunProtocol.request
_gather: Final[Any] = aioice.ice.Connection.get_component_candidates
_connect: Final = aioice.ice.Connection.connect
_check_incoming: Final = aioice.ice.Connection.check_incoming
_complete: Final = aioice.ice.Connection.check_complete
# A relay's permission goes by the address alone, and binding a channel gives it.
ANY_PORT: Final = 9
_searches: Final[set[asyncio.Task[None]]] = set()

assert [*inspect.signature(_gather).parameters] == ["self", "component", "addresses", "timeout"]
assert "asyncio.wait(tasks, timeout=timeout)" in inspect.getsource(_gather)
assert "retransmissions=0," in inspect.getsource(aioice.ice.Connection.query_consent)
assert "any(peer[0] == peer_address[0] for peer in self.peer_to_channel)" in inspect.getsource(
    TurnClientMixin
)
assert "self.__inner_protocol = inner_protocol" in inspect.getsource(TurnTransport)
assert inspect.getsource(aioice.ice).count("retransmissions=0,") == 1, "not for consent alone any more"
assert "self.__timeout_delay = RETRY_RTO" in inspect.getsource(aioice.stun.Transaction)
assert inspect.getsource(_connect).count("check.task.cancel()") == 1
assert "self._nominated[pair.component] = pair" in inspect.getsource(_complete)
assert "if pair.task is None:" in inspect.getsource(aioice.ice.Connection.check_start_task)
assert "self.__addr = " in inspect.getsource(aioice.stun.Transaction)
assert "self.__request = " in inspect.getsource(aioice.stun.Transaction)


def install() -> None:
    """Apply these seams to every connection; a second call changes nothing."""
    _gather.__defaults__ = (GATHERING_LIMIT_S,)
    aioice.stun.RETRY_RTO = FIRST_REPEAT_S
    owner: Any = StunProtocol
    owner.request = _request_again
    connection: Any = aioice.ice.Connection
    connection.connect = _connect_and_search
    connection.check_complete = _complete_in_order
    connection.check_incoming = _check_incoming_and_repeat


def is_direct(ice: aioice.ice.Connection, pair: CandidatePair) -> bool:
    """Whether no relay carries what goes over ``pair``, as far as is known."""
    # A check may come before the candidate that tells what it comes from: addresses decide, not kinds.
    relays = {(c.host, c.port) for c in ice.remote_candidates if c.type == "relay"}
    return pair.local_candidate.type != "relay" and pair.remote_addr not in relays


async def expect(ice: aioice.ice.Connection, address: str) -> None:
    """Let the relay pass on what comes from ``address``, and from whom it relays; call after gathering."""
    for protocol in ice._protocols:
        if isinstance(protocol.transport, TurnTransport):
            client: TurnClientMixin = getattr(protocol.transport, "_TurnTransport__inner_protocol")  # noqa: B009
            relays = {client.relayed_address[0]} if client.relayed_address else set()
            for expected in {address, *relays}:
                await _let_in(client, (expected, ANY_PORT))


async def _let_in(client: TurnClientMixin, peer: tuple[str, int]) -> None:
    channel, client.channel_number = client.channel_number, client.channel_number + 1
    # An address of another family, or of an inner network, is refused: then he comes in when he is heard of.
    with contextlib.suppress(TransactionError, OSError):
        await client.channel_bind(channel, peer)
        client.peer_to_channel[peer], client.channel_to_peer[channel] = channel, peer


async def _connect_and_search(ice: aioice.ice.Connection) -> None:
    await _connect(ice)
    for pair in ice._check_list:
        if pair.state is CandidatePair.State.IN_PROGRESS:
            # Its check was just cancelled; the viewer's own check begins it anew, and not one that runs.
            pair.state, pair.task = CandidatePair.State.FAILED, None
    search = asyncio.create_task(_search_direct(ice))
    _searches.add(search)
    search.add_done_callback(_searches.discard)


async def _search_direct(ice: aioice.ice.Connection) -> None:
    """Check what may be direct, once each, while a relay carries; the viewer chooses."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + DIRECT_SEARCH_S
    tried: list[CandidatePair] = []
    while not ice._closing and loop.time() < give_up_at:
        if not any(is_direct(ice, pair) for pair in ice._nominated.values()):
            pair = next((pair for pair in _direct_pairs(ice) if pair not in tried), None)
            if pair is not None:
                tried.append(pair)
                ice.check_start_task(pair)
        await asyncio.sleep(PACE_S)


def _direct_pairs(ice: aioice.ice.Connection) -> Iterator[CandidatePair]:
    """Yield what is neither under check nor found good; the first choice removed those never checked."""
    for candidate in ice._remote_candidates:
        for protocol in ice._protocols:
            if not protocol.local_candidate.can_pair_with(candidate):
                continue
            pair = ice._find_pair(protocol, candidate)
            if pair is None:
                pair = CandidatePair(protocol, candidate)
                if is_direct(ice, pair):
                    ice._check_list.append(pair)
                    ice.sort_check_list()
            is_open = pair.state not in {CandidatePair.State.IN_PROGRESS, CandidatePair.State.SUCCEEDED}
            if is_direct(ice, pair) and is_open:
                yield pair


def _check_incoming_and_repeat(
    ice: aioice.ice.Connection, message: aioice.stun.Message, addr: tuple[str, int], protocol: StunProtocol
) -> None:
    """Ask again at once where a check comes in: the hole that our own question found closed is open now."""
    for transaction in list(protocol.transactions.values()):
        if getattr(transaction, "_Transaction__addr") == addr:  # noqa: B009
            protocol.send_stun(getattr(transaction, "_Transaction__request"), addr)  # noqa: B009
    known = len(ice._remote_candidates)
    _check_incoming(ice, message, addr, protocol)
    if len(ice._remote_candidates) > known and protocol.local_candidate.type == "relay":
        for pair in list(_direct_pairs(ice)):
            if pair.remote_addr == addr:
                ice.check_start_task(pair)


def _complete_in_order(ice: aioice.ice.Connection, pair: CandidatePair) -> None:
    """Let the better of two count that were chosen while they were checked, and not the slower one.

    The host's own check ends here with its task still set; a later choice of the viewer's comes without.
    """
    before, is_own_check = ice._nominated.get(pair.component), pair.task is not None
    _complete(ice, pair)
    if is_own_check and before is not None and is_direct(ice, before) and not is_direct(ice, pair):
        ice._nominated[pair.component] = before


async def _request_again(
    protocol: StunProtocol,
    request: aioice.stun.Message,
    addr: tuple[str, int],
    integrity_key: bytes | None = None,
    retransmissions: int | None = None,
) -> tuple[aioice.stun.Message, tuple[str, int]]:
    repetitions = CONSENT_REPETITIONS if retransmissions == 0 else retransmissions
    return await _request(protocol, request, addr, integrity_key, repetitions)
