"""Many viewers, one encode: the second costs the encoder nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e


def test_two_viewers_see_the_same_frames_of_one_encoder(start_host, open_viewer, paint):
    host = start_host("--allow", "view", "--max-fps", "30")
    paint("#000000")
    ana, ben = open_viewer(host.ready["link"]), open_viewer(host.ready["link"])
    ana.wait_state("live")
    ben.wait_state("live")
    threads_before = _encoder_threads(host.process.pid)
    assert threads_before
    for colour in ("#ff0000", "#00ff00"):
        paint(colour)
        for viewer in (ana, ben):
            viewer.wait_colour(colour)
    assert _encoder_threads(host.process.pid) == threads_before
    open_viewer(host.ready["link"]).wait_state("live")
    assert _encoder_threads(host.process.pid) == threads_before


def _encoder_threads(pid: int) -> int:
    """Count the feed's thread and those that it started: a second encoder would bring slice threads."""
    names = [task.read_text().strip() for task in Path(f"/proc/{pid}/task").glob("*/comm")]
    return names.count("screen-feed")
