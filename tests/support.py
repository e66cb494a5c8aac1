"""Small words that several test rooms share."""

from __future__ import annotations

Rgb = tuple[int, int, int]


def is_close(colour: Rgb, wanted: str, within: int = 12) -> bool:
    """Tell whether a colour of a decoded picture is ``#rrggbb``, as far as video keeps it."""
    target = tuple(int(wanted[i : i + 2], 16) for i in (1, 3, 5))
    return all(abs(a - b) <= within for a, b in zip(colour, target, strict=True))
