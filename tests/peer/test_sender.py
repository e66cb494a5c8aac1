"""Frames on the wire: shared payloads, repeated when lost, paced only where the path is limited."""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from contextlib import asynccontextmanager

import pytest
from aiortc import RTCPeerConnection, rtp

from screenshare.media import EncodedFrame, VideoFormat
from screenshare.peer import sender as sender_module
from screenshare.peer.congestion import Report
from screenshare.peer.packets import packetize
from screenshare.peer.sender import DOUBLED_PACKETS, HISTORY_PACKETS, STARVED_AFTER_S, VideoSender

H264_TYPE, RTX_TYPE = 102, 103


class Scene:
    """A sender whose packets end here, unencrypted, and whose clock is moved by hand."""

    def __init__(self, connection: RTCPeerConnection, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames: deque[EncodedFrame] = deque()
        self.packets: list[rtp.RtpPacket] = []
        self.slept: list[float] = []
        self.keyframes_wanted = 0
        self.now = 100.0
        transceiver = connection.addTransceiver("video", direction="sendonly")
        self.sender = VideoSender(
            transceiver.sender,
            take=lambda: self.frames.popleft() if self.frames else None,
            on_path=lambda path: None,
            on_keyframe_wanted=self._keyframe,
        )
        wire = self.sender._wire
        wire.payload_types, wire.rtx_payload_types = {VideoFormat.H264: H264_TYPE}, {H264_TYPE: RTX_TYPE}
        wire.send = lambda packet: self.packets.append(rtp.RtpPacket.parse(packet))
        monkeypatch.setattr(sender_module, "monotonic_s", lambda: self.now)
        monkeypatch.setattr(sender_module.asyncio, "sleep", self._sleep)

    def _keyframe(self) -> None:
        self.keyframes_wanted += 1

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def send(self, size: int, pts: int = 90_000) -> list[rtp.RtpPacket]:
        data = b"\0\0\0\1\x65" + bytes(number % 251 + 1 for number in range(size))
        before = len(self.packets)
        await self.sender._send(EncodedFrame(data, pts, True, 640, 480, self.now), H264_TYPE)
        return self.packets[before:]

    def report(self, loss: float = 0.0, highest: int | None = None, rtt_s: float = 0.02) -> None:
        last = (self.sender._sequence - 1) & 0xFFFF if highest is None else highest
        self.sender._reported(Report(loss=loss, rtt_s=rtt_s, packets=200), last)

    def limit(self) -> None:
        """Let the path be in trouble."""
        for _ in range(3):
            self.now += 1
            self.report(loss=0.3)
        assert self.sender._congestion.figures.target_kbps is not None


@pytest.fixture
async def scene(monkeypatch):
    connection = RTCPeerConnection()
    yield Scene(connection, monkeypatch)
    await connection.close()


async def test_a_frame_is_one_run_of_packets_with_its_pts_and_a_marked_end(scene):
    packets = await scene.send(5_000, pts=2**32 + 77)
    assert {packet.timestamp for packet in packets} == {77}
    assert [packet.marker for packet in packets] == [0] * (len(packets) - 1) + [1]
    sequence = [packet.sequence_number for packet in packets]
    assert sequence == [(sequence[0] + i) % 65_536 for i in range(len(packets))]
    assert {packet.payload_type for packet in packets} == {H264_TYPE}


async def test_payloads_are_made_once_for_all_viewers(scene):
    frame = EncodedFrame(b"\0\0\0\1\x65" + bytes(range(1, 200)) * 30, 1, True, 640, 480, 0.0)
    assert packetize(frame) is packetize(frame)


async def test_a_lost_packet_comes_again_in_the_stream_for_that(scene):
    packets = await scene.send(5_000)
    await scene.sender._retransmit(packets[1].sequence_number)
    again = scene.packets[-1]
    assert (again.payload_type, again.timestamp) == (RTX_TYPE, packets[1].timestamp)
    assert again.payload == struct.pack("!H", packets[1].sequence_number) + packets[1].payload


async def test_what_was_never_sent_or_is_too_old_is_not_sent_again(scene):
    first = (await scene.send(1_000))[0].sequence_number
    sent = len(scene.packets)
    await scene.sender._retransmit((scene.sender._sequence + 5) & 0xFFFF)
    assert len(scene.packets) == sent
    for _ in range(HISTORY_PACKETS):
        await scene.send(100)
    sent = len(scene.packets)
    await scene.sender._retransmit(first)
    assert len(scene.packets) == sent


async def test_who_asks_for_everything_again_and_again_is_not_served_without_end(scene):
    packets = await scene.send(5_000)
    for _ in range(2_000):
        await scene.sender._retransmit(packets[0].sequence_number)
    assert len(scene.packets) < 1_000


async def test_on_a_free_path_nothing_waits(scene):
    await scene.send(60_000)
    assert scene.slept == []


async def test_a_keyframe_comes_in_pieces_that_a_router_can_hold(scene):
    await scene.send(300_000)
    assert len(scene.slept) > 5
    assert 0.03 < sum(scene.slept) < 0.2


async def test_a_local_network_takes_a_keyframe_at_once(scene):
    scene.report(rtt_s=0.001)
    await scene.send(300_000)
    assert scene.slept == []


async def test_on_a_limited_path_a_frame_is_spread_over_its_rate(scene):
    await scene.send(20_000)
    scene.limit()
    target = scene.sender._congestion.figures.target_kbps
    scene.slept.clear()
    await scene.send(50_000)
    assert sum(scene.slept) == pytest.approx(50_000 * 8 / (2_000 * target), rel=0.15)


async def test_a_keystroke_goes_twice_where_packets_get_lost(scene):
    assert len(await scene.send(500)) == 1
    scene.report(loss=0.02)
    packets = await scene.send(500)
    assert [packet.payload_type for packet in packets] == [H264_TYPE, RTX_TYPE]
    assert len(await scene.send((DOUBLED_PACKETS + 2) * 1_300)) <= DOUBLED_PACKETS + 4


async def test_a_viewer_who_has_everything_and_only_wonders_gets_no_keyframe(scene):
    await scene.send(5_000)
    scene.report()
    scene.now += STARVED_AFTER_S + 0.5
    scene.sender._keyframe_requested()
    assert scene.keyframes_wanted == 0


async def test_a_viewer_who_lacks_the_last_packet_gets_one(scene):
    packets = await scene.send(5_000)
    scene.report(highest=packets[-2].sequence_number)
    scene.now += STARVED_AFTER_S + 0.5
    scene.sender._keyframe_requested()
    assert scene.keyframes_wanted == 1


async def test_a_picture_lost_in_motion_gets_one(scene):
    await scene.send(5_000)
    scene.report()
    scene.sender._keyframe_requested()
    assert scene.keyframes_wanted == 1


@pytest.fixture
async def resting(scene, monkeypatch):
    """A scene whose sender has nothing to send, and wonders at once whether all came."""
    monkeypatch.setattr(sender_module, "PROBES_S", (0.0,) * 3)

    @asynccontextmanager
    async def rest():
        task = asyncio.create_task(scene.sender._rest())
        await asyncio.wait({task}, timeout=0.01)
        yield task
        task.cancel()

    return rest


async def test_the_last_packet_before_a_pause_goes_again_until_it_is_known_to_have_come(scene, resting):
    last = (await scene.send(5_000))[-1]
    sent = len(scene.packets)
    async with resting():
        again = scene.packets[sent:]
        assert len(again) == len(sender_module.PROBES_S)
        assert {(p.sequence_number, p.payload_type, p.payload) for p in again} == {
            (last.sequence_number, H264_TYPE, last.payload)
        }


async def test_a_viewer_who_has_all_is_sent_nothing_while_the_screen_is_still(scene, resting):
    await scene.send(5_000)
    scene.report()
    sent = len(scene.packets)
    async with resting():
        assert len(scene.packets) == sent


async def test_who_was_never_sent_anything_lacks_nothing(scene, resting):
    async with resting():
        assert scene.packets == []


async def test_a_frame_ends_the_pause(scene, resting):
    async with resting() as pause:
        scene.sender.wake()
        await asyncio.wait_for(pause, 1)
