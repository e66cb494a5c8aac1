"""Whether a host is there: it alone can answer to the proof that its address is known."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import aiohttp
import msgspec

from screenshare.errors import RemoteProtocolError
from screenshare.protocol import signaling
from screenshare.protocol.base64url import base64url
from screenshare.protocol.decode import clear_to_viewer, encode, sealed_to_viewer
from screenshare.rendezvous.known.hosts import KnownHost
from screenshare.session.door import proof_of
from screenshare.trust.binding import Binding
from screenshare.trust.seal import Seal

LIMIT_S: Final = 6.0
# Servers count who comes from one address.
AT_ONCE: Final = 8
# What a host says before the offer, and a carrier in its place.
MOST_FRAMES: Final = 4


@dataclass(frozen=True, slots=True)
class Presence:
    """``unknown``: the server does not answer as one would; ``name``: as the host calls itself now."""

    state: Literal["online", "offline", "unknown"]
    name: str = ""


async def presences(hosts: Sequence[KnownHost]) -> list[Presence]:
    """Ask about each, some at a time; the answers are in the order of the hosts."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(http: aiohttp.ClientSession, host: KnownHost) -> Presence:
        async with turn:
            try:
                async with asyncio.timeout(LIMIT_S):
                    return await _ask(http, host)
            except (
                aiohttp.ClientError,
                aiohttp.WSMessageTypeError,
                OSError,
                TimeoutError,
                RemoteProtocolError,
            ):
                return Presence("unknown")

    async with aiohttp.ClientSession() as http:
        return await asyncio.gather(*(ask(http, host) for host in hosts))


async def _ask(http: aiohttp.ClientSession, host: KnownHost) -> Presence:
    url = f"{host.server}/v1/ws"
    async with http.ws_connect(url, max_msg_size=signaling.MAX_SIGNAL_BYTES) as socket:
        await socket.send_str(encode(signaling.RoomEnter(room=host.room)))
        seal: Seal | None = None
        for _ in range(MOST_FRAMES):
            signal = _read(await socket.receive_str(), seal)
            match signal:
                case signaling.KnockChallenged():
                    seal, prove = _prove(host, signal.nonce)
                    await socket.send_str(encode(prove))
                case signaling.SignInOffered():
                    return Presence("online", signal.host)
                case signaling.SignalError(code="room-not-found") | signaling.KnockDenied():
                    return Presence("offline")
                case _:
                    return Presence("unknown")
        return Presence("unknown")


def _prove(host: KnownHost, nonce: str) -> tuple[Seal, signaling.KnockProve]:
    own = base64url(secrets.token_bytes(16))
    binding = Binding.of(host.secret, host.room, host_nonce=nonce, viewer_nonce=own)
    proof = proof_of(host.secret, host.room, nonce)
    return Seal("viewer", binding.key, host.room), signaling.KnockProve(nonce=own, proof=proof)


def _read(data: str, seal: Seal | None) -> msgspec.Struct:
    signal = clear_to_viewer.decode(data)
    if isinstance(signal, signaling.Sealed) and seal is not None:
        return sealed_to_viewer.decode(seal.open(signal.box))
    return signal
