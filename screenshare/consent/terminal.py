"""The terminal of the person at the host: prints what happens, asks, and takes single keys."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, Callable
from contextlib import AsyncExitStack
from typing import Final, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from screenshare.capability import ASKED_BY_DEFAULT, Capability
from screenshare.clock import monotonic_s
from screenshare.consent import words
from screenshare.consent.keys import TerminalKeys, can_read_keys
from screenshare.consent.questions import Questions
from screenshare.errors import ScreenshareError
from screenshare.protocol import console

# The host describes itself each second; a little less, or every second description would wait.
STATUS_INTERVAL_S: Final = 0.9


class Terminal:
    """Says on ``output`` what the host tells; questions are answered by keys of ``keys_from``.

    Where ``output`` is no terminal it writes plain lines, and where no keys can be read it names the
    console page as the place to answer.
    """

    def __init__(
        self,
        *,
        command: Callable[[console.AnyHostCommand], None],
        allowed: frozenset[Capability] = frozenset(),
        asked: frozenset[Capability] = ASKED_BY_DEFAULT,
        output: TextIO | None = None,
        keys_from: TextIO | None = None,
    ) -> None:
        """Defaults are the standard streams; ``command`` may raise ScreenshareError, which is printed."""
        self._command = command
        self._allowed = allowed
        self._asked = asked - allowed
        self._output = output or sys.stdout
        self._keys_from = keys_from or sys.stdin
        self._console = _Console(
            file=self._output,
            force_terminal=self._output.isatty(),
            highlight=False,
            markup=False,
            emoji=False,
        )
        self._live: Live | None = None
        self._keys: TerminalKeys | None = None
        self._questions = Questions()
        self._names: dict[str, str] = {}
        self._ready: console.Ready | None = None
        self._state: console.HostDescribed | None = None
        self._drawn: tuple[Text, ...] = ()
        self._drawn_at = float("-inf")

    async def run(self, events: AsyncIterable[console.HostEvent]) -> None:
        """Print until ``events`` end; the terminal is as before when this returns or raises."""
        async with AsyncExitStack() as stack:
            if self._console.is_terminal and not self._console.is_dumb_terminal:
                if can_read_keys(self._keys_from):
                    self._keys = stack.enter_context(TerminalKeys(self._keys_from, self._press))
                self._live = stack.enter_context(
                    Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
                )
            async for event in events:
                try:
                    self._show(event)
                except OSError:  # nobody reads any more; the share goes on
                    self._console.quiet = True

    def restore(self) -> None:
        """Give the terminal back at once; for who ends the process without waiting for ``run``."""
        if self._keys is not None:
            self._keys.restore()
        if self._live is not None:
            self._live.stop()

    def _show(self, event: console.HostEvent) -> None:
        match event:
            case console.Ready():
                self._ready = event
            case console.HostDescribed():
                self._describe(event)
            case console.ViewerKnocked() | console.ViewerJoined():
                self._names[event.id] = event.name
        line = words.event_line(event, self._names)
        if line is None and self._keys is None and self._ready is not None:
            line = words.question_line(event, self._names, self._ready.console)
        if line is not None:
            self._print(line)
        if isinstance(event, console.ViewerLeft):
            self._names.pop(event.id, None)

    def _describe(self, state: console.HostDescribed) -> None:
        is_first, self._state = self._state is None, state
        if is_first and self._ready is not None:
            self._open(self._ready, state)
        asked_before = self._questions.current
        is_new = self._questions.describe(state, monotonic_s())
        if is_new and self._keys is not None:
            self._console.bell()
        asked_now = self._questions.current
        has_moved = (asked_before and asked_before.key) != (asked_now and asked_now.key)
        self._draw(at_once=has_moved)

    def _open(self, ready: console.Ready, state: console.HostDescribed) -> None:
        self._print(words.opening(ready, state, allowed=self._allowed, asked=self._asked))
        if self._live is not None and not self._console.options.ascii_only:
            has_colour = self._console.color_system is not None and not self._console.no_color
            code = words.qr_code(state.link_qr.split("\n"), has_colour=has_colour)
            if self._console.measure(code).maximum <= self._console.width:
                self._print(code)
        self._print(words.manner(allowed=self._allowed, asked=self._asked, has_keys=self._keys is not None))

    def _press(self, key: str) -> None:
        now = monotonic_s()
        command = self._questions.press(key, now)
        if command is None:
            return
        try:
            self._command(command)
        except ScreenshareError as error:
            self._questions.ask_again(now)
            self._print(Text(f"{error}.", style="red"))
        self._draw(at_once=True)

    def _draw(self, *, at_once: bool) -> None:
        """Show question and status line, at most once a second, and only if they read differently."""
        now = monotonic_s()
        if self._live is None or self._state is None:
            return
        if not at_once and now - self._drawn_at < STATUS_INTERVAL_S:
            return
        drawn: tuple[Text, ...] = (words.status_line(self._state),)
        question = self._questions.current
        if question is not None and self._keys is not None:
            drawn = (words.question_block(question, waiting=self._questions.waiting), *drawn)
        if drawn != self._drawn:
            self._drawn, self._drawn_at = drawn, now
            self._live.update(Group(*drawn), refresh=True)

    def _print(self, text: Text) -> None:
        # Lines that are too long are left to the terminal: a link must stay in one piece to be copied.
        self._console.print(text, soft_wrap=True)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Fall silent; rich would end the process, and the share with it."""
        self.quiet = True
