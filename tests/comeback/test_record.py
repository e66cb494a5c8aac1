"""Which file may be gone on with, and which share it belongs to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from screenshare.capability import Capability
from screenshare.comeback.record import GOOD_FOR_S, MAX_RECORD_BYTES, Record, name_of, read, written
from screenshare.config import DesktopSize, HostConfig, IceEntry, ListenAddress
from screenshare.session.door import Door
from screenshare.session.kept import KeptSession, KeptShare


def record(**change) -> Record:
    door = Door()
    door.invitations.make_standing(50.0)
    session = KeptSession(
        participants=(),
        control=None,
        joined=0,
        sent_away=frozenset(),
        started_at=50.0,
        showing=1,
        is_paused=False,
        is_locked=False,
    )
    share = KeptShare(door=door.kept(), session=session, recording=None)
    made = Record(version=1, boot="this", alive_at=100.0, port=8765, share=share)
    return msgspec.structs.replace(made, **change)


def test_what_was_written_is_read():
    made = record()
    assert read(written(made).encode(), boot="this", now=110.0) == made


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ({}, 100.0 + GOOD_FOR_S + 1),
        ({}, 99.0),
        ({"boot": "another"}, 110.0),
        ({"version": 2}, 110.0),
    ],
    ids=["too old", "of the future", "another boot", "another version"],
)
def test_what_is_of_no_use_is_not_gone_on_with(change, now):
    assert read(written(record(**change)).encode(), boot="this", now=now) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\0" * 100,
        b"[" * 10_000,
        b'{"version": 1',
        b" " * (MAX_RECORD_BYTES + 1),
    ],
)
def test_nonsense_is_not_gone_on_with(content):
    assert read(content, boot="this", now=110.0) is None


def test_a_field_that_nobody_knows_is_not_passed_over():
    text = written(record()).replace('"port"', '"gate": 1, "port"', 1)
    assert read(text.encode(), boot="this", now=110.0) is None


BASE = HostConfig(name="Bob")


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Ann"},
        {"listen": ListenAddress("127.0.0.1", 0)},
        {"virtual": DesktopSize(800, 600)},
        {"allow": frozenset({Capability.VIEW})},
        {"deny": frozenset()},
        {"server": "https://share.example.org"},
        {"hide": ("Bank",)},
        {"unattended": Path("elsewhere.json")},
        {"ice": (IceEntry("stun:stun.example.org"),)},
    ],
    ids=str,
)
def test_other_settings_make_another_share(change):
    assert name_of(replace(BASE, **change), ":0") != name_of(BASE, ":0")


def test_another_display_makes_another_share():
    assert name_of(BASE, ":0") != name_of(BASE, ":1")


def test_the_same_settings_make_the_same_share_also_when_it_is_to_begin_anew():
    rights = frozenset({Capability.VIEW, Capability.CONTROL, Capability.FILES, Capability.CHAT})
    settings = [
        replace(BASE, allow=frozenset(sorted(rights, reverse=way)), deny=frozenset()) for way in (0, 1)
    ]
    assert len({name_of(each, ":0") for each in settings}) == 1
    assert name_of(replace(BASE, fresh=True), ":0") == name_of(BASE, ":0")


def test_no_secret_is_in_the_name():
    one, other = (
        replace(BASE, turn_urls=("turn:t.example.org",), turn_secret=secret) for secret in ("one", "other")
    )
    assert name_of(one, ":0") == name_of(other, ":0")
