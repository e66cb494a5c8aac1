"""What effects say, and to whom."""

from __future__ import annotations

from screenshare.session.effects import Announce, Tell


def told(effects, kind):
    return [e.message for e in effects if isinstance(e, Tell) and isinstance(e.message, kind)]


def announced(effects, kind):
    return [e.event for e in effects if isinstance(e, Announce) and isinstance(e.event, kind)]
