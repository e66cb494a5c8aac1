"""Keys, pointer and wheel of a viewer become those of this computer.

Does: turn wire positions into pixels and wire keys into keycodes of the host's layout, remember
what is held and by whom (``pressed``), let go of all of it at once, inject in one thread of its own.

Does not: ask whether a viewer may (``session`` does; only its ``Permitted`` comes in), compose text,
watch the host's own hands.

Door: ``desk.InputDesk`` and ``choose.open_injector``; the port is ``port.Injector``.
"""
