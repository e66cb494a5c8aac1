"""Which events are written down: none with a secret in it."""

from __future__ import annotations

import msgspec

from screenshare.capability import Capability
from screenshare.host.witness import entry_of
from screenshare.protocol import console

READY = console.Ready(
    link="http://h/j/r#k=SECRET",
    view_link="http://h/j/r#k=SECRET",
    console="http://127.0.0.1/console#t=SECRET",
    code="SECRET",
    room="r",
    display=":0",
    monitors=[],
)


def test_who_came_and_what_he_could_do_is_written_down():
    joined = console.ViewerJoined(id="v1", name="Ana", address="192.0.2.7", browser="Firefox", proved="code")
    assert entry_of(joined) == {
        "event": "viewer.joined",
        "id": "v1",
        "name": "Ana",
        "address": "192.0.2.7",
        "browser": "Firefox",
        "proved": "code",
    }
    granted = console.CapabilityChanged(id="v1", granted=[Capability.VIEW])
    assert entry_of(granted) == {"event": "capability.changed", "id": "v1", "granted": ["view"]}


def test_no_secret_is_written_down():
    events = [
        READY,
        console.CodeChanged(code="SECRET", expires_s=1.0),
        console.InvitationMade(id="link", link="http://h/j/r#k=SECRET", allows="control"),
        console.RecordingStarted(path="/home/SECRET.mp4"),
        console.RecordingStopped(path="/home/SECRET.mp4", duration_s=1.0, bytes=1),
    ]
    told = msgspec.json.encode([entry_of(event) for event in events])
    assert b"SECRET" not in told
    assert b'"room":"r"' in told


def test_what_concerns_nobody_is_not_written_down():
    assert entry_of(console.Warned(code="slow", message="m", hint="h")) is None
