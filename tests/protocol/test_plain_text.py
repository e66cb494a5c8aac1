from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenshare.protocol.plain_text import plain_text

# What a stranger may call himself, and what is left of it.
CORPUS = {
    "Ana": "Ana",
    "  Ana \t\r\n Ruiz ": "Ana Ruiz",
    "José 山田 Ελένη": "José 山田 Ελένη",
    "e\u0301": "é",
    "\x1b[31mred\x1b[0m": "red",
    "\x1b[2J\x1b[Hgone": "gone",
    "\x1b[1;1Hy\x1b[K": "y",
    "\x9b31mred": "red",
    "\x1b]0;title\x07Ana": "Ana",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\": "click",
    "\x1b]52;c;ZXZpbA==\x07Ana": "Ana",  # writes the clipboard
    "\x1b]52;c;never ends": "",
    "\x9d0;title\x9cAna": "Ana",
    "\x1bP+q544e\x1b\\Ana": "Ana",
    "\x1b_Gf=100;AAAA\x1b\\Ana": "Ana",
    "\x1b(0lqqk\x1b(B": "lqqk",
    "\x1bcAna": "Ana",
    "Ana\x1b": "Ana",
    "Ana\x1b[": "Ana",
    "\x00A\x07n\x08a\x7f\x85": "Ana",
    "Ana\u202egnp.exe": "Anagnp.exe",
    "\u2066Ana\u2069\u200f\u061c": "Ana",
    "A\u200bn\u200da\ufeff\u00ad\u2060": "Ana",
    "\u3164\u115f\u2800": "",
    "Ana\u2028Ben\u2029": "Ana Ben",
    "a\u00a0\u3000b": "a b",
    "Ana\ufe0f\U000e0141": "Ana",
    "\ue000\U000f0000\ufdd0": "",
    "\ud800Ana": "Ana",
    "Z" + "\u0336" * 50 + "a": "Z\u0336\u0336\u0336a",
    "": "",
}


@pytest.mark.parametrize(("text", "left"), CORPUS.items(), ids=map(ascii, CORPUS))
def test_only_what_can_be_seen_is_left(text: str, left: str) -> None:
    assert plain_text(text, 40) == left


def test_long_text_is_cut_and_ends_in_no_space() -> None:
    assert plain_text("a" * 50, 40) == "a" * 40
    assert plain_text("ab cd", 3) == "ab"


@given(st.text(alphabet=st.characters() | st.sampled_from("\x1b\x9b\x9d[]0;m \u202e\u0301"), max_size=60))
def test_nothing_that_steers_a_terminal_or_hides_is_ever_left(text: str) -> None:
    plain = plain_text(text, 20)
    assert len(plain) <= 20
    assert plain == plain.strip()
    assert all(unicodedata.category(character)[0] != "C" for character in plain)
    assert not any(unicodedata.category(character) in {"Zl", "Zp"} for character in plain)
    assert plain_text(plain, 20) == plain
