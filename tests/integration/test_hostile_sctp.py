"""What a viewer who was let in can do to the layer under the channels, and what it costs the host.

The host is a process of its own, so that its processor time and its memory are its own too. The bounds are
far above what was measured; without the seams of ``peer/seams_sctp`` some of these cost minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import struct
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import psutil
import pytest
from aiortc.rtcsctptransport import (
    SCTP_DATA_FIRST_FRAG,
    SCTP_DATA_LAST_FRAG,
    SCTP_DATA_UNORDERED,
    WEBRTC_BINARY,
    WEBRTC_DCEP,
    WEBRTC_STRING,
    Chunk,
    DataChunk,
    ForwardTsnChunk,
    HeartbeatChunk,
    ReconfigChunk,
    SackChunk,
    StreamAddOutgoingParam,
    crc32c,
    tsn_plus_one,
)

from integration.command import Command, flags
from integration.peers import AiortcViewer, until

MOST_CPU_S = 1.0
MOST_GROWTH_BYTES = 32 * 2**20
FIRST, LAST, LOOSE = SCTP_DATA_FIRST_FRAG, SCTP_DATA_LAST_FRAG, SCTP_DATA_UNORDERED
# One datagram holds that many chunks with one byte of data: 1,200 bytes less the headers, by 20.
TINY_CHUNKS = 56
OPEN = struct.pack("!BBHLHH", 3, 0, 0, 0, 1, 0) + b"c"


@dataclass
class Attacker:
    """Eve's side of the association, and packets as no library would send them."""

    eve: AiortcViewer

    @property
    def sctp(self):
        return self.eve.pc.sctp

    @property
    def is_in(self) -> bool:
        return self.sctp.state == "connected"

    async def send(self, *chunks: Chunk) -> None:
        """Send one packet."""
        header = struct.pack("!HHL", 5000, 5000, self.sctp._remote_verification_tag)
        body = b"".join(bytes(chunk) for chunk in chunks)
        packet = header + struct.pack("<L", crc32c(header + bytes(4) + body)) + body
        with contextlib.suppress(ConnectionError):  # the host has hung up
            await self.sctp.transport._send_data(packet)
        await asyncio.sleep(0.001)  # a socket's buffer would lose what comes faster

    async def send_each(self, chunks: Iterable[Chunk], *, together: int = 1) -> None:
        """Send these chunks, some to a packet, until all are sent or the host hangs up."""
        waiting: list[Chunk] = []
        for chunk in chunks:
            waiting.append(chunk)
            if len(waiting) == together:
                await self.send(*waiting)
                waiting = []
            if not self.is_in:
                return

    def data(self, stream: int, flags: int, data: bytes, *, skip: int = 0, protocol: int = WEBRTC_BINARY):
        """Return a chunk with the next number, or with one that leaves ``skip`` out."""
        chunk = DataChunk(flags=flags)
        chunk.stream_id, chunk.protocol, chunk.user_data = stream, protocol, data
        chunk.tsn = (self.sctp._local_tsn + skip) % 2**32
        self.sctp._local_tsn = tsn_plus_one(chunk.tsn)
        return chunk


async def a_message_without_end(attacker: Attacker) -> None:
    flags = (FIRST if number == 0 else 0 for number in range(4000))
    await attacker.send_each(attacker.data(0, each, bytes(1100)) for each in flags)


async def a_message_of_single_bytes(attacker: Attacker) -> None:
    flags = (FIRST if number == 0 else 0 for number in range(50_000))
    await attacker.send_each((attacker.data(0, each, b"x") for each in flags), together=TINY_CHUNKS)


async def beginnings_alone(attacker: Attacker) -> None:
    chunks = (attacker.data(number % 5, FIRST, b"x") for number in range(50_000))
    await attacker.send_each(chunks, together=TINY_CHUNKS)


async def pieces_without_beginning(attacker: Attacker) -> None:
    chunks = (attacker.data(number % 5, LOOSE, b"x") for number in range(50_000))
    await attacker.send_each(chunks, together=TINY_CHUNKS)


async def all_behind_a_gap(attacker: Attacker) -> None:
    attacker.data(0, FIRST, b"x")  # is never sent
    chunks = (attacker.data(0, 0, b"x") for _ in range(50_000))
    await attacker.send_each(chunks, together=TINY_CHUNKS)


async def backwards_behind_a_gap(attacker: Attacker) -> None:
    attacker.data(0, FIRST, b"x")
    chunks = [attacker.data(0, 0, b"x") for _ in range(20_000)]
    await attacker.send_each(reversed(chunks), together=TINY_CHUNKS)


async def a_gap_after_each_number(attacker: Attacker) -> None:
    beat = b'{"type": "heartbeat.beat", "seq": 1}'
    chunks = (
        attacker.data(0, FIRST | LAST | LOOSE, beat, skip=1, protocol=WEBRTC_STRING) for _ in range(20_000)
    )
    await attacker.send_each(chunks, together=TINY_CHUNKS // 2)


async def a_message_of_four_megabytes(attacker: Attacker) -> None:
    attacker.eve.send_raw("session", bytes(4 * 2**20))
    await asyncio.sleep(2)


async def thousands_of_channels(attacker: Attacker) -> None:
    streams = range(1001, 9001, 2)
    await attacker.send_each(
        attacker.data(each, FIRST | LAST, OPEN, protocol=WEBRTC_DCEP) for each in streams
    )


async def the_same_channel_again(attacker: Attacker) -> None:
    chunks = (attacker.data(1, FIRST | LAST, OPEN, protocol=WEBRTC_DCEP) for _ in range(1000))
    await attacker.send_each(chunks)


async def a_label_that_is_no_text(attacker: Attacker) -> None:
    broken = struct.pack("!BBHLHH", 3, 0, 0, 0, 4, 0) + b"\xff" * 4
    await attacker.send(attacker.data(777, FIRST | LAST, broken, protocol=WEBRTC_DCEP))


async def a_text_that_is_none(attacker: Attacker) -> None:
    await attacker.send(attacker.data(0, FIRST | LAST, b"\xff\xfe\xff", protocol=WEBRTC_STRING))


async def acknowledgements_of_what_was_never_sent(attacker: Attacker) -> None:
    sack = SackChunk()
    sack.cumulative_tsn = attacker.sctp._last_received_tsn
    sack.advertised_rwnd = 2**20
    sack.gaps = [(1, 65_535)] * 280
    await attacker.send_each([sack] * 100)


async def an_acknowledgement_from_the_future(attacker: Attacker) -> None:
    sack = SackChunk()
    sack.cumulative_tsn = (attacker.sctp._last_received_tsn + 2**20) % 2**32
    sack.advertised_rwnd = 2**20
    await attacker.send_each([sack] * 100)


async def streams_to_skip_that_nobody_has(attacker: Attacker) -> None:
    def skipping(number: int) -> ForwardTsnChunk:
        chunk = ForwardTsnChunk()
        chunk.cumulative_tsn = (attacker.sctp._local_tsn + number) % 2**32
        chunk.streams = [((number * 280 + stream) % 65_536, 1) for stream in range(280)]
        return chunk

    await attacker.send_each(skipping(number) for number in range(3000))


async def packets_full_of_questions(attacker: Attacker) -> None:
    await attacker.send_each([HeartbeatChunk()] * 280 * 500, together=280)


async def packets_full_of_new_streams(attacker: Attacker) -> None:
    adding = bytes(StreamAddOutgoingParam(request_sequence=1, new_streams=1))
    chunk = ReconfigChunk()
    chunk.params = [(17, adding)] * 90
    await attacker.send_each([chunk] * 500)


Attack = Callable[[Attacker], Awaitable[None]]
ATTACKS: list[Attack] = [
    a_message_without_end,
    a_message_of_single_bytes,
    beginnings_alone,
    pieces_without_beginning,
    all_behind_a_gap,
    backwards_behind_a_gap,
    a_gap_after_each_number,
    a_message_of_four_megabytes,
    thousands_of_channels,
    the_same_channel_again,
    a_label_that_is_no_text,
    a_text_that_is_none,
    acknowledgements_of_what_was_never_sent,
    an_acknowledgement_from_the_future,
    streams_to_skip_that_nobody_has,
    packets_full_of_questions,
    packets_full_of_new_streams,
]


@pytest.fixture
async def host(run, x_display) -> Command:
    return await run(*flags(x_display, "--allow", "view"))


def spent_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def at_rest(process: psutil.Process) -> None:
    """Return when the host has worked off what it was sent."""
    before = -1.0
    while (now := spent_s(process)) - before > 0.1:
        before = now
        await asyncio.sleep(0.5)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.replace("_", " "))
async def test_it_costs_the_host_less_than_a_second(host, new_viewer, attack):
    link = (await host.expect("ready"))["link"]
    ben = await new_viewer(link, name="Ben").join()
    eve = await new_viewer(link, name="Eve").join()
    process = psutil.Process(host.process.pid)
    await at_rest(process)  # the first pictures are out
    cpu_before, memory_before = spent_s(process), process.memory_info().rss

    async with asyncio.timeout(60):
        await attack(Attacker(eve))
        await at_rest(process)
        await ben.is_heard()

    assert spent_s(process) - cpu_before < MOST_CPU_S
    assert process.memory_info().rss - memory_before < MOST_GROWTH_BYTES
    assert host.process.returncode is None


async def test_what_an_honest_viewer_says_on_a_lossy_way_arrives_in_order(host, new_viewer):
    ben = await new_viewer((await host.expect("ready"))["link"], name="Ben").join()
    transport = ben.pc.sctp.transport
    send, numbers = transport._send_data, itertools.count()

    async def lose_some(data: bytes) -> None:
        if next(numbers) % 10:
            await send(data)

    transport._send_data = lose_some
    for seq in range(2000):
        ben.say("session", "heartbeat.beat", seq=5000 + seq)
    await until(lambda: len(heard(ben)) == 2000, "all beats are answered", limit_s=60)
    assert heard(ben) == list(range(5000, 7000))


def heard(viewer: AiortcViewer) -> list[int]:
    return [echo["seq"] for echo in viewer.said.of("heartbeat.echoed") if echo["seq"] >= 5000]
