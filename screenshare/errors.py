"""What can go wrong, as one tree.

An error that a person may read carries a ``hint``: what to do about it.
An error that travels to the other side carries a ``code`` for the wire.
"""

from __future__ import annotations

from typing import ClassVar


class ScreenshareError(Exception):
    """Base of every error this package raises on purpose."""

    code: ClassVar[str] = "failed"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ConfigError(ScreenshareError):
    """A flag, a variable or the config file says something impossible."""

    code = "config"
    exit_status = 2


class LocalProtocolError(ScreenshareError):
    """Our own code asked for a step which the state does not allow: a bug."""

    code = "bug"


class RemoteProtocolError(ScreenshareError):
    """The other side broke the protocol."""

    code = "malformed"


class MalformedMessage(RemoteProtocolError):
    """Not a message: bad encoding, wrong types, values out of range."""


class UnknownMessage(RemoteProtocolError):
    """Well formed, but of a type this version or this channel does not know."""

    code = "unknown-type"


class MessageTooLarge(RemoteProtocolError):
    """Longer than its channel allows."""

    code = "too-large"


class OutOfOrder(RemoteProtocolError):
    """A known message at a moment that does not expect it."""

    code = "out-of-order"


class UnsupportedVersion(RemoteProtocolError):
    """The other side speaks a version of the protocol that this one does not."""

    code = "unsupported-version"


class RateLimited(RemoteProtocolError):
    """More messages, or more wrong guesses, than one side may send."""

    code = "rate-limited"


class PermissionDenied(ScreenshareError):
    """A known message for which the participant holds no grant."""

    code = "not-permitted"


class NegotiationError(ScreenshareError):
    """Two peers found no common ground."""

    code = "negotiation"


class NoCommonCodec(NegotiationError):
    """The viewer decodes none of the codecs the host can send."""

    code = "no-common-codec"


class CommandRefused(ScreenshareError):
    """The host asked for something that the state or a flag does not allow."""

    code = "refused"


class HandNeeded(CommandRefused):
    """A viewer controls this computer and could have pressed that himself."""

    code = "hand-needed"


class SignalingError(ScreenshareError):
    """The rendezvous cannot introduce the two sides."""

    code = "signaling"


class AddressInUse(SignalingError):
    """Another program listens on the address asked for."""

    code = "address-in-use"


class BackendError(ScreenshareError):
    """Something of the operating system that a room needs is missing or broke."""

    code = "backend"


class CaptureUnavailable(BackendError):
    """There is no screen that could be shared."""

    code = "capture-unavailable"
    exit_status = 3


class CaptureLost(BackendError):
    """The display went away while it was shared."""

    code = "capture-lost"
    exit_status = 3


class InjectionUnavailable(BackendError):
    """Keys and pointer cannot be injected here."""

    code = "injection-unavailable"


class ClipboardUnavailable(BackendError):
    """The clipboard of this computer cannot be reached."""

    code = "clipboard-unavailable"


class RecordingError(BackendError):
    """A recording cannot be written where it was asked for."""

    code = "recording"
