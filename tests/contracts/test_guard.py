"""Whoever held keys and died without a word: they come up, and nothing of him stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest
from Xlib.display import Display

from screenshare.input.choose import open_injector

Eventually = Callable[..., None]

HOLDS = """
import sys, time
from screenshare.input.choose import open_injector
injector = open_injector(sys.argv[1])
injector.key_down("ControlLeft", "Control")
injector.key_down("KeyA", "a")
injector.button(0, down=True)
print("held", flush=True)
time.sleep(600)
"""


@pytest.fixture
def display(x_display: str) -> Iterator[Display]:
    display = Display(x_display)
    yield display
    display.close()


def held(display: Display) -> int:
    keys = sum(byte.bit_count() for byte in display.query_keymap())
    return keys + (display.screen().root.query_pointer().mask >> 8 & 0x1F).bit_count()


@pytest.fixture
def holder(x_display: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", HOLDS, x_display], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()
        process.wait()


def test_what_a_killed_host_held_comes_up(
    holder: subprocess.Popen[str], display: Display, eventually: Eventually
) -> None:
    repeats = list(display.get_keyboard_control().auto_repeats)
    assert held(display) == 3
    guards = psutil.Process(holder.pid).children()
    assert len(guards) == 1
    os.kill(holder.pid, signal.SIGKILL)
    eventually(lambda: held(display) == 0, "every key and button is up")
    assert list(display.get_keyboard_control().auto_repeats) != repeats, "held keys do repeat again"
    eventually(lambda: not guards[0].is_running(), "the guard has gone")


def test_signals_that_end_a_terminal_do_not_end_the_guard(
    holder: subprocess.Popen[str], display: Display, eventually: Eventually
) -> None:
    (guard,) = psutil.Process(holder.pid).children()
    # It can be asked only once it has begun to ignore them, and then it holds the display.
    eventually(lambda: any(c.type == 1 for c in guard.net_connections("unix")), "it watches")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        guard.send_signal(number)
    os.kill(holder.pid, signal.SIGKILL)
    eventually(lambda: held(display) == 0, "every key and button is up")


def test_looking_on_starts_no_guard_and_closing_ends_it(x_display: str, display: Display) -> None:
    def guards() -> list[psutil.Process]:
        return psutil.Process().children()

    before = guards()
    injector = open_injector(x_display)
    injector.move(5, 5)
    assert guards() == before
    injector.key_down("KeyA", "a")
    assert len(guards()) == len(before) + 1
    injector.close()
    assert guards() == before
    assert held(display) == 0
