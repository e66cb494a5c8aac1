"""The private names of aiortc 1.16 and aioice 0.13 that this product relies on, and why.

Each seam asserts at import that the name is still there; ``tests/peer/test_seams.py`` shows that it
still does what is written here. Call ``install()`` once before the first connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import struct
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from types import ModuleType
from typing import Any, Final

import aioice.ice
import aioice.turn
import aiortc.codecs
import aiortc.rtcdtlstransport
import aiortc.rtcicetransport
import aiortc.rtcpeerconnection
import aiortc.rtcrtpsender
import aiortc.rtcsctptransport
from aiortc import RTCPeerConnection, RTCRtpSender, clock, rtp
from aiortc.codecs.h264 import PACKET_MAX as PAYLOAD_BYTES
from aiortc.codecs.h264 import H264Encoder
from aiortc.exceptions import OperationError
from aiortc.rtcrtpparameters import (
    RTCRtpCodecCapability,
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpSendParameters,
)
from aiortc.rtp import AnyRtcpPacket, RtcpPsfbPacket, RtcpRrPacket, RtcpSrPacket
from aiortc.sdp import SessionDescription

from screenshare.media import VIDEO_CLOCK_HZ, PathWay, VideoFormat
from screenshare.peer import seams_dtls, seams_ice, seams_sctp
from screenshare.peer.congestion import Report

log = logging.getLogger(__name__)

ABS_SEND_TIME_URI: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
PLAYOUT_DELAY_URI: Final = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
# Unique among aiortc's own ids for audio and video, which share one space when bundled.
PLAYOUT_DELAY_ID: Final = 5
# min and max delay of 12 bits each, in units of 10 ms: show each frame at once.
NO_DELAY: Final = b"\0\0\0"
# Profile-level-ids (RFC 6184 §8.1), packetisation mode 1. Constrained baseline is what every browser with
# H.264 decodes, and what the encoder writes into its SPS (Safari shows black when the two differ).
BASELINE: Final = "42e01f"
FULL_CHROMA: Final = "f4001f"
# Longer than a receiver may hold back his acknowledgement (0.2 s, RFC 9260 §6.2): at 0.2 s every such pause
# counted as a loss, and the next keystroke waited for it.
SCTP_RTO_INITIAL_S: Final = 1.0
SCTP_RTO_MIN_S: Final = 0.5


def _relied_on(module: ModuleType, *words: str) -> bool:
    """Tell whether a module's source still says what is relied on here."""
    source = inspect.getsource(module)
    return all(word in source for word in words)


assert _relied_on(
    aiortc.rtcrtpsender,
    *("self._run_rtp(parameters.codecs[0])", "self._send_keyframe()", "await self._retransmit(seq)"),
    *("self.__rtp_started", "self.__rtp_exited", "self.__lsr_time", "self.__lsr ", "self._rtx_ssrc"),
    *("self.__ntp_timestamp", "self.__rtp_timestamp", "self.__octet_count", "self.__packet_count"),
)
assert _relied_on(
    aiortc.rtcpeerconnection, "raise OperationError(", "Failed to set remote {} description send parameters"
)
assert _relied_on(aiortc.rtcdtlstransport, "self._tx_srtp.protect(data)")
assert _relied_on(aiortc.rtcicetransport, "self._send = self._connection.send\n")
assert _relied_on(aioice.ice, "await active_pair.protocol.send_data(", "self.transport.sendto(data, addr)")
assert _relied_on(aioice.turn, "self.__close_task = asyncio.create_task(self._close())")
assert callable(RTCRtpSender._handle_rtcp_packet)
assert isinstance(aiortc.rtcsctptransport.SCTP_RTO_INITIAL, float)
assert isinstance(aiortc.rtcsctptransport.SCTP_RTO_MIN, float | int)
assert callable(H264Encoder._packetize)
assert callable(H264Encoder._split_bitstream)
assert list(rtp.DYNAMIC_PAYLOAD_TYPES) == list(range(96, 128))
assert any(c.parameters.get("profile-level-id") == BASELINE for c in aiortc.codecs.CODECS["video"])
assert isinstance(aiortc.codecs.HEADER_EXTENSIONS["video"], list)
assert all(
    e.id != PLAYOUT_DELAY_ID for kind in ("audio", "video") for e in aiortc.codecs.HEADER_EXTENSIONS[kind]
)
assert callable(aioice.ice.get_host_addresses)


def install() -> None:
    """Apply the seams that concern every connection; a second call changes nothing."""
    if any(e.uri == PLAYOUT_DELAY_URI for e in aiortc.codecs.HEADER_EXTENSIONS["video"]):
        return
    aiortc.codecs.HEADER_EXTENSIONS["video"].append(
        RTCRtpHeaderExtensionParameters(id=PLAYOUT_DELAY_ID, uri=PLAYOUT_DELAY_URI)
    )
    _know_full_chroma()
    # aiortc waits 1 to 3 s before it repeats a lost piece of a data channel (RFC 9260 §16 suggests 1 s).
    aiortc.rtcsctptransport.SCTP_RTO_INITIAL = SCTP_RTO_INITIAL_S
    aiortc.rtcsctptransport.SCTP_RTO_MIN = SCTP_RTO_MIN_S  # type: ignore[assignment]
    seams_sctp.install()
    seams_dtls.install()
    seams_ice.install()
    _allow_loopback_alone()


class VideoWire:
    """One RTCRtpSender whose sending is ours; ICE, DTLS, sender reports and reading RTCP stay aiortc's.

    Name-mangled attributes are reached through ``_private``: they are what ``_run_rtp`` would set.
    """

    def __init__(
        self,
        sender: RTCRtpSender,
        *,
        run: Callable[[], Coroutine[None, None, None]],
        retransmit: Callable[[int], Coroutine[None, None, None]],
        on_report: Callable[[Report, int], None],
        on_estimate: Callable[[float], None],
        on_keyframe_request: Callable[[], None],
    ) -> None:
        """Take ``sender`` over; call before negotiation.

        Args:
            run: sends until it is cancelled or the connection ends.
            retransmit: sends a sequence number again (NACK, RFC 4585 §6.2.1).
            on_report: a receiver report about our stream, and the highest sequence number it has seen.
            on_estimate: kbit/s of a REMB message.
            on_keyframe_request: PLI or FIR.
        """
        self._sender = sender
        self._run = run
        self._on_report, self._on_estimate = on_report, on_estimate
        self._reported_sequence: int | None = None
        self._abs_send_time_id: int | None = None
        self._playout_delay_id: int | None = None
        self.payload_types: dict[VideoFormat, int] = {}
        self.rtx_payload_types: dict[int, int] = {}
        self._negotiate = sender.send
        self._read_rtcp = sender._handle_rtcp_packet
        sender.send = self._negotiated  # type: ignore[method-assign]
        sender._run_rtp = self._run_rtp  # type: ignore[method-assign]
        sender._retransmit = retransmit  # type: ignore[method-assign, assignment]
        sender._send_keyframe = on_keyframe_request  # type: ignore[method-assign]
        sender._handle_rtcp_packet = self._rtcp  # type: ignore[method-assign]

    @property
    def ssrc(self) -> int:
        return self._sender._ssrc

    @property
    def rtx_ssrc(self) -> int:
        return self._sender._rtx_ssrc

    def send(self, packet: bytes) -> None:
        """Encrypt an RTP packet and give it to the socket; dropped while there is no path."""
        dtls = self._sender.transport
        pair = dtls.transport._connection._nominated.get(1)
        if pair is not None and dtls.state == "connected":
            pair.protocol.transport.sendto(dtls._tx_srtp.protect(packet), pair.remote_addr)

    def extensions(self, send_time: int) -> bytes:
        """Return the header extension block (RFC 8285 §4.2).

        Args:
            send_time: seconds now in 6.18 fixed point (abs-send-time).
        """
        elements = b""
        if self._abs_send_time_id is not None:
            elements += bytes((self._abs_send_time_id << 4 | 2,)) + send_time.to_bytes(3, "big")
        if self._playout_delay_id is not None:
            elements += bytes((self._playout_delay_id << 4 | 2,)) + NO_DELAY
        elements += bytes(-len(elements) % 4)
        return struct.pack("!HH", 0xBEDE, len(elements) // 4) + elements

    def count(self, packets: int, octets: int, timestamp: int) -> None:
        """Note what was sent, for the next sender report (RFC 3550 §6.4.1)."""
        self._set("ntp_timestamp", clock.current_ntp_time())
        self._set("rtp_timestamp", timestamp)
        self._set("packet_count", self._private("packet_count") + packets)
        self._set("octet_count", self._private("octet_count") + octets)

    async def _negotiated(self, parameters: RTCRtpSendParameters) -> None:
        ids = {extension.uri: extension.id for extension in parameters.headerExtensions}
        self._abs_send_time_id = ids.get(ABS_SEND_TIME_URI)
        self._playout_delay_id = ids.get(PLAYOUT_DELAY_URI)
        for codec in parameters.codecs:
            if codec.payloadType is None:
                continue
            if codec.name.lower() == "rtx":
                self.rtx_payload_types[int(codec.parameters["apt"] or 0)] = codec.payloadType
            elif (format_ := _format_of(codec)) is not None:
                self.payload_types.setdefault(format_, codec.payloadType)
        await self._negotiate(parameters)

    async def _run_rtp(self, codec: RTCRtpCodecParameters) -> None:
        self._private("rtp_started").set()
        try:
            await self._run()
        except asyncio.CancelledError:
            log.debug("video sending ends")
        except Exception:  # stop() would wait for ever for a loop that died without a word
            log.exception("video sending")
        finally:
            self._private("rtp_exited").set()

    async def _rtcp(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self.ssrc:
                    self._on_report(self._told(report), report.highest_sequence)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == rtp.RTCP_PSFB_APP:
            with contextlib.suppress(ValueError):
                bits, ssrcs = rtp.unpack_remb_fci(packet.fci)
                if self.ssrc in ssrcs:
                    self._on_estimate(bits / 1000)
        await self._read_rtcp(packet)

    def _told(self, report: rtp.RtcpReceiverInfo) -> Report:
        before, self._reported_sequence = self._reported_sequence, report.highest_sequence
        packets = 0 if before is None else max(0, report.highest_sequence - before)
        return Report(
            loss=report.fraction_lost / 256,
            rtt_s=self._rtt_s(report),
            jitter_s=report.jitter / VIDEO_CLOCK_HZ,
            packets=packets,
        )

    def _rtt_s(self, report: rtp.RtcpReceiverInfo) -> float | None:
        if not report.dlsr or report.lsr != self._private("lsr"):
            return None
        return max(0.0, time.time() - float(self._private("lsr_time")) - report.dlsr / 65_536)

    def _private(self, name: str) -> Any:
        return getattr(self._sender, f"_RTCRtpSender__{name}")

    def _set(self, name: str, value: int) -> None:
        setattr(self._sender, f"_RTCRtpSender__{name}", value)


def _know_full_chroma() -> None:
    """Negotiate High 4:4:4 Predictive too; Chromium gives it a payload type from 35 on (RFC 5761 §4)."""
    rtp.DYNAMIC_PAYLOAD_TYPES = (*range(35, 64), *range(96, 128))  # type: ignore[assignment]
    codecs = aiortc.codecs.CODECS["video"]
    baseline = next(c for c in codecs if c.parameters.get("profile-level-id") == BASELINE)
    payload_type = max(c.payloadType or 0 for c in codecs) + 1
    codecs.append(
        replace(
            baseline,
            payloadType=payload_type,
            parameters=baseline.parameters | {"profile-level-id": FULL_CHROMA},
        )
    )
    codecs.append(
        RTCRtpCodecParameters(
            mimeType="video/rtx",
            clockRate=VIDEO_CLOCK_HZ,
            payloadType=payload_type + 1,
            parameters={"apt": payload_type},
        )
    )


def video_codecs() -> list[RTCRtpCodecCapability]:
    """Return what a viewer may be sent, for a transceiver's preferences."""
    return [
        codec
        for codec in RTCRtpSender.getCapabilities("video").codecs
        if codec.mimeType in {"video/rtx", "video/VP8"}
        or codec.parameters.get("profile-level-id") in {BASELINE, FULL_CHROMA}
    ]


def formats_in(answer_sdp: str) -> frozenset[VideoFormat]:
    """Return the forms of video that an answer of aiortc's has agreed to."""
    codecs = (c for media in SessionDescription.parse(answer_sdp).media for c in media.rtp.codecs)
    return frozenset(format_ for codec in codecs if (format_ := _format_of(codec)) is not None)


def is_no_common_video(exc: Exception) -> bool:
    """Tell whether an offer was refused because its video knows no codec of ours."""
    return isinstance(exc, OperationError) and "video" in str(exc)


def h264_payloads(annex_b: bytes) -> tuple[bytes, ...]:
    """Return single NAL units, STAP-A and FU-A payloads (RFC 6184 §5.6 to 5.8)."""
    return tuple(H264Encoder._packetize(H264Encoder._split_bitstream(annex_b)))


def vp8_payloads(frame: bytes) -> tuple[bytes, ...]:
    """Return payloads with their descriptors, without picture ids (RFC 7741 §4.2)."""
    size = PAYLOAD_BYTES - 1
    parts = [frame[at : at + size] for at in range(0, len(frame), size)]
    return tuple(bytes((0x10 if index == 0 else 0,)) + part for index, part in enumerate(parts))


def way_of_path(pc: RTCPeerConnection) -> PathWay | None:
    """Return how the peers are connected; None while they are not."""
    if pc.sctp is None:
        return None
    ice = pc.sctp.transport.transport._connection
    pair = ice._nominated.get(1)
    if pair is None:
        return None
    if pair.local_candidate.type == "relay":
        return f"relay-{'tls' if ice.turn_ssl else ice.turn_transport}"  # type: ignore[return-value]
    return "direct" if seams_ice.is_direct(ice, pair) else "relay"


async def expect(pc: RTCPeerConnection, address: str) -> None:
    """Let a viewer at ``address`` reach our relay before he has told a candidate; call with the answer."""
    if pc.sctp is not None:
        await seams_ice.expect(pc.sctp.transport.transport._connection, address)


async def give_back(allocation: aioice.turn.TurnTransport) -> None:
    """Let a TURN allocation go, and wait for the server's word; ``close`` alone only begins it."""
    allocation.close()
    await getattr(allocation, "_TurnTransport__close_task")  # noqa: B009


def random_sequence_number() -> int:
    """Return where a stream's sequence numbers begin: in the lower half, as RFC 3711 §3.3.1 wants."""
    return aiortc.rtcrtpsender.random_sequence_number()


def _format_of(codec: RTCRtpCodecParameters) -> VideoFormat | None:
    if codec.name.upper() == "VP8":
        return VideoFormat.VP8
    profile = str(codec.parameters.get("profile-level-id", "")).lower()
    return {BASELINE: VideoFormat.H264, FULL_CHROMA: VideoFormat.H264_444}.get(profile)


def _allow_loopback_alone() -> None:
    """Offer 127.0.0.1 where a machine has no other address; aioice would offer nothing at all."""
    get_host_addresses = aioice.ice.get_host_addresses

    def with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return get_host_addresses(use_ipv4, use_ipv6) or (["127.0.0.1"] if use_ipv4 else [])

    aioice.ice.get_host_addresses = with_loopback
