"""The private names of aiortc's SCTP transport that this product relies on, and why (RFC 9260, RFC 8831).

All channels of a viewer share one association; aiortc bounds neither what it sends nor what it puts together:

- Its congestion window grows until something is lost. Sixteen megabytes of a clipboard then stand before a
  keystroke's way: over loopback keys took up to 560 ms. The window ends here at ``MOST_IN_FLIGHT_BYTES``.
- Fragments of a message that never ends are kept, and searched anew with each one: 24 MiB of them cost 38 s
  of processor time. Whoever sends a longer message than any channel takes, or more than the window that was
  announced to him, or on a stream that was not agreed upon, is cut off.
"""

from __future__ import annotations

import logging
from typing import Any, Final
from weakref import WeakKeyDictionary

from aiortc.rtcsctptransport import (
    SCTP_DATA_FIRST_FRAG,
    SCTP_DATA_LAST_FRAG,
    DataChunk,
    RTCSctpTransport,
)

log = logging.getLogger(__name__)

# 13 Mbit/s at a round trip of 80 ms; at full speed of a processor some 10 ms of it.
MOST_IN_FLIGHT_BYTES: Final = 131_072
# Far more than the longest message of any channel, which is refused with a word.
MOST_UNFINISHED_BYTES: Final = 262_144

_transmit: Final = RTCSctpTransport._transmit
_receive_data_chunk: Final = RTCSctpTransport._receive_data_chunk
# Bytes of the message that is being received, by stream.
_unfinished: Final[WeakKeyDictionary[RTCSctpTransport, dict[int, int]]] = WeakKeyDictionary()


def install() -> None:
    """Apply these seams to every association; a second call changes nothing."""
    owner: Any = RTCSctpTransport
    owner._transmit = _transmit_little
    owner._receive_data_chunk = _receive_bounded


async def _transmit_little(transport: RTCSctpTransport) -> None:
    transport._cwnd = min(transport._cwnd, MOST_IN_FLIGHT_BYTES)
    await _transmit(transport)


async def _receive_bounded(transport: RTCSctpTransport, chunk: DataChunk) -> None:
    if transport._association_state == transport.State.CLOSED:
        return
    sizes = _unfinished.setdefault(transport, {})
    begun = 0 if chunk.flags & SCTP_DATA_FIRST_FRAG else sizes.get(chunk.stream_id, 0)
    size = begun + len(chunk.user_data)
    sizes[chunk.stream_id] = 0 if chunk.flags & SCTP_DATA_LAST_FRAG else size
    is_strange = chunk.stream_id not in transport._data_channels
    if is_strange or size > MOST_UNFINISHED_BYTES or transport._advertised_rwnd < 0:
        log.warning("a viewer sent what no page of ours sends; he was cut off")
        await transport._abort()
        transport._set_state(transport.State.CLOSED)
        return
    await _receive_data_chunk(transport, chunk)
