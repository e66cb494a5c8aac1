"""One peer connection to one viewer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Final

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from screenshare.errors import MalformedMessage, NoCommonCodec
from screenshare.media import EncodedFrame, PathFigures, PathWay, VideoFormat
from screenshare.peer import seams, seams_dtls
from screenshare.peer.sender import VideoSender
from screenshare.protocol.clip import MAX_CLIP_BYTES
from screenshare.protocol.messages import (
    CLIPBOARD_CHANNEL,
    INPUT_CHANNEL,
    PICTURE_CHANNEL,
    POINTER_CHANNEL,
    SESSION_CHANNEL,
)
from screenshare.protocol.signaling import IceServer

log = logging.getLogger(__name__)

CLOSE_LIMIT_S: Final = 5.0
# Facts for a viewer who does not read them; beyond this the path counts as lost.
MAX_UNSENT_BYTES: Final = 262_144
# Exact pixels that wait for a viewer; what exceeds it is refused and the host begins anew.
MAX_UNSENT_PICTURE_BYTES: Final = 262_144
# What may wait before the next message of refinement is made.
PICTURE_LOW_WATER_BYTES: Final = 16_384
MAX_UNSENT_CURSOR_BYTES: Final = 1_024
# All channels share one queue in aiortc: what waits here is what a keystroke's echo waits for.
MAX_UNSENT_CLIP_BYTES: Final = 16_384
MAX_CANDIDATES: Final = 64
NO_COMMON_CODEC: Final = NoCommonCodec(
    "this browser decodes neither H.264 nor VP8", hint="open the link in Chrome, Edge, Firefox or Safari"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callbacks:
    """Whom a connection tells what; all are called on the event loop."""

    up: Callable[[], None]
    lost: Callable[[], None]
    received: Callable[[int, str | bytes], None]
    keyframe_wanted: Callable[[], None]
    video_ready: Callable[[], None]
    path_measured: Callable[[PathFigures], None]
    picture_drained: Callable[[], None]
    clip_drained: Callable[[], None]


class Connection:
    """An RTCPeerConnection that answers, sends one video track and carries five channels."""

    def __init__(
        self,
        *,
        attempt: int,
        address: str,
        ice_servers: Sequence[IceServer],
        relay_only: bool = False,
        take_frame: Callable[[], EncodedFrame | None],
        callbacks: Callbacks,
    ) -> None:
        """``address``: where the viewer's signals come from."""
        seams.install()
        self.attempt = attempt
        self._address = address
        self.formats: frozenset[VideoFormat] = frozenset()  # known from ``answer`` on
        self._callbacks = callbacks
        self._is_over = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._candidates: list[asyncio.Task[None]] = []
        self._has_offer = asyncio.Event()
        self._pc = RTCPeerConnection(
            # Always explicit: aiortc's default is a third party's STUN server.
            RTCConfiguration(
                iceServers=[RTCIceServer(s.urls, s.username, s.credential) for s in ice_servers],
                iceTransportPolicy=RTCIceTransportPolicy.RELAY if relay_only else RTCIceTransportPolicy.ALL,
                bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
            )
        )
        transceiver = self._pc.addTransceiver("video", direction="sendonly")
        transceiver.setCodecPreferences(seams.video_codecs())
        self._video = VideoSender(
            transceiver.sender,
            take=take_frame,
            on_path=callbacks.path_measured,
            on_keyframe_wanted=callbacks.keyframe_wanted,
        )
        self._session = self._channel("session", SESSION_CHANNEL)
        self._channel("input", INPUT_CHANNEL)
        self._pointer = self._channel("pointer", POINTER_CHANNEL, ordered=False, retransmits=0)
        self._picture = self._channel("picture", PICTURE_CHANNEL)
        self._picture.bufferedAmountLowThreshold = PICTURE_LOW_WATER_BYTES
        self._picture.on("bufferedamountlow", callbacks.picture_drained)
        self._clipboard = self._channel("clipboard", CLIPBOARD_CHANNEL)
        self._clipboard.bufferedAmountLowThreshold = MAX_UNSENT_CLIP_BYTES - MAX_CLIP_BYTES
        self._clipboard.on("bufferedamountlow", callbacks.clip_drained)
        self._session.on("open", callbacks.up)
        self._session.on("close", self._lost)
        self._pc.on("connectionstatechange", self._state_changed)

    async def answer(self, offer_sdp: str) -> str:
        """Return the answer to a viewer's offer, host candidates included.

        Raises:
            MalformedMessage: the offer is no usable SDP.
            NoCommonCodec: the viewer decodes neither H.264 nor VP8.
        """
        # aiortc answers an offer without these, and its connection then dies without a word.
        for needed in ("m=video ", "a=fingerprint:"):
            if f"\n{needed}" not in offer_sdp:
                raise MalformedMessage(f"the offer has no {needed[2:-1]}")
        offer = RTCSessionDescription(seams_dtls.as_their_client(offer_sdp), "offer")
        try:
            await self._pc.setRemoteDescription(offer)
            self._has_offer.set()
            await self._pc.setLocalDescription(await self._pc.createAnswer())
        except Exception as exc:  # aiortc's parser raises whatever its input makes it raise
            if seams.is_no_common_video(exc):
                raise NO_COMMON_CODEC from exc
            raise MalformedMessage("the offer cannot be used") from exc
        self._spawn(seams.expect(self._pc, self._address))
        self.formats = seams.formats_in(self._pc.localDescription.sdp)
        if not self.formats:
            raise NO_COMMON_CODEC
        return self._pc.localDescription.sdp

    def add_candidate(self, candidate: str | None, mid: str | None) -> None:
        """Take a trickled candidate; None ends them, and never overtakes one that is still resolved.

        A candidate may come before ``answer`` has read the offer; it waits for that.
        """
        if len(self._candidates) >= MAX_CANDIDATES:
            raise MalformedMessage("too many candidates")
        self._candidates.append(self._spawn(self._add_candidate(candidate, mid, tuple(self._candidates))))

    def send(self, text: str) -> None:
        """Queue one message on the session channel; a viewer who reads nothing loses the path."""
        if self._session.readyState != "open":
            return
        if self._session.bufferedAmount > MAX_UNSENT_BYTES:
            self._lost()
            return
        self._session.send(text)

    @property
    def way(self) -> PathWay | None:
        """How the two peers are connected; None while they are not."""
        return seams.way_of_path(self._pc)

    @property
    def packets_sent(self) -> int:
        """RTP packets of video, retransmissions left out."""
        return self._video.packets_sent

    def wake_video(self) -> None:
        """Say that ``take_frame`` has something."""
        self._video.wake()

    def send_cursor(self, data: bytes) -> None:
        """Send the pointer's place, unordered and once; dropped when older ones still wait."""
        if self._pointer.readyState == "open" and self._pointer.bufferedAmount <= MAX_UNSENT_CURSOR_BYTES:
            self._pointer.send(data)

    @property
    def picture_backlog_bytes(self) -> int:
        """Exact pixels that wait to be sent."""
        return self._picture.bufferedAmount

    def send_picture(self, data: bytes) -> bool:
        """Queue one message of exact pixels; False when too much waits before it."""
        backlog = self._picture.bufferedAmount
        if self._picture.readyState != "open" or backlog + len(data) > MAX_UNSENT_PICTURE_BYTES:
            return False
        self._picture.send(data)
        return True

    @property
    def has_clip_room(self) -> bool:
        """Whether one more piece of a clipboard's contents may be sent; ``clip_drained`` tells when again."""
        is_open = self._clipboard.readyState == "open"
        return is_open and self._clipboard.bufferedAmount + MAX_CLIP_BYTES <= MAX_UNSENT_CLIP_BYTES

    def send_clip(self, data: bytes) -> None:
        """Queue a piece; ask ``has_clip_room`` first."""
        self._clipboard.send(data)

    async def close(self) -> None:
        """End the connection; returns within ``CLOSE_LIMIT_S``."""
        self._is_over = True
        for task in self._tasks:
            task.cancel()
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await self._pc.close()
        except TimeoutError:
            log.warning("a peer connection did not close within %.0f s", CLOSE_LIMIT_S)

    def _channel(
        self, label: str, number: int, *, ordered: bool = True, retransmits: int | None = None
    ) -> RTCDataChannel:
        channel = self._pc.createDataChannel(
            label, ordered=ordered, maxRetransmits=retransmits, negotiated=True, id=number
        )
        channel.on("message", lambda data: self._callbacks.received(number, data))
        return channel

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        log.debug("peer connection %s", state)
        if state == "connected":
            self._callbacks.video_ready()
        elif state in {"failed", "closed"}:
            self._lost()

    def _lost(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._callbacks.lost()

    async def _add_candidate(
        self, candidate: str | None, mid: str | None, earlier: tuple[asyncio.Task[None], ...]
    ) -> None:
        await self._has_offer.wait()
        if candidate is None:
            await asyncio.gather(*earlier, return_exceptions=True)
            await self._pc.addIceCandidate(None)
            return
        try:
            parsed = candidate_from_sdp(candidate.removeprefix("candidate:"))
            parsed.sdpMid = mid
            await self._pc.addIceCandidate(parsed)
        except Exception:  # noqa: BLE001  a candidate that cannot be used is one path less, not an end
            log.info("a viewer's candidate could not be used")

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
