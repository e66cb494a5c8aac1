"""The private names of aiortc's DTLS transport that this product relies on, and why (RFC 6347 §4.2.4).

OpenSSL repeats a lost flight after a second, and its first wait cannot be set from Python; browsers repeat
theirs after two round trips. So a host is the server of the handshake (RFC 8842 §5.3: an answer may choose):
whatever is lost, the browser is who waits for it, and repeats its own flight. OpenSSL answers a repeated last
flight with its own, but leaves a repeated earlier one without an answer: here ours goes out again, as it was.
"""

from __future__ import annotations

import inspect
from typing import Any, Final

from aiortc import rtcdtlstransport
from aiortc.rtcdtlstransport import RTCDtlsTransport

_OpenSSLError: Final[type[Exception]] = rtcdtlstransport.SSL.Error  # type: ignore[attr-defined]
# What a browser offers, and what leaves us the server's part.
_EITHER: Final = "a=setup:actpass"
_THEIRS: Final = "a=setup:active"
LONGEST_FLIGHT_BYTES: Final = 1500

_source = inspect.getsource(rtcdtlstransport)
assert "await self._write_ssl()\n                    await self._recv_next()" in _source
assert "data = self._ssl.bio_read(1500)" in _source
assert "await self.transport._send(data)" in _source


def install() -> None:
    """Let a handshake's flight be sent again when the other side repeats his."""
    RTCDtlsTransport._write_ssl = _write_ssl  # type: ignore[method-assign]


def as_their_client(offer_sdp: str) -> str:
    """Return an offer whose maker begins the handshake; as it is, if its maker does not leave the choice."""
    return offer_sdp.replace(_EITHER, _THEIRS)


async def _write_ssl(self: Any) -> None:
    """Send what OpenSSL has to say; in a handshake, where it has nothing, what it said last."""
    heard = self._RTCDtlsTransport__rx_packets
    last, heard_before = getattr(self, "_last_flight", (b"", heard))
    try:
        data = self._ssl.bio_read(LONGEST_FLIGHT_BYTES)
    except _OpenSSLError:
        data = b"" if self.encrypted or heard == heard_before else last
    if data:
        self._last_flight = data, heard
        await self.transport._send(data)
        self._RTCDtlsTransport__tx_bytes += len(data)
        self._RTCDtlsTransport__tx_packets += 1
