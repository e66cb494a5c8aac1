"""States of a host, as short as a test can say them."""

from __future__ import annotations

from screenshare.capability import Capability
from screenshare.protocol.console import (
    HostDescribed,
    MediaFigures,
    MonitorDescription,
    Ready,
    RecordingDescription,
    ViewerDescription,
)

LINK = "http://192.168.1.20:8765/j/k3n8#k=c2VjcmV0"


def viewer(id_: str = "v1", name: str = "Ana", **changes: object) -> ViewerDescription:
    fields: dict[str, object] = {
        "address": "203.0.113.7",
        "browser": "Chrome on Windows",
        "phase": "live",
        "wants": [Capability.VIEW],
        "granted": [Capability.VIEW],
        "since_s": 3.0,
        "secret": "link",
    }
    return ViewerDescription(id=id_, name=name, **(fields | changes))


def knocking(id_: str = "v1", name: str = "Ana", **changes: object) -> ViewerDescription:
    return viewer(id_, name, **({"phase": "knocking", "answer_in_s": 30.0} | changes))


def host(
    *viewers: ViewerDescription,
    fps: float = 29.0,
    kbps: float = 1840.0,
    recording: RecordingDescription | None = None,
    available: tuple[Capability, ...] = (Capability.CONTROL, Capability.VIEW),
) -> HostDescribed:
    return HostDescribed(
        name="Bob",
        origin="http://192.168.1.20:8765",
        link=LINK,
        view_link=LINK.replace("c2VjcmV0", "dmlldw"),
        link_qr="101\n010\n110",
        code="482 913 0571",
        code_expires_s=540.0,
        age_s=12.0,
        viewers=list(viewers),
        media=MediaFigures(width=1920, height=1080, fps=fps, kbps=kbps),
        available=list(available),
        recording=recording,
    )


def monitor(name: str = "HDMI-1", width: int = 1920) -> MonitorDescription:
    return MonitorDescription(id=1, name=name, x=0, y=0, width=width, height=1080, is_primary=True)


def ready(*monitors: MonitorDescription) -> Ready:
    return Ready(
        link=LINK,
        view_link=LINK.replace("c2VjcmV0", "dmlldw"),
        console="http://127.0.0.1:8765/console#t=token",
        code="482 913 0571",
        room="k3n8",
        display=":0",
        monitors=list(monitors or (monitor(),)),
    )
