"""Field types with their limits; every string and number from outside has one."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from screenshare.media import QualityMode as QualityMode

PROTOCOL_VERSION = 4

Name = Annotated[str, Meta(max_length=40, description="What a participant calls himself; plain text.")]
RequestId = Annotated[int, Meta(ge=0, le=2**31 - 1, description="Chosen by the asker, returned as `re`.")]
ParticipantId = Annotated[str, Meta(min_length=1, max_length=16, pattern="^[a-z0-9]+$")]
RoomId = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9_-]+$")]
Token = Annotated[str, Meta(min_length=1, max_length=128, pattern="^[A-Za-z0-9_-]+$")]
Attempt = Annotated[int, Meta(ge=0, le=2**31 - 1, description="Counts a viewer's peer connections.")]
Sequence = Annotated[int, Meta(ge=0, le=2**32 - 1, description="One counter over all input of a viewer.")]
MonitorId = Annotated[int, Meta(ge=1, le=64)]
MonitorChoice = Annotated[int, Meta(ge=0, le=64, description="A monitor, or 0: all of them as one picture.")]
Fraction16 = Annotated[
    int, Meta(ge=0, le=65_535, description="Position over the monitor: 0 first pixel, 65535 last pixel.")
]
ButtonNumber = Annotated[
    int, Meta(ge=0, le=4, description="MouseEvent.button: 0 left, 1 middle, 2 right, 3 back, 4 forward.")
]
WheelDelta = Annotated[
    int, Meta(ge=-12_000, le=12_000, description="120 is one notch; down and right count up.")
]
PixelShift = Annotated[
    int, Meta(ge=-4096, le=4096, description="Pixels of the host's screen; down and right count up.")
]
Ticks = Annotated[int, Meta(ge=0, le=2**32 - 1, description="90 kHz ticks of the host's clock, mod 2**32.")]
# The values of media.VideoFormat.
FormatName = Literal["h264", "h264-444", "vp8"]
LimitKbps = Annotated[int, Meta(ge=100, le=1_000_000, description="The most that the video may take.")]
# Which half of control a grant means.
Reach = Literal["all", "keyboard", "pointer"]
WindowId = Annotated[int, Meta(ge=1, le=2**32 - 1, description="A window by its number on the display.")]
MOST_WINDOW_CHARS = 120
WindowTitle = Annotated[
    str, Meta(max_length=MOST_WINDOW_CHARS, description="A window's title; some program's text.")
]
KeyCode = Annotated[str, Meta(min_length=1, max_length=32, pattern="^[A-Za-z0-9]+$")]
KeyValue = Annotated[
    str, Meta(min_length=1, max_length=32, description="KeyboardEvent.key (UI Events §6.3).")
]
Seconds = Annotated[float, Meta(ge=0)]
ClipFormat = Literal["text", "html", "png"]
ByteCount = Annotated[int, Meta(ge=0, le=2**32 - 1)]
