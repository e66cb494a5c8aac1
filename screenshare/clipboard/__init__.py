"""The host's clipboard: what other programs put there goes out, what viewers send goes in.

Does: watch who owns the clipboard, read and set text, HTML and PNG images, put transfers together,
break loops, keep what is too large or too slow out.

Does not: ask whether a viewer may (``session`` does; only its ``PermittedClip`` comes in), send anything,
log contents.

Door: ``desk.ClipboardDesk`` and ``choose.open_clipboard``; ``exchange.Exchange`` decides (sans-IO); the
port is ``port.Clipboard``.
"""
