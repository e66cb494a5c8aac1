"""Whether the program that has the focus has read its keys: it is asked, as window managers do."""

from __future__ import annotations

from typing import Any, Final

from Xlib import X, error
from Xlib.display import Display
from Xlib.protocol.event import ClientMessage
from Xlib.xobject.drawable import Window

from screenshare.input.backends.x11_reach import lineage

# Measured with xterm, which does not answer, and 18 spare keycodes: at 0 ms only the last of several
# characters is right, at 50 ms a third of unknown Chinese ones (it draws them slowly), at 200 ms each one is.
_SILENT_S: Final = 0.2
# Chromium drops 3 of 18 keys that are pressed right after they were mapped, none after 5 ms.
_LEARN_S: Final = 0.01
# Who answers is waited for: GTK 3, Qt 6 and Chromium read the whole keyboard anew for each changed
# keycode, and answered after 0.08 to 0.3 s on two busy cores.
UNANSWERED_S: Final = 3.0
# Chromium answers the first before it has looked up the last keys: of 1,000 characters 37 were wrong after
# one answer, still 4 with 0.1 s of patience, and none after two.
_QUESTIONS: Final = 2
# EWMH wants the answer to go to SubstructureNotify; Qt sends it to StructureNotify.
_ANSWERS: Final = X.SubstructureNotifyMask | X.StructureNotifyMask


class X11Echo:
    """A message of _NET_WM_PING (EWMH) waits in the program's queue behind the keys, and so does its answer.

    A program learns what a keycode means when it comes to the key, not when the key is pressed. So a
    keycode may change its meaning only when the keys before it have been read.
    """

    read_until: float
    """Keys injected before this moment have been read, as far as one can know."""
    learnt_until: float
    """What was mapped until this moment is known, as far as one can know."""

    def __init__(self, display: Display) -> None:
        self.read_until = self.learnt_until = float("-inf")
        self._display = display
        self._root = display.screen().root
        self._protocols = display.intern_atom("WM_PROTOCOLS")
        self._ping = display.intern_atom("_NET_WM_PING")
        self._number = 0
        self._open = 0  # questions to be asked one after the other
        self._asked_at: float | None = None
        self._asked = 0
        self._hung = 0  # the window that left a question without an answer

    def ask(self, now: float) -> None:
        """Find out whether what was injected until ``now`` has been read; ``receive`` hears the answer.

        Of a program that does not answer such questions, or not any more, time alone tells.
        """
        if self._asked_at is not None and now - self._asked_at >= UNANSWERED_S:
            self._hung = self._asked
            self._end()
        window = self._answerer()
        if window is None or window.id == self._hung:
            self.read_until = max(self.read_until, now - _SILENT_S)
            self.learnt_until = max(self.learnt_until, now - _LEARN_S)
        if window is None or self._asked_at is not None:
            return
        self._asked, self._asked_at, self._open = window.id, now, _QUESTIONS
        # Only while a question is open: answers come by way of the root, with much else.
        self._root.change_attributes(event_mask=_ANSWERS)
        self._send()

    def receive(self, event: Any) -> None:
        """Take an event of the display; those that are no answer are ignored."""
        if self._asked_at is None or event.type != X.ClientMessage or event.client_type != self._protocols:
            return
        if list(event.data[1][:2]) != [self._ping, self._number]:
            return
        self._open -= 1
        if self._open:
            self._send()
            return
        self.read_until = self.learnt_until = self._asked_at
        self._hung = 0
        self._end()

    def _send(self) -> None:
        self._number = (self._number + 1) & 0x7FFF_FFFF
        window = self._display.create_resource_object("window", self._asked)
        question = (32, [self._ping, self._number, self._asked, 0, 0])
        window.send_event(ClientMessage(window=window, client_type=self._protocols, data=question))
        self._display.flush()

    def _end(self) -> None:
        self._asked_at = None
        self._root.change_attributes(event_mask=X.NoEventMask)

    def _answerer(self) -> Window | None:
        """Return the window which has the focus, or the one around it, that answers such questions."""
        window = self._display.get_input_focus().focus
        if window in (X.NONE, X.PointerRoot) or window == self._root:
            return None
        try:
            for each in lineage(window):
                known = each.get_property(self._protocols, X.AnyPropertyType, 0, 32)
                if known is not None and self._ping in known.value:
                    return each
        except (error.BadWindow, error.BadDrawable):
            pass  # it is gone, and with it whoever would have read the keys
        return None
