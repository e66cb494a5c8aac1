"""The file: read, changed and written whole, one at a time. Every call blocks; call it in a thread."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from screenshare.config import write_private
from screenshare.errors import CommandRefused, ConfigError
from screenshare.protocol.base64url import base64url
from screenshare.unattended import lockout, record
from screenshare.unattended.lock_file import open_lock
from screenshare.unattended.record import (
    MOST_DEVICES,
    Address,
    Device,
    Failures,
    Password,
    Record,
    RecordUnreadable,
)

if sys.platform != "win32":
    import fcntl


class NotUnattended(CommandRefused):
    """Unattended access is off, or has no password: it answers as if it did not exist."""

    code = "unattended-off"


class UnknownDevice(CommandRefused):
    """No device of this name is remembered."""

    code = "unknown-device"


class Vault:
    """What one user of this computer has set; a host that runs sees each change with its next call.

    ``wall`` is asked for the time of a failure, which has to mean the same after a restart.
    """

    def __init__(self, path: Path, *, wall: Callable[[], float]) -> None:
        self.path = path
        self._wall = wall

    def read(self) -> Record:
        """Return what is set; raises RecordUnreadable where the file is damaged or open to others."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            return Record()
        except OSError as exc:
            raise RecordUnreadable(f"cannot read {self.path}: {exc.strerror}") from exc
        with os.fdopen(descriptor, "rb") as file:
            self._check_owner(os.fstat(descriptor))
            return record.read(file.read(record.MAX_RECORD_BYTES + 1))

    # --- at the machine ---------------------------------------------------------------------------------

    def switch_on(self, password: Password | None = None, *, remembers: bool = True) -> Record:
        """Let people in by password, the one that is set already unless one is given; failures are forgotten.

        ``remembers``: whether a browser that knew it may come without it next time.

        Raises:
            ConfigError: there is no password, or the file cannot be written.
        """

        def changed(now: Record) -> Record:
            if password is None and now.password is None:
                raise ConfigError(
                    "there is no password for unattended access yet", hint="screenshare unattended password"
                )
            return _without_failures(
                msgspec.structs.replace(
                    now,
                    is_on=True,
                    address=now.address or _new_address(),
                    password=password or now.password,
                    remembers=remembers,
                )
            )

        return self._change(changed)

    def switch_off(self) -> Record:
        """Let nobody in; password and devices stay for the next time."""
        return self._change(lambda now: msgspec.structs.replace(now, is_on=False))

    def set_password(self, password: Password) -> Record:
        return self._change(lambda now: _without_failures(msgspec.structs.replace(now, password=password)))

    def move(self) -> Record:
        """Take another address; the one before leads nowhere any more."""
        return self._change(lambda now: msgspec.structs.replace(now, address=_new_address()))

    def revoke(self, id_: str) -> Record:
        """Forget a device; raises ConfigError where none has this id."""

        def changed(now: Record) -> Record:
            kept = tuple(device for device in now.devices if device.id != id_)
            if len(kept) == len(now.devices):
                raise ConfigError(
                    f"no device is called {id_[:40]!r}", hint="list them with: screenshare unattended devices"
                )
            return msgspec.structs.replace(now, devices=kept)

        return self._change(changed)

    # --- for the host that answers ----------------------------------------------------------------------

    def serve(self, origin: str) -> Record:
        """Note where one reaches the host that answers at the address."""
        return self._change(lambda now: msgspec.structs.replace(now, origin=origin))

    # --- for a sign-in ----------------------------------------------------------------------------------

    def begin(self, source: str) -> Password:
        """Count a guess of ``source`` as wrong, and return what it has to be measured by.

        Raises:
            NotUnattended: it is switched off.
            LockedOut: too many guesses were wrong.
        """

        def counted(now: Record) -> Record:
            password_of(now)
            return lockout.begin(now, source, self._wall())

        return password_of(self._change(counted))

    def succeed(self, source: str) -> None:
        """The guess that began was right."""
        self._change(lambda now: lockout.succeed(now, source))

    def remember(self, device: Device) -> None:
        """Let this browser come without the password; the longest unused makes room for it.

        Raises:
            NotUnattended: it is switched off, or no browser is remembered.
        """

        def changed(now: Record) -> Record:
            password_of(now)
            if not now.remembers:
                raise NotUnattended("no browser is remembered at this computer")
            kept = sorted(now.devices, key=lambda each: each.used_at or each.added_at, reverse=True)
            return msgspec.structs.replace(now, devices=(device, *kept[: MOST_DEVICES - 1]))

        self._change(changed)

    def use(self, id_: str, source: str) -> Device:
        """Note that a device comes in from ``source``.

        Raises:
            NotUnattended: it is switched off.
            UnknownDevice: it is not remembered any more.
        """
        used_at = self._wall()

        def changed(now: Record) -> Record:
            used = msgspec.structs.replace(device_of(now, id_), used_at=used_at, used_from=source)
            return msgspec.structs.replace(
                now, devices=tuple(used if device.id == id_ else device for device in now.devices)
            )

        return device_of(self._change(changed), id_)

    def _change(self, change: Callable[[Record], Record]) -> Record:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self.path.with_suffix(".lock")):
                after = change(self.read())
                write_private(self.path, record.written(after))
        except OSError as exc:
            raise ConfigError(f"cannot write {self.path}: {exc.strerror}") from exc
        return after

    def _check_owner(self, status: os.stat_result) -> None:
        if sys.platform == "win32":  # pragma: no cover  the user's own folder guards it there
            return
        if status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise RecordUnreadable(
                f"others can read or write {self.path}, so nobody is let in by it",
                hint=f"look who did that, then set a new password, or: chmod 600 {self.path}",
            )


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold ``path`` for this call alone, among threads and processes."""
    with open_lock(path) as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def device_of(now: Record, id_: str) -> Device:
    """Return the device; raises NotUnattended or UnknownDevice."""
    password_of(now)
    for device in now.devices:
        if device.id == id_:
            return device
    raise UnknownDevice("this browser is not remembered here any more")


def _new_address() -> Address:
    return Address(token=base64url(secrets.token_bytes(24)), secret=secrets.token_bytes(16))


def password_of(now: Record) -> Password:
    """Return what a sign-in is measured by; raises NotUnattended."""
    if not now.is_on or now.password is None:
        raise NotUnattended("unattended access is off at this computer")
    return now.password


def _without_failures(now: Record) -> Record:
    return msgspec.structs.replace(now, failures=Failures(), by_source={})
