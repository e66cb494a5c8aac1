"""``screenshare unattended``: the only way to switch it on, at a terminal of the machine itself."""

from __future__ import annotations

import getpass
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from screenshare.clock import wall_s
from screenshare.errors import CommandRefused, ConfigError
from screenshare.protocol.plain_text import plain_text
from screenshare.session.door import Address
from screenshare.unattended import password
from screenshare.unattended.hands import hands_file, refuse_remote_hands
from screenshare.unattended.lockout import CLOSED_FROM, wait_left_s
from screenshare.unattended.record import Device, Record
from screenshare.unattended.vault import NotUnattended, Vault

_PHRASE: Final = "let them in"
_WARNING: Final = f"""\
Whoever has the password can then see and control this computer while nobody sits at it.
If somebody on the phone told you to do this, stop here: that is how people are robbed.
Type "{_PHRASE}" to go on: """


def switch_on(path: Path, *, generate: bool, remembers: bool = True) -> None:
    """Switch it on; ask for a password where there is none, or make one."""
    vault = _at_the_machine(path)
    if input(_WARNING).strip() != _PHRASE:
        raise CommandRefused("nothing was changed: that was not the phrase")
    needs_password = generate or vault.read().password is None
    new = password.derive(_new_password(generate=generate)) if needs_password else None
    vault.switch_on(new, remembers=remembers)
    _say("Unattended access is on, while screenshare host runs: it prints the address to sign in at.")
    _say("Switch it off with: screenshare unattended off")


def switch_off(path: Path) -> None:
    """Switch it off; anybody at this computer may, also a script."""
    _vault(path).switch_off()
    _say("Unattended access is off: no password and no device lets anybody in.")


def set_password(path: Path, *, generate: bool) -> None:
    """Take another password; what was remembered of devices stays."""
    vault = _at_the_machine(path)
    after = vault.set_password(password.derive(_new_password(generate=generate)))
    _say("The password is changed.")
    if after.devices:
        _say(f"{len(after.devices)} devices come in without it: screenshare unattended devices")


def tell_address(path: Path) -> None:
    """Say where one signs in, as the host that answers, or did last, is reached."""
    now = _vault(path).read()
    if not now.is_on or now.address is None:
        raise NotUnattended(
            "unattended access is off at this computer", hint="switch it on: screenshare unattended on"
        )
    if not now.origin:
        raise ConfigError("no host has run yet that could say where it is reached", hint="screenshare host")
    _say(Address(now.address.token, now.address.secret).link(now.origin))


def move(path: Path) -> None:
    """Take another address, for one that came into wrong hands; the password stays."""
    _vault(path).move()
    _say("The address is another one now: screenshare unattended address. The one before leads nowhere.")


def revoke(path: Path, id_: str) -> None:
    _vault(path).revoke(id_)
    _say("This device is forgotten: it needs the password again.")


def show(path: Path, *, as_json: bool) -> None:
    """Say whether it is on, whether guesses are refused, and which devices are remembered."""
    now = _vault(path).read()
    wait_s = wait_left_s(now.failures, wall_s(), closed_from=CLOSED_FROM)
    if as_json:
        _say(json.dumps(_as_json(now, wait_s), ensure_ascii=False))
        return
    _say(f"Unattended access is {'on' if now.is_on else 'off'}.")
    if now.failures.count:
        closed = f"; none is taken for {_length(wait_s)}" if wait_s else ""
        _say(f"{now.failures.count} wrong passwords, the last {_time(now.failures.last_at)}{closed}.")
    for device in now.devices:
        _say(_line(device))


def _vault(path: Path) -> Vault:
    return Vault(path, wall=wall_s)


def _at_the_machine(path: Path) -> Vault:
    """Return the vault for what opens a way in; raises CommandRefused where that is nobody's own hand."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandRefused(
            "unattended access is opened at a terminal alone", hint="type the command in a terminal window"
        )
    refuse_remote_hands(hands_file(path))
    return _vault(path)


def _new_password(*, generate: bool) -> str:
    if generate:
        made = password.generate()
        _say(f"The password, which is shown this once: {made}")
        return made
    text = getpass.getpass(f"New password, {password.SHORTEST} characters or more: ")
    if getpass.getpass("Once more: ") != text:
        raise ConfigError("the two passwords are not the same", hint="nothing was changed; try again")
    return text


def _as_json(now: Record, wait_s: float) -> dict[str, object]:
    return {
        "on": now.is_on,
        "password": now.password is not None,
        "failures": now.failures.count,
        # JSON has no infinity: null means until it is switched on again.
        "refused_s": None if wait_s == float("inf") else wait_s,
        "devices": [
            {
                "id": device.id,
                "name": device.name,
                "added_at": device.added_at,
                "used_at": device.used_at,
                "used_from": device.used_from,
            }
            for device in now.devices
        ],
    }


def _line(device: Device) -> str:
    used = "never used" if device.used_at is None else f"last used {_time(device.used_at)}"
    came = f" from {plain_text(device.used_from, 64)}" if device.used_from else ""
    return f"{device.id}  {plain_text(device.name, 40)}, added {_time(device.added_at)}, {used}{came}"


def _length(seconds: float) -> str:
    return "ever, until it is switched on again" if seconds == float("inf") else f"{seconds:.0f} s"


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, tz=UTC).astimezone():%Y-%m-%d %H:%M}"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
