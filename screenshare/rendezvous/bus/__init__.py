"""What several nodes of one rendezvous share: who has which room, and a way to speak to each other.

Does: keep soft state that its owner refreshes (``claim``, ``keep``), find the node of a room, carry
parcels from node to node.

Does not: know what is in a parcel, hold secrets, or keep anything that matters after the share.

Door: ``Bus`` in ``port``, ``open_bus`` in ``choose``.
"""
