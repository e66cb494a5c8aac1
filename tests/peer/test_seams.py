"""The private names we lean on still mean what we think; fails when upstream renames."""

from __future__ import annotations

import aioice.ice
import aiortc.codecs
import aiortc.rtcrtpsender
import pytest
from aiortc import RTCPeerConnection, rtp
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import RTCP_PSFB_FIR, RTCP_PSFB_PLI, RtcpPsfbPacket

from screenshare.peer import seams
from screenshare.peer.track import EncodedTrack


@pytest.fixture(autouse=True)
def _installed():
    seams.install()
    seams.install()  # twice changes nothing


def test_the_sender_keeps_enough_packets_to_repair_a_keyframe():
    assert aiortc.rtcrtpsender.RTP_HISTORY_SIZE == seams.HISTORY_PACKETS >= 1024


def test_playout_delay_is_offered_once_for_video():
    uris = [e.uri for e in aiortc.codecs.HEADER_EXTENSIONS["video"]]
    assert uris.count(seams.PLAYOUT_DELAY_URI) == 1


def test_playout_delay_goes_out_on_every_packet_once_negotiated():
    extensions = rtp.HeaderExtensionsMap()
    extensions.configure(
        RTCRtpParameters(
            headerExtensions=[
                RTCRtpHeaderExtensionParameters(id=1, uri="urn:ietf:params:rtp-hdrext:sdes:mid"),
                RTCRtpHeaderExtensionParameters(id=9, uri=seams.PLAYOUT_DELAY_URI),
            ]
        )
    )
    profile, value = extensions.set(rtp.HeaderExtensions(mid="0"))
    assert rtp.unpack_header_extensions(profile, value) == [(1, b"0"), (9, b"\0\0\0")]


def test_playout_delay_stays_away_where_the_viewer_does_not_know_it():
    extensions = rtp.HeaderExtensionsMap()
    extensions.configure(
        RTCRtpParameters(
            headerExtensions=[
                RTCRtpHeaderExtensionParameters(id=1, uri="urn:ietf:params:rtp-hdrext:sdes:mid")
            ]
        )
    )
    profile, value = extensions.set(rtp.HeaderExtensions(mid="0"))
    assert rtp.unpack_header_extensions(profile, value) == [(1, b"0")]


@pytest.mark.parametrize("fmt", [RTCP_PSFB_PLI, RTCP_PSFB_FIR])
async def test_a_picture_loss_reaches_the_shared_encoder(fmt):
    connection, asked = RTCPeerConnection(), []
    sender = connection.addTransceiver(EncodedTrack(lambda: None), direction="sendonly").sender
    seams.on_keyframe_request(sender, lambda: asked.append(fmt))
    await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=fmt, ssrc=1, media_ssrc=sender._ssrc))
    await connection.close()
    assert asked == [fmt]


def test_a_machine_with_loopback_alone_still_has_a_candidate(monkeypatch):
    monkeypatch.setattr(aioice.ice.ifaddr, "get_adapters", list)
    assert aioice.ice.get_host_addresses(use_ipv4=True, use_ipv6=True) == ["127.0.0.1"]
