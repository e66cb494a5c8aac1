"""What every Injector owes, against a real X server and a real xterm."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from Xlib import X, Xatom
from Xlib.display import Display
from Xlib.ext import xtest
from Xlib.protocol.event import ClientMessage

from screenshare.errors import InjectionUnavailable
from screenshare.input.backends import x11_echo
from screenshare.input.choose import open_injector
from screenshare.input.desk import InputDesk
from screenshare.input.port import Injector
from screenshare.media import Monitor, Region
from screenshare.protocol import messages as wire
from screenshare.protocol.pointer import PointerMove
from screenshare.session.permitted import Permitted

WIDTH, HEIGHT = 1280, 720
MONITORS = {1: Monitor(id=1, name="screen", region=Region(0, 0, WIDTH, HEIGHT), is_primary=True)}
Eventually = Callable[..., None]
KEY_A, KEY_SHIFT, KEY_CAPS = 38, 50, 66
UNICODE = "é€漢😀Ж"
ASCII = "".join(map(chr, range(0x20, 0x7F)))


def open_pynput(display: str) -> Injector:
    from screenshare.input.backends.pynput_backend import PynputInjector

    return PynputInjector()


@dataclass(frozen=True, slots=True)
class Backend:
    """One way to inject, and what it can do on X11 at all.

    ``types_characters``: pynput sends characters by XSendEvent, which xterm ignores by default (and any
    program may), and Ctrl+C with them, so there only keys that have a name reach programs.
    """

    name: str
    open: Callable[[str], Injector]
    types_characters: bool


BACKENDS = [
    Backend("x11", open_injector, types_characters=True),
    Backend("pynput", open_pynput, types_characters=False),
]


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.name)
def injector(
    request: pytest.FixtureRequest, x_display: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Injector]:
    monkeypatch.setenv("DISPLAY", x_display)  # pynput looks nowhere else
    injector = request.param.open(x_display)
    yield injector
    injector.close()


@pytest.fixture
def x11(x_display: str) -> Iterator[Injector]:
    injector = open_injector(x_display)
    yield injector
    injector.close()


class Witness:
    """An X program that covers the screen, has the focus and writes down what reaches it."""

    def __init__(self, display: str) -> None:
        self.display = Display(display)
        self.root = self.display.screen().root
        mask = X.KeyPressMask | X.KeyReleaseMask | X.ButtonPressMask | X.ButtonReleaseMask | X.ExposureMask
        window = self.root.create_window(0, 0, WIDTH, HEIGHT, 0, 24, event_mask=mask)
        window.map()
        while self.display.next_event().type != X.Expose:
            pass
        window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.display.sync()

    def events(self) -> list[Any]:
        self.display.sync()
        return [self.display.next_event() for _ in range(self.display.pending_events())]

    def happened(self) -> list[tuple[str, int]]:
        """Return all that was pressed and released since the last call: (what, keycode or button)."""
        names = {X.KeyPress: "key", X.KeyRelease: "-key", X.ButtonPress: "button", X.ButtonRelease: "-button"}
        return [(names[event.type], event.detail) for event in self.events() if event.type in names]

    def pointer(self) -> tuple[int, int]:
        answer = self.root.query_pointer()
        return answer.root_x, answer.root_y

    def mask(self) -> int:
        return int(self.root.query_pointer().mask)

    def keys_down(self) -> list[int]:
        return [k for k in range(256) if self.display.query_keymap()[k >> 3] >> (k & 7) & 1]

    def close(self) -> None:
        self.display.close()


@pytest.fixture
def witness(x_display: str) -> Iterator[Witness]:
    witness = Witness(x_display)
    yield witness
    witness.close()


def settled(witness: Witness, injector: Injector, eventually: Eventually) -> None:
    """Wait until the server has carried out all that the injector sent before: it moves the pointer last."""
    injector.move(1, 1)
    injector.move(WIDTH - 2, HEIGHT - 2)
    eventually(lambda: witness.pointer() == (WIDTH - 2, HEIGHT - 2), "the server has seen everything")


def type_all(injector: Injector, text: str) -> None:
    while text:
        text = injector.type_text(text)
        time.sleep(0.005)


def press(injector: Injector, code: str, key: str) -> None:
    """Press a key as the desk does: ask again while the injector puts it off."""
    give_up_at = time.monotonic() + 5
    while not injector.key_down(code, key):
        assert time.monotonic() < give_up_at, f"{key} is put off for ever"
        time.sleep(0.005)


def tap(injector: Injector, code: str, key: str) -> None:
    press(injector, code, key)
    injector.key_up(code)


# --- every backend -----------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [(0, 0), (WIDTH - 1, HEIGHT - 1), (0, HEIGHT - 1), (641, 359)])
def test_the_pointer_goes_to_the_exact_pixel(
    injector: Injector, witness: Witness, eventually: Eventually, place: tuple[int, int]
) -> None:
    injector.move(*place)
    eventually(lambda: witness.pointer() == place, f"the pointer is at {place}")


def test_shifts_go_on_from_where_the_pointer_is_by_exactly_their_length(
    injector: Injector, witness: Witness, eventually: Eventually
) -> None:
    """Acceleration would show in many quick steps, and a game puts the pointer back after each."""
    whole = Region(0, 0, WIDTH, HEIGHT)
    injector.move(640, 360)
    for step in ((1, 0), (0, -1), (300, -200), (-300, 200), *[(7, -3)] * 40):
        injector.shift(*step, whole)
    eventually(lambda: witness.pointer() == (640 + 1 + 280, 360 - 1 - 120), "every step has counted")
    witness.root.warp_pointer(640, 360)
    witness.display.sync()
    injector.shift(-25, 40, whole)
    eventually(lambda: witness.pointer() == (615, 400), "the step goes on from there")


def test_a_shift_ends_at_the_edge_of_what_is_shared_and_comes_inside(
    injector: Injector, witness: Witness, eventually: Eventually
) -> None:
    part = Region(100, 100, 400, 300)
    injector.move(450, 150)
    injector.shift(4096, -4096, part)
    eventually(lambda: witness.pointer() == (499, 100), "the pointer is in the corner")
    witness.root.warp_pointer(900, 700)
    witness.display.sync()
    injector.shift(0, 0, part)
    eventually(lambda: witness.pointer() == (499, 399), "the pointer has come inside")


@pytest.mark.parametrize(("number", "x_button"), [(0, 1), (1, 2), (2, 3), (3, 8), (4, 9)])
def test_buttons_go_down_and_up(
    injector: Injector, witness: Witness, eventually: Eventually, number: int, x_button: int
) -> None:
    injector.button(number, down=True)
    injector.button(number, down=False)
    settled(witness, injector, eventually)
    assert witness.happened() == [("button", x_button), ("-button", x_button)]


@pytest.mark.parametrize(
    ("notches", "x_buttons"),
    [((0, -1), [4]), ((0, 2), [5, 5]), ((-1, 0), [6]), ((1, 0), [7])],
    ids=["up", "two down", "left", "right"],
)
def test_the_wheel_turns_every_way(
    injector: Injector,
    witness: Witness,
    eventually: Eventually,
    notches: tuple[int, int],
    x_buttons: list[int],
) -> None:
    injector.wheel(*notches)
    settled(witness, injector, eventually)
    assert witness.happened() == [event for b in x_buttons for event in (("button", b), ("-button", b))]


@pytest.mark.parametrize(
    ("code", "key", "keycode"),
    [
        ("Enter", "Enter", 36),
        ("ArrowLeft", "ArrowLeft", 113),
        ("ArrowUp", "ArrowUp", 111),
        ("Escape", "Escape", 9),
        ("Tab", "Tab", 23),
        ("Backspace", "Backspace", 22),
        ("Delete", "Delete", 119),
        ("F5", "F5", 71),
        ("PageDown", "PageDown", 117),
        ("ShiftLeft", "Shift", KEY_SHIFT),
        ("ControlRight", "Control", 105),
        ("MetaLeft", "Meta", 133),
        ("Space", " ", 65),
    ],
)
def test_named_keys_are_real_keys(
    injector: Injector, witness: Witness, eventually: Eventually, code: str, key: str, keycode: int
) -> None:
    tap(injector, code, key)
    settled(witness, injector, eventually)
    assert witness.happened() == [("key", keycode), ("-key", keycode)]


def test_a_modifier_holds_until_it_is_released(
    injector: Injector, witness: Witness, eventually: Eventually
) -> None:
    injector.key_down("ShiftLeft", "Shift")
    settled(witness, injector, eventually)
    assert witness.mask() & X.ShiftMask
    injector.key_up("ShiftLeft")
    settled(witness, injector, eventually)
    assert (witness.mask(), witness.keys_down()) == (0, [])


def test_the_release_of_what_is_up_does_nothing(
    injector: Injector, witness: Witness, eventually: Eventually
) -> None:
    injector.key_up("KeyA")
    settled(witness, injector, eventually)
    assert witness.happened() == []


def test_closing_lifts_what_is_still_down(
    injector: Injector, witness: Witness, eventually: Eventually
) -> None:
    injector.key_down("ControlLeft", "Control")
    settled(witness, injector, eventually)
    assert witness.keys_down() == [37]
    injector.close()
    eventually(lambda: witness.keys_down() == [], "no key is down")


# --- characters: backends with ``types_characters`` --------------------------------------------------


@dataclass(frozen=True, slots=True)
class Typist:
    """An injector in front of an xterm, and what arrived there."""

    injector: Injector
    home: Path
    display: str
    eventually: Eventually

    def text(self, text: str) -> None:
        type_all(self.injector, text)

    def command(self, *keys: str) -> None:
        """Hold all but the last of ``keys``, each CODE=KEY, and tap the last."""
        *held, last = (key.split("=") for key in keys)
        for code, key in held:
            self.injector.key_down(code, key)
        tap(self.injector, *last)
        for code, _ in reversed(held):
            self.injector.key_up(code)

    def collect(self, type_it: Callable[[], None]) -> str:
        """Return what ``cat`` in the xterm wrote to a file while ``type_it`` typed."""
        told = self.home / "told"
        told.unlink(missing_ok=True)
        self.text(f"cat > {told.name}; touch {told.name}.done\n")
        self.eventually(told.exists, "cat runs")
        type_it()
        self.text("\n")
        self.command("ControlLeft=Control", "KeyD=d")
        done = self.home / "told.done"
        self.eventually(done.exists, "cat has ended")
        done.unlink()
        return told.read_text().removesuffix("\n")


@pytest.fixture(
    params=[backend for backend in BACKENDS if backend.types_characters], ids=lambda backend: backend.name
)
def typist(request: pytest.FixtureRequest, x_desktop: Any, eventually: Eventually) -> Iterator[Typist]:
    injector = request.param.open(x_desktop.display)
    yield Typist(injector, x_desktop.home, x_desktop.display, eventually)
    injector.close()


def test_each_character_arrives_once_and_in_order(typist: Typist) -> None:
    corpus = "aB1!" + UNICODE + ASCII + "aabbccAAA  ÄÖÜß ñ ÿ “quoted” — … ½ ∑ 𝄞 한글 日本語 עברית"
    assert typist.collect(lambda: typist.text(corpus)) == corpus


def test_more_new_characters_than_spare_keycodes_arrive_too(typist: Typist) -> None:
    corpus = "".join(map(chr, range(0x4E00, 0x4E28))) + "".join(map(chr, range(0x410, 0x430)))
    assert typist.collect(lambda: typist.text(corpus)) == corpus


def test_marks_that_combine_and_signs_without_a_shape_arrive_as_they_are(typist: Typist) -> None:
    corpus = (
        "Nguyễn tie\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING ACUTE ACCENT}ng नमस्ते क्षत्रिय ภาษาไทย น้ำ ﬁ Ŀ İı "
        "\N{MATHEMATICAL SCRIPT CAPITAL A}\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
        "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-6}\N{REGIONAL INDICATOR SYMBOL LETTER D}"
        "\N{REGIONAL INDICATOR SYMBOL LETTER E} \N{LEFT-TO-RIGHT MARK}שלום\N{RIGHT-TO-LEFT MARK} "
        "10\N{NO-BREAK SPACE}000\N{NARROW NO-BREAK SPACE}€"
    )
    assert typist.collect(lambda: typist.text(corpus)) == corpus


def test_keys_mean_what_they_mean_at_the_viewer(typist: Typist) -> None:
    """A German keyboard in front of a host with the US layout."""

    def type_it() -> None:
        for code, key in (("KeyZ", "y"), ("KeyY", "z"), ("Semicolon", "ö"), ("Minus", "ß"), ("KeyA", "a")):
            tap(typist.injector, code, key)
        typist.injector.key_down("ShiftLeft", "Shift")
        for code, key in (
            ("Digit7", "/"),
            ("KeyZ", "Y"),
            ("Digit2", '"'),
            ("Semicolon", "Ö"),
            ("Equal", "`"),
        ):
            tap(typist.injector, code, key)
        typist.injector.key_up("ShiftLeft")
        for key in ("KeyQ=@", "KeyE=€", "Digit7={", "Minus=\\"):
            typist.command("AltRight=AltGraph", key)
        tap(typist.injector, "KeyB", "b")

    assert typist.collect(type_it) == 'yzößa/Y"Ö`@€{\\b'


def test_caps_lock_changes_nothing_of_what_is_typed(typist: Typist) -> None:
    def type_it() -> None:
        tap(typist.injector, "CapsLock", "CapsLock")
        typist.text("aBéÉжЖ1!")
        tap(typist.injector, "KeyQ", "Q")
        tap(typist.injector, "KeyQ", "q")
        tap(typist.injector, "Semicolon", "ö")
        tap(typist.injector, "CapsLock", "CapsLock")
        tap(typist.injector, "KeyQ", "q")

    assert typist.collect(type_it) == "aBéÉжЖ1!Qqöq"


def test_control_c_ends_a_running_command(typist: Typist) -> None:
    typist.text("touch started; sleep 600; echo $? > status\n")
    typist.eventually((typist.home / "started").exists, "the command runs")
    (typist.home / ".ready").unlink()
    typist.command("ControlLeft=Control", "KeyC=c")
    # bash drops the rest of the list. Typing on before its prompt would lose what the terminal flushes.
    typist.eventually((typist.home / ".ready").exists, "the shell shows its prompt")
    typist.text("echo free > free\n")
    typist.eventually((typist.home / "free").exists, "the shell is free again")
    assert not (typist.home / "status").exists()


def test_arrows_and_enter_edit_and_repeat_a_line(typist: Typist) -> None:
    typist.text("echo ac >> lines")
    for _ in range(len("c >> lines")):
        tap(typist.injector, "ArrowLeft", "ArrowLeft")
    tap(typist.injector, "KeyB", "b")
    tap(typist.injector, "Enter", "Enter")
    lines = typist.home / "lines"
    typist.eventually(lambda: lines.exists() and lines.read_text() == "abc\n", "the edited line ran")
    tap(typist.injector, "ArrowUp", "ArrowUp")
    tap(typist.injector, "NumpadEnter", "Enter")
    typist.eventually(lambda: lines.read_text() == "abc\nabc\n", "the line ran again")


@pytest.mark.parametrize("layout", ["de", "fr", "ru", "us,ru", "ch", "gr", "il"])
def test_text_arrives_whatever_layout_the_host_has(typist: Typist, layout: str) -> None:
    subprocess.run(["setxkbmap", "-display", typist.display, layout], check=True)
    corpus = "zyZY@€{[|~ äöü éàç Жук ß 123 !?/\\"
    assert typist.collect(lambda: typist.text(corpus)) == corpus


def test_a_layout_that_changes_meanwhile_is_followed(typist: Typist) -> None:
    def type_it() -> None:
        tap(typist.injector, "KeyY", "y")
        typist.text("漢")
        subprocess.run(["setxkbmap", "-display", typist.display, "de"], check=True)
        tap(typist.injector, "KeyY", "y")
        typist.text("漢é")

    assert typist.collect(type_it) == "y漢y漢é"


# --- X11's own promises ------------------------------------------------------------------------------


def test_a_held_key_repeats_only_when_the_viewer_says_so(
    x11: Injector, witness: Witness, eventually: Eventually
) -> None:
    x11.key_down("KeyA", "a")
    time.sleep(0.8)  # the server alone would begin after 0.66 s
    settled(witness, x11, eventually)
    assert witness.happened() == [("key", KEY_A)]
    x11.key_down("KeyA", "a")
    x11.key_up("KeyA")
    settled(witness, x11, eventually)
    assert witness.happened() == [("-key", KEY_A), ("key", KEY_A), ("-key", KEY_A)]


def test_the_hosts_own_repeat_is_put_back_when_the_key_comes_up(
    x11: Injector, witness: Witness, eventually: Eventually
) -> None:
    before = list(witness.display.get_keyboard_control().auto_repeats)
    x11.key_down("KeyA", "a")
    settled(witness, x11, eventually)
    assert list(witness.display.get_keyboard_control().auto_repeats) != before
    x11.key_up("KeyA")
    settled(witness, x11, eventually)
    assert list(witness.display.get_keyboard_control().auto_repeats) == before


class LateReader:
    """A program that reads its events when the test says so, and then answers when it is asked."""

    def __init__(self, display: str) -> None:
        self.display = Display(display)
        self.root = self.display.screen().root
        events = X.KeyPressMask | X.ExposureMask
        self.window = self.root.create_window(0, 0, 100, 100, 0, 24, event_mask=events)
        self.protocols = self.display.intern_atom("WM_PROTOCOLS")
        ping = self.display.intern_atom("_NET_WM_PING")
        self.window.change_property(self.protocols, Xatom.ATOM, 32, [ping])
        self.window.map()
        while self.display.next_event().type != X.Expose:
            pass
        self.window.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.display.sync()

    def read(self) -> str:
        """Return what the keys since the last call mean now."""
        text = ""
        for _ in range(self.display.pending_events()):
            event = self.display.next_event()
            if event.type == X.KeyPress:
                keysym = self.display.get_keyboard_mapping(event.detail, 1)[0][0]
                text += chr(keysym - 0x0100_0000)
            elif event.type == X.ClientMessage:
                answer = ClientMessage(window=self.root, client_type=self.protocols, data=event.data)
                self.root.send_event(answer, event_mask=X.SubstructureNotifyMask | X.SubstructureRedirectMask)
        self.display.sync()
        return text


@pytest.fixture
def late_reader(x_display: str) -> Iterator[LateReader]:
    reader = LateReader(x_display)
    yield reader
    reader.display.close()


def told_of_all_keycodes(witness: Witness) -> int:
    """Return how often the program heard that any keycode may have another meaning now."""
    return sum(
        bool(event.type == X.MappingNotify and event.send_event and event.count == 248)
        for event in witness.events()
    )


def test_a_program_that_the_server_tells_nothing_hears_once_of_new_meanings_before_the_key(
    x11: Injector, witness: Witness, eventually: Eventually
) -> None:
    type_all(x11, "漢字")
    settled(witness, x11, eventually)
    events = [
        event
        for event in witness.events()
        if event.type in (X.KeyPress, X.MappingNotify) and (event.type == X.KeyPress or event.send_event)
    ]
    assert [event.type for event in events] == [X.MappingNotify, X.KeyPress, X.KeyPress]
    type_all(x11, "漢字")
    settled(witness, x11, eventually)
    assert told_of_all_keycodes(witness) == 0, "nothing is new"
    other = Witness(witness.display.get_display_name())
    try:
        type_all(x11, "漢")
        settled(other, x11, eventually)
        assert told_of_all_keycodes(other) == 1, "it is new to this program"
    finally:
        other.close()


MORE_THAN_SPARE = "".join(map(chr, range(0x4E00, 0x4E60)))


def test_a_spare_keycode_means_the_same_until_the_program_has_read_it(
    x11: Injector, late_reader: LateReader, eventually: Eventually
) -> None:
    rest, read = x11.type_text(MORE_THAN_SPARE), ""
    assert rest
    time.sleep(0.5)
    assert x11.type_text(rest) == rest, "the program has read nothing yet"

    def is_all_read() -> bool:
        nonlocal rest, read
        read += late_reader.read()
        rest = x11.type_text(rest)
        return len(read) == len(MORE_THAN_SPARE)

    eventually(is_all_read, "all has arrived")
    assert read == MORE_THAN_SPARE


def test_a_program_that_hangs_holds_nothing_up_for_long(
    x11: Injector, late_reader: LateReader, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(x11_echo, "UNANSWERED_S", 0.3)
    rest = MORE_THAN_SPARE

    def is_all_typed() -> bool:
        nonlocal rest
        rest = x11.type_text(rest)
        return not rest

    eventually(is_all_typed, "all is typed")


def test_shift_held_by_the_hosts_own_hand_does_not_change_what_is_typed(
    x11: Injector, witness: Witness, eventually: Eventually
) -> None:
    xtest.fake_input(witness.display, X.KeyPress, KEY_SHIFT)
    witness.events()
    tap(x11, "KeyA", "a")
    settled(witness, x11, eventually)
    (what, keycode), *_ = witness.happened()
    levels = witness.display.get_keyboard_mapping(keycode, 1)[0]
    assert (what, levels[0], levels[1]) == ("key", ord("a"), ord("a"))


def test_the_keyboard_is_put_back_as_it_was(x_display: str, witness: Witness) -> None:
    def table() -> list[tuple[int, ...]]:
        return [tuple(row) for row in witness.display.get_keyboard_mapping(8, 248)]

    before = table()
    injector = open_injector(x_display)
    type_all(injector, UNICODE)
    assert table() != before
    injector.close()
    assert table() == before


def test_spare_keycodes_of_a_run_that_was_killed_are_used_again(x_display: str, witness: Witness) -> None:
    first = open_injector(x_display)
    for n in range(40):
        type_all(first, chr(0x4E00 + n))
    # Not closed: a second one finds every spare keycode taken, as after kill -9.
    second = open_injector(x_display)
    witness.happened()
    type_all(second, "漢")
    assert len(witness.happened()) == 2
    second.close()
    first.close()


@contextmanager
def mortal_server() -> Iterator[tuple[str, Callable[[], None]]]:
    """Run an X server; yields its display's name and what kills it."""
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-nolisten", "tcp"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert server.stdout is not None

    def kill() -> None:
        server.kill()
        server.wait()

    with server.stdout:
        try:
            yield f":{server.stdout.readline().decode().strip()}", kill
        finally:
            kill()


def test_a_display_that_went_away_is_told() -> None:
    with mortal_server() as (display, kill):
        injector = open_injector(display)
        injector.move(5, 5)
        kill()
        with pytest.raises(InjectionUnavailable, match="went away"):
            injector.move(6, 6)
        with pytest.raises(InjectionUnavailable, match="went away"):
            injector.key_down("KeyA", "a")
        injector.close()


def test_no_display_is_one_clear_sentence() -> None:
    with pytest.raises(InjectionUnavailable, match="no X display :4711") as raised:
        open_injector(":4711")
    assert raised.value.hint


# --- the desk on a real display ----------------------------------------------------------------------


async def test_everything_comes_up_in_the_middle_of_a_flood(
    x_display: str, witness: Witness, eventually: Eventually
) -> None:
    desk = InputDesk(
        lambda: open_injector(x_display), lambda: MONITORS, on_failed=lambda error: pytest.fail(str(error))
    )
    desk.start()
    try:
        desk.submit(Permitted("ann", wire.ButtonPress(seq=0, button=0, monitor=1, x=0, y=0)))
        for code, key in (("ControlLeft", "Control"), ("ShiftLeft", "Shift"), ("KeyA", "A"), ("KeyE", "é")):
            desk.submit(Permitted("ann", wire.KeyPress(seq=0, code=code, key=key)))
        await asyncio.to_thread(eventually, lambda: len(witness.keys_down()) == 4, "all keys are down")
        for n in range(10_000):
            desk.submit(Permitted("ann", PointerMove(seq=n, monitor=1, x=n % 65_536, y=0)))
            desk.submit(Permitted("ann", wire.WheelTurn(seq=n, dx=0, dy=120, monitor=1, x=0, y=0)))
            desk.submit(Permitted("ann", wire.KeyPress(seq=n, code="KeyA", key="A", repeat=True)))
        await asyncio.wait_for(asyncio.wrap_future(desk.release_all()), 1.0)
        # The answer says that the releases are on their way; a round trip of ours comes after them.
        await asyncio.to_thread(eventually, lambda: witness.keys_down() == [], "no key is down", limit_s=1.0)
        assert witness.mask() == 0
    finally:
        await asyncio.to_thread(desk.close)


async def test_the_desk_tells_once_that_the_display_went_away(eventually: Eventually) -> None:
    failures: list[Exception] = []
    with mortal_server() as (display, kill):
        desk = InputDesk(lambda: open_injector(display), lambda: MONITORS, on_failed=failures.append)
        desk.start()
        try:
            await asyncio.wrap_future(desk.release_all())
            kill()
            for n in range(20):
                desk.submit(Permitted("ann", wire.KeyPress(seq=n, code="KeyA", key="a")))
            await asyncio.to_thread(eventually, lambda: failures, "the failure is told")
            await asyncio.wrap_future(desk.release_all())
        finally:
            await asyncio.to_thread(desk.close)
    assert [type(failure) for failure in failures] == [InjectionUnavailable]
