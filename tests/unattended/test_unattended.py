"""What is kept of a password and of wrong guesses, and who can change it."""

from __future__ import annotations

import json
import math
import os
import threading
from pathlib import Path

import msgspec
import pytest

from screenshare.capability import Capability
from screenshare.errors import CommandRefused, ConfigError
from screenshare.host.remote_control import Controllers
from screenshare.protocol import console
from screenshare.unattended import command, password
from screenshare.unattended.hands import RemoteHands, hands_file, refuse_remote_hands
from screenshare.unattended.lockout import CLOSED_FROM, FREE, LONGEST_WAIT_S, LockedOut
from screenshare.unattended.record import MOST_SOURCES, Device, Password, Record, RecordUnreadable
from screenshare.unattended.vault import NotUnattended, Vault
from unattended.conftest import KEPT, Wall

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "trust.json").read_text())
HELPER, OTHER = "192.0.2.7", "198.51.100.9"
LAPTOP = Device(id="0a1b2c3d", name="Laptop", public_key=b"p" * 65, pin=b"n" * 32, added_at=1_000.0)


def guess_wrong(vault: Vault, wall: Wall, times: int, source: str = HELPER) -> None:
    """Guess as soon as the next guess is taken."""
    for _ in range(times):
        try:
            vault.begin(source)
        except LockedOut as locked_out:
            wall.at += locked_out.wait_s
            vault.begin(source)


def test_it_is_off_until_somebody_switches_it_on(path, wall):
    vault = Vault(path, wall=wall)
    assert vault.read() == Record()
    with pytest.raises(NotUnattended):
        vault.begin(HELPER)


def test_it_cannot_be_switched_on_without_a_password(path, wall):
    with pytest.raises(ConfigError, match="no password"):
        Vault(path, wall=wall).switch_on()
    assert not path.exists()


def test_switched_off_no_guess_is_taken_or_counted(vault):
    vault.switch_off()
    with pytest.raises(NotUnattended):
        vault.begin(HELPER)
    assert vault.read().failures.count == 0
    assert vault.read().password == KEPT


def test_the_file_is_its_owners_alone(vault, path):
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir() if each.name.endswith(".part")] == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_read_or_write_lets_nobody_in(vault, path, mode):
    path.chmod(mode)
    with pytest.raises(RecordUnreadable, match="others can"):
        vault.begin(HELPER)


def test_a_link_in_place_of_the_file_is_not_followed(vault, path):
    path.rename(path.with_name("elsewhere.json"))
    path.symlink_to("elsewhere.json")
    with pytest.raises(RecordUnreadable):
        vault.begin(HELPER)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"version":2}',
        b'{"is_on":"yes"}',
        b'{"failures":{"count":-1}}',
        b"{" * 9_999,
    ],
    ids=range(8),
)
def test_a_damaged_file_lets_nobody_in_and_is_not_overwritten(vault, path, content):
    path.write_bytes(content)
    for attempt in (lambda: vault.begin(HELPER), lambda: vault.switch_on(KEPT)):
        with pytest.raises(RecordUnreadable):
            attempt()
    assert path.read_bytes() == content


def test_ten_wrong_passwords_lock_out_and_a_restart_opens_nothing(vault, path, wall):
    guess_wrong(vault, wall, 10)
    restarted = Vault(path, wall=wall)
    for source in (HELPER, OTHER):
        with pytest.raises(LockedOut) as refused:
            restarted.begin(source)
        assert refused.value.wait_s == 32.0
        assert refused.value.hint == "try again in 32 s"
    wall.at += 32.0
    assert restarted.begin(HELPER) == KEPT


def test_a_guess_that_was_refused_lengthens_nothing(vault, wall):
    guess_wrong(vault, wall, FREE)
    for _ in range(100):
        with pytest.raises(LockedOut):
            vault.begin(HELPER)
    wall.at += 1.0
    assert vault.begin(HELPER) == KEPT


def test_a_host_killed_during_a_guess_has_counted_it(vault, path, wall):
    vault.begin(HELPER)
    assert Vault(path, wall=wall).read().failures.count == 1


def test_guesses_at_the_same_time_are_all_counted(vault):
    refused: list[LockedOut] = []

    def guess() -> None:
        try:
            vault.begin(HELPER)
        except LockedOut as locked_out:
            refused.append(locked_out)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vault.read().failures.count == FREE
    assert len(refused) == 12 - FREE


def test_from_the_twentieth_on_only_the_machine_itself_opens_again(vault, wall):
    guess_wrong(vault, wall, CLOSED_FROM)
    wall.at += 365 * 86_400
    with pytest.raises(LockedOut, match="too many") as refused:
        vault.begin(OTHER)
    assert math.isinf(refused.value.wait_s)
    assert "at the computer itself" in refused.value.hint
    vault.switch_on()
    assert vault.begin(OTHER) == KEPT


def test_nobody_waits_longer_than_a_quarter_of_an_hour_before_that(vault, wall):
    guess_wrong(vault, wall, CLOSED_FROM - 1)
    with pytest.raises(LockedOut) as refused:
        vault.begin(HELPER)
    assert refused.value.wait_s == LONGEST_WAIT_S


def test_a_clock_that_is_put_back_shortens_nothing(vault, wall):
    guess_wrong(vault, wall, 10)
    wall.at -= 86_400
    with pytest.raises(LockedOut) as refused:
        vault.begin(HELPER)
    assert refused.value.wait_s == 32.0


def test_a_right_password_forgets_what_its_address_mistyped(vault, wall):
    guess_wrong(vault, wall, 3, OTHER)
    guess_wrong(vault, wall, 2, HELPER)
    vault.succeed(HELPER)
    after = vault.read()
    assert after.failures.count == 0
    assert {source: each.count for source, each in after.by_source.items()} == {OTHER: 3}


def test_an_address_goes_on_waiting_when_somebody_else_was_right(vault, wall):
    guess_wrong(vault, wall, 10, OTHER)
    vault.succeed(HELPER)
    assert vault.begin(HELPER) == KEPT
    with pytest.raises(LockedOut):
        vault.begin(OTHER)


def test_only_so_many_addresses_are_remembered(vault, wall):
    for number in range(MOST_SOURCES + 20):
        wall.at += 1
        vault.begin(f"198.51.{number // 250}.{number % 250}")
        vault.succeed(HELPER)
    sources = vault.read().by_source
    assert len(sources) == MOST_SOURCES
    assert "198.51.0.0" not in sources


def test_a_revoked_device_is_forgotten_and_no_other(vault, path):
    devices = (LAPTOP, msgspec.structs.replace(LAPTOP, id="ffffffff"))
    vault._change(lambda now: msgspec.structs.replace(now, devices=devices))
    vault.revoke(LAPTOP.id)
    assert [device.id for device in vault.read().devices] == ["ffffffff"]
    with pytest.raises(ConfigError, match="no device"):
        vault.revoke(LAPTOP.id)


def test_neither_the_password_nor_what_it_became_is_printed(vault, path, capsys):
    kept = password.derive("correct horse battery")
    vault.set_password(kept)
    command.show(path, as_json=False)
    command.show(path, as_json=True)
    told = capsys.readouterr().out + repr(vault.read())
    assert kept.key.hex() not in told
    assert repr(kept.key) not in told
    assert "correct horse" not in path.read_text()


def test_a_password_is_known_again_however_its_accents_are_typed():
    kept = password.derive("Übergröße im Café")
    assert password.matches("U\u0308bergro\u0308ße im Cafe\u0301", kept)
    assert not password.matches("Ubergroße im Cafe", kept)


def test_argon2id_is_that_of_the_other_implementations():
    # What @noble/hashes, which the page has, gives for these parameters.
    stretched = password._stretched("x", b"0" * 16, 19_456, 2)
    assert stretched.hex() == "4d9082089430eaa138d10a2ccdd643c772e15bf446e89d1462f490b456184ab4"


@pytest.mark.parametrize("text", ["", "short", "elevenchars", "a" * 129, "a" * 16, "ab" * 7])
def test_a_password_that_is_soon_guessed_is_not_taken(text):
    with pytest.raises(ConfigError):
        password.derive(text)


def test_a_password_that_is_made_has_eighty_bits_and_can_be_read_out():
    made = {password.generate() for _ in range(50)}
    assert len(made) == 50
    assert all(len(each) == 29 and each.count("-") == 4 and each.isascii() for each in made)
    assert len({password._word(bits) for bits in range(65_536)}) == 65_536
    password.derive(made.pop())


def test_while_a_viewer_may_control_nothing_is_opened(path):
    hands = RemoteHands(hands_file(path))
    hands.set(True)
    with pytest.raises(CommandRefused, match="could be his doing"):
        refuse_remote_hands(hands_file(path))
    hands.set(False)
    refuse_remote_hands(hands_file(path))


def test_a_second_host_that_nobody_controls_opens_nothing(path):
    controlled, idle = RemoteHands(hands_file(path)), RemoteHands(hands_file(path))
    controlled.set(True)
    idle.set(True)
    idle.set(False)
    with pytest.raises(CommandRefused):
        refuse_remote_hands(hands_file(path))
    controlled.set(False)


def test_who_may_control_is_told_from_the_first_right_to_the_last_goodbye():
    controllers = Controllers()
    view, both = [Capability.VIEW], [Capability.CONTROL, Capability.VIEW]
    story = [
        (console.CapabilityChanged(id="v1", granted=view), False),
        (console.CapabilityChanged(id="v1", granted=both), True),
        (console.CapabilityChanged(id="v2", granted=both), True),
        (console.CapabilityChanged(id="v1", granted=view), True),
        (console.ViewerLeft(id="v2", reason="left"), False),
        (console.ViewerLeft(id="v1", reason="left"), False),
    ]
    assert [controllers.hear(event) for event, _ in story] == [expected for _, expected in story]


def test_what_opens_a_way_in_is_taken_from_a_terminal_alone(path, monkeypatch):
    read, write = os.pipe()
    os.write(write, b"let them in\na long enough one\na long enough one\n")
    os.close(write)
    with os.fdopen(read) as piped:
        monkeypatch.setattr("sys.stdin", piped)
        for opening in (command.switch_on, command.set_password):
            with pytest.raises(CommandRefused, match="terminal"):
                opening(path, generate=True)
    assert not path.exists()


@pytest.mark.parametrize("vector", VECTORS["password"], ids=["ascii-like", "decomposed", "beyond-latin"])
def test_the_frozen_passwords_become_the_same_on_this_side(vector):
    kept = Password(
        salt=bytes.fromhex(vector["salt_hex"]),
        memory_kib=vector["memory_kib"],
        passes=vector["passes"],
        lanes=1,
        key=bytes.fromhex(vector["key_hex"]),
    )
    assert password.matches(vector["text"], kept)
