"""``screenshare host`` as a process: lines in, lines out, exit codes and one sentence when it fails."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from integration.peers import AiortcViewer, Inbox, until
from screenshare.protocol.console import MAX_COMMAND_BYTES

LIMIT_S = 20.0


class Command:
    """One run of the command line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told = Inbox("event")
        self.lines: list[str] = []
        self.errors = ""
        self._readers = asyncio.gather(self._read_lines(), self._read_errors())

    async def do(self, command: str, **fields: object) -> None:
        await self.send(json.dumps({"do": command, **fields}))

    async def send(self, line: str) -> None:
        self.process.stdin.write(line.encode() + b"\n")
        await self.process.stdin.drain()

    async def expect(self, event: str, **fields: object) -> dict[str, Any]:
        return await self.told.expect(event, limit_s=LIMIT_S, **fields)

    async def end(self) -> int:
        """Wait for the process to end by itself; return its exit status."""
        async with asyncio.timeout(LIMIT_S):
            await self._readers
            return await self.process.wait()

    async def _read_lines(self) -> None:
        async for line in self.process.stdout:
            self.lines.append(line.decode())
            self.told.put(json.loads(line))

    async def _read_errors(self) -> None:
        self.errors = (await self.process.stderr.read()).decode()

    async def close(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.end()


Run = Callable[..., Awaitable[Command]]


@pytest.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    """``await run("--display", ":5", NAME="value")``: flags and variables; the home is a test's own."""
    async with AsyncExitStack() as stack:

        async def start(*flags: str, **variables: str) -> Command:
            inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SCREENSHARE_", "DISPLAY"))}
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "screenshare", "host", *flags),
                env=inherited | {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)} | variables,
                cwd=tmp_path,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            command = Command(process)
            stack.push_async_callback(command.close)
            return command

        yield start


def flags(display: str, *more: str) -> tuple[str, ...]:
    return ("--display", display, "--listen", "127.0.0.1:0", "--json", "--no-open", *more)


async def test_a_script_lets_a_viewer_in_gives_him_control_and_ends_the_share(run, x_display, desk, tmp_path):
    command = await run(*flags(x_display))
    ready = await command.expect("ready")
    assert json.loads(command.lines[0])["event"] == "ready"
    assert (ready["display"], ready["monitors"][0]["width"]) == (x_display, 1280)
    desk.paint("#2060c0")
    ana = AiortcViewer(ready["link"], name="Ana")
    await ana.knock()
    knocked = await command.expect("viewer.knocked", name="Ana")
    await command.do("viewer.admit", id=knocked["id"], grant=["view"])
    await ana.admission()
    await ana.dial()
    await command.expect("viewer.joined", id=ana.id)
    await ana.sees("#2060c0", 200, 600)
    ana.say("session", "control.request", id=1)
    await command.expect("control.requested", id=ana.id)
    await command.do("control.grant", id=ana.id, for_s=60)
    await ana.said.expect("control.granted", expires_s=60)
    ana.press("KeyA", "a")
    await ana.is_heard()
    await command.do("control.revoke")
    await ana.said.expect("control.revoked", reason="host")

    recording = tmp_path / "script.mp4"
    await command.do("recording.start", path=str(recording))
    await command.expect("recording.started", path=str(recording))
    empty = recording.stat().st_size

    for line, code in (
        ("hello", "malformed"),
        ('{"do": "format.disk"}', "unknown-type"),
        ('{"do": "viewer.admit"}', "malformed"),
        ('{"do": "viewer.admit", "id": "v99"}', "refused"),
        ('{"do": "console.enter", "token": "x"}', "out-of-order"),
        ("x" * (MAX_COMMAND_BYTES + 2) + '{"do": "stop"}', "too-large"),
    ):
        await command.send(line)
        assert (await command.expect("error"))["code"] == code
    await until(lambda: recording.stat().st_size > empty, "a picture on the disk")
    assert len(command.told.errors) == 6
    await command.do("stop")
    assert await command.end() == 0
    assert (await ana.signals.expect("share.ended"))["reason"] == "stopped"
    await ana.close()
    assert command.told.of("recording.stopped")[0]["bytes"] == recording.stat().st_size > 0
    assert command.told.all[-1] == {"event": "stopped", "reason": "stopped"}
    assert command.errors == ""
    assert desk.held_keys == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
async def test_a_signal_ends_the_share_cleanly(run, x_display, number, status):
    command = await run(*flags(x_display, "--allow", "view"))
    viewer = AiortcViewer((await command.expect("ready"))["link"])
    await viewer.join()
    command.process.send_signal(number)
    assert await command.end() == status
    assert (await viewer.said.expect("session.ended"))["reason"] == "stopped"
    await viewer.close()
    assert command.told.all[-1]["event"] == "stopped"
    assert command.errors == ""


async def test_the_end_of_standard_input_ends_nothing(run, x_display):
    command = await run(*flags(x_display, "--allow", "view"))
    ready = await command.expect("ready")
    command.process.stdin.close()
    viewer = await AiortcViewer(ready["link"]).join()
    await viewer.close()
    assert command.process.returncode is None


def is_one_sentence_with_a_hint(errors: str) -> bool:
    sentence, hint = errors.splitlines()
    return sentence.startswith("screenshare: ") and hint.startswith("  ") and hint.endswith(".")


async def test_no_such_display_ends_with_3_and_a_sentence(run):
    command = await run(*flags(":987"))
    assert await command.end() == 3
    assert is_one_sentence_with_a_hint(command.errors)
    assert ":987" in command.errors
    assert [event["code"] for event in command.told.all] == ["capture-unavailable"]


async def test_a_port_in_use_ends_with_1_and_a_sentence(run, x_display):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = await run("--display", x_display, "--no-open", "--listen", f"127.0.0.1:{port}")
        assert await command.end() == 1
    assert is_one_sentence_with_a_hint(command.errors)
    assert f"port {port}" in command.errors


async def test_a_recording_that_cannot_be_written_ends_with_1_before_anything_is_shared(run, x_display):
    command = await run(*flags(x_display, "--record", "/proc/nowhere/share.mp4"))
    assert await command.end() == 1
    assert is_one_sentence_with_a_hint(command.errors)
    assert command.told.of("ready") == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--nonsense",), "No such option"),
        (("--max-fps", "0"), "--max-fps"),
        (("--listen", "here:99999"), "99999 is no port"),
        (("--allow", "everything"), "'everything' is no capability"),
        (("--allow", "view", "--deny", "view"), "both allowed and denied"),
        (("--display", ":1", "--virtual", "640x480"), "exclude each other"),
        (("--config", "nowhere.toml"), "no config file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_wrong_flag_ends_with_2_and_says_which(run, wrong, said):
    command = await run("--no-open", *wrong)
    assert await command.end() == 2
    assert said in command.errors
    assert "Traceback" not in command.errors


async def test_a_flag_beats_a_variable_and_a_variable_beats_the_file(run, x_display, tmp_path):
    folder = tmp_path / "screenshare"
    folder.mkdir()
    (folder / "config.toml").write_text(
        'name = "File"\nmax-viewers = 1\nallow = ["view"]\nlisten = "0.0.0.0:1"\n'
    )
    command = await run(
        *("--json", "--no-open", "--name", "Flag"),
        SCREENSHARE_NAME="Variable",
        SCREENSHARE_DISPLAY=x_display,
        SCREENSHARE_LISTEN="127.0.0.1:0",
    )
    link = (await command.expect("ready"))["link"]
    assert link.startswith("http://127.0.0.1:")  # the variable, not the file
    ana, ben = AiortcViewer(link), AiortcViewer(link)
    await ana.knock()
    assert (await ana.admission())["host"] == "Flag"  # let in unasked: the file
    await ben.knock()
    assert (await ben.signals.expect("knock.denied"))["reason"] == "full"  # the file
    await ana.close()
    await ben.close()


@pytest.mark.parametrize(
    "content",
    [
        "allow = {view = true}",
        "record = 5.5",
        'max-fps = "many"',
        'unheard-of = "x"',
        '[host]\nname = "x"',
        "max-fps =",
    ],
)
async def test_a_config_file_that_says_something_impossible_ends_with_2_and_no_traceback(
    run, tmp_path, content
):
    (tmp_path / "own.toml").write_text(content)
    command = await run("--no-open", "--config", "own.toml", "--display", ":987")
    assert await command.end() == 2
    assert "Traceback" not in command.errors
