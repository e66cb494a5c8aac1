"""What the desktop shows for each state of the share."""

from __future__ import annotations

from typing import get_args

import pytest

from presence.shares import monitor, state, viewer
from screenshare.capability import Capability
from screenshare.errors import MalformedMessage
from screenshare.presence import lines
from screenshare.presence.sign import MOST_AREAS, Area, sign_of
from screenshare.protocol import console


def test_nobody_here_needs_no_sign():
    assert sign_of(state()).level == "idle"
    assert sign_of(state(viewer(phase="knocking"))).level == "idle"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["Ana"], "Ana is watching"),
        (["Ana", "Bo"], "Ana and Bo are watching"),
        (["Ana", "Bo", "Cy"], "Ana and 2 more are watching"),
        ([""], "A guest is watching"),
    ],
)
def test_who_watches_is_named(names, words):
    sign = sign_of(state(*(viewer(name) for name in names)))
    assert (sign.level, sign.words) == ("watched", words)


def test_one_who_comes_or_comes_back_counts_as_watching():
    assert sign_of(state(viewer(phase="connecting"))).level == "watched"
    assert sign_of(state(viewer(phase="reconnecting"))).level == "watched"


def test_control_is_said_above_watching_and_pause_above_all():
    both = (viewer("Bo"), viewer("Ana", controls=True))
    sign = sign_of(state(*both))
    assert (sign.level, sign.words) == ("controlled", "Ana controls this computer")
    assert sign_of(state(*both, paused=True)).level == "paused"


def test_a_name_cannot_write_lines_of_its_own_on_the_badge():
    sign = sign_of(state(viewer("Ana\n\x1b[31mBob\u202e is watching", id="p1")))
    assert "\n" not in sign.words
    assert "\x1b" not in sign.words
    assert "\u202e" not in sign.words
    assert len(sign.words) <= 60


def test_every_monitor_that_can_be_seen_is_framed():
    sign = sign_of(state(viewer(), monitors=[monitor(1), monitor(2, x=1280)]))
    assert sign.areas == [
        Area(x=0, y=0, width=1280, height=720),
        Area(x=1280, y=0, width=1280, height=720),
    ]


def test_a_wall_of_monitors_still_fits_one_line():
    crowd = [viewer("n" * 40, id=f"p{number}") for number in range(100)]
    sign = sign_of(state(*crowd, monitors=[monitor(n, x=n * 1280) for n in range(1, 65)]))
    assert len(sign.areas) == MOST_AREAS
    assert len(lines.encode(sign)) < lines.MAX_LINE_BYTES


def test_a_knock_offers_what_is_wanted_and_can_be_given():
    knock = viewer(phase="knocking", wants=list(Capability), answer_in_s=29.0)
    question = sign_of(state(knock)).question
    assert question is not None
    assert (question.kind, question.title) == ("entry", "Ana wants to see your screen")
    assert (question.facts, question.proved) == ("203.0.113.7 · Chrome on Windows", "verified by link")
    assert [(offer.capability, offer.is_fixed) for offer in question.offers] == [
        (Capability.VIEW, True),
        (Capability.CONTROL, False),
    ]


@pytest.mark.parametrize("secret", get_args(console.ProvedBy))
def test_the_dialog_says_by_what_somebody_comes(secret):
    knocking = viewer(phase="knocking", granted=[], answer_in_s=30.0, secret=secret, digits="482913")
    question = sign_of(state(knocking)).question
    assert question is not None
    assert ("482 913" in question.proved) is (secret == "digits")


def test_the_question_whose_time_is_over_first_is_asked_first():
    first = viewer("Ana", phase="knocking", answer_in_s=5.0)
    then = viewer("Bo", asks=Capability.CONTROL, answer_in_s=20.0)
    question = sign_of(state(then, first)).question
    assert question is not None
    assert question.key == ("entry", "pana")
    assert question.waiting == "One more question waits."


@pytest.mark.parametrize(
    ("right", "title", "denial"),
    [
        (Capability.CONTROL, "Ana wants to control this computer", console.ControlDeny(id="pana")),
        (Capability.CLIPBOARD, "Ana wants to share the clipboard", console.CapabilityDeny(id="pana")),
    ],
)
def test_the_dialog_asks_for_the_right_that_is_wished(right, title, denial):
    question = sign_of(state(viewer("Ana", asks=right, answer_in_s=20.0))).question
    assert question is not None
    assert (question.title, question.right, question.denial) == (title, right, denial)


def test_while_somebody_controls_the_dialog_says_why_nobody_can_be_allowed():
    question = sign_of(state(viewer("Ana", controls=True), viewer("Bo", phase="knocking"))).question
    assert question is not None
    assert "Ana controls" in question.blocked


def test_seconds_that_pass_are_no_new_sign():
    def asked(left_s: float):
        return sign_of(state(viewer(phase="knocking", answer_in_s=left_s)))

    assert asked(20.0).looks_like(asked(19.0))
    assert not asked(20.0).looks_like(sign_of(state()))
    assert not asked(20.0).looks_like(None)


@pytest.mark.parametrize(
    "line", [b"", b"{", b'{"tell":"pressed"}', b'{"tell":"other"}', b"\xff\xfe", b"[" * 9000]
)
def test_nonsense_between_the_processes_is_refused(line):
    with pytest.raises(MalformedMessage):
        lines.decode_from_sign(line)
    with pytest.raises(MalformedMessage):
        lines.decode_sign(line)


def test_signs_and_commands_survive_the_pipe():
    sign = sign_of(state(viewer(phase="knocking", answer_in_s=9.0), viewer("Bo")))
    assert lines.decode_sign(lines.encode(sign)) == sign
    pressed = lines.Pressed(command=console.ViewerAdmit(id="pana", grant=[Capability.VIEW]))
    assert lines.decode_from_sign(lines.encode(pressed)) == pressed
