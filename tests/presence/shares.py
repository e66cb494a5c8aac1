"""States of a share, as the host describes them."""

from __future__ import annotations

from typing import Any

import msgspec

from screenshare.capability import Capability
from screenshare.protocol import console

ALWAYS = {"event": "host.described", "origin": "http://192.168.1.20:8765"}


def viewer(name: str = "Ana", **changes: Any) -> console.ViewerDescription:
    fields: dict[str, Any] = {
        "id": f"p{name[:8].lower()}",
        "name": name,
        "address": "203.0.113.7",
        "browser": "Chrome on Windows",
        "phase": "live",
        "wants": [Capability.VIEW, Capability.CONTROL],
        "granted": [Capability.VIEW],
        "since_s": 10.0,
        "secret": "link",
    }
    return console.ViewerDescription(**(fields | changes))


def monitor(number: int = 1, x: int = 0) -> console.MonitorDescription:
    return console.MonitorDescription(
        id=number, name=f"M{number}", x=x, y=0, width=1280, height=720, is_primary=number == 1
    )


def state(*viewers: console.ViewerDescription, **changes: Any) -> console.HostDescribed:
    fields: dict[str, Any] = {
        "name": "Bob",
        "origin": "http://192.168.1.20:8765",
        "link": "http://192.168.1.20:8765/j/room#k=secret",
        "view_link": "http://192.168.1.20:8765/j/room#k=other",
        "link_qr": "",
        "code": None,
        "code_expires_s": None,
        "age_s": 60.0,
        "viewers": list(viewers),
        "media": console.MediaFigures(width=1280, height=720, fps=0.0, kbps=0.0),
        "available": [Capability.CONTROL, Capability.VIEW],
        "paused": False,
        "monitors": [monitor()],
    }
    # As the console gets it: fields that a test does not care about may come and go.
    return msgspec.convert(msgspec.to_builtins(fields | changes | ALWAYS), console.HostDescribed)
