"""The other side of the pages for tests of their look: speaks the wire, decides by the room's name.

    /j/live#k=AAAA      lets everybody in and shows a drawn desktop
    /j/wait#k=AAAA      asks a person who never answers
    /j/ask              the same of who has no secret
    /j/deny-full#k=AAAA denies with the reason after the dash
    /j/home#u=…         a host's address: lets in who signs in with ``PASSWORD``
    /j/home-2#u=…       another one, which is away while ``is_home_2_away``
    /j/home-locked#u=…  takes no password for a while
    any other           room-not-found

The built pages come from ``screenshare/web`` under the same security headers as the product. Whatever a page
sends passes the product's own strict decoders; ``complaints`` lists what they refused.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import aiortc.rtcrtpsender
import av
import msgspec
import numpy as np
from aiohttp import WSMsgType, web
from aiortc import RTCDataChannel, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

from screenshare.capability import Capability
from screenshare.clock import monotonic_s
from screenshare.errors import ScreenshareError
from screenshare.media import VIDEO_CLOCK_HZ, Patch, Region, video_ticks
from screenshare.peer import seams
from screenshare.protocol import clip, console, decode, messages, pointer, signaling
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.protocol.fields import PROTOCOL_VERSION
from screenshare.rendezvous.guard import HEADERS
from screenshare.rendezvous.pages import Pages
from screenshare.session.door import ASK_ROOM
from screenshare.trust.binding import Binding
from screenshare.trust.pake import Agreed, Exchange, commitment
from screenshare.trust.seal import Seal
from screenshare.unattended.password import derive
from screenshare.unattended.record import Password
from screenshare.video.thumbnail import thumbnail

NONCE = "nonce"
SECRET = bytes(3)  # the link's ``#k=AAAA``
ADDRESS = "#u=" + "A" * 22
ADDRESS_SECRET = bytes(16)
PASSWORD = "horse staple battery"
WIDTH, HEIGHT = 1280, 720
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def drawn_desktop() -> np.ndarray[Any, Any]:
    """Return (720, 1280, 3) uint8 RGB: a wallpaper, a bar and two windows with lines for text."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    picture = np.stack([38 + x // 22, 70 + y // 9, 110 + (x + y) // 24], axis=-1).astype(np.uint8)
    rng = np.random.default_rng(7)
    for left, top, width, height, paper, ink in (
        (120, 70, 620, 470, (250, 250, 252), (70, 76, 92)),
        (560, 200, 560, 400, (28, 30, 38), (150, 200, 160)),
    ):
        picture[top : top + height, left : left + width] = paper
        picture[top : top + 34, left : left + width] = (226, 229, 236)
        for line in range(height // 22 - 3):
            at, end = left + 24, left + 24 + int(rng.integers(width // 3, width - 60))
            while at < end:
                word = int(rng.integers(14, 70))
                picture[top + 54 + line * 22 : top + 64 + line * 22, at : min(at + word, end)] = ink
                at += word + 9
    picture[:28] = (24, 26, 33)
    picture[6:22, 14:90] = (200, 204, 214)
    return picture


# Pictures at thirty a second were half of all the work of looking at a state.
FRAME_S = 1 / 12


class Desktop(VideoStreamTrack):
    """The drawn desktop with one moving square."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = drawn_desktop()
        self.count = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(FRAME_S)
        picture = self.picture.copy()
        left = 900 + int(160 * math.sin(self.count / 12))
        picture[640:670, left : left + 30] = (255, 170, 60)
        self.count += 1
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = int(monotonic_s() * VIDEO_CLOCK_HZ), Fraction(1, VIDEO_CLOCK_HZ)
        return frame


WINDOWS = [
    console.WindowDescription(id=7, title="notes.txt – Editor"),
    console.WindowDescription(id=8, title="bob@thinkpad: ~"),
]


@dataclass
class MockHost:
    """What the page said (``heard``), and the ways to make the host speak."""

    heard: list[object] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    commands: list[console.AnyHostCommand] = field(default_factory=list)
    described: messages.SessionDescribed = field(default_factory=lambda: description())
    host_described: console.HostDescribed | None = None
    logged: list[console.Logged] = field(default_factory=list)
    receipts: list[console.Receipt] = field(default_factory=list)
    session: RTCDataChannel | None = None
    moves: RTCDataChannel | None = None
    clips: RTCDataChannel | None = None
    console_socket: web.WebSocketResponse | None = None
    is_silent: bool = False
    digits: str = ""  # to be compared
    alters_answers: bool = False  # as somebody on the way would
    is_home_2_away: bool = False
    kept: Password = field(default_factory=lambda: derive(PASSWORD))
    peers: set[RTCPeerConnection] = field(default_factory=set)

    def app(self) -> web.Application:
        app = web.Application(middlewares=[with_headers])
        pages = Pages()
        app.router.add_get("/", page(pages, "index.html"))
        app.router.add_get("/j/{room}", page(pages, "viewer.html"))
        app.router.add_get("/console", page(pages, "console.html"))
        app.router.add_get("/v1/ws", self.signaling)
        app.router.add_get("/v1/console", self.console)
        app.router.add_get("/assets/{name}", pages.asset)
        return app

    def say(self, message: messages.FromHost) -> None:
        if self.session is not None and self.session.readyState == "open":
            self.session.send(decode.encode(message))

    def bring(self, begun: clip.ClipBegun, *parts: bytes) -> None:
        """Send contents of the host's clipboard."""
        assert self.clips is not None
        self.clips.send(clip.pack_begun(begun))
        for part in parts:
            for piece in clip.pack_pieces(begun.id, part):
                self.clips.send(piece)

    def point(self, place: pointer.PointerPlace) -> None:
        if self.moves is not None and self.moves.readyState == "open":
            self.moves.send(pointer.pack_place(place))

    def describe(self, **change: object) -> None:
        self.described = msgspec.structs.replace(self.described, **change)
        self.say(self.described)

    async def close(self) -> None:
        await asyncio.gather(*(peer.close() for peer in self.peers))

    async def signaling(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        room, seal, is_admitted = "", None, False
        if self.is_silent:
            await socket.close()
            return socket
        async for said in all_said(request, socket):
            try:
                signal = decode.signal_from_viewer.decode(said)
                if isinstance(signal, signaling.Sealed) and seal is not None:
                    signal = decode.sealed_from_viewer.decode(seal.open(signal.box))
            except ScreenshareError as exc:
                self.complaints.append(f"{exc}: {said[:200]}")
                continue
            self.heard.append(signal)
            match signal:
                case signaling.RoomEnter():
                    room = signal.room
                    known = room in {"live", "wait", ASK_ROOM} or room.startswith(("deny-", "home"))
                    known = known and not (room == "home-2" and self.is_home_2_away)
                    exchange = Exchange("host", b"", ASK_ROOM)
                    committed = base64url(commitment(exchange.share)) if room == ASK_ROOM else None
                    answer = (
                        signaling.KnockChallenged(version=PROTOCOL_VERSION, nonce=NONCE, commitment=committed)
                        if known
                        else signaling.SignalError(code="room-not-found", message="nobody shares here")
                    )
                    await socket.send_str(decode.encode(answer))
                case signaling.KnockProve():
                    secret = ADDRESS_SECRET if room.startswith("home") else SECRET
                    nonce = signal.nonce
                    if room == ASK_ROOM:
                        agreed = exchange.finish(from_base64url(signal.share or ""))
                        secret, self.digits = agreed.secret, agreed.digits
                        revealed = signaling.KnockRevealed(share=base64url(exchange.share))
                        await socket.send_str(decode.encode(revealed))
                    binding = Binding.of(secret, room, host_nonce=NONCE, viewer_nonce=nonce)
                    seal = Seal("host", binding.key, room)
                    if room.startswith("home"):
                        await socket.send_str(sealed(seal, self.offer_sign_in(room)))
                case signaling.SignInBegin():
                    exchange = Exchange("host", self.kept.key, f"unattended|{room}")
                    await socket.send_str(
                        sealed(seal, signaling.SignInAsked(share=base64url(exchange.share)))
                    )
                case signaling.SignInProve():
                    agreed = exchange.finish(from_base64url(signal.share))
                    said = self.answer_sign_in(room, signal, agreed)
                    await socket.send_str(sealed(seal, said))
                    if isinstance(said, signaling.SignInDone):
                        binding = Binding.of(agreed.secret, room, host_nonce=NONCE, viewer_nonce=nonce)
                        seal = Seal("host", binding.key, room)
                case signaling.KnockRequest():
                    answer = answer_to_knock(room)
                    is_admitted = isinstance(answer, signaling.KnockAdmitted)
                    await socket.send_str(sealed(seal, answer))
                case signaling.PeerOffer() if is_admitted:
                    await socket.send_str(sealed(seal, await self.answer(signal, binding)))
                case _:
                    pass
        return socket

    def offer_sign_in(self, room: str) -> signaling.SignInOffered:
        return signaling.SignInOffered(
            host="Workshop" if room == "home-2" else "Studio",
            salt=base64url(self.kept.salt),
            memory_kib=self.kept.memory_kib,
            passes=self.kept.passes,
            remembers=True,
        )

    def answer_sign_in(
        self, room: str, prove: signaling.SignInProve, agreed: Agreed
    ) -> signaling.SignInDone | signaling.KnockDenied:
        if room == "home-locked":
            return signaling.KnockDenied(reason="locked-out", wait_s=252.0)
        if not agreed.is_confirmed_by("viewer", prove.proof):
            return signaling.KnockDenied(reason="wrong-password")
        known = {"device": "0a1b2c3d", "pin": "A" * 43} if prove.remember else {}
        return signaling.SignInDone(proof=agreed.confirmation("host"), **known)

    async def answer(self, offer: signaling.PeerOffer, binding: Binding) -> signaling.PeerAnswered:
        seams.install()
        # aiortc sends here, not the product's own loop, which lets a timestamp be the capture's.
        aiortc.rtcrtpsender.uint32_add = lambda _origin, pts: pts & 0xFFFFFFFF
        peer = RTCPeerConnection()
        self.peers.add(peer)
        self.session = peer.createDataChannel("session", negotiated=True, id=messages.SESSION_CHANNEL)
        self.clips = peer.createDataChannel("clipboard", negotiated=True, id=messages.CLIPBOARD_CHANNEL)
        inputs = peer.createDataChannel("input", negotiated=True, id=messages.INPUT_CHANNEL)
        self.moves = peer.createDataChannel(
            "pointer", negotiated=True, id=messages.POINTER_CHANNEL, ordered=False, maxRetransmits=0
        )
        self.session.on("open", lambda: self.say(self.described))
        self.session.on("message", self.session_message)
        inputs.on("message", lambda data: self.hear(decode.input_message.decode, data))
        self.moves.on("message", lambda data: self.hear(pointer.unpack_pointer, data))
        peer.addTrack(Desktop())
        await peer.setRemoteDescription(RTCSessionDescription(type="offer", sdp=offer.sdp))
        await peer.setLocalDescription(await peer.createAnswer())
        sdp = peer.localDescription.sdp
        mac = binding.answer_mac(offer.attempt, offer.sdp, sdp)
        if self.alters_answers:
            sdp = sdp.replace("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 00:", 1)
        return signaling.PeerAnswered(attempt=offer.attempt, sdp=sdp, mac=mac)

    def hear(self, decoder: Callable[[Any], object], data: str | bytes) -> object | None:
        try:
            message = decoder(data)
        except ScreenshareError as exc:
            self.complaints.append(f"{exc}: {data[:200]!r}")
            return None
        self.heard.append(message)
        return message

    def session_message(self, data: str | bytes) -> None:
        if self.is_silent:
            return
        match self.hear(decode.session_message.decode, data):
            case messages.HeartbeatBeat(seq=seq):
                self.say(messages.HeartbeatEchoed(seq=seq, host_ticks=video_ticks(monotonic_s())))
            case messages.ControlRequest(id=request):
                self.say(messages.ControlWaiting(re=request, limit_s=30))
            case _:
                pass

    async def console(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.console_socket = socket
        async for frame in socket:
            try:
                command = decode.host_command.decode(frame.data)
            except ScreenshareError as exc:
                self.complaints.append(f"{exc}: {frame.data[:200]}")
                continue
            self.commands.append(command)
            if command == console.PreviewWatch(on=True):
                await socket.send_bytes(preview())
            if command == console.WindowList():
                await socket.send_str(decode.encode(console.WindowsListed(windows=WINDOWS)))
            if command == console.ReceiptList():
                await socket.send_str(decode.encode(console.ReceiptsListed(receipts=self.receipts)))
            if isinstance(command, console.ConsoleEnter):
                if command.token == "used":
                    await socket.send_str(decode.encode(console.Failed(code="not-permitted", message="used")))
                    break
                await socket.send_str(decode.encode(console.ConsoleEntered(token="again")))
                if self.host_described is not None:
                    await socket.send_str(decode.encode(self.host_described))
                for logged in self.logged:
                    await socket.send_str(decode.encode(logged))
        return socket

    async def describe_host(self, described: console.HostDescribed) -> None:
        self.host_described = described
        await self.tell_console(described)

    async def tell_console(self, event: console.HostEvent) -> None:
        if self.console_socket is not None:
            await self.console_socket.send_str(decode.encode(event))


async def all_said(request: web.Request, socket: web.WebSocketResponse) -> AsyncIterator[str]:
    """Yield each text frame, behind what stood in the address."""
    if "first" in request.query:
        yield request.query["first"]
    async for frame in socket:
        if frame.type is WSMsgType.TEXT:
            yield frame.data


def preview() -> bytes:
    """Return the drawn desktop as the console gets it."""
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[:, :, :3] = drawn_desktop()[:, :, ::-1]
    return thumbnail(Patch(Region(0, 0, WIDTH, HEIGHT), pixels.data.cast("B"), WIDTH * 4), 720)


def description(*, controls: bool = False, **change: object) -> messages.SessionDescribed:
    """Return what a viewer named Ana sees of the mock's share."""
    people = [
        messages.Participant(id="a", name="Ana", is_you=True, controls=controls),
        messages.Participant(id="b", name="Chris"),
    ]
    fields: dict[str, object] = {
        "host": "Bob's ThinkPad",
        "participants": people,
        "granted": [Capability.VIEW],
        "askable": [Capability.CONTROL],
        "screen": messages.Screen(monitor=1, name="HDMI-1", width=WIDTH, height=HEIGHT),
        "age_s": 62.0,
    }
    return messages.SessionDescribed(**(fields | change))


def sealed(seal: Seal | None, signal: signaling.Signal) -> str:
    assert seal is not None
    return decode.encode(signaling.Sealed(box=seal.close(decode.encode(signal))))


def answer_to_knock(room: str) -> signaling.SealedToViewer:
    if room in {"wait", ASK_ROOM}:
        return signaling.KnockWaiting(host="Bob's ThinkPad", limit_s=30)
    if room == "live" or room.startswith("home"):
        return signaling.KnockAdmitted(
            participant="a",
            host="Bob's ThinkPad",
            room="live",
            resume="resume",
            granted=[Capability.VIEW],
            ice_servers=[],
        )
    return signaling.KnockDenied(reason=room.removeprefix("deny-"))


def page(pages: Pages, name: str) -> Handler:
    async def serve(request: web.Request) -> web.Response:
        return pages.page(name)

    return serve


@web.middleware
async def with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
    return response
