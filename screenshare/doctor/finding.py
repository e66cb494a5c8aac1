"""What one check found, and how all of them are told (pure)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

Level = Literal["ok", "warn", "fail"]
LEVELS: Final[tuple[Level, ...]] = ("ok", "warn", "fail")
_ADDRESS: Final = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}(?!\w)|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:]))"
)
_URL: Final = re.compile(r"\b(https?|stun|turns?|wss?):(?://)?[^\s,;)]+")
_PATH: Final = re.compile(r"(?<!\S)~?/[^\s:,;)]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``says`` is what is so; ``todo`` what to do about it, empty when nothing need be done."""

    check: str
    level: Level
    says: str
    todo: str = ""


def ok(check: str, says: str) -> Finding:
    return Finding(check=check, level="ok", says=says)


def warn(check: str, says: str, todo: str) -> Finding:
    return Finding(check=check, level="warn", says=says, todo=todo)


def fail(check: str, says: str, todo: str) -> Finding:
    return Finding(check=check, level="fail", says=says, todo=todo)


def worst(findings: Iterable[Finding]) -> Level:
    """Return the worst level there is; ``ok`` of nothing."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")


def as_json(findings: Sequence[Finding], versions: dict[str, str]) -> dict[str, Any]:
    return {
        "worst": worst(findings),
        "versions": versions,
        "checks": [asdict(finding) for finding in findings],
    }


def report(findings: Sequence[Finding], versions: dict[str, str], *, private: Iterable[str]) -> str:
    """Return a text that can be given to a stranger.

    Args:
        private: words that must not be in it, such as the names of this computer and its user. Addresses,
            URLs and paths of files are shortened by themselves.
    """
    words = sorted((word for word in private if len(word) > 2), key=len, reverse=True)
    lines = [" ".join(("screenshare doctor", *(f"{name} {version}" for name, version in versions.items())))]
    for finding in findings:
        todo = f" -> {finding.todo}" if finding.todo else ""
        lines.append(f"{finding.level:4}  {finding.check:12}  {finding.says}{todo}")
    text = "\n".join(lines)
    for shape, replacement in ((_URL, r"\1:…"), (_PATH, "…")):
        text = shape.sub(replacement, text)
    text = _ADDRESS.sub(_shortened, text)
    for word in words:
        text = re.sub(re.escape(word), "…", text, flags=re.IGNORECASE)
    return text + "\n"


def _shortened(match: re.Match[str]) -> str:
    """Keep as much of an address as tells what kind of network it belongs to."""
    try:
        address = ipaddress.ip_address(match[0])
    except ValueError:
        return match[0]
    if address.is_loopback or address.is_unspecified:
        return match[0]
    if address.version == 4:
        return match[0].split(".")[0] + ".x.x.x"
    return address.exploded.split(":")[0] + ":…"
