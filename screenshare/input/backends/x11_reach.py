"""Whether input would land in one window, asked of the X server at that very moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from Xlib import X, Xatom, error
from Xlib.display import Display
from Xlib.xobject.drawable import Window

# Deeper than any window tree that a person has seen.
_MAX_DEPTH: Final = 64
_GONE: Final = (error.BadWindow, error.BadDrawable, error.BadMatch)


def is_over(display: Display, window: int, at: tuple[int, int] | None = None) -> bool:
    """Tell whether what lies at a pixel, or under the pointer, is ``window``, its frame, menu or dialog."""
    root = display.screen().root
    under = (root.query_pointer() if at is None else root.translate_coords(root, *at)).child
    return bool(under) and _belongs(display, under, window)


def has_focus(display: Display, window: int) -> bool:
    """Tell whether keys go to ``window``, its menu or its dialog."""
    focus = display.get_input_focus().focus
    if focus in (X.NONE, X.PointerRoot):  # without a window manager keys go to where the pointer is
        return focus == X.PointerRoot and is_over(display, window)
    return _belongs(display, focus, window)


def _belongs(display: Display, candidate: Window, window: int) -> bool:
    shown = display.create_resource_object("window", window)
    try:
        top, shown_top = _top_of(candidate), _top_of(shown)
        return top.id == shown_top.id or _is_own(display, top, shown)
    except _GONE:
        return False


def _is_own(display: Display, top: Window, shown: Window) -> bool:
    """Tell whether the top window ``top`` is a menu or a dialog of ``shown``."""
    inner = [top, *top.query_tree().children]
    owners = [window.get_property(Xatom.WM_TRANSIENT_FOR, X.AnyPropertyType, 0, 1) for window in inner]
    named = {int(owner.value[0]) for owner in owners if owner is not None and len(owner.value)}
    if named:
        return shown.id in named
    is_menu = bool(top.get_attributes().override_redirect)
    clients = ~display.display.info.resource_id_mask
    return is_menu and (top.id ^ shown.id) & clients == 0


def _top_of(window: Window) -> Window:
    """Return the child of the root that holds ``window``."""
    *_, top = lineage(window)
    return top


def lineage(window: Window) -> Iterator[Window]:
    """Yield ``window`` and those round it, up to the child of the root."""
    for _ in range(_MAX_DEPTH):
        yield window
        tree = window.query_tree()
        if not tree.parent or tree.parent == tree.root:
            return
        window = tree.parent
