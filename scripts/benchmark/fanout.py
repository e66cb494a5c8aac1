"""What each further viewer costs the host, without a browser: peers on loopback that decode nothing.

    .venv/bin/python scripts/benchmark/fanout.py                 0, 1, 5, 10 and 20 viewers at 4 Mbit/s
    .venv/bin/python scripts/benchmark/fanout.py --viewers 1,50 --kbps 1000 --seconds 5

The host's half is the product's: one fan-out, a Connection a viewer. Frames are noise of the right size,
30 a second. The viewers are aiortc in a process of their own, which only counts. The CPU is that of the
sending process.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import multiprocessing
import os
import time
from multiprocessing.connection import Connection as Pipe

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcrtpreceiver import RTCRtpReceiver

from screenshare.media import EncodedFrame
from screenshare.peer import seams
from screenshare.peer.connection import Callbacks, Connection
from screenshare.video.fanout import Fanout, FrameQueue

FPS = 30
KEYFRAME_EVERY = 10_000


async def receive(pipe: Pipe, viewers: int) -> None:
    """Be ``viewers`` viewers: offer, take the answer, count packets until told to stop."""
    seams.install()
    counts = [0] * viewers
    peers = []
    for index in range(viewers):
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        transceiver = pc.addTransceiver("video", direction="recvonly")
        _count_packets(transceiver.receiver, counts, index)
        pc.createDataChannel("session", negotiated=True, id=0)
        await pc.setLocalDescription(await pc.createOffer())
        pipe.send(pc.localDescription.sdp)
        answer = await asyncio.to_thread(pipe.recv)
        await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        peers.append(pc)
    await asyncio.to_thread(pipe.recv)
    pipe.send(counts)
    for pc in peers:
        await pc.close()


def _count_packets(receiver: RTCRtpReceiver, counts: list[int], index: int) -> None:
    """Let packets end here: decoding, and aiortc's jitter buffer, are not what is measured."""

    async def count(packet: object, arrival_time_ms: int) -> None:
        counts[index] += 1

    receiver._handle_rtp_packet = count  # noqa: SLF001


def receiver_process(pipe: Pipe, viewers: int) -> None:
    asyncio.run(receive(pipe, viewers))


async def measure(viewers: int, kbps: int, seconds: float) -> tuple[float, int, int]:
    """Return cores used by this process, packets sent to all viewers and packets that arrived."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=receiver_process, args=(theirs, viewers))
    process.start()
    fanout, connections = Fanout(), []
    for index in range(viewers):
        queues: list[FrameQueue] = []

        def take(queues: list[FrameQueue] = queues) -> EncodedFrame | None:
            return queues[0].take() if queues else None

        is_ready = asyncio.Event()
        nothing = Callbacks(
            up=lambda: None,
            lost=lambda: None,
            received=lambda channel, data: None,
            keyframe_wanted=lambda: None,
            video_ready=is_ready.set,
            path_measured=lambda path: None,
            picture_drained=lambda: None,
            clip_drained=lambda: None,
        )
        connection = Connection(attempt=0, address="127.0.0.1", ice_servers=[], take_frame=take, callbacks=nothing)
        ours.send(await connection.answer(await asyncio.to_thread(ours.recv)))
        await asyncio.wait_for(is_ready.wait(), 15)
        queues.append(fanout.subscribe(str(index), on_frame=connection.wake_video))
        connections.append(connection)
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    await play(fanout, kbps, seconds)
    cores = (time.process_time() - began_cpu_s) / (time.monotonic() - began_s)
    await asyncio.sleep(0.5)
    ours.send("stop")
    arrived = sum(await asyncio.to_thread(ours.recv))
    sent = sum(connection.packets_sent for connection in connections)
    for connection in connections:
        await connection.close()
    process.join(20)
    return cores, sent, arrived


async def play(fanout: Fanout, kbps: int, seconds: float) -> None:
    """Publish frames at the rate asked for."""
    size = kbps * 125 // FPS
    next_at = time.monotonic()
    for number in itertools.count():
        if number >= seconds * FPS:
            return
        is_keyframe = number % KEYFRAME_EVERY == 0
        data = b"\0\0\0\1" + bytes((0x65 if is_keyframe else 0x41,)) + os.urandom(size)
        pts = int(time.monotonic() * 90_000)
        fanout.publish(EncodedFrame(data, pts, is_keyframe, 1920, 1080, time.monotonic()), time.monotonic())
        next_at += 1 / FPS
        await asyncio.sleep(max(0.0, next_at - time.monotonic()))


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--viewers", default="0,1,5,10,20")
    parser.add_argument("--kbps", type=int, default=4000)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    alone = None
    print("viewers   cores   a viewer   packets lost")
    for viewers in map(int, options.viewers.split(",")):
        cores, sent, arrived = await measure(viewers, options.kbps, options.seconds)
        alone = cores if alone is None else alone
        each = f"{(cores - alone) / viewers * 100:7.2f} %" if viewers else " " * 9
        print(f"{viewers:7d}  {cores:6.3f}  {each}   {sent - arrived} of {sent}")


if __name__ == "__main__":
    asyncio.run(main())
