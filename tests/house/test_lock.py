"""``requirements/*.txt`` say what is installed: one version of each package, the hash of each file."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("build", "run", "dev", "tools")
# One entry as scripts/lock writes it: the package, its version, perhaps where it is wanted, and hashes.
ENTRY = re.compile(r"[a-z0-9-]+==[^ ;]+(?: ; [^\\]+)?(?: \\\n +--hash=sha256:[0-9a-f]{64})+\n")


def locked(name: str) -> list[Requirement]:
    text = (ROOT / f"requirements/{name}.txt").read_text()
    return [Requirement(entry.partition(" \\\n")[0]) for entry in ENTRY.findall(text)]


def wanted(name: str) -> list[Requirement]:
    """What pyproject.toml asks of this lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    lines = {
        "build": [*project["build-system"]["requires"], *groups["build"]],
        "run": project["project"]["dependencies"],
        "dev": [
            *project["project"]["dependencies"],
            *chain.from_iterable(project["project"]["optional-dependencies"].values()),
            *groups["dev"],
        ],
        "tools": groups["tools"],
    }
    return [Requirement(line) for line in lines[name]]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_nothing_but_versions_with_hashes(name):
    text = (ROOT / f"requirements/{name}.txt").read_text()
    assert not [line for line in ENTRY.sub("", text).splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("name", LOCKS)
def test_every_dependency_is_locked_within_its_range(name):
    versions = {pin.name: [version.version for version in pin.specifier] for pin in locked(name)}
    for requirement in wanted(name):
        (version,) = versions.get(canonicalize_name(requirement.name), ["missing"])
        assert requirement.specifier.contains(version), f"{requirement}: {version}; run scripts/lock"


def test_whoever_runs_tests_builds_and_shares_with_the_same_versions():
    versions = {pin.name: str(pin.specifier) for pin in locked("dev")}
    for pin in locked("run") + locked("build"):
        assert versions.get(pin.name, str(pin.specifier)) == str(pin.specifier), pin.name
    assert {pin.name for pin in locked("run")} <= set(versions)


def test_what_is_installed_here_is_what_is_locked():
    installed = {canonicalize_name(found.name): found.version for found in metadata.distributions()}
    pins = [pin for pin in locked("build") + locked("dev") if not pin.marker or pin.marker.evaluate()]
    differing = [str(pin) for pin in pins if installed.get(pin.name, "none") not in pin.specifier]
    assert not differing, "scripts/test installs what is locked"
