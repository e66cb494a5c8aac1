"""The host's own mouse and keyboard on X11: raw events of the devices that hands move (XInput 2)."""

from __future__ import annotations

import os
import select
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from Xlib import XK, error
from Xlib.display import Display
from Xlib.ext import ge, xinput

from screenshare.errors import InjectionUnavailable
from screenshare.input.port import HandNews

# What XTEST injects comes from devices of its own, ours and everybody's.
_XTEST: Final = "XTEST"
_SLAVES: Final = (xinput.SlavePointer, xinput.SlaveKeyboard, xinput.FloatingSlave)
_RAW: Final = (
    xinput.RawKeyPressMask | xinput.RawKeyReleaseMask | xinput.RawButtonPressMask | xinput.RawMotionMask
)
_DETAIL = struct.Struct("=6xI")  # deviceid u16, time u32, detail u32 (XI2 protocol, RawEvent)


@contextmanager
def _watched() -> Iterator[None]:
    try:
        yield
    except (error.ConnectionClosedError, error.XError, OSError) as exc:
        raise InjectionUnavailable(f"the host's own hand is no longer seen: {exc}") from exc


class X11HandWatch:
    """Waits for a hand at the host; no injected event ever reaches it, however many there are."""

    def __init__(self, display: str | None, panic_key: str | None) -> None:
        """``panic_key``: a keysym's name; None for no such key.

        Raises:
            InjectionUnavailable: no such display or key, or no XInput 2.
        """
        self._panic_keysym = 0 if panic_key is None else XK.string_to_keysym(panic_key)
        if panic_key is not None and not self._panic_keysym:
            raise InjectionUnavailable(
                f"there is no key “{panic_key}”", hint="for example Escape, F12 or Pause"
            )
        try:
            self._display = Display(display)
        except (error.DisplayError, error.XauthError, error.ConnectionClosedError, OSError) as exc:
            raise InjectionUnavailable(f"no X display {display or ''}: {exc}".rstrip()) from exc
        if not self._display.has_extension(xinput.extname):
            self._display.close()
            raise InjectionUnavailable("this X server has no XInput extension")
        self._display.set_error_handler(lambda fault, request: None)
        self._down: set[int] = set()
        self._wake_reader, self._wake_writer = os.pipe()
        with _watched():
            self._display.xinput_query_version()
            self._root = self._display.screen().root
            self._root.xinput_select_events([(xinput.AllDevices, xinput.HierarchyChangedMask)])
            self._listen()

    def wait(self) -> list[HandNews]:
        """Block until a hand did something, or ``wake``; what it did, in order."""
        with _watched():
            if not self._display.pending_events():
                select.select([self._display, self._wake_reader], [], [])
            return [news for event in self._events() if (news := self._read(event)) is not None]

    def wake(self) -> None:
        os.write(self._wake_writer, b"w")

    def close(self) -> None:
        with suppress(error.ConnectionClosedError, OSError):
            self._display.close()
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def _events(self) -> Iterator[ge.GenericEvent]:
        for _ in range(self._display.pending_events()):
            event = self._display.next_event()
            if event.type == ge.GenericEventCode:
                yield event

    def _read(self, event: ge.GenericEvent) -> HandNews | None:
        match event.evtype:
            case xinput.HierarchyChanged:
                self._listen()
            case xinput.RawMotion:
                return HandNews.MOVED
            case xinput.RawButtonPress:
                return HandNews.PRESSED
            case xinput.RawKeyPress:
                return self._key_down(_keycode(event))
            case xinput.RawKeyRelease:
                self._down.discard(_keycode(event))
        return None

    def _key_down(self, keycode: int) -> HandNews | None:
        if keycode in self._down:  # it repeats
            return None
        self._down.add(keycode)
        is_panic = self._panic_keysym and self._display.keycode_to_keysym(keycode, 0) == self._panic_keysym
        return HandNews.STRUCK if is_panic else HandNews.PRESSED

    def _listen(self) -> None:
        """Ask for what each device that a hand can move has to tell, new ones too."""
        devices = self._display.xinput_query_device(xinput.AllDevices).devices
        real = [
            device.deviceid for device in devices if device.use in _SLAVES and _XTEST not in str(device.name)
        ]
        if real:
            self._root.xinput_select_events([(device, _RAW) for device in real])
        self._display.sync()


def _is_real(use: int, name: str) -> bool:
    return use in _SLAVES and _XTEST not in name


def _keycode(event: ge.GenericEvent) -> int:
    return int(_DETAIL.unpack_from(bytes(event.data))[0])
