"""The shell of the room: one thread that owns the injector, fed from the loop."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Set
from concurrent.futures import Future
from typing import Final, assert_never

from screenshare.clock import monotonic_s
from screenshare.errors import BackendError, InjectionUnavailable
from screenshare.handover import tell
from screenshare.input import keymap, pressed
from screenshare.input.backlog import Backlog
from screenshare.input.port import Injector
from screenshare.media import Monitor
from screenshare.session.permitted import Permitted

log = logging.getLogger(__name__)

# So many characters are typed before the thread looks whether it must let go of everything.
_TEXT_SLICE: Final = 32
_ASK_AGAIN_S: Final = 0.01
# A key that the injector puts off for longer is lost rather than late. Longer than UNANSWERED_S of X11.
_PATIENCE_S: Final = 4.0
_CLOSE_LIMIT_S: Final = 5.0


class InputDesk:
    """Takes what the session permitted; only the loop calls it, and nothing here blocks but ``close``.

    Args:
        injector_factory: called once, in the desk's thread; may raise BackendError.
        monitors: tells them by id; called in the desk's thread.
        on_failed: called once, in the loop that called ``start``, when injecting is or becomes
            impossible; from then on everything is accepted and nothing happens.
    """

    def __init__(
        self,
        injector_factory: Callable[[], Injector],
        monitors: Callable[[], Mapping[int, Monitor]],
        *,
        on_failed: Callable[[BackendError], None],
    ) -> None:
        self._injector_factory = injector_factory
        self._monitors = monitors
        self._on_failed = on_failed
        self._pressed = pressed.Pressed()
        self._buttons_down: set[int] = set()
        # The condition guards what both threads touch: the backlog and these three.
        self._changed = threading.Condition()
        self._backlog = Backlog()
        self._releasing: Future[None] | None = None
        self._is_open = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; call it in the running loop, once."""
        self._is_open = True
        self._thread = threading.Thread(
            target=self._run, args=(asyncio.get_running_loop(),), name="inject", daemon=True
        )
        self._thread.start()

    def submit(self, permitted: Permitted) -> None:
        """Queue one message; see Backlog for what happens when they come too fast."""
        with self._changed:
            if self._is_open:
                self._backlog.offer(permitted)
                self._changed.notify()

    def release_all(self) -> Future[None]:
        """Forget what is queued and let go of everything held; the future is done when that has happened.

        What is submitted after this call is carried out after the release.
        """
        with self._changed:
            self._backlog.clear()
            if not self._is_open:
                return _done()
            if self._releasing is None:
                self._releasing = Future()
                # Whoever waits must not take the release away from the others who wait for it.
                self._releasing.set_running_or_notify_cancel()
                self._changed.notify()
            return self._releasing

    def close(self) -> None:
        """Let go of everything and end the thread; blocks for a moment."""
        with self._changed:
            self._backlog.clear()
            self._is_open = False
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_CLOSE_LIMIT_S)
            if self._thread.is_alive():
                log.warning("the injector did not end within %.0f s", _CLOSE_LIMIT_S)

    # --- the desk's own thread -------------------------------------------------------------------------

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._serve()
        except BackendError as error:
            log.warning("input cannot be injected: %s", error)
            tell(loop, self._on_failed, error)
        except Exception:
            lost = InjectionUnavailable("keys and pointer are no longer injected: the injector broke")
            tell(loop, self._on_failed, lost)
            raise
        finally:
            with self._changed:
                self._is_open = False
                self._backlog.clear()
                self._finish_release()

    def _serve(self) -> None:
        injector = self._injector_factory()
        try:
            while self._wait():
                self._release_if_asked(injector)
                if (permitted := self._take()) is not None:
                    self._inject(injector, permitted)
            self._let_go(injector)
        finally:
            injector.close()

    def _wait(self) -> bool:
        """Wait for something to do; return False when the desk closes."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_open or self._releasing is not None or self._backlog)
            return self._is_open

    def _take(self) -> Permitted | None:
        with self._changed:
            # Asked for meanwhile: what waits now was submitted after it, and must come after it.
            return None if self._releasing is not None else self._backlog.take()

    def _release_if_asked(self, injector: Injector) -> None:
        if self._releasing is None:
            return
        self._let_go(injector)
        with self._changed:
            self._finish_release()

    def _let_go(self, injector: Injector) -> None:
        for action in self._pressed.release_all():
            _perform(injector, action)
        self._buttons_down.clear()

    def _inject(self, injector: Injector, permitted: Permitted) -> None:
        monitors = self._monitors()
        shared = next((monitor.window for monitor in monitors.values()), 0)
        windows = {window for window in (shared, permitted.window) if window}
        for action in self._pressed.receive(permitted, monitors):
            if self._is_astray(injector, action, windows):
                self._pressed.forget(action)
                continue
            match action:
                case pressed.PressKey(code, key):
                    self._press_key(injector, code, key)
                case pressed.TypeText(text):
                    self._type(injector, text, windows)
                case _:
                    self._note_button(action)
                    _perform(injector, action)

    def _is_astray(self, injector: Injector, action: pressed.Action, windows: Set[int]) -> bool:
        """Tell whether ``action`` would reach something else than each of ``windows``.

        A drag stays inside: what is dropped elsewhere would reach whatever lies there.
        """
        match action:
            case pressed.MovePointer(x, y) if self._buttons_down:
                return not all(injector.is_over(window, (x, y)) for window in windows)
            case pressed.ShiftPointer() if self._buttons_down:
                return bool(windows)  # where it would end, nobody can tell beforehand
            case pressed.PressButton() | pressed.TurnWheel():
                return not all(injector.is_over(window) for window in windows)
            case pressed.PressKey(code, key) if windows and keymap.is_for_the_desktop(
                code, key, self._pressed.keys.keys()
            ):
                return True
            case pressed.PressKey() | pressed.TypeText():
                return not _have_focus(injector, windows)
        return False

    def _note_button(self, action: pressed.Instant) -> None:
        match action:
            case pressed.PressButton(button):
                self._buttons_down.add(button)
            case pressed.ReleaseButton(button):
                self._buttons_down.discard(button)

    def _press_key(self, injector: Injector, code: str, key: str) -> None:
        give_up_at = monotonic_s() + _PATIENCE_S
        while not injector.key_down(code, key):
            if monotonic_s() > give_up_at or not self._pause():
                return

    def _type(self, injector: Injector, text: str, windows: Set[int]) -> None:
        give_up_at = monotonic_s() + _PATIENCE_S
        # What is typed may open another window, which then has the focus.
        while text and not self._is_interrupted() and _have_focus(injector, windows):
            rest = injector.type_text(text[:_TEXT_SLICE])
            typed = min(len(text), _TEXT_SLICE) - len(rest)
            text = text[typed:]
            if typed:
                give_up_at = monotonic_s() + _PATIENCE_S
            elif monotonic_s() > give_up_at or not self._pause():
                return

    def _pause(self) -> bool:
        """Wait for a moment; return False at once when everything is to be let go."""
        with self._changed:
            return not self._changed.wait_for(self._is_interrupted, _ASK_AGAIN_S)

    def _is_interrupted(self) -> bool:
        return self._releasing is not None or not self._is_open

    def _finish_release(self) -> None:
        if self._releasing is not None:
            self._releasing.set_result(None)
            self._releasing = None


def _perform(injector: Injector, action: pressed.Instant) -> None:
    match action:
        case pressed.MovePointer(x, y):
            injector.move(x, y)
        case pressed.ShiftPointer(dx, dy, within):
            injector.shift(dx, dy, within)
        case pressed.PressButton(button):
            injector.button(button, down=True)
        case pressed.ReleaseButton(button):
            injector.button(button, down=False)
        case pressed.TurnWheel(dx, dy):
            injector.wheel(dx, dy)
        case pressed.ReleaseKey(code):
            injector.key_up(code)
        case _:
            assert_never(action)


def _have_focus(injector: Injector, windows: Set[int]) -> bool:
    return all(injector.has_focus(window) for window in windows)


def _done() -> Future[None]:
    future: Future[None] = Future()
    future.set_result(None)
    return future
