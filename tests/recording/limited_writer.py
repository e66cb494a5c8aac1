"""Run by a test: records under a limit of the file size, and reports what became of it as JSON."""

from __future__ import annotations

import json
import resource
import sys
import threading
from pathlib import Path

from pictures import encode

from screenshare.errors import ScreenshareError
from screenshare.recording.recorder import Recorder, RecordingResult

path, frame_count, limit_bytes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
frames = encode([index * 3000 for index in range(frame_count)])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))

warnings: list[ScreenshareError] = []
results: list[RecordingResult] = []
ended = threading.Event()


def stopped(result: RecordingResult) -> None:
    results.append(result)
    ended.set()


recorder = Recorder(path, on_stopped=stopped, on_warning=warnings.append)
recorder.start()
for frame in frames:
    recorder.offer(frame)
recorder.stop()
ended.wait(30)
json.dump(
    {
        "warnings": [{"message": str(warning), "hint": warning.hint} for warning in warnings],
        "results": [
            {
                "paths": [str(path) for path in result.paths],
                "duration_s": result.duration_s,
                "bytes": result.bytes,
            }
            for result in results
        ],
    },
    sys.stdout,
)
