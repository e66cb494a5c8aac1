"""Text from strangers as something that can be printed: on a terminal, in a page, in a log."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# ECMA-48 §5.4 and §5.6: a sequence is removed as a whole, or its harmless looking rest would stay.
_ESCAPE_SEQUENCE: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, erase
    r"|(?:\x1b[]PX^_]|[\x9d\x90\x98\x9e\x9f]).*?(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC: up to ST
    r"|\x1b[ -/]*[0-~]",  # the short ones
    re.DOTALL,
)
# Letters and symbols by category that show nothing: fillers and the empty braille pattern.
_INVISIBLE: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_INVISIBLE_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# More accents than any language stacks on one letter; beyond that they reach into other lines.
_MAX_MARKS: Final = 3


def plain_text(text: str, limit: int) -> str:
    """Return ``text`` on one line, in visible characters alone, at most ``limit`` of them; may be empty.

    Escape sequences, control characters, direction overrides and whatever else shows nothing are
    removed; each run of white space becomes one space.
    """
    text = _ESCAPE_SEQUENCE.sub("", text)
    text = _INVISIBLE_SELECTORS.sub("", unicodedata.normalize("NFC", text))
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category.startswith("Z") or character in "\t\n\v\f\r":
            kept.append(" ")
        elif not category.startswith("C") and character not in _INVISIBLE and marks <= _MAX_MARKS:
            kept.append(character)
    return " ".join("".join(kept).split())[:limit].rstrip()


def grouped(digits: str) -> str:
    """Return six digits as they are read out: ``482 913``."""
    return f"{digits[:3]} {digits[3:]}"
