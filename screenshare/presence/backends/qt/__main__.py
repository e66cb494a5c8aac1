"""Draw what the host tells on standard input, tell what is pressed on standard output; end with the input."""

from __future__ import annotations

import signal
import sys
import threading
from typing import BinaryIO, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from screenshare.errors import MalformedMessage
from screenshare.presence import lines, words
from screenshare.presence.backends.qt import look
from screenshare.presence.backends.qt.badge import Badge
from screenshare.presence.backends.qt.frame import Frame
from screenshare.presence.backends.qt.question import QuestionDialog
from screenshare.presence.backends.qt.tray import Tray
from screenshare.presence.sign import Question, Sign
from screenshare.protocol import console

# Other programs put windows above all others, too; ours come back this often.
RISE_MS: Final = 1000
# An answer that the host did not take is asked for again after this.
ASK_AGAIN_MS: Final = 2000


class SignProgram(QObject):
    """Shows one sign after another."""

    told = Signal(object)
    ended = Signal()

    def __init__(self, output: BinaryIO) -> None:
        super().__init__()
        self._output = output
        self._sign: Sign | None = None
        self._dialog: QuestionDialog | None = None
        self._answered: tuple[str, str] | None = None
        self._frame = Frame()
        self._badge = Badge(self._press)
        self.tray = Tray(self._press)
        self.told.connect(self._show)
        self._rising = QTimer(self)
        self._rising.timeout.connect(self._rise)

    def read(self, source: BinaryIO) -> None:
        """Read signs until there is no more; runs in a thread of its own."""
        try:
            while line := source.readline(lines.MAX_LINE_BYTES + 1):
                self.told.emit(lines.decode_sign(line))
        except (OSError, MalformedMessage):
            pass  # an end, like that of the input: the host starts anew or has gone
        self.ended.emit()

    def tell(self, message: lines.FromSign) -> None:
        try:
            self._output.write(lines.encode(message))
            self._output.flush()
        except OSError:
            QApplication.quit()

    def _press(self, command: console.AnyHostCommand) -> None:
        self.tell(lines.Pressed(command=command))

    def _show(self, sign: Sign) -> None:
        self._sign = sign
        self.tray.tell(sign)
        if sign.level == "idle":
            self._badge.hide()
            self._frame.hide()
            self._rising.stop()
        else:
            self._frame.show(sign.areas, look.TONES[sign.level].ground)
            self._badge.tell(sign)
            self._rising.start(RISE_MS)
        self._ask(sign.question)

    def _rise(self) -> None:
        # None of them covers another, so one that is above already changes nothing on the screen.
        self._frame.rise()
        self._badge.raise_()

    def _ask(self, question: Question | None) -> None:
        if question is None or question.key != self._answered:
            self._answered = None
        if self._dialog is not None and question is not None and self._dialog.asks(question):
            self._dialog.follow(question)
            return
        if self._dialog is not None:
            self._dialog.vanish()
            self._dialog = None
        if question is not None and question.key != self._answered:
            self._dialog = QuestionDialog(question, self._decide)
            self._dialog.appear()

    def _decide(self, command: console.AnyHostCommand) -> None:
        """Send an answer; the dialog of a question that is still open then comes again."""
        if self._dialog is not None and not isinstance(command, console.ControlRevoke):
            self._answered = self._dialog.question.key
            self._dialog = None
            QTimer.singleShot(ASK_AGAIN_MS, self._ask_again)
        self._press(command)

    def _ask_again(self) -> None:
        self._answered = None
        if self._sign is not None:
            self._ask(self._sign.question)


def main() -> int:
    if sys.platform == "linux":
        import resource

        # Qt ends by abort() where it finds no display; that is no crash to keep.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    application.setApplicationName(words.PRODUCT)
    application.setQuitOnLastWindowClosed(False)
    program = SignProgram(sys.stdout.buffer)
    program.ended.connect(application.quit)
    program.tell(lines.Stands(has_tray=program.tray.is_there))
    threading.Thread(target=program.read, args=(sys.stdin.buffer,), name="signs", daemon=True).start()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
