"""A release is of one commit, gated, complete, and signed so that any change shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from house.test_lock import locked

ROOT = Path(__file__).resolve().parents[2]
# Stand-ins for what asks registries and for what takes minutes; a release runs them as its commit holds them.
PASSES = "#!/bin/sh\nexit 0\n"
FINDS = "#!/bin/sh\necho 'left-pad 1.0 is known to be weak'\nexit 1\n"
BUILDS = """#!/bin/sh
cd "$(dirname "$0")/.." && mkdir dist
echo wheel $SOURCE_DATE_EPOCH >dist/screenshare-0.1.0-py3-none-any.whl
echo source >dist/screenshare-0.1.0.tar.gz
"""
BUILDS_ANEW = BUILDS + "pwd >>dist/screenshare-0.1.0.tar.gz\n"
LISTS = '#!/bin/sh\necho "{\\"commit\\": \\"$1\\"}"\n'


def git(folder: Path, *words: str) -> str:
    identity = [
        "-c",
        "user.name=Somebody",
        "-c",
        "user.email=somebody@example.org",
        "-c",
        "commit.gpgsign=false",
    ]
    return subprocess.run(
        ["git", "-C", folder, *identity, *words], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def commit(tmp_path: Path) -> Callable[..., Path]:
    """``commit(audit=…, build=…)``: a repository with the real ``scripts/release`` and these stand-ins."""

    def make(*, audit: str = PASSES, build: str = BUILDS) -> Path:
        folder = tmp_path / "repository"
        (folder / "scripts").mkdir(parents=True)
        shutil.copytree(ROOT / "requirements", folder / "requirements")
        for name in ("pyproject.toml", ".gitignore", "scripts/release", "scripts/lib.sh"):
            shutil.copy(ROOT / name, folder / name)
        for name, text in {"audit": audit, "build": build, "parts": LISTS}.items():
            (folder / "scripts" / name).write_text(text)
            (folder / "scripts" / name).chmod(0o755)
        git(folder, "init", "--quiet")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message", "All there is")
        return folder

    return make


def new_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return new_key(tmp_path / "key")


def release(folder: Path, *flags: str | Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "SIGNING_KEY"}
    return subprocess.run(
        [folder / "scripts/release", *flags], env=env, check=False, capture_output=True, text=True
    )


def released(folder: Path, *flags: str | Path) -> Path:
    result = release(folder, *flags)
    assert result.returncode == 0, result.stderr
    return folder / result.stdout.strip()


def is_sound(made: Path, key: Path) -> bool:
    """Run the commands that ``docs/releasing.md`` gives to people, for this key's owner."""
    signers = made.parent / "allowed_signers"
    public_key = key.with_suffix(".pub").read_text()
    signers.write_text(f'releases namespaces="screenshare-release" {public_key}')
    section = (ROOT / "docs/releasing.md").read_text().partition("## Check one")[2]
    commands = section.partition("```sh\n")[2].partition("```")[0]
    env = {**os.environ, "ALLOWED_SIGNERS": str(signers)}
    checked = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=made, env=env, check=False, capture_output=True
    )
    return checked.returncode == 0


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_signed_release_is_whole_and_checks_with_the_key_that_signed_it(commit, key):
    folder = commit()
    made = released(folder, "--key", key)
    assert made == folder / "dist/screenshare-0.1.0"
    assert {path.name for path in made.iterdir()} == {
        "SHA256SUMS",
        "SHA256SUMS.sig",
        "build.txt",
        "parts.cdx.json",
        "run.txt",
        "screenshare-0.1.0-py3-none-any.whl",
        "screenshare-0.1.0.tar.gz",
    }
    summed = {line.split()[1] for line in (made / "SHA256SUMS").read_text().splitlines()}
    assert summed == {path.name for path in made.iterdir() if not path.name.startswith("SHA256SUMS")}
    assert json.loads((made / "parts.cdx.json").read_text()) == {"commit": git(folder, "rev-parse", "HEAD")}
    committed_s = git(folder, "log", "-1", "--format=%ct")
    assert (made / "screenshare-0.1.0-py3-none-any.whl").read_text() == f"wheel {committed_s}\n"
    assert is_sound(made, key)


@pytest.mark.parametrize(
    "name", ["screenshare-0.1.0-py3-none-any.whl", "run.txt", "SHA256SUMS", "SHA256SUMS.sig"]
)
def test_one_changed_byte_of_a_release_shows(commit, key, name):
    made = released(commit(), "--key", key)
    flip_a_byte(made / name)
    assert not is_sound(made, key)


def test_a_release_signed_with_another_key_does_not_pass(commit, key, tmp_path):
    made = released(commit(), "--key", new_key(tmp_path / "another"))
    assert not is_sound(made, key)


def test_a_signature_made_for_something_else_is_none_of_a_release(commit, key):
    made = released(commit(), "--unsigned")
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "git", made / "SHA256SUMS"], check=True
    )
    assert not is_sound(made, key)


def test_without_a_key_there_is_no_release_unless_it_is_wanted_unsigned(commit):
    folder = commit()
    refused = release(folder)
    assert refused.returncode == 1
    assert "No key to sign with" in refused.stderr
    assert not (folder / "dist").exists()
    made = released(folder, "--unsigned")
    assert (made / "SHA256SUMS").exists()
    assert not (made / "SHA256SUMS.sig").exists()


@pytest.mark.parametrize("name", ["pyproject.toml", "new.py"], ids=["changed", "not added"])
def test_files_that_are_not_the_commits_are_not_released(commit, name):
    folder = commit()
    with (folder / name).open("a") as file:
        file.write("# one more line\n")
    refused = release(folder, "--unsigned")
    assert refused.returncode == 1
    assert "not those of a commit" in refused.stderr
    assert not (folder / "dist").exists()


def test_what_git_ignores_is_in_no_release(commit):
    folder = commit(build=BUILDS + "ls screenshare/web >>dist/screenshare-0.1.0.tar.gz 2>&1; true\n")
    (folder / "screenshare/web").mkdir(parents=True)
    (folder / "screenshare/web/left-behind.js").touch()
    made = released(folder, "--unsigned")
    assert "left-behind" not in (made / "screenshare-0.1.0.tar.gz").read_text()


@pytest.mark.parametrize(
    ("stand_ins", "reason"),
    [
        ({"audit": FINDS}, "known weakness, or a registry could not be asked"),
        ({"build": BUILDS_ANEW}, "built twice, it has other bytes"),
        ({"build": "#!/bin/sh\nexit 1\n"}, ""),
    ],
    ids=["audit", "differs", "build"],
)
def test_a_release_that_fails_leaves_nothing(commit, key, stand_ins, reason):
    folder = commit(**stand_ins)
    refused = release(folder, "--key", key)
    assert refused.returncode == 1
    assert reason in refused.stderr
    assert not (folder / "dist").exists()


def test_a_release_is_never_overwritten(commit, key):
    folder = commit()
    made = released(folder, "--key", key)
    refused = release(folder, "--unsigned")
    assert "is there already" in refused.stderr
    assert is_sound(made, key)


def list_parts() -> str:
    return subprocess.run(
        [sys.executable, ROOT / "scripts/parts.py", "c0ffee", "1700000000"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_the_list_of_parts_names_each_locked_package_and_what_is_in_the_page():
    parts = {part["purl"] for part in json.loads(list_parts())["components"]}
    page = json.loads((ROOT / "viewer/package.json").read_text())["dependencies"]
    in_page = {re.sub(r"^@", "%40", name) for name in page} | {"%40preact/signals-core"}
    assert {purl.rpartition("@")[0] for purl in parts if purl.startswith("pkg:npm/")} == {
        f"pkg:npm/{name}" for name in in_page
    }
    assert {purl for purl in parts if purl.startswith("pkg:pypi/")} == {
        f"pkg:pypi/{pin.name}@{version.version}" for pin in locked("run") for version in pin.specifier
    }


def test_the_same_commit_has_the_same_list_of_parts():
    assert list_parts() == list_parts()


def test_the_times_in_the_archives_are_the_commits(tmp_path):
    committed_at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    env = {**os.environ, "SOURCE_DATE_EPOCH": str(int(committed_at.timestamp()))}
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", tmp_path], cwd=ROOT, env=env, check=True
    )
    (wheel,), (source,) = tmp_path.glob("*.whl"), tmp_path.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {committed_at.timetuple()[:6]}
    with tarfile.open(source) as archive:
        assert {entry.mtime for entry in archive} == {int(committed_at.timestamp())}
