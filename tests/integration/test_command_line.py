"""``screenshare host`` as a process: lines in, lines out, exit codes and one sentence when it fails."""

from __future__ import annotations

import json
import signal
import socket

import pytest

from integration.command import flags
from integration.peers import AiortcViewer, until
from screenshare.protocol.console import MAX_COMMAND_BYTES


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
