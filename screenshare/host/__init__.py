"""The agent: builds the rooms, wires them, starts and stops them in order; it never decides.

``agent`` owns the life of a share, ``conductor`` carries the session's effects out, ``feed`` runs
the capture-and-encode thread, ``console`` and ``json_lines`` speak with the person at the host,
``desktop`` brings a screen where there is none.

Door: ``Host`` in ``agent``, and ``run`` in ``command`` for the command line.
"""
