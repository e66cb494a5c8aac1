"""``screenshare unattended`` as somebody types it, at a terminal and away from one."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from screenshare.unattended import password
from screenshare.unattended.hands import RemoteHands, hands_file
from screenshare.unattended.vault import Vault

LIMIT_S = 30.0
PHRASE = "let them in"
GOOD = "a long enough one"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "unattended.json"


def away(path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command without a terminal."""
    command = [sys.executable, "-m", "screenshare", "unattended", *words, "--file", str(path)]
    return subprocess.run(command, input="", text=True, capture_output=True, timeout=LIMIT_S, check=False)


def at_terminal(path: Path, *words: str, answers: list[tuple[str, str]]) -> tuple[int, str]:
    """Run the command at a terminal; type each answer once its question is there."""
    pid, terminal = pty.fork()
    if pid == 0:
        command = [sys.executable, "-m", "screenshare", "unattended", *words, "--file", str(path)]
        os.execv(sys.executable, command)
    told, waiting = "", list(answers)
    deadline = time.monotonic() + LIMIT_S
    try:
        while time.monotonic() < deadline:
            if not select.select([terminal], [], [], 0.2)[0]:
                continue
            try:
                told += os.read(terminal, 4096).decode(errors="replace")
            except OSError:
                break
            if waiting and waiting[0][0] in told:
                os.write(terminal, waiting.pop(0)[1].encode() + b"\n")
    finally:
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, told


def read(path: Path):
    return Vault(path, wall=time.time).read()


def test_it_is_switched_on_with_a_phrase_and_a_password_that_nobody_sees(path):
    answers = [("to go on", PHRASE), ("New password", GOOD), ("Once more", GOOD)]
    status, told = at_terminal(path, "on", answers=answers)
    assert status == 0, told
    assert "is on" in told
    assert GOOD not in told
    assert read(path).is_on
    assert password.matches(GOOD, read(path).password)


def test_without_the_phrase_nothing_changes(path):
    status, told = at_terminal(path, "on", answers=[("to go on", "yes")])
    assert status == 1
    assert "nothing was changed" in told
    assert not path.exists()


def test_a_password_that_is_made_is_shown_once_and_fits(path):
    status, told = at_terminal(path, "on", "--generate", answers=[("to go on", PHRASE)])
    assert status == 0, told
    made = told.split("shown this once: ")[1].split()[0]
    assert password.matches(made, read(path).password)


def test_two_different_passwords_change_nothing(path):
    answers = [("New password", GOOD), ("Once more", GOOD + "!")]
    status, told = at_terminal(path, "password", answers=answers)
    assert status == 2
    assert "not the same" in told
    assert not path.exists()


@pytest.mark.parametrize("verb", ["on", "password"])
def test_while_a_viewer_may_control_it_asks_for_nothing(path, verb):
    hands = RemoteHands(hands_file(path))
    hands.set(True)
    status, told = at_terminal(path, verb, "--generate", answers=[])
    hands.set(False)
    assert status == 1
    assert "take control back" in told.lower()
    assert not path.exists()


@pytest.mark.parametrize("verb", ["on", "password"])
def test_a_script_opens_nothing(path, verb):
    result = away(path, verb, "--generate")
    assert result.returncode == 1
    assert "terminal" in result.stderr
    assert not path.exists()


def test_a_script_may_close_it(path):
    Vault(path, wall=time.time).switch_on(password.derive(GOOD))
    assert away(path, "off").returncode == 0
    assert not read(path).is_on


def test_what_is_set_can_be_read_as_json(path):
    Vault(path, wall=time.time).switch_on(password.derive(GOOD))
    told = json.loads(away(path, "devices", "--json").stdout)
    assert told == {"on": True, "password": True, "failures": 0, "refused_s": 0.0, "devices": []}


def test_an_unknown_device_is_named_in_the_refusal(path):
    result = away(path, "revoke", "0a1b2c3d")
    assert result.returncode == 2
    assert "0a1b2c3d" in result.stderr


def test_another_address_leaves_password_and_devices_as_they_are(path):
    vault = Vault(path, wall=time.time)
    before = vault.switch_on(password.derive(GOOD))
    told = away(path, "move")
    after = vault.read()
    assert told.returncode == 0
    assert after.address != before.address
    assert (after.is_on, after.password) == (True, before.password)


def test_browsers_are_remembered_unless_that_is_declined(path):
    answers = [(PHRASE, PHRASE), ("New password", GOOD), ("Once more", GOOD)]
    status, told = at_terminal(path, "on", "--no-remember", answers=answers)
    assert status == 0
    assert "prints the address" in told
    assert read(path).remembers is False


def test_the_address_is_told_once_a_host_has_run(path):
    assert "is off" in away(path, "address").stderr
    vault = Vault(path, wall=time.time)
    vault.switch_on(password.derive(GOOD))
    assert "no host has run" in away(path, "address").stderr
    vault.serve("https://share.example.org")
    told = away(path, "address")
    assert told.stdout.startswith("https://share.example.org/j/")
    assert "#u=" in told.stdout
