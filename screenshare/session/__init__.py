"""Who is here and may do what: the only authority, sans-IO.

Does: check secrets (``door``), lead each participant from knock to goodbye and hold the
control token (``session``), say which right each message needs (``rights``).
Everything is denied unless a row of a table or a person at the host allows it.

Does not: open sockets, encode, inject, draw. It answers with effects; ``host`` carries them out.

Door: ``Session.receive(event, now) -> effects``, ``deadline``, ``expire(now) -> effects``.
"""
