from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from consent.states import host, knocking, ready, viewer
from screenshare.capability import Capability
from screenshare.protocol import console as told

DRIVER = Path(__file__).parent / "terminal_driver.py"
LIMIT_S = 20.0
LIGHT_UP = re.compile(r"\x1b\[[0-9;]*m")


class Driven:
    """The terminal shell in a process of its own, and both ends of what it is connected to."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int, events: int, commands: int) -> None:
        self.process = process
        self.screen = screen
        self._events = events
        self._commands = commands
        self._said = b""
        self._read_up_to = 0
        self._commanded = b""

    def tell(self, *events: told.HostEvent) -> None:
        for event in events:
            os.write(self._events, msgspec.json.encode(event) + b"\n")

    def order(self, line: str) -> None:
        os.write(self._events, f"{line}\n".encode())

    def end_events(self) -> None:
        os.close(self._events)
        self._events = -1

    def press(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def read_until(self, wanted: str) -> str:
        """Return everything said so far, once ``wanted`` comes after what was waited for before."""
        while (at := self._said.find(wanted.encode(), self._read_up_to)) < 0:
            data = self._read(self.screen)
            assert data, f"{wanted!r} never came: {self._said.decode(errors='replace')}"
            self._said += data
        self._read_up_to = at + len(wanted.encode())
        return self._said.decode(errors="replace")

    def read_rest(self) -> str:
        """Return everything said, once the process has ended.

        It is read meanwhile: a terminal that nobody reads is full after a few kilobytes, and a traceback
        fills it.
        """
        give_up_at = time.monotonic() + LIMIT_S
        while self.process.poll() is None:
            assert time.monotonic() < give_up_at, "it does not end"
            self._said += self._read(self.screen, limit_s=0.05)
        while data := self._read(self.screen, limit_s=0.2):
            self._said += data
        return self._said.decode(errors="replace")

    def next_command(self) -> dict[str, object]:
        while b"\n" not in self._commanded:
            data = self._read(self._commands)
            assert data, "no command came"
            self._commanded += data
        line, self._commanded = self._commanded.split(b"\n", 1)
        return json.loads(line)

    def echoes(self) -> bool:
        """Tell whether the terminal shows and collects what is typed, as it does for a shell."""
        flags = termios.tcgetattr(self.screen)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(LIMIT_S)
        for descriptor in (self.screen, self._events, self._commands):
            if descriptor >= 0:
                os.close(descriptor)

    def _read(self, descriptor: int, *, limit_s: float = LIMIT_S) -> bytes:
        if not select.select([descriptor], [], [], limit_s)[0]:
            return b""
        try:
            return os.read(descriptor, 65_536)
        except OSError:  # a terminal whose last process has gone (EIO)
            return b""


def drive(*, on_terminal: bool, **env: str) -> Driven:
    screen, its_screen = pty.openpty() if on_terminal else os.pipe()
    if on_terminal:
        termios.tcsetwinsize(screen, (40, 100))
    its_events, events = os.pipe()
    commands, its_commands = os.pipe()

    def connect() -> None:
        # Tests that run in the background of a shell inherit from it that Ctrl-C is ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if on_terminal:
            fcntl.ioctl(its_screen, termios.TIOCSCTTY, 0)
        for source, target in ((its_events, 13), (its_commands, 14), (13, 3), (14, 4)):
            os.dup2(source, target)

    kept = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    process = subprocess.Popen(
        [sys.executable, DRIVER],
        stdin=its_screen if on_terminal else subprocess.DEVNULL,
        stdout=its_screen,
        stderr=its_screen,
        start_new_session=True,
        pass_fds=(3, 4, 13, 14),
        preexec_fn=connect,
        env=kept | {"TERM": "xterm-256color", "COLUMNS": "100"} | env,
    )
    for descriptor in (its_screen, its_events, its_commands):
        os.close(descriptor)
    return Driven(process, screen, events, commands)


@pytest.fixture
def terminal() -> Iterator[Driven]:
    with contextlib.closing(drive(on_terminal=True)) as driven:
        yield driven


def test_a_key_pressed_on_a_real_terminal_lets_a_viewer_in(terminal: Driven) -> None:
    terminal.tell(ready(), host(knocking()))
    said = LIGHT_UP.sub("", terminal.read_until("denied in 30 s"))
    assert "Sharing this screen: :0 HDMI-1 1920×1080" in said
    assert "▄" in said
    assert "? Ana wants to see your screen" in said
    assert "\x07" in said  # somebody may not be looking
    terminal.press("y")
    assert terminal.next_command() == {"do": "viewer.admit", "id": "v1"} | {"grant": ["view"]}
    terminal.tell(told.ViewerJoined(id="v1", name="Ana"), host(viewer()))
    terminal.read_until("Ana is let in.")


def test_control_is_given_along_and_taken_back(terminal: Driven) -> None:
    terminal.tell(ready(), host(knocking(wants=[Capability.VIEW, Capability.CONTROL])))
    terminal.read_until("allow view and control")
    terminal.press("c")
    assert terminal.next_command()["grant"] == ["view", "control"]
    # The sentence comes after the state in which the viewer controls.
    terminal.tell(host(viewer(controls=True)), told.ControlPassed(id="v1"))
    terminal.read_until("can now control this computer")
    terminal.press("r")
    assert terminal.next_command() == {"do": "control.revoke"}


@pytest.mark.parametrize("keys", ["yn", "\x1b[c", "\x1bOc", "\x1b", "é"])
def test_what_is_no_single_key_answers_nothing(terminal: Driven, keys: str) -> None:
    terminal.tell(ready(), host(knocking(wants=[Capability.VIEW, Capability.CONTROL])))
    terminal.read_until("denied in 30 s")
    terminal.press(keys)
    time.sleep(0.4)  # the rest of an escape sequence is waited for
    terminal.press("N")
    assert terminal.next_command()["do"] == "viewer.deny"


def test_a_key_typed_while_the_question_appears_is_ignored() -> None:
    with contextlib.closing(drive(on_terminal=True, DEAD_TIME_S="3600")) as terminal:
        terminal.tell(ready(), host(knocking(), viewer("v2", controls=True)))
        terminal.read_until("denied in 30 s")
        terminal.press("y")
        time.sleep(0.2)
        terminal.press("r")  # control is taken back at any time
        assert terminal.next_command() == {"do": "control.revoke"}


def test_the_terminal_is_restored_when_the_share_ends(terminal: Driven) -> None:
    terminal.tell(ready(), host())
    terminal.read_until("nobody is watching")
    assert not terminal.echoes()
    terminal.tell(told.Stopped(reason="stopped"))
    terminal.end_events()
    said = terminal.read_rest()
    assert terminal.process.returncode == 0
    assert terminal.echoes()
    assert said.rindex("\x1b[?25h") > said.rindex("\x1b[?25l")  # the cursor is visible again
    assert "Sharing has ended." in said


@pytest.mark.parametrize("end", ["raise", "exit", "ctrl-c"])
def test_the_terminal_is_restored_whatever_ends_the_share(terminal: Driven, end: str) -> None:
    terminal.tell(ready(), host())
    terminal.read_until("nobody is watching")
    if end == "ctrl-c":
        terminal.press("\x03")
    else:
        terminal.order(end)
    said = terminal.read_rest()
    assert terminal.process.returncode != 0
    assert terminal.echoes()
    assert said.rindex("\x1b[?25h") > said.rindex("\x1b[?25l")


def test_keys_work_again_after_the_share_was_suspended(terminal: Driven) -> None:
    terminal.tell(ready(), host(knocking()))
    terminal.read_until("denied in 30 s")
    shell_mode = termios.tcgetattr(terminal.screen)
    shell_mode[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(terminal.screen, termios.TCSANOW, shell_mode)
    terminal.process.send_signal(signal.SIGCONT)
    give_up_at = time.monotonic() + LIMIT_S
    while terminal.echoes():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)
    terminal.press("y")
    assert terminal.next_command()["do"] == "viewer.admit"


def test_an_answer_that_the_host_refuses_is_said_and_asked_again(terminal: Driven) -> None:
    terminal.tell(ready(), host(knocking("gone")))
    terminal.read_until("denied in 30 s")
    terminal.press("y")
    assert terminal.next_command()["id"] == "gone"
    terminal.read_until("there is no such viewer.")
    terminal.tell(host(knocking("gone", answer_in_s=20.0)))
    terminal.read_until("denied in 20 s")


def test_a_status_line_is_not_written_again_before_its_time() -> None:
    with contextlib.closing(drive(on_terminal=True, STATUS_INTERVAL_S="3600")) as terminal:
        terminal.tell(ready(), host())
        terminal.read_until("nobody is watching")
        terminal.tell(host(viewer()), host(), told.CodeChanged(code="111 222 3333", expires_s=600))
        assert "1 watching" not in terminal.read_until("New spoken code: 111 222 3333")
        # A question does not wait.
        terminal.tell(host(viewer(), knocking("v2", "Ben")))
        terminal.read_until("Ben wants to see your screen")


def test_a_status_line_that_reads_the_same_is_not_written_again(terminal: Driven) -> None:
    terminal.tell(ready(), host(viewer()), host(viewer(since_s=4.0)), host(viewer(), fps=9.0))
    assert terminal.read_until(" 9 fps 1.8 Mbit/s").count("29 fps 1.8 Mbit/s") == 1


def test_colour_is_left_out_where_it_is_not_wanted() -> None:
    with contextlib.closing(drive(on_terminal=True, NO_COLOR="1")) as terminal:
        terminal.tell(ready(), host(viewer(controls=True), knocking("v2")))
        terminal.read_until("denied in 30 s")
        said = terminal.read_until("Mbit/s")
        assert not re.search(r"\x1b\[[0-9;]*(?:3[0-7]|4[0-7]|9[0-7]|[34]8;)[0-9;]*m", said)
        assert "Ana controls" in said


def test_plain_lines_are_written_where_there_is_no_terminal() -> None:
    with contextlib.closing(drive(on_terminal=False, FORCE_COLOR="1")) as terminal:
        terminal.tell(
            ready(),
            host(),
            told.ViewerKnocked(
                id="v1", name="Ana", address="203.0.113.7", browser="Firefox", wants=[], limit_s=30.0
            ),
            host(knocking()),
            told.ViewerJoined(id="v1", name="Ana"),
            host(viewer()),
            told.ControlRequested(id="v1", limit_s=30.0),
            told.ViewerLeft(id="v1", reason="left"),
            told.Stopped(reason="stopped"),
        )
        terminal.end_events()
        said = terminal.read_rest()
    assert "\x1b" not in said
    console_link = "http://127.0.0.1:8765/console#t=token"
    assert said.splitlines()[-7:] == [
        "  Asked       view, control, clipboard   (answer in the console)",
        "  Ctrl-C stops sharing",
        f"Ana wants to see your screen (203.0.113.7, Firefox). Answer within 30 s: {console_link}",
        "Ana is let in.",
        f"Ana wants to control this computer. Answer within 30 s: {console_link}",
        "Ana left.",
        "Sharing has ended.",
    ]


def test_the_share_goes_on_when_nobody_reads_its_lines() -> None:
    with contextlib.closing(drive(on_terminal=False)) as terminal:
        terminal.tell(ready(), host())
        terminal.read_until("Ctrl-C stops sharing")
        os.close(terminal.screen)
        terminal.screen = -1
        terminal.tell(told.ViewerJoined(id="v1", name="Ana"), told.Stopped(reason="stopped"))
        terminal.end_events()
        assert terminal.process.wait(LIMIT_S) == 0
