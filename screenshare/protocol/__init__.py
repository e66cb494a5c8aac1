"""The words on the wire, sans-IO: one definition for both languages.

Does: define every message of the signaling socket (``signaling``), of the data
channels (``messages``, ``pointer``) and of the host's own interface
(``console``: ``--json``, console page, library), decode them strictly within
size limits (``decode``), and print their JSON schema, from which the viewer's
TypeScript types are generated (``schema``).

Does not: decide whether a message is allowed (``session``) or carry it.

Grammar ``noun.verb``: a request is imperative (``control.request``), a fact a
past participle (``control.granted``). A request may carry ``id``; its fact or
``error`` then carries the same value as ``re``.
"""
