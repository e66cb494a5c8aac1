"""Everything that knows aiortc: one peer connection, its channels and its video sender.

Does: answer a viewer's offer, carry encoded frames and messages, report keyframe requests and
the end of the path. A connection is disposable: aiortc has no ICE restart, so a lost path means a
new one.

Does not: keep product state, decode messages or decide anything.

Door: ``Connection``. Private names of aiortc and aioice are touched in ``seams`` alone.
"""
