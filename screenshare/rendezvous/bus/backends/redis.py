"""Nodes that share a Redis or Valkey: soft state with a time to live, one channel a node."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from screenshare.rendezvous.bus.port import (
    CLAIM_LIFE_S,
    MAX_PARCEL_BYTES,
    MAX_PARCELS,
    BusDown,
    Claim,
    Place,
    RoomTaken,
)

log = logging.getLogger(__name__)

PREFIX: Final = "screenshare:v1:"
# Without a limit a call to a Redis that was killed never returns.
ANSWER_LIMIT_S: Final = 2.0
# Further questions wait for a free one: a crowd of hosts that comes back is no outage.
MAX_CONNECTIONS: Final = 32
LISTEN_POLL_S: Final = 1.0
MOST_UNANSWERED: Final = 3
RECONNECT_PAUSE_S: Final = 0.5
_BATCH: Final = 64
_KEEP_BATCH: Final = 256

# KEYS: room, epoch counter. ARGV: owner, node, line, life in ms.
_CLAIM: Final = """
local held = redis.call('HMGET', KEYS[1], 'owner', 'node', 'line', 'epoch')
if held[1] and held[1] ~= ARGV[1] then return {-1} end
local epoch = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'node', ARGV[2], 'line', ARGV[3], 'epoch', epoch)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
if held[1] then return {epoch, held[2], held[3], held[4]} end
return {epoch}
"""
# KEYS: room. ARGV: owner, node, line, epoch, life in ms. What a Redis that came back empty forgot is written
# again; an epoch alone tells nothing then, so node and line must fit too.
_KEEP: Final = """
local held = redis.call('HMGET', KEYS[1], 'owner', 'node', 'line', 'epoch')
if held[1] and (held[1] ~= ARGV[1] or held[2] ~= ARGV[2] or held[3] ~= ARGV[3] or held[4] ~= ARGV[4]) then
  return 0
end
if not held[1] then
  redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'node', ARGV[2], 'line', ARGV[3], 'epoch', ARGV[4])
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
"""
# KEYS: room. ARGV: owner, node, line, epoch.
_RELEASE: Final = """
local held = redis.call('HMGET', KEYS[1], 'owner', 'node', 'line', 'epoch')
if held[1] == ARGV[1] and held[2] == ARGV[2] and held[3] == ARGV[3] and held[4] == ARGV[4] then
  redis.call('DEL', KEYS[1])
end
return 1
"""


class RedisBus:
    """Down while Redis does not answer; comes back by itself, whatever Redis has forgotten meanwhile."""

    def __init__(self, url: str) -> None:
        self.node = secrets.token_hex(6)
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            timeout=ANSWER_LIMIT_S,
            socket_timeout=ANSWER_LIMIT_S,
            socket_connect_timeout=ANSWER_LIMIT_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._redis: Redis = Redis.from_pool(pool)
        self._is_listening = False
        self._has_answered = True
        self._tasks: list[asyncio.Task[None]] = []
        self._parcels: deque[tuple[str, bytes]] = deque()
        self._parcel_bytes = 0
        self._has_parcels = asyncio.Event()

    @property
    def is_up(self) -> bool:
        return self._is_listening and self._has_answered

    async def open(
        self,
        *,
        receive: Callable[[bytes], None],
        undelivered: Callable[[str], None],
        back: Callable[[], None],
    ) -> None:
        self._receive, self._undelivered, self._back = receive, undelivered, back
        loop = asyncio.get_running_loop()
        listening = asyncio.Event()
        self._tasks = [
            loop.create_task(self._listen(listening), name="bus-listen"),
            loop.create_task(self._write(), name="bus-write"),
        ]
        # A Redis that is not there yet keeps no server from starting: it serves what needs no other node.
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await listening.wait()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        with suppress(RedisError, OSError, TimeoutError):
            await self._redis.aclose()

    async def claim(self, room: str, *, owner: str, line: str) -> tuple[Claim, Place | None]:
        keys = (_room(room), f"{PREFIX}epoch")
        answer = await self._ask(self._redis.eval(_CLAIM, 2, *keys, owner, self.node, line, _life_ms()))
        epoch, *before = cast("list[Any]", answer)
        if epoch == -1:
            raise RoomTaken("another host has this room")
        claim = Claim(owner=owner, place=Place(self.node, line, int(epoch)))
        return claim, _place(*before) if before else None

    async def keep(self, claims: Mapping[str, Claim]) -> set[str]:
        lost: set[str] = set()
        rooms = list(claims)
        for start in range(0, len(rooms), _KEEP_BATCH):
            batch = rooms[start : start + _KEEP_BATCH]
            pipeline = self._redis.pipeline(transaction=False)
            for room in batch:
                pipeline.eval(_KEEP, 1, _room(room), *_words(claims[room]), _life_ms())
            kept = cast("list[Any]", await self._ask(pipeline.execute()))
            lost |= {room for room, is_kept in zip(batch, kept, strict=True) if not is_kept}
        return lost

    async def release(self, room: str, claim: Claim) -> None:
        await self._ask(self._redis.eval(_RELEASE, 1, _room(room), *_words(claim)))

    async def find(self, room: str) -> Place | None:
        held = cast("list[Any]", await self._ask(self._redis.hmget(_room(room), ["node", "line", "epoch"])))
        return None if held[0] is None else _place(*held)

    def post(self, node: str, parcel: bytes) -> None:
        if len(self._parcels) >= MAX_PARCELS or self._parcel_bytes + len(parcel) > MAX_PARCEL_BYTES:
            asyncio.get_running_loop().call_soon(self._undelivered, node)
            return
        self._parcels.append((node, parcel))
        self._parcel_bytes += len(parcel)
        self._has_parcels.set()

    async def _write(self) -> None:
        """Publish what is queued, in order; nobody listening on a channel means that its node is gone."""
        while True:
            await self._has_parcels.wait()
            batch = [self._parcels.popleft() for _ in range(min(_BATCH, len(self._parcels)))]
            self._parcel_bytes -= sum(len(parcel) for _, parcel in batch)
            if not self._parcels:
                self._has_parcels.clear()
            pipeline = self._redis.pipeline(transaction=False)
            for node, parcel in batch:
                pipeline.publish(_channel(node), parcel)
            try:
                reached = cast("list[Any]", await self._ask(pipeline.execute()))
            except BusDown:
                reached = [0] * len(batch)
            for node in {node for (node, _), count in zip(batch, reached, strict=True) if not count}:
                self._undelivered(node)

    async def _listen(self, listening: asyncio.Event) -> None:
        while True:
            channel = self._redis.pubsub(ignore_subscribe_messages=False)
            try:
                await channel.subscribe(_channel(self.node))
                unanswered = 0
                while unanswered < MOST_UNANSWERED:
                    message = await channel.get_message(timeout=LISTEN_POLL_S)
                    if message is None:
                        await channel.ping()
                        unanswered += 1
                        continue
                    unanswered = 0
                    if message["type"] == "subscribe":
                        self._is_listening = self._has_answered = True
                        if listening.is_set():
                            # Those of before lead to the Redis that died.
                            await self._redis.connection_pool.disconnect(inuse_connections=False)
                            self._back()
                        listening.set()
                    elif message["type"] == "message":
                        self._receive(message["data"])
                raise TimeoutError
            except (RedisError, OSError, TimeoutError) as exc:
                if self._is_listening:
                    log.warning("the bus is down: %s", type(exc).__name__)
                self._is_listening = False
            finally:
                with suppress(RedisError, OSError, TimeoutError):
                    await channel.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(RECONNECT_PAUSE_S)

    async def _ask(self, answer: Awaitable[Any] | Any) -> object:
        try:
            async with asyncio.timeout(2 * ANSWER_LIMIT_S):
                result: object = await answer
        except (RedisError, OSError, TimeoutError) as exc:
            self._has_answered = False
            raise BusDown from exc
        self._has_answered = True
        return result


def _room(room: str) -> str:
    return f"{PREFIX}room:{room}"


def _channel(node: str) -> str:
    return f"{PREFIX}node:{node}"


def _life_ms() -> int:
    return round(CLAIM_LIFE_S * 1000)


def _words(claim: Claim) -> tuple[str, str, str, int]:
    place = claim.place
    return (claim.owner, place.node, place.line, place.epoch)


def _place(node: bytes, line: bytes, epoch: bytes) -> Place:
    return Place(node.decode(), line.decode(), int(epoch))
