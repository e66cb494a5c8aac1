"""A monitor as a stream of changed rectangles, cursor drawn in.

Does: find monitors, tell when pixels, pointer or layout changed, grab what changed.
Does not: convert, encode, pace, or know who watches.

Door: ``choose.list_monitors``, ``choose.list_windows`` and ``choose.open_source``; the port is
``source.ScreenSource``.
"""
