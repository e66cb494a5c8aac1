"""What a helper notices of a fault: keys that go up at the host, and how long he waits."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

from e2e.conftest import ViewerPage

# Keys are up so soon after a cut: two seconds of silence, and how long it takes to notice.
LET_GO_LIMIT_S = 3.5
BACK_LIMIT_S = 15.0
_COLOURS = ("#2080c0", "#c08020")


class Trial:
    """A viewer who controls and holds Control down while something fails, again and again."""

    def __init__(
        self,
        viewer: ViewerPage,
        held_keys: Callable[[], int],
        eventually: Callable[..., None],
        paint: Callable[[str], None],
    ) -> None:
        self.viewer = viewer
        self._held_keys, self._eventually, self._paint = held_keys, eventually, paint
        self._figures: dict[str, list[float]] = defaultdict(list)
        self._runs = 0

    def hold(self) -> None:
        self.viewer.page.keyboard.down("Control")
        self._eventually(lambda: self._held_keys() == 1, "Control is down on the host")

    def expect_let_go(self, since: float) -> None:
        self._eventually(lambda: self._held_keys() == 0, "nothing is held", limit_s=LET_GO_LIMIT_S)
        self._note("let_go_s", since)

    def change_picture(self) -> str:
        """Show the host's screen in another colour; return it."""
        self._runs += 1
        colour = _COLOURS[self._runs % 2]
        self._paint(colour)
        return colour

    def expect_back(self, since: float, colour: str) -> None:
        """Wait until the new picture is there, and what he presses arrives."""
        self.viewer.wait_colour(colour)
        self._note("picture_s", since)
        self.viewer.wait_state("live", BACK_LIMIT_S)
        self.viewer.wait_button("Release control")
        self.viewer.page.keyboard.up("Control")
        self._eventually(lambda: self._held_keys() == 0, "Control is up")
        self.viewer.page.keyboard.down("Shift")
        self._eventually(lambda: self._held_keys() == 1, "what he presses arrives")
        self._note("control_s", since)
        self.viewer.page.keyboard.up("Shift")
        self._eventually(lambda: self._held_keys() == 0, "nothing is held again")

    def record(self, record_property: Callable[[str, object], None]) -> None:
        for name, figures in self._figures.items():
            record_property(name, figures)

    def _note(self, name: str, since: float) -> None:
        self._figures[name].append(round(time.monotonic() - since, 2))
