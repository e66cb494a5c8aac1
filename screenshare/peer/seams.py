"""The private names of aiortc 1.16 and aioice 0.13 that this product relies on, and why.

Each seam asserts at import that the name is still there; ``tests/peer/test_seams.py`` shows that it
still does what is written here. Call ``install()`` once before the first connection.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Final

import aioice.ice
import aiortc.codecs
import aiortc.rtcrtpsender
from aiortc import RTCRtpSender, rtp
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters

PLAYOUT_DELAY_URI: Final = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"
# Unique among aiortc's own ids for audio and video, which share one space when bundled.
PLAYOUT_DELAY_ID: Final = 5
# min and max delay of 12 bits each, in units of 10 ms: show each frame at once.
NO_DELAY: Final = b"\0\0\0"
# aiortc keeps 128 packets for retransmission; a 1080p keyframe alone has up to 300.
HISTORY_PACKETS: Final = 2048

assert isinstance(aiortc.rtcrtpsender.RTP_HISTORY_SIZE, int)  # type: ignore[attr-defined]
assert inspect.getsource(aiortc.rtcrtpsender).count("uint32_add(") == 1
assert callable(RTCRtpSender._send_keyframe)
assert "self._send_keyframe()" in inspect.getsource(RTCRtpSender._handle_rtcp_packet)
assert isinstance(aiortc.codecs.HEADER_EXTENSIONS["video"], list)
assert all(
    e.id != PLAYOUT_DELAY_ID for kind in ("audio", "video") for e in aiortc.codecs.HEADER_EXTENSIONS[kind]
)
assert callable(rtp.HeaderExtensionsMap.configure)
assert callable(rtp.HeaderExtensionsMap.set)
assert callable(aioice.ice.get_host_addresses)


def install() -> None:
    """Apply the seams that concern every connection; a second call changes nothing."""
    if any(e.uri == PLAYOUT_DELAY_URI for e in aiortc.codecs.HEADER_EXTENSIONS["video"]):
        return
    aiortc.rtcrtpsender.RTP_HISTORY_SIZE = HISTORY_PACKETS  # type: ignore[attr-defined]
    _send_pts_as_timestamps()
    _send_playout_delay()
    _allow_loopback_alone()


def on_keyframe_request(sender: RTCRtpSender, wanted: Callable[[], None]) -> None:
    """Call ``wanted`` on each PLI or FIR; aiortc would keep it for an encoder that is never asked."""
    sender._send_keyframe = wanted  # type: ignore[method-assign]


def _send_pts_as_timestamps() -> None:
    """Make the RTP timestamp the pts mod 2^32; aiortc adds a random origin that nobody else knows."""
    aiortc.rtcrtpsender.uint32_add = _pts_alone  # type: ignore[attr-defined, assignment]


def _pts_alone(origin: int, pts: int) -> int:
    return pts & 0xFFFFFFFF


def _send_playout_delay() -> None:
    """Stamp video with the playout-delay extension, 0/0: worth 10 ms idle and 75 ms in motion."""
    aiortc.codecs.HEADER_EXTENSIONS["video"].append(
        RTCRtpHeaderExtensionParameters(id=PLAYOUT_DELAY_ID, uri=PLAYOUT_DELAY_URI)
    )
    configure, set_extensions = rtp.HeaderExtensionsMap.configure, rtp.HeaderExtensionsMap.set

    def configure_with_delay(self: rtp.HeaderExtensionsMap, parameters: RTCRtpParameters) -> None:
        configure(self, parameters)
        for extension in parameters.headerExtensions:
            if extension.uri == PLAYOUT_DELAY_URI:
                self.playout_delay_id = extension.id  # type: ignore[attr-defined]

    def set_with_delay(self: rtp.HeaderExtensionsMap, values: rtp.HeaderExtensions) -> tuple[int, bytes]:
        profile, value = set_extensions(self, values)
        delay_id: int | None = getattr(self, "playout_delay_id", None)
        if delay_id is None:
            return profile, value
        extensions = rtp.unpack_header_extensions(profile, value)
        return rtp.pack_header_extensions([*extensions, (delay_id, NO_DELAY)])

    rtp.HeaderExtensionsMap.configure = configure_with_delay  # type: ignore[method-assign]
    rtp.HeaderExtensionsMap.set = set_with_delay  # type: ignore[method-assign]


def _allow_loopback_alone() -> None:
    """Offer 127.0.0.1 where a machine has no other address; aioice would offer nothing at all."""
    get_host_addresses = aioice.ice.get_host_addresses

    def with_loopback(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return get_host_addresses(use_ipv4, use_ipv6) or (["127.0.0.1"] if use_ipv4 else [])

    aioice.ice.get_host_addresses = with_loopback
