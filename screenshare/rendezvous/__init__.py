"""The aiohttp server that introduces viewers and hosts: inside a host for its LAN, or on its own for many.

Does: serve the pages with their security headers, carry signaling messages between a viewer's
socket and whoever answers for the room (``Lobby``), keep limits per address.

Does not: know what the messages decide, see media, or hear of anything after the introduction.

Door: ``make_app(lobby)`` and ``serve(app, listen)``; ``command.run`` for ``screenshare server``, whose lobby,
``Exchange``, brings each frame, unread, to the line of the host whose room was named.
"""
