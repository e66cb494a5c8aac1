"""One viewer's video on the wire: payloads made once for all viewers, a header and SRTP for each.

aiortc's own loop costs 4 % of a core for a viewer at 4 Mbit/s: it packetises for each one, builds
packet objects, and awaits three coroutines a packet. Here a frame's payloads are shared, a header is
one ``struct.pack``, and a packet goes from SRTP straight to the socket. aiortc keeps ICE, DTLS, SRTP
keys, sender reports and the reading of RTCP.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from aiortc import RTCRtpSender, clock

from screenshare.clock import monotonic_s
from screenshare.media import EncodedFrame, PathFigures
from screenshare.peer import seams
from screenshare.peer.congestion import Congestion, Report
from screenshare.peer.packets import packetize
from screenshare.session.limits import TokenBucket

# What may be asked for again: a keyframe at 1080p has up to 700 packets, and half a second of motion more.
HISTORY_PACKETS: Final = 2048
# Against a viewer who asks for everything again and again.
RETRANSMITTED_HZ: Final = 1500.0
RETRANSMITTED_BURST: Final = 700.0
# A limited path is filled at this multiple of its target, in bursts of a few milliseconds.
PACING_FACTOR: Final = 2.0
PACING_STEP_S: Final = 0.005
LEAST_BURST_BYTES: Final = 2_400
# On a free path only a keyframe is larger than this: it comes in pieces that a router's buffer can hold.
FREE_BURST_BYTES: Final = 65_536
FREE_KBPS: Final = 50_000
# So near, there is a local network: it takes a whole picture at once.
NEAR_RTT_S: Final = 0.01
# Where packets get lost, a small frame (a keystroke) goes twice: it has no successor soon whose arrival
# would tell the viewer what he lacks.
DOUBLED_PACKETS: Final = 3
DOUBLED_FROM_LOSS: Final = 0.002
# When the last packet before a pause goes again, until a report names it: it has no successor whose arrival
# would tell the viewer what he lacks, and he would see an old picture for as long as the screen is still.
# Reports come about each second.
PROBES_S: Final = (0.2, 0.4, *(0.8,) * 40)
# A still stream is no lost one: Chromium asks for a keyframe 3 s after the last frame, lost or not.
STARVED_AFTER_S: Final = 2.5

_FIXED_HEADER: Final = struct.Struct("!BBHII")
_ORIGINAL_SEQUENCE: Final = struct.Struct("!H")
_VERSION_AND_EXTENSION: Final = 0x90
_MARKER: Final = 0x80


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a retransmission needs; payloads are shared by all viewers."""

    sequence: int
    timestamp: int
    marker: int
    payload_type: int
    payload: bytes


class VideoSender:
    """Sends encoded frames through one aiortc sender, which it takes over before negotiation."""

    def __init__(
        self,
        sender: RTCRtpSender,
        *,
        take: Callable[[], EncodedFrame | None],
        on_path: Callable[[PathFigures], None],
        on_keyframe_wanted: Callable[[], None],
    ) -> None:
        self._take = take
        self._on_path = on_path
        self._on_keyframe_wanted = on_keyframe_wanted
        self._filled = asyncio.Event()
        self._congestion = Congestion()
        self._history: deque[_Sent] = deque(maxlen=HISTORY_PACKETS)
        self._retransmissions = TokenBucket(rate_hz=RETRANSMITTED_HZ, burst=RETRANSMITTED_BURST)
        self._sequence = seams.random_sequence_number()
        self._rtx_sequence = seams.random_sequence_number()
        self._sent_at = float("-inf")
        self.packets_sent = 0
        self._highest_received: int | None = None
        self._wire = seams.VideoWire(
            sender,
            run=self._run,
            retransmit=self._retransmit,
            on_report=self._reported,
            on_estimate=self._congestion.estimated,
            on_keyframe_request=self._keyframe_requested,
        )

    def wake(self) -> None:
        """Say that ``take`` has something."""
        self._filled.set()

    async def _run(self) -> None:
        """Send what there is, as soon as there is any; a still screen waits here for ever."""
        while True:
            frame = self._take()
            if frame is None:
                await self._rest()
                continue
            payload_type = self._wire.payload_types.get(frame.format)
            if payload_type is not None:
                await self._send(frame, payload_type)

    async def _rest(self) -> None:
        """Wait for a frame; send the last packet again now and then until the viewer has all."""
        self._filled.clear()
        for wait_s in PROBES_S:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._filled.wait(), wait_s)
                return
            if self._has_all:
                break
            self._probe()
        await self._filled.wait()

    def _probe(self) -> None:
        """Send the last packet as it was: who has it drops it unread (RFC 3711 §3.3.2)."""
        last = self._history[-1]
        header = _header(last.marker | last.payload_type, last.sequence, last.timestamp, self._wire.ssrc)
        self._wire.send(header + self._extensions() + last.payload)

    async def _send(self, frame: EncodedFrame, payload_type: int) -> None:
        payloads = packetize(frame)
        now = monotonic_s()
        self._congestion.sent(len(frame.data), now)
        path = self._congestion.figures
        target_kbps = path.target_kbps
        is_near = path.rtt_s is not None and path.rtt_s < NEAR_RTT_S
        if target_kbps is None and (is_near or len(frame.data) <= FREE_BURST_BYTES):
            self._burst(payloads, 0, len(payloads), frame.pts, payload_type)
            await self._double(len(payloads))
            return
        rate_kbps = FREE_KBPS if target_kbps is None else PACING_FACTOR * target_kbps
        step_bytes = max(LEAST_BURST_BYTES, rate_kbps * 125 * PACING_STEP_S)
        first = 0
        while first < len(payloads):
            size, last = 0, first
            while last < len(payloads) and size < step_bytes:
                size += len(payloads[last])
                last += 1
            self._burst(payloads, first, last, frame.pts, payload_type)
            first = last
            await asyncio.sleep(size / (rate_kbps * 125))

    async def _double(self, packets: int) -> None:
        """Send the last ``packets`` again before anybody asks, where they are few and some get lost."""
        if packets <= DOUBLED_PACKETS and self._congestion.figures.loss >= DOUBLED_FROM_LOSS:
            for back in range(packets, 0, -1):
                await self._retransmit((self._sequence - back) & 0xFFFF)

    def _burst(self, payloads: Sequence[bytes], first: int, last: int, pts: int, payload_type: int) -> None:
        """Send some payloads of one frame at once."""
        timestamp = pts & 0xFFFFFFFF
        end = len(payloads) - 1
        extensions = self._extensions()
        for index in range(first, last):
            payload = payloads[index]
            marker = _MARKER if index == end else 0
            sequence = self._sequence
            self._sequence = (sequence + 1) & 0xFFFF
            self._history.append(_Sent(sequence, timestamp, marker, payload_type, payload))
            header = _header(marker | payload_type, sequence, timestamp, self._wire.ssrc)
            self._wire.send(header + extensions + payload)
        self.packets_sent += last - first
        self._wire.count(last - first, sum(map(len, payloads[first:last])), timestamp)
        self._sent_at = monotonic_s()

    async def _retransmit(self, sequence: int) -> None:
        """Send a lost packet again, in a stream of its own where the viewer knows one (RFC 4588)."""
        back = (self._sequence - 1 - sequence) & 0xFFFF
        if back >= len(self._history) or not self._retransmissions.take(monotonic_s()):
            return
        lost = self._history[-1 - back]
        payload_type = self._wire.rtx_payload_types.get(lost.payload_type)
        if payload_type is None:
            return
        header = _header(lost.marker | payload_type, self._rtx_sequence, lost.timestamp, self._wire.rtx_ssrc)
        self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        original = _ORIGINAL_SEQUENCE.pack(lost.sequence)
        self._wire.send(header + self._extensions() + original + lost.payload)
        self._congestion.sent(len(lost.payload), monotonic_s())

    def _extensions(self) -> bytes:
        """Return the extension block of packets that leave now."""
        return self._wire.extensions((clock.current_ntp_time() >> 14) & 0xFFFFFF)

    def _reported(self, report: Report, highest_sequence: int) -> None:
        self._highest_received = highest_sequence & 0xFFFF
        before = self._congestion.figures
        self._congestion.reported(report, monotonic_s())
        if self._congestion.figures != before:
            self._on_path(self._congestion.figures)

    def _keyframe_requested(self) -> None:
        """Ask for a keyframe, unless the viewer has all there is and only wonders about the silence."""
        is_silent = monotonic_s() - self._sent_at > STARVED_AFTER_S
        if not (is_silent and self._has_all):
            self._on_keyframe_wanted()

    @property
    def _has_all(self) -> bool:
        """Whether the last packet came, as the viewer tells; what he lacks before it he asks for."""
        return not self._history or self._highest_received == self._history[-1].sequence


def _header(kind: int, sequence: int, timestamp: int, ssrc: int) -> bytes:
    """Return the fixed part of an RTP header (RFC 3550 §5.1); ``kind``: marker and payload type."""
    return _FIXED_HEADER.pack(_VERSION_AND_EXTENSION, kind, sequence, timestamp, ssrc)
