"""What lies between whoever carries signals and whoever answers them, and the host's line to a server.

Does: say what a guest and a lobby are (``lobby``), and hold a host's line to a rendezvous elsewhere, so
that viewers who come there are guests here (``line``).

Does not: know what the messages decide, nor serve anybody: that is ``rendezvous``.

Door: ``Guest``, ``Lobby``, ``Line``.
"""
