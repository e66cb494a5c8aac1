"""The private names of aiortc's SCTP transport that this product relies on, and why (RFC 9260, RFC 8831).

All channels of a viewer share one association; aiortc bounds neither what it sends nor what it puts together:

- Its congestion window grows until something is lost. Sixteen megabytes of a clipboard then stand before a
  keystroke's way: over loopback keys took up to 560 ms. The window ends here at ``MOST_IN_FLIGHT_BYTES``.
- Fragments of a message that never ends are kept, and searched anew with each one: 24 MiB of them cost 38 s
  of processor time. Whoever sends a longer message than any channel takes, or more than the window that was
  announced to him, or on a stream that was not agreed upon, is cut off.
- The window counts bytes, and fragments may have one. What waits is therefore counted in pieces too: what is
  ahead of a gap is not taken beyond ``MOST_WAITING`` (the sender repeats it), and who fills the gap with
  still more unfinished pieces is cut off.
- Until a round trip was measured it waits 3 s before it repeats what was lost, and never less than one: so
  long a lost first word held up a new viewer. Here it waits as browsers do.
- An acknowledgement may name 65,535 numbers in four bytes, and aiortc walks through each of them: one packet
  of them kept it busy for minutes. Whoever acknowledges more than was sent is cut off, and a packet with
  several chunks that want an answer is dropped.
"""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any, Final
from weakref import WeakKeyDictionary

from aiortc import rtcsctptransport
from aiortc.rtcsctptransport import (
    SCTP_DATA_FIRST_FRAG,
    SCTP_DATA_LAST_FRAG,
    SCTP_TSN_MODULO,
    Chunk,
    DataChunk,
    ForwardTsnChunk,
    ReconfigChunk,
    RTCSctpTransport,
    SackChunk,
    tsn_plus_one,
)

log = logging.getLogger(__name__)

# 13 Mbit/s at a round trip of 80 ms; at full speed of a processor some 10 ms of it.
MOST_IN_FLIGHT_BYTES: Final = 131_072
# Far more than the longest message of any channel, which is refused with a word.
MOST_UNFINISHED_BYTES: Final = 262_144

# Pieces of 1,172 bytes, which browsers send, fill the whole window of 1 MiB with fewer.
MOST_WAITING: Final = 1024
# A gap was just filled, and one message more than those that wait has begun.
_MOST_UNFINISHED: Final = MOST_WAITING + MOST_UNFINISHED_BYTES // 512
# RTO.Initial and RTO.Min as Chromium has them; RFC 9260 §16 advises one second each.
FIRST_REPEAT_S: Final = 0.5
LEAST_REPEAT_S: Final = 0.4
# Given up after 27 s as before: an outage may fall into the beginning.
MOST_FIRST_REPEATS: Final = 53
# RFC 6525 §3.1: a chunk carries at most two parameters.
_MOST_RECONFIGURATIONS: Final = 2
_HALF_OF_NUMBERS: Final = SCTP_TSN_MODULO // 2

_parse_packet: Final = rtcsctptransport.parse_packet
_transmit: Final = RTCSctpTransport._transmit
_receive_data_chunk: Final = RTCSctpTransport._receive_data_chunk
_receive_sack_chunk: Final = RTCSctpTransport._receive_sack_chunk
_receive_forward_tsn_chunk: Final = RTCSctpTransport._receive_forward_tsn_chunk
# Bytes of the message that is being received, by stream.
_unfinished: Final[WeakKeyDictionary[RTCSctpTransport, dict[int, int]]] = WeakKeyDictionary()


def install() -> None:
    """Apply these seams to every association; a second call changes nothing."""
    module: Any = rtcsctptransport
    module.parse_packet = _parse_sparing
    module.SCTP_RTO_INITIAL, module.SCTP_RTO_MIN = FIRST_REPEAT_S, LEAST_REPEAT_S
    module.SCTP_MAX_INIT_RETRANS = MOST_FIRST_REPEATS
    owner: Any = RTCSctpTransport
    owner._transmit = _transmit_little
    owner._mark_received = _mark_received
    owner._receive_data_chunk = _receive_bounded
    owner._receive_sack_chunk = _receive_sack_of_what_was_sent
    owner._receive_forward_tsn_chunk = _receive_forward_tsn_of_channels


async def _transmit_little(transport: RTCSctpTransport) -> None:
    transport._cwnd = min(transport._cwnd, MOST_IN_FLIGHT_BYTES)
    await _transmit(transport)


def _parse_sparing(data: bytes) -> tuple[int, int, int, list[Chunk]]:
    """Read a packet; raise ValueError, which drops it, where one would cost as much as many."""
    packet = _parse_packet(data)
    kinds = Counter(type(chunk) for chunk in packet[3] if not isinstance(chunk, DataChunk))
    changes = (len(chunk.params) for chunk in packet[3] if isinstance(chunk, ReconfigChunk))
    if max(kinds.values(), default=0) > 1 or max(changes, default=0) > _MOST_RECONFIGURATIONS:
        raise ValueError("SCTP packet has several chunks of one kind that is answered")
    return packet


def _mark_received(transport: RTCSctpTransport, tsn: int) -> bool:
    """Do as aiortc does, without sorting all that waits for each chunk."""
    if _ahead(transport, tsn) == 0 or tsn in transport._sack_misordered:
        transport._sack_duplicates.append(tsn)
        return True
    transport._sack_misordered.add(tsn)
    while (following := tsn_plus_one(_last_received(transport))) in transport._sack_misordered:
        transport._sack_misordered.discard(following)
        transport._last_received_tsn = following
    return False


async def _receive_bounded(transport: RTCSctpTransport, chunk: DataChunk) -> None:
    if transport._association_state == transport.State.CLOSED:
        return
    waiting = sum(len(stream.reassembly) for stream in transport._inbound_streams.values())
    is_full = max(waiting, len(transport._sack_misordered)) >= MOST_WAITING
    if is_full and _ahead(transport, chunk.tsn) > 1:
        transport._sack_needed = True
        return
    sizes = _unfinished.setdefault(transport, {})
    begun = 0 if chunk.flags & SCTP_DATA_FIRST_FRAG else sizes.get(chunk.stream_id, 0)
    size = begun + len(chunk.user_data)
    sizes[chunk.stream_id] = 0 if chunk.flags & SCTP_DATA_LAST_FRAG else size
    is_strange = chunk.stream_id not in transport._data_channels
    is_too_much = size > MOST_UNFINISHED_BYTES or waiting > _MOST_UNFINISHED
    if is_strange or is_too_much or transport._advertised_rwnd < 0:
        await _cut_off(transport)
        return
    await _receive_data_chunk(transport, chunk)


async def _receive_sack_of_what_was_sent(transport: RTCSctpTransport, chunk: SackChunk) -> None:
    sent = (transport._local_tsn - 1 - chunk.cumulative_tsn) % SCTP_TSN_MODULO
    named = sum(abs(last - first) + 1 for first, last in chunk.gaps)
    if sent >= _HALF_OF_NUMBERS or named > sent:
        await _cut_off(transport)
        return
    await _receive_sack_chunk(transport, chunk)


async def _receive_forward_tsn_of_channels(transport: RTCSctpTransport, chunk: ForwardTsnChunk) -> None:
    named = [stream for stream, _ in chunk.streams]
    if len(named) > len(set(named) & transport._data_channels.keys()):
        await _cut_off(transport)
        return
    await _receive_forward_tsn_chunk(transport, chunk)


def _ahead(transport: RTCSctpTransport, tsn: int) -> int:
    """Return how far this number is beyond the last without a gap; 0 for one that was received."""
    ahead = (tsn - _last_received(transport)) % SCTP_TSN_MODULO
    return ahead if ahead < _HALF_OF_NUMBERS else 0


def _last_received(transport: RTCSctpTransport) -> int:
    assert transport._last_received_tsn is not None, "the handshake comes before all data"
    return transport._last_received_tsn


async def _cut_off(transport: RTCSctpTransport) -> None:
    log.warning("a viewer sent what no page of ours sends; he was cut off")
    await transport._abort()
    transport._set_state(transport.State.CLOSED)
