"""When a computer carries no more viewers."""

from __future__ import annotations

from screenshare.host.load import FULL_AT, ROOM_AT, SPAN_S, Load


class Clock:
    """Samples second after second, with the loop or all cores busy to a part."""

    def __init__(self, cores: int = 2) -> None:
        self.load = Load(cores)
        self.now = self.loop = self.process = 0.0

    def run(self, seconds: int, *, loop: float = 0.0, process: float = 0.0) -> list[bool]:
        changes = []
        for _ in range(seconds):
            self.now += 1
            self.loop += loop
            self.process += max(process, loop)
            changes.append(self.load.sample(loop_cpu_s=self.loop, process_cpu_s=self.process, now=self.now))
        return changes


def test_a_host_with_time_to_spare_has_room():
    clock = Clock()
    assert not any(clock.run(20, loop=0.5, process=1.2))
    assert not clock.load.is_full


def test_a_loop_that_never_rests_is_full_and_says_so_once():
    clock = Clock(cores=8)
    assert sum(clock.run(20, loop=FULL_AT + 0.05)) == 1
    assert clock.load.is_full


def test_all_cores_busy_is_full_too():
    clock = Clock(cores=2)
    clock.run(20, loop=0.3, process=2 * FULL_AT + 0.05)
    assert clock.load.is_full


def test_a_start_of_a_second_or_two_is_no_load():
    clock = Clock()
    clock.run(10, loop=0.1)
    clock.run(2, loop=1.0)
    assert not clock.load.is_full


def test_there_is_room_again_only_when_it_is_clearly_less():
    clock = Clock()
    clock.run(20, loop=1.0)
    clock.run(20, loop=ROOM_AT + 0.05)
    assert clock.load.is_full
    assert sum(clock.run(20, loop=ROOM_AT - 0.05)) == 1
    assert not clock.load.is_full


def test_only_the_last_seconds_count():
    clock = Clock()
    clock.run(600, loop=0.0)
    clock.run(int(SPAN_S) + 1, loop=1.0)
    assert clock.load.is_full
