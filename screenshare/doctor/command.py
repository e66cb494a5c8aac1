"""``screenshare doctor`` from the first check to the exit code."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import os
import platform
import socket
import sys
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Final, Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from screenshare.clock import wall_s
from screenshare.config import IceEntry, ListenAddress
from screenshare.doctor import desktop, finding, network
from screenshare.doctor.finding import Finding, fail
from screenshare.handover import tell
from screenshare.rendezvous import turn

CHECK_LIMIT_S: Final = 8.0
_COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "bold red"}

Form = Literal["table", "json", "report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorConfig:
    display: str | None = None
    listen: ListenAddress = field(default_factory=ListenAddress)
    ice: tuple[IceEntry, ...] = ()
    turn_urls: tuple[str, ...] = ()
    turn_secret: str | None = field(default=None, repr=False)
    server: str | None = None


def run(config: DoctorConfig, *, form: Form, version: str) -> int:
    """Check everything, tell it, and return the exit status: 1 when something fails."""
    findings = asyncio.run(examine(config))
    match form:
        case "json":
            found = finding.as_json(findings, _versions(version))
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        case "report":
            private = _private_words(config)
            sys.stdout.write(finding.report(findings, _versions(version), private=private))
        case "table":
            _print(findings)
    return int(finding.worst(findings) == "fail")


async def examine(config: DoctorConfig) -> list[Finding]:
    """Make all checks at once; none takes longer than ``CHECK_LIMIT_S``, and they come in a fixed order."""
    display = config.display
    if display is None and sys.platform == "linux":
        display = os.environ.get("DISPLAY") or None
    servers = list(turn.named_servers(config.ice))
    if config.turn_secret is not None:
        own = turn.Relay(config.turn_urls, turn.TurnSecret(config.turn_secret))
        servers += own.servers_for("doctor", wall_s())
    checks: list[Awaitable[list[Finding]]] = [_in_thread("capture", lambda: desktop.check_capture(display))]
    if display is not None or sys.platform != "linux":
        checks += [
            _in_thread("injection", lambda: desktop.check_injection(display)),
            _in_thread("panic key", lambda: desktop.check_hand(display)),
            _in_thread("clipboard", lambda: desktop.check_clipboard(display)),
            _limited("sign", _alone(desktop.check_sign(display))),
        ]
    checks += [
        _in_thread("codec", desktop.check_codec),
        _in_thread("audio", desktop.check_audio),
        _in_thread("listening", lambda: network.check_listening(config.listen)),
        _limited("network", network.check_servers(servers)),
    ]
    if config.server is not None:
        checks.append(_limited("server", network.check_server(config.server)))
    return [each for found in await asyncio.gather(*checks) for each in found]


async def _alone(check: Awaitable[Finding]) -> list[Finding]:
    return [await check]


async def _in_thread(name: str, check: Callable[[], Finding]) -> list[Finding]:
    """Run a check that may block; a daemon thread, because one that never ends must not keep the process."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Finding] = loop.create_future()

    def settle(result: Finding) -> None:
        if not found.done():
            found.set_result(result)

    def work() -> None:
        try:
            result = check()
        except Exception as error:  # noqa: BLE001  a check that breaks is a finding too
            result = fail(name, f"the check itself failed ({type(error).__name__})", _TELL_US)
        tell(loop, settle, result)

    threading.Thread(target=work, name=f"check:{name}", daemon=True).start()
    return await _limited(name, _alone(found))


async def _limited(name: str, check: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        async with asyncio.timeout(CHECK_LIMIT_S):
            return await check
    except TimeoutError:
        todo = "close programs that do not respond, and run the doctor again"
        return [fail(name, f"the check did not end within {CHECK_LIMIT_S:g} s", todo)]


_TELL_US: Final = "tell the project, with the text of screenshare doctor --report"


def _print(findings: Sequence[Finding]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for each in findings:
        says = Text(each.says[:1].upper() + each.says[1:] + ".")
        if each.todo:
            says.append(f"\n→ {each.todo[:1].upper()}{each.todo[1:]}.", style="cyan")
        table.add_row(Text(each.level, style=_COLOURS[each.level]), each.check, says)
    Console(soft_wrap=False, highlight=False).print(table)


def _versions(own: str) -> dict[str, str]:
    return {
        "screenshare": own,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "aiortc": metadata.version("aiortc"),
        "av": metadata.version("av"),
    }


def _private_words(config: DoctorConfig) -> list[str]:
    words = [socket.gethostname(), platform.node()]
    with contextlib.suppress(OSError, KeyError):  # a user without a name has none to hide
        words.append(getpass.getuser())
    words += [config.turn_secret] if config.turn_secret is not None else []
    words += [word for entry in config.ice for word in (entry.username, entry.password) if word]
    return words
