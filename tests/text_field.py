"""A program with one large text field, run on a test's display: ``text_field.py TOOLKIT FILE``.

It writes the whole text to FILE whenever that changes, and one line for each shortcut to FILE.keys: what a
program of this toolkit compares its own shortcuts with. The system's Python runs the GTK ones, so nothing
is imported here that only the tests' environment has, except for Qt.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path


class Paper:
    """What the field tells."""

    def __init__(self, path: str) -> None:
        self._text = Path(path)
        self._keys = Path(path + ".keys")

    def write(self, text: str) -> None:
        """Replace it in one step: the reader never sees half of it."""
        fresh = self._text.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self._text)

    def tell_key(self, name: str) -> None:
        with self._keys.open("a", encoding="utf-8") as file:
            file.write(name + "\n")


def run_gtk3(paper: Paper) -> None:
    import gi

    gi.require_version("Gtk", "3.0")
    gi.require_version("Gdk", "3.0")
    from gi.repository import Gdk, GLib, Gtk

    window, view = Gtk.Window(), Gtk.TextView()
    window.set_default_size(900, 500)
    window.add(view)
    buffer = view.get_buffer()

    def key(_view: object, event: object) -> bool:
        keymap = Gdk.Keymap.get_for_display(Gdk.Display.get_default())
        _, keyval, _, _, consumed = keymap.translate_keyboard_state(
            event.hardware_keycode, event.state, event.group
        )
        wanted = event.state & ~consumed & Gtk.accelerator_get_default_mod_mask()
        paper.tell_key(Gtk.accelerator_name(keyval, Gdk.ModifierType(wanted)))
        return False

    view.connect("key-press-event", key)
    buffer.connect("changed", lambda b: paper.write(b.get_text(*b.get_bounds(), True)))
    window.connect("map-event", lambda *_: GLib.idle_add(paper.write, ""))
    window.show_all()
    view.grab_focus()
    Gtk.main()


def run_gtk4(paper: Paper) -> None:
    import gi

    gi.require_version("Gtk", "4.0")
    from gi.repository import GLib, Gtk

    window, view = Gtk.Window(), Gtk.TextView()
    window.set_default_size(900, 500)
    window.set_child(view)
    buffer = view.get_buffer()
    buffer.connect("changed", lambda b: paper.write(b.get_text(*b.get_bounds(), True)))
    window.connect("map", lambda *_: GLib.timeout_add(100, paper.write, ""))
    window.present()
    view.grab_focus()
    GLib.MainLoop().run()


def run_qt(paper: Paper) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QKeyEvent, QKeySequence
    from PySide6.QtWidgets import QApplication, QPlainTextEdit

    app = QApplication(["text-field", "-platform", "xcb"])

    class Field(QPlainTextEdit):
        def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
            paper.tell_key(QKeySequence(event.keyCombination()).toString())
            super().keyPressEvent(event)

    field = Field()
    # Its plain text has a common space in the place of each one that does not break.
    field.textChanged.connect(
        lambda: paper.write(field.document().toRawText().replace("\N{PARAGRAPH SEPARATOR}", "\n"))
    )
    field.resize(900, 500)
    field.show()
    QTimer.singleShot(0, lambda: paper.write(""))
    app.exec()


TOOLKITS: dict[str, Callable[[Paper], None]] = {"gtk3": run_gtk3, "gtk4": run_gtk4, "qt": run_qt}

if __name__ == "__main__":
    TOOLKITS[sys.argv[1]](Paper(sys.argv[2]))
