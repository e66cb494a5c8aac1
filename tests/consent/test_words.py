from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console, Group
from rich.text import Text

from consent.states import host, knocking, monitor, ready, viewer
from screenshare.capability import ASKED_BY_DEFAULT, Capability
from screenshare.consent import words
from screenshare.consent.questions import Questions
from screenshare.protocol import console as told

NASTY = "\x1b[2J\x1b]0;owned\x07A\u202ena [red]"


def printed(text: Text, width: int = 100) -> str:
    out = io.StringIO()
    Console(file=out, width=width, markup=False, emoji=False, highlight=False).print(text, soft_wrap=True)
    return out.getvalue()


def question(*viewers: told.ViewerDescription, waiting: int = 0) -> str:
    questions = Questions()
    questions.describe(host(*viewers), 0.0)
    assert questions.current is not None
    return printed(words.question_block(questions.current, waiting=waiting))


def test_the_opening_says_what_is_shared_and_how_to_come_in() -> None:
    text = words.opening(ready(), host(), allowed=frozenset(), asked=ASKED_BY_DEFAULT)
    assert printed(text) == (
        "Sharing this screen: :0 HDMI-1 1920×1080\n"
        "\n"
        "  Link        http://192.168.1.20:8765/j/k3n8#k=c2VjcmV0   (view, may ask for control)\n"
        "  View only   http://192.168.1.20:8765/j/k3n8#k=dmlldw\n"
        "  Code        482 913 0571   (at http://192.168.1.20:8765)\n"
        "  Console     http://127.0.0.1:8765/console#t=token\n"
    )


def test_a_link_stays_in_one_piece_on_a_narrow_terminal() -> None:
    text = words.opening(ready(), host(), allowed=frozenset(), asked=frozenset())
    assert "http://192.168.1.20:8765/j/k3n8#k=c2VjcmV0" in printed(text, width=30)


def test_the_monitor_is_named_only_where_its_size_tells_which_it_is() -> None:
    two = ready(monitor("DP-1"), monitor("DP-2"))
    assert "Sharing this screen: :0 1920×1080\n" in printed(
        words.opening(two, host(), allowed=frozenset(), asked=frozenset())
    )
    other = ready(monitor("DP-1", width=1280), monitor("DP-2"))
    assert ":0 DP-2 1920×1080\n" in printed(
        words.opening(other, host(), allowed=frozenset(), asked=frozenset())
    )


def test_what_is_allowed_and_asked_names_only_what_this_release_can_do() -> None:
    text = words.manner(
        allowed=frozenset({Capability.VIEW}), asked=ASKED_BY_DEFAULT - {"view"}, has_keys=True
    )
    assert printed(text) == (
        "  Allowed     view\n  Asked here  control, clipboard\n"
        "  Ctrl-C stops sharing · r takes control back · p pauses\n"
    )


def test_without_keys_the_console_is_named_as_the_place_to_answer() -> None:
    text = words.manner(allowed=frozenset(), asked=ASKED_BY_DEFAULT, has_keys=False)
    assert printed(text) == (
        "  Allowed     nothing without a question\n"
        "  Asked       view, control, clipboard   (answer in the console)\n"
        "  Ctrl-C stops sharing\n"
    )


def modules(text: str, drawn: str) -> list[str]:
    """Read half blocks back into rows of modules."""
    upper = {"█": "1", "▀": "1", "▄": "0", " ": "0"}
    lower = {"█": "1", "▄": "1", "▀": "0", " ": "0"}
    return [
        "".join("1" if halves[block] == drawn else "0" for block in line[2:])
        for line in text.rstrip("\n").split("\n")
        for halves in (upper, lower)
    ]


@pytest.mark.parametrize("has_colour", [True, False])
@pytest.mark.parametrize("rows", [["101", "010", "110"], ["10", "01"]])
def test_a_qr_code_is_drawn_with_its_quiet_zone(rows: list[str], has_colour: bool) -> None:
    text = words.qr_code(rows, has_colour=has_colour)
    size = len(rows)
    drawn = modules(text.plain, "1" if has_colour else "0")[: size + 4]
    blank = "0" * (size + 4)
    assert drawn == [blank, blank, *(f"00{row}00" for row in rows), blank, blank]


def test_a_qr_code_is_dark_on_light_whatever_the_terminal_looks_like() -> None:
    assert {str(span.style) for span in words.qr_code(["1"], has_colour=True).spans} == {"#000000 on #ffffff"}
    assert words.qr_code(["1"], has_colour=False).spans == []


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (host(), "○ nobody is watching"),
        (host(knocking()), "○ nobody is watching"),
        (host(viewer()), "● 1 watching · 29 fps 1.8 Mbit/s"),
        (
            host(viewer(controls=True, control_expires_s=252.9), viewer("v2", "Ben")),
            "● 2 watching · Ana controls (4:12 left) · 29 fps 1.8 Mbit/s",
        ),
        (
            host(
                viewer(controls=True),
                recording=told.RecordingDescription(path="/a.mp4", duration_s=192.4, bytes=5),
            ),
            "● 1 watching · Ana controls · 29 fps 1.8 Mbit/s · ⏺ recording 00:03:12",
        ),
        (host(viewer(phase="reconnecting")), "● 1 watching · Ana reconnects · 29 fps 1.8 Mbit/s"),
    ],
)
def test_the_status_line_says_everything_in_words(state: told.HostDescribed, line: str) -> None:
    assert words.status_line(state).plain == line


def test_a_status_line_is_one_line() -> None:
    out = io.StringIO()
    state = host(viewer(name="A" * 40, controls=True))
    Console(file=out, width=30).print(Group(words.status_line(state)))
    assert out.getvalue() == "● 1 watching · AAAAAAAAAAAAAA…\n"


def test_who_knocks_is_shown_with_all_that_is_known() -> None:
    assert question(knocking(answer_in_s=23.6)) == (
        "? Ana wants to see your screen\n"
        "  203.0.113.7 · Chrome on Windows · verified by link\n"
        "  Only allow people you know. Nobody from a company will call you first.\n"
        "  y allow view   n deny   · denied in 24 s\n"
    )


def test_who_wants_control_too_can_be_given_both() -> None:
    assert question(
        knocking(wants=[Capability.VIEW, Capability.CONTROL], secret="code"), knocking("v2")
    ).splitlines()[::3] == [
        "? Ana wants to see your screen, and may ask to control it",
        "  y allow view   c allow view and control   n deny   · denied in 30 s",
    ]


def test_who_asks_for_control_is_asked_about_alike() -> None:
    assert question(viewer(asks=Capability.CONTROL, answer_in_s=30.0, secret="view-link"), waiting=2) == (
        "? Ana wants to control this computer\n"
        "  203.0.113.7 · Chrome on Windows · verified by view-only link\n"
        "  Only allow people you know. Nobody from a company will call you first.\n"
        "  y allow control   n deny   · denied in 30 s\n"
        "  2 more wait\n"
    )


def test_who_asks_for_another_right_is_asked_about_by_its_name() -> None:
    assert question(viewer(asks=Capability.CLIPBOARD, answer_in_s=30.0)).splitlines()[::3] == [
        "? Ana wants to share the clipboard",
        "  y allow   n deny   · denied in 30 s",
    ]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (told.ViewerJoined(id="v1", name="Ana"), "Ana is let in."),
        (told.ViewerLeft(id="v1", reason="left"), "Ana left."),
        (told.ViewerLeft(id="v1", reason="timeout"), "Ana was not let in: nobody answered."),
        (told.ViewerLeft(id="v1", reason="path-lost"), "Ana is gone: the connection was lost."),
        (told.ControlPassed(id="v1", expires_s=300.0), "Ana can now control this computer."),
        (told.ControlPassed(id="v1", window="Editor"), "Ana can now control the window “Editor”."),
        (
            told.ControlTaken(id="v1", reason="window-gone"),
            "Ana controls no longer: the window is closed.",
        ),
        (told.ControlTaken(id="v1", reason="host"), "You took control back from Ana."),
        (told.ControlTaken(id="v1", reason="released"), "Ana released control."),
        (told.ControlTaken(id="v1", reason="given-to-other"), "Ana controls no longer."),
        (told.RecordingStarted(path="/v/a.mp4"), "Recording to /v/a.mp4"),
        (
            told.RecordingStopped(path="/v/a.mp4", duration_s=62.0, bytes=1_500_000),
            "Recorded 00:01:02 to /v/a.mp4 (1.5 MB)",
        ),
        (told.CodeChanged(code="111 222 3333", expires_s=600.0), "New spoken code: 111 222 3333"),
        (
            told.Warned(code="x", message="This is slow.", hint="install libyuv"),
            "This is slow.\n  install libyuv",
        ),
        (told.ServerReached(url="https://s.example"), "Viewers can come in through https://s.example."),
        (told.Failed(code="x", message="That broke."), "That broke."),
        (told.Stopped(reason="stopped"), "Sharing has ended."),
    ],
)
def test_each_event_is_a_sentence(event: told.HostEvent, line: str) -> None:
    text = words.event_line(event, {"v1": "Ana"})
    assert text is not None
    assert text.plain == line


@pytest.mark.parametrize("event", [ready(), host(), told.ControlRequested(id="v1", limit_s=30.0)])
def test_what_is_shown_elsewhere_is_no_line(event: told.HostEvent) -> None:
    assert words.event_line(event, {}) is None


def test_a_question_that_no_key_can_answer_names_the_console() -> None:
    knocked = told.ViewerKnocked(
        id="v1", name="Ana", address="203.0.113.7", browser="Firefox", wants=[Capability.VIEW], limit_s=30.0
    )
    line = words.question_line(knocked, {}, "http://127.0.0.1:1/console")
    assert line is not None
    assert line.plain == (
        "Ana wants to see your screen (203.0.113.7, Firefox). Answer within 30 s: http://127.0.0.1:1/console"
    )


def test_who_has_no_link_is_asked_about_with_the_digits_that_he_must_read_out() -> None:
    assert "Allow only who reads these digits to you: 482 913" in question(
        knocking(secret="digits", digits="482913")
    )
    assert "digits" not in question(knocking())
    knocked = told.ViewerKnocked(
        id="v1", name="Ana", address="10.0.0.7", browser="", wants=[], limit_s=30.0, digits="482913"
    )
    line = words.question_line(knocked, {}, "http://127.0.0.1:1/console")
    assert line is not None
    assert "(10.0.0.7, digits 482 913, which they must see too)" in line.plain


def test_where_people_ask_without_a_link_is_said_at_the_beginning() -> None:
    open_to_all = msgspec.structs.replace(ready(), ask_link="http://192.168.1.20:8765/j/ask")
    text = words.opening(open_to_all, host(), allowed=frozenset(), asked=ASKED_BY_DEFAULT)
    assert "Ask me      http://192.168.1.20:8765/j/ask   (in this network" in printed(text)


def test_nothing_a_viewer_sends_steers_the_terminal() -> None:
    viewer_ = knocking(name=NASTY, address=NASTY, browser=NASTY)
    knocked = told.ViewerKnocked(id="v1", name=NASTY, address=NASTY, browser=NASTY, wants=[], limit_s=30.0)
    line = words.question_line(knocked, {}, "http://127.0.0.1:1/console")
    assert line is not None
    said = [
        question(viewer_),
        line.plain,
        words.status_line(host(viewer(name=NASTY, controls=True))).plain,
        *(
            text.plain
            for event in (
                told.ViewerJoined(id="v1", name=NASTY),
                told.ViewerLeft(id="v1", reason=NASTY),
                told.ControlPassed(id="v1"),
                told.Failed(code="x", message=NASTY, hint=NASTY),
            )
            if (text := words.event_line(event, {"v1": NASTY})) is not None
        ),
    ]
    assert len(said) == 7
    for text in said:
        assert "Ana [red]" in text
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert "owned" not in text


def test_who_has_no_name_is_somebody() -> None:
    assert question(knocking(name="\u202e")).startswith("? Somebody wants")
