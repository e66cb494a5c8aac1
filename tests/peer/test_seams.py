"""The private names we lean on still mean what we think; fails when upstream renames."""

from __future__ import annotations

import struct
from unittest.mock import AsyncMock, Mock

import aioice.ice
import aiortc.codecs
import pytest
from aiortc import RTCPeerConnection, rtp
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpSendParameters
from aiortc.rtcsctptransport import InitChunk
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
)

from screenshare.peer import seams
from screenshare.peer.congestion import Report
from screenshare.peer.seams_sctp import FIRST_REPEAT_S, LEAST_REPEAT_S, MOST_IN_FLIGHT_BYTES


@pytest.fixture(autouse=True)
def _installed():
    seams.install()
    seams.install()  # twice changes nothing


def test_playout_delay_is_offered_once_for_video():
    uris = [e.uri for e in aiortc.codecs.HEADER_EXTENSIONS["video"]]
    assert uris.count(seams.PLAYOUT_DELAY_URI) == 1


async def test_what_a_new_viewer_misses_is_repeated_within_half_a_second():
    connection = RTCPeerConnection()
    connection.createDataChannel("session")
    assert connection.sctp is not None
    assert connection.sctp._rto == FIRST_REPEAT_S
    connection.sctp._update_rto(0.001)
    assert connection.sctp._rto == LEAST_REPEAT_S
    await connection.close()


async def test_an_outage_of_twenty_seconds_in_the_beginning_ends_no_connection(monkeypatch):
    connection = RTCPeerConnection()
    connection.createDataChannel("session")
    association = connection.sctp
    assert association is not None
    due: list[float] = []
    ended = Mock()
    monkeypatch.setattr(association, "_set_state", ended)
    monkeypatch.setattr(association, "_send_chunk", AsyncMock())
    monkeypatch.setattr(association._loop, "call_later", lambda after, do, *args: due.append(after))
    association._t1_start(InitChunk())
    while sum(due) < 20:
        association._t1_expired()
    ended.assert_not_called()
    monkeypatch.undo()
    await connection.close()


class Wired:
    """A sender taken over, and what it has told."""

    def __init__(self, connection: RTCPeerConnection) -> None:
        self.keyframes, self.lost, self.reports, self.estimates = 0, [], [], []
        self.sender = connection.addTransceiver("video", direction="sendonly").sender
        self.wire = seams.VideoWire(
            self.sender,
            run=self._run,
            retransmit=self._retransmit,
            on_report=lambda report, highest: self.reports.append((report, highest)),
            on_estimate=self.estimates.append,
            on_keyframe_request=self._keyframe,
        )

    async def _run(self) -> None:
        raise AssertionError("nothing was negotiated")

    async def _retransmit(self, sequence: int) -> None:
        self.lost.append(sequence)

    def _keyframe(self) -> None:
        self.keyframes += 1


@pytest.fixture
async def wired():
    connection = RTCPeerConnection()
    yield Wired(connection)
    await connection.close()


async def negotiate(wire: seams.VideoWire, *uris: str) -> bytes:
    """Negotiate header extensions 9, 10, …; return the block of a packet sent at 0x010203."""
    extensions = [RTCRtpHeaderExtensionParameters(id=9 + i, uri=uri) for i, uri in enumerate(uris)]
    wire._negotiate = AsyncMock()
    await wire._negotiated(RTCRtpSendParameters(headerExtensions=extensions))
    return wire.extensions(0x010203)


async def test_each_packet_says_when_it_left_and_that_it_is_to_be_shown_at_once(wired):
    block = await negotiate(wired.wire, seams.PLAYOUT_DELAY_URI, seams.ABS_SEND_TIME_URI)
    profile, words = struct.unpack_from("!HH", block)
    assert len(block) == 4 + 4 * words
    found = rtp.unpack_header_extensions(profile, block[4:])
    assert sorted(found) == [(9, bytes(3)), (10, bytes((1, 2, 3)))]


async def test_what_the_viewer_does_not_know_is_not_sent(wired):
    assert await negotiate(wired.wire) == bytes((0xBE, 0xDE, 0, 0))


@pytest.mark.parametrize("fmt", [RTCP_PSFB_PLI, RTCP_PSFB_FIR])
async def test_a_picture_loss_is_told(wired, fmt):
    await wired.sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=fmt, ssrc=1, media_ssrc=wired.sender._ssrc))
    assert wired.keyframes == 1


async def test_lost_packets_are_told(wired):
    nack = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=wired.sender._ssrc, lost=[7, 9])
    await wired.sender._handle_rtcp_packet(nack)
    assert wired.lost == [7, 9]


async def test_reports_and_estimates_about_our_stream_are_told_and_no_others(wired):
    ours = wired.sender._ssrc
    for ssrc in (ours, ours ^ 1):
        info = RtcpReceiverInfo(
            ssrc=ssrc, fraction_lost=64, packets_lost=3, highest_sequence=500, jitter=900, lsr=0, dlsr=0
        )
        await wired.sender._handle_rtcp_packet(RtcpRrPacket(ssrc=1, reports=[info]))
        remb = RtcpPsfbPacket(
            fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=0, fci=rtp.pack_remb_fci(2_000_000, [ssrc])
        )
        await wired.sender._handle_rtcp_packet(remb)
    assert wired.reports == [(Report(loss=0.25, rtt_s=None, jitter_s=0.01), 500)]
    assert wired.estimates == [2000.0]


def test_a_machine_with_loopback_alone_still_has_a_candidate(monkeypatch):
    monkeypatch.setattr(aioice.ice.ifaddr, "get_adapters", list)
    assert aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True) == ["127.0.0.1"]


async def test_what_stands_before_a_keystroke_has_an_end():
    """The congestion window of data channels grows by itself, and is bounded when it is used."""
    connection = RTCPeerConnection()
    connection.createDataChannel("session", negotiated=True, id=0)
    sctp = connection.sctp
    sctp._cwnd = 10 * MOST_IN_FLIGHT_BYTES
    await sctp._transmit()
    assert sctp._cwnd == MOST_IN_FLIGHT_BYTES
    await connection.close()
