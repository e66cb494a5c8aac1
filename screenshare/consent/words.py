"""What the terminal says: state in, text out (pure). Nothing of a viewer is printed but as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from types import MappingProxyType
from typing import Final

from rich.text import Text

from screenshare.capability import AVAILABLE, IN_WORDS, Capability
from screenshare.consent.questions import Kind, Question
from screenshare.protocol import console
from screenshare.protocol.plain_text import grouped, plain_text

NAME_LIMIT: Final = 40
_MESSAGE_LIMIT: Final = 500
_QR_QUIET: Final = 2  # modules; the standard asks for 4, readers are content with 2

_LABEL, _VIEWING, _CONTROLLING, _RECORDING = "dim", "blue", "yellow", "red"
_SECRETS: Final = MappingProxyType(
    {
        "link": "verified by link",
        "view-link": "verified by view-only link",
        "code": "verified by spoken code",
        "digits": "came without a link",
        "password": "signed in with the password",
        "device": "signed in with a remembered browser",
    }
)
_LEFT: Final = MappingProxyType(
    {
        "denied": "was not let in",
        "timeout": "was not let in: nobody answered",
        "removed": "was sent away",
        "path-lost": "is gone: the connection was lost",
    }
)
_CONTROL_TAKEN: Final = MappingProxyType(
    {
        "host": "You took control back from {name}.",
        "panic": "You took control back from {name} with the panic key.",
        "released": "{name} released control.",
        "path-lost": "{name} lost the connection; control returns with it, unless somebody else takes it.",
        "ended": "{name} controls no longer: the share has ended.",
        "expired": "The time of {name}'s control is over.",
        "given": "{name} passed control on.",
        "taken": "Control was taken over from {name}.",
        "window-gone": "{name} controls no longer: the window is closed.",
    }
)

_UNATTENDED: Final = MappingProxyType(
    {
        True: "Whoever knows the password can sign in while nobody is here.",
        False: "Nobody can sign in by password any more.",
    }
)
_NO_SIGN_IN: Final = MappingProxyType(
    {
        "wrong-password": "tried to sign in with a wrong password",
        "locked-out": "tried to sign in, but too many passwords were wrong",
        "unknown-device": "tried to sign in with a browser that is not remembered",
    }
)
_REACHES: Final = MappingProxyType(
    {"all": "control", "keyboard": "use the keyboard of", "pointer": "use the mouse of"}
)


def opening(
    ready: console.Ready,
    state: console.HostDescribed,
    *,
    allowed: frozenset[Capability],
    asked: frozenset[Capability],
) -> Text:
    """Return the block that stands first: what is shared, how to come in, how to end it."""
    origin = ready.link.split("/j/", 1)[0]
    lines = [
        Text.assemble("Sharing this screen: ", (_screen(ready, state), "bold")),
        Text(),
        _row("Link", ready.link, _link_rights(allowed, asked)),
        _row("View only", ready.view_link),
    ]
    if ready.ask_link:
        lines.append(_row("Ask me", ready.ask_link, "in this network, without a link: compare six digits"))
    if ready.unattended_link:
        lines.append(_row("Sign in", ready.unattended_link, "with the password, while nobody is here"))
    if ready.lan_link:
        lines.append(_row("Nearby", ready.lan_link, "in this network, without the server"))
    if state.code is not None:
        lines.append(_row("Code", state.code, f"at {origin}"))
    lines += [_row("Console", ready.console)]
    return _lines(lines)


def manner(*, allowed: frozenset[Capability], asked: frozenset[Capability], has_keys: bool) -> Text:
    """Return what is asked, what is given, and how to stop; below the QR code."""
    stop = "Ctrl-C stops sharing"
    questions = _capabilities(asked) or "nothing"
    lines = [
        _row("Allowed", _capabilities(allowed) or "nothing without a question"),
        _row("Asked here", questions) if has_keys else _row("Asked", questions, "answer in the console"),
        Text(f"  {stop} · r takes control back · p pauses" if has_keys else f"  {stop}", style=_LABEL),
    ]
    return _lines(lines)


def qr_code(rows: Sequence[str], *, has_colour: bool) -> Text:
    """Return a QR code, two modules a character, from rows of ``0`` (light) and ``1`` (dark).

    Without colour the light modules are drawn, which is right on a dark terminal; readers take the
    opposite, too.
    """
    width = len(rows[0]) + 2 * _QR_QUIET
    quiet = ["0" * width] * _QR_QUIET
    side = "0" * _QR_QUIET
    framed = [*quiet, *(f"{side}{row}{side}" for row in rows), *quiet]
    drawn = "1" if has_colour else "0"
    blocks = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
    style = "#000000 on #ffffff" if has_colour else ""
    lines = []
    for upper, lower in zip_longest(framed[::2], framed[1::2], fillvalue="0" * width):
        line = "".join(blocks[a == drawn, b == drawn] for a, b in zip(upper, lower, strict=True))
        lines.append(Text.assemble("  ", (line, style)))
    return _lines(lines)


def status_line(state: console.HostDescribed) -> Text:
    """Return who watches, who controls, what is sent and what is recorded."""
    viewers = [viewer for viewer in state.viewers if viewer.phase != "knocking"]
    parts = [
        Text.assemble(("● ", _VIEWING), f"{len(viewers)} watching")
        if viewers
        else Text("○ nobody is watching", style=_LABEL)
    ]
    for viewer in viewers:
        if viewer.controls:
            left = viewer.control_expires_s
            limit = "" if left is None else f" ({minutes(left)} left)"
            parts.append(Text(f"{name_of(viewer)} controls{limit}", style=_CONTROLLING))
        elif viewer.phase == "reconnecting":
            parts.append(Text(f"{name_of(viewer)} reconnects", style=_LABEL))
    if viewers:
        parts.append(Text(f"{state.media.fps:.0f} fps {state.media.kbps / 1000:.1f} Mbit/s"))
    if state.paused:
        parts.insert(0, Text("⏸ paused (p goes on)", style=_CONTROLLING))
    if state.recording is not None:
        parts.append(Text.assemble(("⏺ ", _RECORDING), f"recording {hours(state.recording.duration_s)}"))
    line = Text(" · ").join(parts)
    line.no_wrap, line.overflow = True, "ellipsis"
    return line


def question_block(question: Question, *, waiting: int) -> Text:
    """Return one question with its keys and its countdown."""
    viewer = question.viewer
    if question.kind is Kind.RIGHT:
        wish, keys = f"wants to {IN_WORDS[viewer.asks or Capability.VIEW]}", "y allow   n deny"
    elif question.kind is Kind.CONTROL:
        wish, keys = "wants to control this computer", "y allow control   n deny"
    elif question.may_control:
        wish = "wants to see your screen, and may ask to control it"
        keys = "y allow view   c allow view and control   n deny"
    else:
        wish, keys = "wants to see your screen", "y allow view   n deny"
    left = "" if viewer.answer_in_s is None else f"   · denied in {viewer.answer_in_s:.0f} s"
    lines = [
        Text.assemble(("? ", "bold"), (f"{name_of(viewer)} {wish}", "bold")),
        Text(f"  {who(viewer)}"),
        *_comparison(viewer),
        Text("  Only allow people you know. Nobody from a company will call you first.", style=_LABEL),
        Text.assemble("  ", (keys, "bold"), left),
    ]
    if waiting:
        lines.append(Text(f"  {waiting} more {'waits' if waiting == 1 else 'wait'}", style=_LABEL))
    return _lines(lines)


def _comparison(viewer: console.ViewerDescription) -> list[Text]:
    if not viewer.digits:
        return []
    return [Text.assemble("  Allow only who reads these digits to you: ", (grouped(viewer.digits), "bold"))]


def _digits_told(digits: str) -> str:
    return f"digits {grouped(digits)}, which they must see too" if digits else ""


def event_line(event: console.HostEvent, names: Mapping[str, str]) -> Text | None:
    """Return what happened in one sentence; None for what the status line or a question shows."""
    match event:
        case console.ViewerJoined():
            return Text(f"{_plain_name(event.name)} is let in.")
        case console.ViewerLeft():
            return Text(f"{_called(event.id, names)} {_LEFT.get(event.reason, 'left')}.")
        case (
            console.ControlPassed()
            | console.ControlTaken()
            | console.ControlQueued()
            | console.ControlLocked()
            | console.ControlUnlocked()
            | console.ControlLasts()
            | console.HandTookOver()
        ):
            return _control_line(event, names)
        case console.UnattendedChanged() | console.SignInFailed():
            return _unattended_line(event)
        case console.RecordingStarted():
            return Text(f"Recording to {_path(event.path)}", style=_RECORDING)
        case console.RecordingStopped():
            size = f"{event.bytes / 1e6:.1f} MB"
            return Text(f"Recorded {hours(event.duration_s)} to {_path(event.path)} ({size})")
        case console.SharePaused():
            return Text("Sharing is paused: nobody sees this screen now.", style=_CONTROLLING)
        case console.ShareResumed():
            return Text("Sharing goes on.")
        case console.CodeChanged():
            return Text(f"New spoken code: {event.code}")
        case console.CodeRevoked():
            return Text("The spoken code works no longer.")
        case console.ServerReached():
            return Text(f"Viewers can come in through {plain_text(event.url, _MESSAGE_LIMIT)}.")
        case console.Warned():
            return _trouble(event.message, event.hint, "yellow")
        case console.Failed():
            return _trouble(event.message, event.hint, "red")
        case console.Stopped():
            return Text("Sharing has ended.")
        case _:
            return None


def _control_line(
    event: console.ControlPassed
    | console.ControlTaken
    | console.ControlQueued
    | console.ControlLocked
    | console.ControlUnlocked
    | console.ControlLasts
    | console.HandTookOver,
    names: Mapping[str, str],
) -> Text:
    match event:
        case console.ControlPassed():
            reaches = _REACHES[event.reach]
            window = plain_text(event.window, _MESSAGE_LIMIT)
            what = f"the window “{window}”" if window else "this computer"
            return Text(f"{_called(event.id, names)} can now {reaches} {what}.", style=_CONTROLLING)
        case console.ControlTaken():
            words = _CONTROL_TAKEN.get(event.reason, "{name} controls no longer.")
            return Text(words.format(name=_called(event.id, names)))
        case console.ControlQueued():
            return Text(f"{_called(event.id, names)} waits for control, at place {event.place}.")
        case console.ControlLocked():
            return Text("Control is locked: only you pass it on.")
        case console.ControlUnlocked():
            return Text("Control is no longer locked.")
        case console.ControlLasts():
            for_ = f"{event.for_s / 60:.0f} minutes"
            return Text(
                f"{_called(event.id, names)} has controlled this computer for {for_}. r takes control back.",
                style=_CONTROLLING,
            )
        case console.HandTookOver():
            return Text(f"You are at the mouse or keyboard: {_called(event.id, names)} waits.")


def _unattended_line(event: console.UnattendedChanged | console.SignInFailed) -> Text:
    if isinstance(event, console.UnattendedChanged):
        return Text(_UNATTENDED[event.is_on])
    why = _NO_SIGN_IN.get(event.reason, "could not sign in")
    return Text(f"Somebody at {plain_text(event.address, 64)} {why}.", style="yellow")


def question_line(event: console.HostEvent, names: Mapping[str, str], console_link: str) -> Text | None:
    """Return a question for where no key can answer it: the console page does."""
    match event:
        case console.ViewerKnocked():
            who_asks = ", ".join(filter(None, [event.address, event.browser, _digits_told(event.digits)]))
            what = f"{_plain_name(event.name)} wants to see your screen ({who_asks})"
        case console.ControlRequested():
            what = f"{_called(event.id, names)} wants to control this computer"
        case console.CapabilityRequested():
            what = f"{_called(event.id, names)} wants to {IN_WORDS[event.capability]}"
        case _:
            return None
    return Text(f"{plain_text(what, _MESSAGE_LIMIT)}. Answer within {event.limit_s:.0f} s: {console_link}")


def who(viewer: console.ViewerDescription) -> str:
    """Return address, browser and how the viewer proved that he was invited."""
    return " · ".join(
        [plain_text(viewer.address, 64), plain_text(viewer.browser, 64), _SECRETS[viewer.secret]]
    )


def name_of(viewer: console.ViewerDescription) -> str:
    return _plain_name(viewer.name)


def minutes(seconds: float) -> str:
    """Return ``4:12``."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02}"


def hours(seconds: float) -> str:
    """Return ``00:03:12``."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _plain_name(name: str) -> str:
    return plain_text(name, NAME_LIMIT) or "Somebody"


def _path(path: str) -> str:
    """Return where a recording is; names of files may hold anything but a slash."""
    return plain_text(path, _MESSAGE_LIMIT)


def _called(id_: str, names: Mapping[str, str]) -> str:
    return _plain_name(names.get(id_, ""))


def _trouble(message: str, hint: str, colour: str) -> Text:
    text = Text(plain_text(message, _MESSAGE_LIMIT), style=colour)
    return text.append(f"\n  {plain_text(hint, _MESSAGE_LIMIT)}") if hint else text


def _screen(ready: console.Ready, state: console.HostDescribed) -> str:
    width, height = state.media.width, state.media.height
    names = [monitor.name for monitor in ready.monitors if (monitor.width, monitor.height) == (width, height)]
    # Two monitors of one size: the state does not say which.
    name = plain_text(names[0], NAME_LIMIT) if len(names) == 1 else None
    return " ".join(part for part in (ready.display, name, f"{width}×{height}") if part)


def _link_rights(allowed: frozenset[Capability], asked: frozenset[Capability]) -> str:
    if Capability.CONTROL in allowed:
        return "view and control"
    return "view, may ask for control" if Capability.CONTROL in asked else "view"


def _capabilities(capabilities: frozenset[Capability]) -> str:
    return ", ".join(capability for capability in Capability if capability in capabilities & AVAILABLE)


def _row(label: str, value: str, remark: str = "") -> Text:
    text = Text.assemble("  ", (f"{label:<12}", _LABEL), value)
    return text.append(f"   ({remark})", style=_LABEL) if remark else text


def _lines(lines: Iterable[Text]) -> Text:
    return Text("\n").join(lines)
