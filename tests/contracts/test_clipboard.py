"""What every Clipboard owes, against a real X server and the programs of others."""

from __future__ import annotations

import os
import random
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.protocol import event as xevent

from conftest import wait_until, x_server
from screenshare.clipboard.choose import open_clipboard
from screenshare.clipboard.clip import Clip
from screenshare.clipboard.port import Clipboard
from screenshare.errors import ClipboardUnavailable

LIMIT = 2**20
TEXT = "Grüße, Ελλάδα, Привет, שלום, 漢字 😀\n\t{}[]"
# Larger than one request of X: travels in pieces.
LARGE = random.Random(1).randbytes(700_000)
PATIENCE_S = 10

BACKENDS: list[Callable[[str], Clipboard]] = [lambda display: open_clipboard(display, limit_bytes=LIMIT)]


@pytest.fixture(params=BACKENDS, ids=["x11"])
def clipboard(request, x_display) -> Iterator[Clipboard]:
    clipboard = request.param(x_display)
    yield clipboard
    clipboard.close()


def owner_of(name: str) -> int:
    """Return the window that owns the clipboard, 0 for none."""
    display = Display(name)
    owner = display.get_selection_owner(display.intern_atom("CLIPBOARD"))
    display.close()
    return 0 if isinstance(owner, int) else int(owner.id)


class Program:
    """Another program, as far as it copies and pastes."""

    def __init__(self, display: str) -> None:
        self._display = display
        self._env = os.environ | {"DISPLAY": display}

    def copy(self, data: bytes, target: str = "UTF8_STRING") -> None:
        """Own the clipboard from now on."""
        before = owner_of(self._display)
        self._xclip("-i", "-t", target, input=data, stdout=subprocess.DEVNULL)
        # xclip goes to the background before the X server has heard of it.
        wait_until(lambda: owner_of(self._display) != before, "it owns the clipboard")

    def paste(self, target: str = "UTF8_STRING") -> bytes:
        return self._xclip("-o", "-t", target, stdout=subprocess.PIPE).stdout

    def _xclip(self, *flags: str, **how: object) -> subprocess.CompletedProcess[bytes]:
        command = ["xclip", "-selection", "clipboard", *flags]
        return subprocess.run(
            command, env=self._env, stderr=subprocess.DEVNULL, timeout=PATIENCE_S, check=False, **how
        )


@pytest.fixture
def program(x_display) -> Program:
    return Program(x_display)


@contextmanager
def serving(clipboard: Clipboard) -> Iterator[list[bool]]:
    """Let ``clipboard`` wait in a thread meanwhile; yields what its waits returned."""
    is_over = threading.Event()
    waits: list[bool] = []

    def serve() -> None:
        while not is_over.is_set():
            waits.append(clipboard.wait())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield waits
    finally:
        is_over.set()
        clipboard.wake()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


class Owner:
    """A program that owns the clipboard and answers in its own way, or not at all.

    ``answer(owner, request)`` is called in a thread for each question.
    """

    def __init__(self, display: str, answer: Callable[[Owner, object], None]) -> None:
        self.display = Display(display)
        self.display.set_error_handler(lambda fault, request: None)
        root = self.display.screen().root
        self.window, self._ending = (root.create_window(0, 0, 1, 1, 0, X.CopyFromParent) for _ in range(2))
        self._answer = answer
        self.window.set_selection_owner(self.atom("CLIPBOARD"), X.CurrentTime)
        self.display.sync()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def atom(self, name: str) -> int:
        return self.display.intern_atom(name)

    def name(self, atom: int) -> str:
        return self.display.get_atom_name(atom)

    def tell(self, request, is_done: bool = True) -> None:
        place = request.property if is_done else X.NONE
        told = xevent.SelectionNotify(
            time=request.time,
            requestor=request.requestor,
            selection=request.selection,
            target=request.target,
            property=place,
        )
        request.requestor.send_event(told)
        self.display.flush()

    def put(self, request, kind: str, data: bytes) -> None:
        request.requestor.change_property(request.property, self.atom(kind), 8, data)
        self.tell(request)

    def put_targets(self, request, *names: str) -> None:
        atoms = [self.atom(name) for name in names]
        request.requestor.change_property(request.property, Xatom.ATOM, 32, atoms)
        self.tell(request)

    def _serve(self) -> None:
        while True:
            event = self.display.next_event()
            if event.type == X.SelectionRequest:
                self._answer(self, event)
            elif event.type == X.ClientMessage:
                return

    def close(self) -> None:
        ended = xevent.ClientMessage(window=self._ending, client_type=Xatom.STRING, data=(8, bytes(20)))
        self._ending.send_event(ended)
        self.display.flush()
        self._thread.join(PATIENCE_S)
        self.display.close()


@pytest.fixture
def own(x_display) -> Iterator[Callable[..., Owner]]:
    """``own(answer)``: let a program own the clipboard that answers so."""
    owners: list[Owner] = []

    def make(answer: Callable[[Owner, object], None]) -> Owner:
        owners.append(Owner(x_display, answer))
        return owners[-1]

    yield make
    for owner in owners:
        owner.close()


def offering(**answers: tuple[str, bytes]):
    """Return an answer that offers these; ``__`` in a keyword stands for ``/``."""
    named = {name.replace("__", "/"): answer for name, answer in answers.items()}

    def answer(owner: Owner, request) -> None:
        target = owner.name(request.target)
        if target == "TARGETS":
            owner.put_targets(request, *named)
        elif target in named:
            owner.put(request, *named[target])
        else:
            owner.tell(request, is_done=False)

    return answer


# --- what others copied ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "name", "data"),
    [
        ("UTF8_STRING", "text", TEXT.encode()),
        ("text/html", "html", b"<p>Gr\xc3\xbc\xc3\x9fe <b>you</b>"),
        ("image/png", "png", LARGE),
        ("UTF8_STRING", "text", b"x" * LIMIT),
    ],
    ids=["text", "HTML", "an image in pieces", "as much as may be"],
)
def test_what_another_program_copied_is_read_exactly(clipboard, program, target, name, data):
    program.copy(data, target)
    assert clipboard.wait() is True
    assert clipboard.read() == Clip({name: data})


def test_several_formats_of_one_thing_are_read_together(clipboard, own):
    own(
        offering(
            UTF8_STRING=("UTF8_STRING", b"cell"),
            text__html=("text/html", b"<td>cell"),
            image__png=("image/png", b"\x89PNG"),
            text__rtf=("text/rtf", b"{}"),
        )
    )
    assert clipboard.read().parts == {"text": b"cell", "html": b"<td>cell", "png": b"\x89PNG"}


def test_html_of_browsers_that_write_utf_16_comes_as_utf_8(clipboard, own):
    own(offering(text__html=("text/html", "<b>ä漢".encode("utf-16"))))
    assert clipboard.read().parts == {"html": "<b>ä漢".encode()}


def test_text_of_programs_that_know_latin_1_alone_comes_as_utf_8(clipboard, own):
    own(offering(STRING=("STRING", "Grüße".encode("latin-1"))))
    assert clipboard.read().parts == {"text": "Grüße".encode()}


@pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT], ids=["by a byte", "by far"])
def test_what_is_beyond_the_limit_is_named_and_not_read(clipboard, program, size):
    program.copy(b"x" * size, "image/png")
    assert clipboard.read() == Clip({}, ("png",))


def test_formats_share_the_limit_and_text_comes_first(clipboard, own):
    own(offering(UTF8_STRING=("UTF8_STRING", b"x" * 60_000), image__png=("image/png", b"x" * 50_000)))
    small = open_clipboard(clipboard._display.get_display_name(), limit_bytes=100_000)
    assert small.read() == Clip({"text": b"x" * 60_000}, ("png",))
    small.close()


def test_what_a_password_manager_marks_as_secret_is_not_read(clipboard, own):
    secret = {"x-kde-passwordManagerHint": ("STRING", b"secret"), "UTF8_STRING": ("UTF8_STRING", b"hunter2")}
    own(offering(**secret))
    assert clipboard.read().is_empty


def test_an_empty_clipboard_is_empty(clipboard):
    assert clipboard.read().is_empty


# --- programs that misbehave -------------------------------------------------------------------------


def silent(owner: Owner, request) -> None:
    """Answer nothing."""


def silent_after_targets(owner: Owner, request) -> None:
    if owner.name(request.target) == "TARGETS":
        owner.put_targets(request, "UTF8_STRING", "text/html", "image/png")


def never_ending(owner: Owner, request) -> None:
    """Announce pieces that never come."""
    if owner.name(request.target) == "TARGETS":
        owner.put_targets(request, "image/png")
    else:
        request.requestor.change_property(request.property, owner.atom("INCR"), 32, [1000])
        owner.tell(request)


def lying(owner: Owner, request) -> None:
    """Say that it is done, and put nothing there."""
    owner.tell(request)


def nonsense(owner: Owner, request) -> None:
    """Put numbers where bytes are expected and the other way round."""
    if owner.name(request.target) == "TARGETS":
        request.requestor.change_property(request.property, Xatom.STRING, 8, b"abc")
    else:
        request.requestor.change_property(request.property, Xatom.INTEGER, 32, [1, 2, 3])
    owner.tell(request)


def endless_targets(owner: Owner, request) -> None:
    request.requestor.change_property(request.property, Xatom.ATOM, 32, [1] * 20_000)
    owner.tell(request)


@pytest.mark.parametrize(
    "answer", [silent, silent_after_targets, never_ending, lying, nonsense, endless_targets]
)
def test_an_owner_that_does_not_do_its_part_costs_a_moment_and_nothing_else(clipboard, own, program, answer):
    own(answer)
    assert clipboard.read().is_empty
    program.copy(b"the next one")
    assert clipboard.read().parts == {"text": b"the next one"}


def test_an_owner_that_dies_while_it_is_asked_leaves_an_empty_clipboard(clipboard, own):
    own(lambda owner, request: owner.window.destroy())
    assert clipboard.read().is_empty


def test_a_program_that_ends_while_it_pastes_disturbs_nobody(clipboard, program, x_display):
    clipboard.write(Clip({"png": LARGE}))
    with serving(clipboard):
        asker = Display(x_display)
        window = asker.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        atoms = [asker.intern_atom(name) for name in ("CLIPBOARD", "image/png", "PLACE")]
        window.convert_selection(*atoms, X.CurrentTime)
        asker.sync()
        asker.close()
        assert program.paste("image/png") == LARGE


# --- what we put there -------------------------------------------------------------------------------


def test_other_programs_paste_what_was_written_in_each_format(clipboard, program):
    assert clipboard.write(Clip({"text": TEXT.encode(), "html": b"<b>x</b>", "png": LARGE})) is True
    with serving(clipboard):
        assert program.paste("UTF8_STRING") == TEXT.encode()
        assert program.paste("text/plain;charset=utf-8") == TEXT.encode()
        assert program.paste("text/plain") == TEXT.encode()
        assert program.paste("text/html").endswith(b'charset=utf-8"><b>x</b>')
        assert program.paste("image/png") == LARGE
        assert program.paste("image/jpeg") == b""
        offered = program.paste("TARGETS").decode().split()
        assert {"TARGETS", "TIMESTAMP", "MULTIPLE", "UTF8_STRING", "text/html", "image/png"} <= set(offered)
        assert "STRING" not in offered  # Latin-1 cannot say it
        assert int(program.paste("TIMESTAMP")) > 0


def test_programs_that_know_latin_1_alone_get_what_can_be_said_in_it(clipboard, program):
    clipboard.write(Clip({"text": "Grüße".encode()}))
    with serving(clipboard):
        assert program.paste("STRING") == "Grüße".encode("latin-1")


def test_several_targets_asked_for_at_once_are_answered_at_once(clipboard, x_display):
    clipboard.write(Clip({"text": b"hi"}))
    display = Display(x_display)
    window = display.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
    names = ("UTF8_STRING", "A", "image/png", "B", "MULTIPLE", "C")
    pairs = [display.intern_atom(name) for name in names]
    place = display.intern_atom("PAIRS")
    window.change_property(place, display.intern_atom("ATOM_PAIR"), 32, pairs)
    with serving(clipboard):
        window.convert_selection(
            display.intern_atom("CLIPBOARD"), display.intern_atom("MULTIPLE"), place, X.CurrentTime
        )
        while display.next_event().type != X.SelectionNotify:
            pass
    answered = list(window.get_property(place, X.AnyPropertyType, 0, 64).value)
    assert answered == [pairs[0], pairs[1], pairs[2], X.NONE, pairs[4], X.NONE]
    assert window.get_property(pairs[1], X.AnyPropertyType, 0, 64).value == b"hi"
    display.close()


def test_what_we_wrote_is_no_change_and_is_read_back_as_it_was(clipboard, program, eventually):
    clipboard.write(Clip({"text": b"mine"}))
    with serving(clipboard) as waits:
        assert program.paste() == b"mine"
        assert True not in waits
        program.copy(b"yours")
        eventually(lambda: True in waits, "the change was seen")
    assert clipboard.read().parts == {"text": b"yours"}


def test_what_was_written_last_is_pasted(clipboard, program):
    for word in (b"one", b"two", b"three"):
        clipboard.write(Clip({"text": word}))
    assert clipboard.read().parts == {"text": b"three"}
    with serving(clipboard):
        assert program.paste() == b"three"


def test_what_another_program_copied_after_us_is_not_ours_to_give(clipboard, program):
    clipboard.write(Clip({"text": b"mine"}))
    program.copy(b"yours")
    with serving(clipboard):
        assert program.paste() == b"yours"


# --- the way out -------------------------------------------------------------------------------------


def test_a_wait_is_ended_from_another_thread(clipboard):
    with serving(clipboard) as waits:
        pass
    assert True not in waits


def test_a_wish_before_the_wait_ends_it_too(clipboard):
    clipboard.wake()
    assert clipboard.wait() is False


def test_a_display_that_goes_away_is_said_in_words():
    with x_server() as (name, process):
        clipboard = open_clipboard(name, limit_bytes=LIMIT)
        process.kill()
        process.wait()
        with pytest.raises(ClipboardUnavailable, match="went away"):
            clipboard.wait()
        clipboard.close()


def test_no_display_is_no_clipboard():
    with pytest.raises(ClipboardUnavailable, match="no X display"):
        open_clipboard(":9999", limit_bytes=LIMIT)
