"""The virtual desktop: it comes up ready for typing and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from Xlib.display import Display

from screenshare.errors import CaptureUnavailable
from screenshare.host.desktop import VirtualDesktop

SCRIPT = """
import asyncio, psutil
from screenshare.host.desktop import VirtualDesktop

async def main():
    async with VirtualDesktop("640x480"):
        print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def children() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, env=env, capture_output=True, check=False)


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended (an unreaped one has)."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_the_desktop_has_the_size_asked_for_and_a_focused_terminal(
    eventually: Callable[..., None],
) -> None:
    async with VirtualDesktop("1024x600") as desktop:
        display = Display(desktop.display)
        screen = display.screen()
        assert (screen.width_in_pixels, screen.height_in_pixels) == (1024, 600)
        assert display.query_extension("RANDR") is not None
        # On a busy machine the window manager gives the focus a moment after the shell is there.
        eventually(
            lambda: display.get_input_focus().focus.get_wm_class() == ("xterm", "XTerm"), "a focused terminal"
        )
        display.close()


async def test_text_typed_at_once_reaches_the_shell(
    tmp_path: Path, eventually: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", "/bin/sh")
    said = tmp_path / "said"
    async with VirtualDesktop("800x600") as desktop:
        env = os.environ | {"DISPLAY": desktop.display}
        await asyncio.to_thread(run, ["xdotool", "type", f"echo hello > {said}\n"], env)
        await asyncio.to_thread(
            eventually, lambda: said.exists() and said.read_text() == "hello\n", "echo ran"
        )


async def test_nothing_is_left_after_it_stops() -> None:
    before = {child.pid for child in children()}
    async with VirtualDesktop("640x480"):
        pids = [child.pid for child in children() if child.pid not in before]
        assert len(pids) >= 4  # Xvfb, openbox, xterm and its shell
    assert [pid for pid in pids if not is_gone(pid)] == []


async def test_stopping_twice_or_before_the_start_is_harmless() -> None:
    desktop = VirtualDesktop("640x480")
    await desktop.stop()
    await desktop.start()
    await desktop.stop()
    await desktop.stop()
    assert desktop.display == ""


async def test_two_desktops_stand_beside_each_other() -> None:
    async with VirtualDesktop("640x480") as one, VirtualDesktop("640x480") as other:
        assert one.display != other.display


async def test_a_start_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "xterm"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    before = {child.pid for child in children()}
    with pytest.raises(CaptureUnavailable, match="xterm ended with status 3"):
        await VirtualDesktop("640x480").start()
    assert {child.pid for child in children()} == before


async def test_missing_programs_are_named_by_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CaptureUnavailable) as raised:
        await VirtualDesktop("640x480").start()
    assert raised.value.hint == "apt install openbox util-linux x11-xserver-utils xterm xvfb"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can take on another account")
async def test_another_account_of_this_machine_cannot_connect() -> None:
    async with VirtualDesktop("640x480") as desktop:
        attempt = await asyncio.to_thread(
            run,
            ["setpriv", "--reuid", "65534", "--clear-groups", "xhost"],
            {"PATH": os.environ["PATH"], "DISPLAY": desktop.display},
        )
        assert attempt.returncode != 0
        assert b"Authorization required" in attempt.stderr


def test_killing_the_host_leaves_no_process_of_the_desktop(eventually: Callable[..., None]) -> None:
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE) as host:
        assert host.stdout is not None
        pids = [int(word) for word in host.stdout.readline().split()]
        assert len(pids) >= 4
        os.kill(host.pid, signal.SIGKILL)
        host.wait()
        eventually(lambda: all(is_gone(pid) for pid in pids), "all of the desktop's processes are gone")


async def test_a_program_that_ignores_the_signal_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stubborn = tmp_path / "xterm"
    # Its last argument but one is the file that tells of a prompt; an ignored signal stays ignored by exec.
    stubborn.write_text(
        "#!/bin/sh\ntrap '' TERM\nwhile [ $# -gt 2 ]; do shift; done\n: > $1\nexec sleep 600\n"
    )
    stubborn.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("screenshare.host.desktop._STOP_LIMIT_S", 0.2)
    before = {child.pid for child in children()}
    async with VirtualDesktop("640x480"):
        pids = {child.pid for child in children()} - before
    assert [pid for pid in pids if not is_gone(pid)] == []
