"""What the X server gets of a viewer's hands."""

from __future__ import annotations

from Xlib import X
from Xlib.display import Display

SCREEN = (1280, 720)


class Witness:
    """A window over the whole display that notes buttons and keys."""

    def __init__(self, name: str) -> None:
        self._display = Display(name)
        root = self._display.screen().root
        self._window = root.create_window(
            0,
            0,
            *SCREEN,
            0,
            X.CopyFromParent,
            override_redirect=1,
            event_mask=X.ButtonPressMask | X.ButtonReleaseMask | X.KeyPressMask | X.KeyReleaseMask,
        )
        self._window.map()
        self._window.configure(stack_mode=X.Above)
        self._window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()
        self.seen: list[tuple[object, ...]] = []

    def look(self) -> list[tuple[object, ...]]:
        for _ in range(self._display.pending_events()):
            event = self._display.next_event()
            if event.type in (X.ButtonPress, X.ButtonRelease):
                kind = "press" if event.type == X.ButtonPress else "release"
                self.seen.append((kind, event.detail, event.root_x, event.root_y))
            elif event.type == X.KeyPress:
                self.seen.append((self._display.keycode_to_keysym(event.detail, 0), event.state & 0xFF))
        return self.seen

    @property
    def pointer(self) -> tuple[int, int]:
        place = self._display.screen().root.query_pointer()
        return place.root_x, place.root_y

    def close(self) -> None:
        self._display.close()
