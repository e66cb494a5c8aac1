from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from screenshare.cli import cli

SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def secret_file(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    return file


def test_the_configuration_for_coturn_is_written_for_its_owner_alone(tmp_path: Path, secret_file: Path):
    output = tmp_path / "turnserver.conf"
    output.write_text("an older one")
    output.chmod(0o644)
    result = CliRunner().invoke(
        cli,
        [
            *("server", "turn-config", "--turn-secret-file", str(secret_file), "--realm", "relay.test"),
            *("--deny", "203.0.113.10", "-o", str(output)),
        ],
    )
    assert (result.exit_code, result.output) == (0, "")
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    lines = output.read_text().splitlines()
    assert {f"static-auth-secret={SECRET}", "realm=relay.test", "denied-peer-ip=203.0.113.10"} <= set(lines)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["secret", "turnserver.conf"]


@pytest.mark.parametrize("content", ["", "two\nlines", "x" * 2000])
def test_a_file_that_holds_no_secret_is_told(tmp_path: Path, content: str):
    file = tmp_path / "secret"
    file.write_text(content)
    result = CliRunner().invoke(
        cli, ["server", "turn-config", "--turn-secret-file", str(file), "--realm", "relay.test"]
    )
    assert result.exit_code == 2
    assert "holds no secret" in result.output
    assert "Traceback" not in result.output


def test_a_missing_secret_is_told(tmp_path: Path):
    result = CliRunner().invoke(
        cli, ["server", "turn-config", "--turn-secret-file", str(tmp_path / "none"), "--realm", "relay.test"]
    )
    assert result.exit_code == 2
    assert "cannot read" in result.output
