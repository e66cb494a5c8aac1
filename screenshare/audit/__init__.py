"""What happened on this computer while it was shared, written down so that a change shows.

Does: append one line for each thing that concerns who came and what he could do, each line with the hash of
the one before; check such a file; tell who was here from when to when.

Does not: hold secrets, contents or what was typed, and decide anything.

Door: ``Audit`` in ``writer``, ``check`` and ``entries`` in ``chain``, ``visits`` in ``receipts``.
"""
