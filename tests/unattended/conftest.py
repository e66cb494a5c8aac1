"""A vault that is switched on, and a clock that stands still until it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from screenshare.unattended.record import Password
from screenshare.unattended.vault import Vault

KEPT = Password(salt=b"s" * 16, memory_kib=19_456, passes=2, lanes=1, key=b"k" * 32)


class Wall:
    """A wall clock that goes on only when told."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "unattended.json"


@pytest.fixture
def vault(path: Path, wall: Wall) -> Vault:
    """A vault that is switched on."""
    vault = Vault(path, wall=wall)
    vault.switch_on(KEPT)
    return vault
