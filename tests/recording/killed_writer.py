"""Run by a test: takes frames until the disk thread has them all, says so, and waits to be killed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from pictures import encode

from screenshare.recording.recorder import Recorder

recorder = Recorder(Path(sys.argv[1]), on_stopped=lambda _: None, on_warning=lambda _: None)
recorder.start()
frames = encode([index * 3000 for index in range(int(sys.argv[2]))])
for frame in frames:
    assert recorder.offer(frame)
while recorder._held is not frames[-1]:
    threading.Event().wait(0.01)
sys.stdout.write("recorded\n")
sys.stdout.flush()
threading.Event().wait()
