"""``python -m screenshare``."""

from screenshare.cli import main

main()
