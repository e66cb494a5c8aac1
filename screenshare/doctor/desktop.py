"""Checks of this computer: its screen, its keys, its clipboard, its sign, its encoders."""

from __future__ import annotations

import shutil
import sys
from contextlib import closing

import av

from screenshare.capture import choose as capture
from screenshare.clipboard.choose import open_clipboard
from screenshare.doctor.finding import Finding, fail, ok, warn
from screenshare.errors import BackendError, CaptureUnavailable
from screenshare.input.choose import open_hand_watch, open_injector
from screenshare.media import VideoFormat
from screenshare.presence.choose import sign_makers
from screenshare.presence.port import SignUnavailable
from screenshare.video.encoder import Encoder, EncoderSettings

CLIPBOARD_LIMIT_BYTES = 1_000_000
_SIZE = (320, 240)


def check_capture(display: str | None) -> Finding:
    if display is None and sys.platform == "linux":
        says = "there is no display in this session"
        if shutil.which("Xvfb") is None:
            return fail(
                "capture", says, "start in a graphical session, or install xvfb for a virtual desktop"
            )
        return warn(
            "capture", f"{says}, so a virtual desktop would be shared", "start in a graphical session"
        )
    try:
        monitors = capture.list_monitors(display)
        primary = next(monitor for monitor in monitors if monitor.is_primary)
        with closing(capture.open_source(display, primary)) as source:
            patches = source.grab(whole=True)
            warnings = source.warnings
    except BackendError as error:
        return _of_error("capture", error)
    if not patches:
        return fail("capture", "the screen gave no picture", "unlock the screen and try again")
    if warnings:
        return warn("capture", warnings[0].message, warnings[0].hint)
    sizes = ", ".join(f"{monitor.region.width}x{monitor.region.height}" for monitor in monitors)
    return ok("capture", f"the screen can be read ({sizes})")


def check_injection(display: str | None) -> Finding:
    """Open what would inject, and close it: nothing is pressed."""
    try:
        open_injector(display).close()
    except BackendError as error:
        return _of_error("injection", error)
    return ok("injection", "keys and pointer can be injected")


def check_hand(display: str | None) -> Finding:
    try:
        open_hand_watch(display, "Escape").close()
    except BackendError as error:
        todo = error.hint or "take control back in the terminal or the console"
        return warn("panic key", f"your own hand is not told from a viewer's: {error}", todo)
    return ok("panic key", "your own hand takes precedence, and Escape three times takes control back")


def check_clipboard(display: str | None) -> Finding:
    """Open the clipboard without reading it: what is in there is nobody's business here."""
    try:
        open_clipboard(display, limit_bytes=CLIPBOARD_LIMIT_BYTES).close()
    except BackendError as error:
        todo = error.hint or "share without the clipboard"
        return warn("clipboard", f"the clipboard cannot be shared: {error}", todo)
    return ok("clipboard", "the clipboard can be shared")


async def check_sign(display: str | None) -> Finding:
    reasons: list[SignUnavailable] = []
    for make in sign_makers("auto", display):
        try:
            board = make(lambda _: None)
            try:
                await board.open()
            finally:
                await board.close()
        except SignUnavailable as reason:
            reasons.append(reason)
            continue
        if not reasons:
            return ok("sign", "the desktop shows who watches")
        todo = reasons[0].hint or "look at the terminal or the console"
        return warn("sign", f"who watches is shown by a notification alone: {reasons[0]}", todo)
    why = f": {reasons[-1]}" if reasons else ""
    todo = next((reason.hint for reason in reasons if reason.hint), "look at the terminal or the console")
    return warn("sign", f"this desktop cannot show that somebody watches{why}", todo)


def check_codec() -> Finding:
    missing = [format_.value for format_ in (VideoFormat.H264, VideoFormat.VP8) if not _encodes(format_)]
    if not missing:
        return ok("codec", "H.264 and VP8 can be encoded")
    todo = "reinstall with: pip install --force-reinstall av"
    if len(missing) == 2:
        return fail("codec", "no video can be encoded", todo)
    return warn("codec", f"{missing[0]} cannot be encoded; some browsers will show nothing", todo)


def check_audio() -> Finding:
    return warn("audio", "sound is not part of this release", "talk over the telephone meanwhile")


def _encodes(format_: VideoFormat) -> bool:
    try:
        encoder = Encoder(*_SIZE, EncoderSettings(format=format_))
        picture = av.VideoFrame(*_SIZE, format=encoder.pixel_format)
        return encoder.encode(picture, pts=0, keyframe=True) is not None
    except (av.FFmpegError, ValueError):
        return False


def _of_error(check: str, error: BackendError) -> Finding:
    todo = error.hint
    if not todo:
        todo = (
            "start in a graphical session"
            if isinstance(error, CaptureUnavailable)
            else "share for viewing only"
        )
    return fail(check, str(error), todo)
