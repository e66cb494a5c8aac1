"""Pixels to encoded frames, and one stream of them to many takers.

Does: BGRX patches into a persistent I420 picture, x264, the fan-out with its keyframe policy.
Does not: capture, packetise, send, or decide who may watch.

Door: ``rendition.Rendition`` (one thread each), ``fanout.Fanout`` (sans-IO).
"""
