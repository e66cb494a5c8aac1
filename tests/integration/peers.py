"""The two sides of a share: a real host in this process, and a viewer that is no browser."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import av
import msgspec
import numpy as np
import pytest
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCIceTransportPolicy,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from Xlib import X
from Xlib.display import Display

from screenshare import Host, HostConfig
from screenshare.capability import ASKED_BY_DEFAULT
from screenshare.config import ListenAddress, parse_capabilities
from screenshare.media import EncodedFrame
from screenshare.peer import seams
from screenshare.protocol import console
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.protocol.pointer import PointerMove, pack_pointer
from screenshare.session.door import ASK_ROOM, proof_of
from screenshare.trust.binding import Binding
from screenshare.trust.pake import Exchange, commitment
from screenshare.trust.seal import Seal
from screenshare.video.pictures import Output
from screenshare.video.quality import FIRST_REFINEMENT_S
from support import Rgb, is_close

# Long enough for a busy machine; nothing waits for it when things go right.
PATIENCE_S: Final = 15.0
BEAT_S: Final = 0.5
CHANNELS: Final = {"session": 0, "input": 1, "pointer": 2, "picture": 3, "clipboard": 4}


async def until(condition: Callable[[], object], what: str, *, limit_s: float = PATIENCE_S) -> None:
    """Return as soon as ``condition()`` is true; the loop, and so the host, goes on meanwhile."""
    give_up_at = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > give_up_at:
            pytest.fail(f"not within {limit_s} s: {what}")
        await asyncio.sleep(0.01)


class Inbox:
    """Messages in the order in which they came; ``tag`` is the field that names their kind."""

    def __init__(self, tag: str) -> None:
        self.all: list[dict[str, Any]] = []
        self._tag = tag
        self._next = 0

    def put(self, message: dict[str, Any]) -> None:
        self.all.append(message)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return everything of this kind that has come so far."""
        return [message for message in self.all if message[self._tag] == kind]

    @property
    def errors(self) -> list[str]:
        """The codes of all errors that have come so far."""
        return [message["code"] for message in self.of("error")]

    async def expect(self, kind: str, *, limit_s: float = PATIENCE_S, **fields: object) -> dict[str, Any]:
        """Return the next message of this kind with these fields; it and those before it count as read."""
        give_up_at = time.monotonic() + limit_s
        while True:
            for place in range(self._next, len(self.all)):
                message = self.all[place]
                if message[self._tag] == kind and fields.items() <= message.items():
                    self._next = place + 1
                    return message
            if time.monotonic() > give_up_at:
                pytest.fail(f"no {kind} {fields} within {limit_s} s, only {self.all[self._next :]}")
            await asyncio.sleep(0.005)


class Share:
    """A running host and everything it told since before its start."""

    def __init__(self, display: str | None, *, allow: str = "", deny: str = "record", **options: Any) -> None:
        allowed, denied = parse_capabilities(allow), parse_capabilities(deny)
        options.setdefault("listen", ListenAddress("127.0.0.1", 0))
        options.setdefault("sign", "off")
        self.host = Host(
            HostConfig(
                name="Bob",
                display=display,
                allow=allowed,
                ask=ASKED_BY_DEFAULT - allowed - denied,
                deny=denied,
                **options,
            )
        )
        self.heard = Inbox("event")
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._listening = asyncio.create_task(self._listen())
        await asyncio.sleep(0)  # it hears ``ready`` too
        await self.host.start()

    async def stop(self) -> None:
        await self.host.stop()
        await self.deafen()

    async def deafen(self) -> None:
        """Stop listening; for a host that never started."""
        if self._listening is not None:
            self.host.hub.end()
            await self._listening

    @property
    def link(self) -> str:
        return self.host.link

    @property
    def origin(self) -> str:
        """Where its pages are."""
        return self.link.partition("/j/")[0]

    @property
    def port(self) -> int:
        return urlsplit(self.host.ready.console).port or 0

    def do(self, command: console.AnyHostCommand) -> None:
        self.host.command(command)

    @property
    def refusals(self) -> dict[str, int]:
        """How many messages were refused, by the code of the error."""
        return dict(self.host._conductor.session.refusals)

    @property
    def viewers(self) -> dict[str, str]:
        """Who is here, and in which phase."""
        return {p.id: p.phase.value for p in self.host._conductor.session.participants.values()}

    async def stands_still(self) -> None:
        """Wait until the sharpening frames are over and nothing is encoded any more."""
        frames = self.note_frames()
        count, since = len(frames), time.monotonic()
        while time.monotonic() < since + 2 * FIRST_REFINEMENT_S:
            await asyncio.sleep(0.02)
            if len(frames) != count:
                count, since = len(frames), time.monotonic()

    def note_frames(self) -> list[EncodedFrame]:
        """Return a list to which everything that goes out from now on is added."""
        noted: list[EncodedFrame] = []
        feed = self.host._screens.room._feed
        publish = feed._callbacks.output

        def noting(output: Output) -> None:
            if not isinstance(output, bytes):
                noted.append(output.frame)
            publish(output)

        feed._callbacks = replace(feed._callbacks, output=noting)
        return noted

    async def _listen(self) -> None:
        with self.host.hub.listen() as listener:
            async for event in listener:
                if not isinstance(event, console.HostDescribed):
                    self.heard.put(msgspec.to_builtins(event))


def sealed(seal: Seal, text: str) -> str:
    """Return the frame that carries ``text``."""
    return json.dumps({"type": "sealed", "box": seal.close(text)})


class AiortcViewer:
    """The other peer, written from the protocol's words alone; it trickles nothing."""

    def __init__(self, link: str, *, name: str = "Ana") -> None:
        address = urlsplit(link)
        self.base = f"http://{address.netloc}"
        self.room = address.path.rpartition("/")[2]
        kind, _, text = address.fragment.partition("=")
        self.digits = ""  # to be compared, by who came without a secret
        self.is_by_code = kind == "c"
        self.secret = text.encode() if self.is_by_code else from_base64url(text)
        self.seal: Seal | None = None
        self.name = name
        self.id = ""
        self.admitted: dict[str, Any] = {}
        self.signals = Inbox("type")
        self.said = Inbox("type")
        self.frame_count = 0
        self._frame: av.VideoFrame | None = None
        self._http: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._beating: asyncio.Task[None] | None = None
        self._attempts = itertools.count(1)
        self._seq = itertools.count(1)

    # --- the socket ------------------------------------------------------------------------------------

    async def open_socket(self) -> None:
        """Open the socket and name the room."""
        self._http = aiohttp.ClientSession(self.base)
        self._socket = await self._http.ws_connect("/v1/ws", max_msg_size=0)
        self._reader = asyncio.create_task(self._read_socket(self._socket))
        await self.signal(type="room.enter", version=PROTOCOL_VERSION, room=self.room)

    async def enter(self) -> dict[str, Any]:
        """Open the socket, name the room and return the challenge."""
        await self.open_socket()
        return await self.signals.expect("knock.challenged")

    async def prove(self, *, resume: str | None = None, nonce: str = "v1ewer") -> None:
        """Enter and prove the secret (and a resume token); from then on everything is sealed."""
        challenge = await self.enter()
        if self.room == ASK_ROOM:
            await self._compare(challenge, nonce)
            return
        proof = {"type": "knock.prove", "nonce": nonce, **self._proof(challenge, resume)}
        await self.signal(**proof)
        self._bind(challenge, nonce)

    async def sign_in(self, key: bytes) -> dict[str, Any]:
        """Prove the address and what the password became; return the host's last word on it."""
        await self.prove()
        await self.signals.expect("sign-in.offered")
        await self.signal(type="sign-in.begin")
        share = (await self.signals.expect("sign-in.asked"))["share"]
        exchange = Exchange("viewer", key, f"unattended|{self.room}")
        agreed = exchange.finish(from_base64url(share))
        own = base64url(exchange.share)
        await self.signal(type="sign-in.prove", share=own, proof=agreed.confirmation("viewer"))
        await until(lambda: self.signals.of("sign-in.done") + self.signals.of("knock.denied"), "an answer")
        self.seal_of_the_address = self.seal
        for done in self.signals.of("sign-in.done"):
            assert done["proof"] == agreed.confirmation("host")
            self.secret = agreed.secret
            self._bind(self._challenge, self._nonce)
        return self.signals.all[-1]

    def _bind(self, challenge: dict[str, Any], nonce: str) -> None:
        self._challenge, self._nonce = challenge, nonce
        self.binding = Binding.of(self.secret, self.room, host_nonce=challenge["nonce"], viewer_nonce=nonce)
        self.seal = Seal("viewer", self.binding.key, self.room)

    async def _compare(self, challenge: dict[str, Any], nonce: str) -> None:
        exchange = Exchange("viewer", b"", ASK_ROOM)
        await self.signal(type="knock.prove", nonce=nonce, share=base64url(exchange.share))
        share = from_base64url((await self.signals.expect("knock.revealed"))["share"])
        assert base64url(commitment(share)) == challenge["commitment"]
        agreed = exchange.finish(share)
        self.secret, self.digits = agreed.secret, agreed.digits
        self._bind(challenge, nonce)

    def _proof(self, challenge: dict[str, Any], resume: str | None) -> dict[str, str]:
        if self.is_by_code and resume is not None:
            self.secret = resume.encode()
            proof = proof_of(self.secret, self.room, challenge["nonce"])
            return {"proof": proof, "resume": proof}
        if self.is_by_code:
            exchange = Exchange("viewer", self.secret, f"code|{self.room}")
            agreed = exchange.finish(from_base64url(challenge["share"]))
            self.secret = agreed.secret
            return {"share": base64url(exchange.share), "proof": agreed.confirmation("viewer")}
        proof = {"proof": proof_of(self.secret, self.room, challenge["nonce"])}
        if resume is not None:
            proof["resume"] = proof_of(resume.encode(), self.room, challenge["nonce"])
        return proof

    async def knock(self, *, wants: tuple[str, ...] = ("view", "control"), resume: str | None = None) -> None:
        """Enter, prove the secret (and a resume token) and ask to come in; no answer is waited for."""
        await self.prove(resume=resume)
        await self.signal(type="knock.request", name=self.name, wants=list(wants))

    async def admission(self) -> dict[str, Any]:
        """Wait until the host says come in."""
        self.admitted = await self.signals.expect("knock.admitted")
        self.id = self.admitted["participant"]
        return self.admitted

    async def signal(self, **message: object) -> None:
        """Say something on the socket, sealed once there is a seal."""
        text = json.dumps(message)
        await self.signal_raw(text if self.seal is None else sealed(self.seal, text))

    async def signal_raw(self, data: str | bytes) -> None:
        assert self._socket is not None
        if isinstance(data, str):
            await self._socket.send_str(data)
        else:
            await self._socket.send_bytes(data)

    async def socket_closed(self) -> None:
        """Wait until the host has closed the socket."""
        assert self._reader is not None
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([self._reader])

    async def _read_socket(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            signal = json.loads(message.data)
            if signal["type"] == "sealed":
                assert self.seal is not None
                signal = json.loads(self.seal.open(signal["box"]))
            self.signals.put(signal)

    # --- the peer connection ---------------------------------------------------------------------------

    async def offer(self, *, with_video: bool = True) -> str:
        """Make a new peer connection and return its offer, candidates included."""
        seams.install()  # a machine without a network still has a candidate
        self.pc = pc = RTCPeerConnection(
            RTCConfiguration(
                iceServers=[RTCIceServer(**server) for server in self.admitted.get("ice_servers", [])],
                iceTransportPolicy=RTCIceTransportPolicy(
                    "relay" if self.admitted.get("relay_only") else "all"
                ),
                bundlePolicy=RTCBundlePolicy.MAX_BUNDLE,
            )
        )
        if with_video:
            pc.addTransceiver("video", direction="recvonly")
        self.channels: dict[str, RTCDataChannel] = {
            label: pc.createDataChannel(
                label,
                negotiated=True,
                id=number,
                ordered=label != "pointer",
                maxRetransmits=0 if label == "pointer" else None,
            )
            for label, number in CHANNELS.items()
        }
        self.channels["session"].on("message", lambda text: self.said.put(json.loads(text)))
        pc.on("track", lambda track: self._tasks.append(asyncio.create_task(self._watch(track))))
        await pc.setLocalDescription(await pc.createOffer())
        return str(pc.localDescription.sdp)

    async def dial(self) -> None:
        """Offer, take the answer and return when the session is live; a heartbeat goes on."""
        attempt = next(self._attempts)
        offer = await self.offer()
        await self.send_offer(offer, attempt=attempt)
        answered = await self.signals.expect("peer.answered", attempt=attempt)
        assert answered["mac"] == self.binding.answer_mac(attempt, offer, answered["sdp"])
        await self.pc.setRemoteDescription(RTCSessionDescription(answered["sdp"], "answer"))
        await until(
            lambda: all(channel.readyState == "open" for channel in self.channels.values()), "open channels"
        )
        self._beating = asyncio.create_task(self._beat())
        await self.said.expect("session.described")

    async def send_offer(self, sdp: str, *, attempt: int = 1) -> None:
        """Send an offer bound to the secret that was proved."""
        mac = self.binding.offer_mac(attempt, sdp)
        await self.signal(type="peer.offer", attempt=attempt, sdp=sdp, mac=mac)

    async def join(self) -> AiortcViewer:
        """Come in through a door that asks nobody, and be live."""
        await self.knock()
        await self.admission()
        await self.dial()
        return self

    def say(self, channel: str, kind: str, **fields: object) -> None:
        """Send one message; the input channel numbers its own."""
        numbered = {"seq": next(self._seq)} if channel == "input" else {}
        self.channels[channel].send(json.dumps({"type": kind, **numbered, **fields}))

    def send_raw(self, channel: str, data: str | bytes) -> None:
        """Send anything at all, of any size."""
        assert self.pc.sctp is not None
        self.pc.sctp._remote_max_message_size = 0
        self.channels[channel].send(data)

    def press(self, code: str, key: str) -> None:
        self.say("input", "key.press", code=code, key=key)

    def release(self, code: str) -> None:
        self.say("input", "key.release", code=code)

    def move(self, x: int, y: int) -> None:
        """Point at a place from 0 to 65535 each way."""
        self.channels["pointer"].send(pack_pointer(PointerMove(seq=next(self._seq), monitor=1, x=x, y=y)))

    async def take_control(self) -> None:
        self.say("session", "control.request", id=1)
        await self.said.expect("control.granted")

    async def is_heard(self) -> None:
        """Return when the host has taken everything that was sent on the session channel so far."""
        seq = 1_000_000 + next(self._seq)
        self.say("session", "heartbeat.beat", seq=seq)
        await self.said.expect("heartbeat.echoed", seq=seq)

    @property
    def streams(self) -> list[int]:
        """The SSRCs of which at least one packet has come."""
        return list(vars(self.pc.getReceivers()[0])["_RTCRtpReceiver__remote_streams"])

    async def ask_keyframe(self) -> None:
        """Send one PLI."""
        for ssrc in self.streams:
            await self.pc.getReceivers()[0]._send_rtcp_pli(ssrc)

    def fall_silent(self) -> None:
        """Stop the heartbeat, as a page does whose computer fell asleep; the connection stays."""
        assert self._beating is not None
        self._beating.cancel()

    async def _beat(self) -> None:
        for seq in itertools.count():
            if self.channels["session"].readyState != "open":
                return
            self.say("session", "heartbeat.beat", seq=seq)
            await asyncio.sleep(BEAT_S)

    # --- the picture -----------------------------------------------------------------------------------

    async def _watch(self, track: MediaStreamTrack) -> None:
        with suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.VideoFrame)
                self._frame = frame
                self.frame_count += 1

    @property
    def picture(self) -> np.ndarray | None:
        """The newest picture: (height, width, 3) uint8, RGB; None before the first."""
        return None if self._frame is None else self._frame.to_ndarray(format="rgb24")

    def colour_at(self, x: int, y: int) -> Rgb | None:
        picture = self.picture
        if picture is None:
            return None
        red, green, blue = (int(value) for value in picture[y, x])
        return red, green, blue

    async def sees(self, colour: str, x: int, y: int) -> None:
        """Wait until the newest picture shows ``#rrggbb`` there."""

        def is_shown() -> bool:
            shown = self.colour_at(x, y)
            return shown is not None and is_close(shown, colour)

        try:
            await until(is_shown, "")
        except pytest.fail.Exception:
            pytest.fail(f"{self.name} sees {self.colour_at(x, y)} at {x},{y} instead of {colour}")

    # --- the end ---------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Let everything go without a goodbye."""
        for task in (self._beating, *self._tasks):
            if task is not None:
                task.cancel()
        if hasattr(self, "pc"):
            await self.pc.close()
        if self._socket is not None and self._reader is not None:
            await self._socket.close()
            await asyncio.wait([self._reader])
        if self._http is not None:
            await self._http.close()


class Desk:
    """What stands on the host's own display, asked of the X server itself."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        self._screen = self._display.screen()

    def paint(self, colour: str, *, x: int = 0, y: int = 0, width: int = 1280, height: int = 720) -> None:
        """Put a rectangle of ``#rrggbb`` above everything else."""
        window = self._screen.root.create_window(
            *(x, y, width, height, 0, self._screen.root_depth),
            override_redirect=1,
            background_pixel=int(colour[1:], 16),
        )
        window.map()
        window.configure(stack_mode=X.Above)
        self._display.sync()

    @property
    def held_keys(self) -> list[int]:
        """The keycodes that are down now."""
        keymap = self._display.query_keymap()
        return [code for code in range(256) if keymap[code // 8] >> code % 8 & 1]

    @property
    def held_buttons(self) -> int:
        """The bits of the mouse buttons that are down now."""
        return int(self._screen.root.query_pointer().mask) & 0x1F00

    @property
    def pointer(self) -> tuple[int, int]:
        at = self._screen.root.query_pointer()
        return at.root_x, at.root_y

    def close(self) -> None:
        self._display.close()
