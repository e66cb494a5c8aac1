"""A share as an MP4 file: the packets that viewers get, remuxed, never encoded again.

Does: write one file (a further one when the screen changes its size) in fragments, so that even a
killed process leaves a file that plays; end it as a plain, seekable MP4; explain what the disk refused.
Does not: capture, encode, decide when to record, or tell anybody.

Door: ``recorder.Recorder`` (owns the disk thread), ``names.default_path``.
"""
