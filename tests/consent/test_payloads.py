"""Whatever anybody sends, the terminal prints letters: through every text of every event, and every state."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import AsyncIterator
from typing import Any, get_args

import msgspec
import pytest
from msgspec import inspect

from consent.states import host, knocking, ready, viewer
from payloads import CONTROL, MARKUP
from screenshare.capability import ASKED_BY_DEFAULT, Capability
from screenshare.consent import words
from screenshare.consent.questions import Questions
from screenshare.consent.terminal import Terminal
from screenshare.presence.sign import sign_of
from screenshare.protocol import console
from screenshare.protocol.plain_text import plain_text

# Links and codes are the host's own, and a state has a test of its own.
OURS = (console.Ready, console.CodeChanged, console.HostDescribed, console.Logged)
EVENTS = [kind for kind in get_args(console.AnyHostEvent) if kind not in OURS]
TEXTS = (*CONTROL, *MARKUP[::17])


def filled(kind: inspect.Type, text: str) -> Any:
    """Return a value of this type with ``text`` wherever there is one; nothing is validated."""
    match kind:
        case inspect.StructType():
            return kind.cls(**{field.name: filled(field.type, text) for field in kind.fields})
        case inspect.Metadata():
            return filled(kind.type, text)
        case inspect.StrType():
            return text
        case inspect.LiteralType(values=(first, *_)):
            return first
        case inspect.EnumType():
            return next(iter(kind.cls))
        case inspect.ListType():
            return [filled(kind.item_type, text)]
        case inspect.DictType():
            return {}
        case inspect.BoolType():
            return False
        case inspect.UnionType(types=(first, *_)):
            return filled(first, text)
        case inspect.IntType() | inspect.FloatType():
            return 1
        case _:
            return None


def steering(printed: str) -> list[str]:
    """Return the characters that are no letters to a terminal: controls, overrides, invisible ones."""
    return [c for c in printed if c != "\n" and (unicodedata.category(c)[0] == "C" or c in "\u2028\u2029")]


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: str(kind.__struct_config__.tag))
def test_every_event_is_printed_in_letters_alone(kind):
    for text in TEXTS:
        event = filled(inspect.type_info(kind), text)
        for line in (
            words.event_line(event, {text: text}),
            words.question_line(event, {text: text}, "http://127.0.0.1/console"),
        ):
            assert line is None or steering(line.plain) == [], text


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_every_state_is_told_in_letters_alone(text):
    strange: dict[str, object] = {"address": text, "browser": text, "control_window": text}
    asking = knocking(name=text, secret="digits", digits="123456", **strange)
    wishing = viewer("v2", text, asks=Capability.CLIPBOARD, answer_in_s=10.0, **strange)
    state = host(asking, wishing, viewer("v3", text, controls=True, **strange))
    questions = Questions()
    questions.describe(state, 0.0)
    assert questions.current is not None
    block = words.question_block(questions.current, waiting=1).plain
    assert steering(words.status_line(state).plain + block) == []
    for shown in (state, host(wishing), host(viewer("v3", text, controls=True, **strange))):
        sign = sign_of(shown)
        told = [sign.words]
        if sign.question is not None:
            told += [sign.question.title, sign.question.facts, sign.question.blocked]
        assert steering("".join(told)) == []


async def test_a_whole_share_of_strangers_prints_letters_alone():
    async def events() -> AsyncIterator[console.HostEvent]:
        yield ready()
        for text in TEXTS:
            yield console.ViewerKnocked(
                id=text, name=text, address=text, browser=text, wants=[Capability.VIEW], limit_s=30.0
            )
            yield host(knocking(text, text, address=text, browser=text))
            yield console.ViewerJoined(id=text, name=text)
            yield console.ControlPassed(id=text, window=text)
            yield console.ViewerLeft(id=text, reason=text)
            yield console.Warned(code=text, message=text, hint=text)

    output = io.StringIO()
    await Terminal(command=lambda _: None, asked=ASKED_BY_DEFAULT, output=output).run(events())
    assert output.getvalue().count(" can now ") == len(TEXTS)
    assert steering(output.getvalue()) == []


@pytest.mark.parametrize("text", CONTROL, ids=ascii)
def test_what_is_left_of_a_name_is_what_the_page_gets_too(text):
    """Names are made plain where they come in; what goes out as JSON holds no control character either."""
    name = plain_text(text, 40)
    line = msgspec.json.encode(console.ViewerJoined(id="v1", name=name)).decode()
    assert steering(name) == steering(line) == []
