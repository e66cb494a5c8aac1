"""The aiohttp server that introduces viewers and a host; on a LAN the host runs it inside itself.

Does: serve the pages with their security headers, carry signaling messages between a viewer's
socket and whoever answers for the room (``Lobby``), keep limits per address.

Does not: know what the messages decide, see media, or hear of anything after the introduction.

Door: ``make_app(lobby)`` and ``serve(app, listen)``.
"""
