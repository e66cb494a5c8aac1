"""A cable on which frames take their time and some are lost: two TAP devices, and this process between them.

Many kernels come without ``sch_netem``. Arguments: namespace and device of either end; delay and jitter each
way, ms; the part that is lost; the file to create when the devices are there.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import random
import select
import struct
import sys
import time
from collections import deque
from pathlib import Path
from typing import Final

CLONE_NEWNET: Final = 0x4000_0000
TUNSETIFF: Final = 0x4004_54CA
IFF_TAP, IFF_NO_PI = 0x2, 0x1000
MOST_ON_THE_WAY: Final = 1000
LONGEST_FRAME: Final = 65_536


def open_tap(namespace: str, device: str) -> int:
    """Create a device on another computer, and return what carries its frames."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    _enter(there)
    try:
        tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TAP | IFF_NO_PI))
    finally:
        _enter(home)
        os.close(home)
        os.close(there)
    return tap


def _enter(namespace: int) -> None:
    # os.setns comes with Python 3.12.
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Direction:
    """What is on its way to ``far``, in order; what finds the cable full is lost."""

    def __init__(self, far: int, delay_s: float, jitter_s: float, loss: float) -> None:
        self._far = far
        self._delay_s, self._jitter_s, self._loss = delay_s, jitter_s, loss
        self._under_way: deque[tuple[float, bytes]] = deque()

    @property
    def due_at(self) -> float | None:
        return self._under_way[0][0] if self._under_way else None

    def take(self, frame: bytes, now: float) -> None:
        if random.random() < self._loss or len(self._under_way) >= MOST_ON_THE_WAY:
            return
        due = now + self._delay_s + random.uniform(-1, 1) * self._jitter_s
        earliest = self._under_way[-1][0] if self._under_way else now
        self._under_way.append((max(due, earliest), frame))

    def deliver(self, now: float) -> None:
        while self._under_way and self._under_way[0][0] <= now:
            try:
                os.write(self._far, self._under_way.popleft()[1])
            except OSError:
                continue  # the device is down, or its queue full


def run(ends: tuple[int, int], delay_s: float, jitter_s: float, loss: float) -> None:
    """Carry frames until killed."""
    one, other = ends
    towards = {near: Direction(far, delay_s, jitter_s, loss) for near, far in ((one, other), (other, one))}
    while True:
        due = [direction.due_at for direction in towards.values() if direction.due_at is not None]
        wait_s = max(0.0, min(due) - time.monotonic()) if due else None
        for near in select.select(ends, [], [], wait_s)[0]:
            try:
                towards[near].take(os.read(near, LONGEST_FRAME), time.monotonic())
            except OSError:
                time.sleep(0.01)  # the device is down
        for direction in towards.values():
            direction.deliver(time.monotonic())


def main() -> None:
    one, one_device, other, other_device, delay_ms, jitter_ms, loss, ready = sys.argv[1:]
    ends = open_tap(one, one_device), open_tap(other, other_device)
    Path(ready).touch()
    run(ends, float(delay_ms) / 1000, float(jitter_ms) / 1000, float(loss))


if __name__ == "__main__":
    main()
