"""What brings a share back whose process was killed: a small file that is there only while it runs.

A share that ends cleanly takes the file along. One that was killed leaves it, and the next one with the
same settings, within five minutes and the same boot, goes on with it: same links, same viewers, same rights.
The file holds the share's secrets; only its user can read it.

What belongs into it is said by ``session``, and when it changes by ``host``. Door: ``Comeback``.
"""
