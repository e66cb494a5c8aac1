"""The rules of the house: what ``scripts/check`` says, the page's own tests, and what the wheel holds."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str) -> None:
    """Run a command in the repository; fail with what it printed."""
    result = subprocess.run(
        command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if result.returncode:
        pytest.fail(f"{' '.join(command)}\n{result.stdout}", pytrace=False)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports", "--no-cache"),
    ],
    ids=" ".join,
)
def test_the_python_code_keeps_the_rules(command):
    run(str(Path(sys.executable).parent / command[0]), *command[1:])


def test_the_pages_types_are_those_of_the_python_models():
    run("scripts/generate-types", "--check")


@pytest.mark.timeout(300)
def test_the_pages_own_tests_pass():
    run("npm", "--prefix", "viewer", "test")


@pytest.mark.timeout(300)
def test_the_wheel_holds_the_built_pages_and_needs_no_node(tmp_path):
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        ".",
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {f"screenshare/web/{page}.html" for page in ("index", "viewer", "console")} <= names
    assert any(re.fullmatch(r"screenshare/web/assets/viewer-.+\.js", name) for name in names)
    assert "screenshare/py.typed" in names
    assert not [name for name in names if "node_modules" in name]


def test_no_private_name_of_aiortc_is_touched_outside_the_seams():
    touching = re.compile(r"\b(?:aiortc|aioice|sender|pc|_pc|transport|rtp)\.(?:\w+\.)*_[a-z]\w*")
    for path in (ROOT / "screenshare").rglob("*.py"):
        if not path.name.startswith("seams"):
            found = [
                line
                for line in path.read_text().splitlines()
                if touching.search(line) and "self._pc." not in line
            ]
            assert not found, path
