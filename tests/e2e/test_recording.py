"""A recording holds what viewers saw, survives a crash, and is seen to run."""

from __future__ import annotations

import re
import time

import av
import pytest

from support import is_close

pytestmark = pytest.mark.e2e

COLOURS = ("#ff0000", "#00ff00", "#0000ff")


def colours_of(path):
    """Decode the whole file; return the colour at one place of each picture."""
    with av.open(str(path)) as container:
        return [
            tuple(int(v) for v in frame.to_ndarray(format="rgb24")[540, 320])
            for frame in container.decode(video=0)
        ]


def test_a_recording_plays_and_shows_the_right_frames(start_host, open_viewer, paint, recordings):
    path = recordings / "lesson.mp4"
    host = start_host("--allow", "view", "--record", str(path))
    host.wait_for("recording.started", path=str(path))
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    for colour in COLOURS:
        paint(colour)
        viewer.wait_colour(colour)
    viewer.page.get_by_text(re.compile("Recording")).first.wait_for(timeout=5000)
    host.do("recording.stop")
    stopped = host.wait_for("recording.stopped", path=str(path))
    assert stopped["bytes"] == path.stat().st_size > 0
    recorded = colours_of(path)
    for colour in COLOURS:
        assert any(is_close(seen, colour) for seen in recorded), colour
    assert is_close(recorded[-1], COLOURS[-1])
    with av.open(str(path)) as container:
        assert container.duration / av.time_base == pytest.approx(stopped["duration_s"], abs=0.5)


def test_a_recording_survives_a_killed_host(start_host, paint, recordings):
    path = recordings / "crash.mp4"
    host = start_host("--record", str(path))
    host.wait_for("recording.started")
    began = time.monotonic()
    while (elapsed := time.monotonic() - began) < 5.0:
        paint(COLOURS[int(elapsed * 10) % 3])
        time.sleep(0.1)
    host.process.kill()
    host.process.wait()
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    assert frames[-1].time - frames[0].time > elapsed - 1.5


def test_a_still_screen_is_recorded_to_its_last_second(start_host, paint, recordings, eventually):
    path = recordings / "still.mp4"
    paint("#336699")
    host = start_host("--record", str(path))
    host.wait_for("recording.started")
    eventually(lambda: path.stat().st_size > 0, "something is written")
    time.sleep(4.0)
    host.process.kill()
    host.process.wait()
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    # What was on the disk at its first sight was the first picture: four seconds followed.
    assert frames[-1].time > 4.0 - 1.0
    assert is_close(tuple(int(v) for v in frames[-1].to_ndarray(format="rgb24")[540, 320]), "#336699")


def test_a_folder_that_is_not_there_is_said_in_one_sentence(start_host, recordings):
    host = start_host()
    host.do("recording.start", path=str(recordings / "none" / "x.mp4"))
    error = host.wait_for("error")
    assert error["code"] == "recording"
    assert error["hint"]


def test_ctrl_c_finishes_the_recording(start_host, paint, recordings, eventually):
    path = recordings / "short.mp4"
    paint("#ff0000")
    host = start_host("--record", str(path))
    host.wait_for("recording.started")
    eventually(lambda: path.stat().st_size > 0, "something is written")
    assert host.stop() == 130
    assert is_close(colours_of(path)[-1], "#ff0000")
