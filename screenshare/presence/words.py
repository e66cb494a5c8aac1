"""What the sign says: the console page's words. Nothing of a viewer is shown but as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from screenshare.capability import IN_WORDS, Capability
from screenshare.protocol.console import ViewerDescription
from screenshare.protocol.plain_text import plain_text

NAME_LIMIT: Final = 40
_FACT_LIMIT: Final = 64

NOBODY: Final = "Nobody is watching"
PAUSED: Final = "Paused: nobody sees this screen"
STOP_CONTROL: Final = "Stop control"
PAUSE: Final = "Pause"
RESUME: Final = "Resume"
STOP_SHARING: Final = "Stop sharing"
DENY: Final = "Deny"
ALLOW_VIEW: Final = "Allow view"
ALLOW_CONTROL: Final = "Allow control"
ANSWER_ELSEWHERE: Final = "Answer in the terminal or in the console."
ONLY_ALLOW: Final = "Only allow people you know. Nobody from a company will call you first."
UNTIL_YOU_STOP: Final = (
    "They can use your mouse and keyboard until you stop it. You can take control back at any moment."
)
PRODUCT: Final = "Screenshare"

PROVED: Final = MappingProxyType(
    {
        "link": "verified by link",
        "view-link": "verified by view-only link",
        "code": "verified by code",
        "digits": "came without a link: allow only who reads you {digits}",
        "password": "signed in with the password",
        "device": "signed in with a remembered browser",
    }
)
RIGHTS: Final = MappingProxyType({right: can.capitalize() for right, can in IN_WORDS.items()})
ALLOW: Final = "Allow"


def sign_words(level: str, controller: ViewerDescription | None, inside: Sequence[ViewerDescription]) -> str:
    """Return the sentence of the badge."""
    if level == "paused":
        return PAUSED
    if controller is not None:
        window = plain_text(controller.control_window, _FACT_LIMIT)
        return f"{name_of(controller)} controls " + (f"the window “{window}”" if window else "this computer")
    if not inside:
        return NOBODY
    if len(inside) == 1:
        return f"{name_of(inside[0])} is watching"
    if len(inside) == 2:
        return f"{name_of(inside[0])} and {name_of(inside[1])} are watching"
    return f"{name_of(inside[0])} and {len(inside) - 1} more are watching"


def wish(viewer: ViewerDescription) -> str:
    if viewer.asks is None:
        return f"{name_of(viewer)} wants to see your screen"
    what = "control this computer" if viewer.asks is Capability.CONTROL else IN_WORDS[viewer.asks]
    return f"{name_of(viewer)} wants to {what}"


def facts(viewer: ViewerDescription) -> str:
    known = (plain_text(viewer.address, _FACT_LIMIT), plain_text(viewer.browser, _FACT_LIMIT))
    return " · ".join(fact for fact in known if fact)


def more(count: int) -> str:
    if count == 0:
        return ""
    return "One more question waits." if count == 1 else f"{count} more questions wait."


def blocked(controller: ViewerDescription) -> str:
    return (
        f"While {name_of(controller)} controls this computer nobody can be allowed anything here: "
        "stop control first, or answer in the console."
    )


def seconds_left(seconds: int) -> str:
    return "1 second until this is denied" if seconds == 1 else f"{seconds} seconds until this is denied"


def name_of(viewer: ViewerDescription) -> str:
    return plain_text(viewer.name, NAME_LIMIT) or "A guest"
