from __future__ import annotations

import time
from pathlib import Path

import platformdirs
import pytest

from screenshare.recording.names import default_path, file_name, numbered


@pytest.fixture(autouse=True)
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_recording_is_named_by_the_local_time() -> None:
    assert file_name(1_795_440_331.9) == "screenshare-2026-11-23-22-25-31.mp4"


def test_it_goes_to_the_videos_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_videos_path", lambda: tmp_path)
    assert default_path(0) == tmp_path / "screenshare-1970-01-01-09-00-00.mp4"


def test_it_goes_home_where_there_is_no_videos_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platformdirs, "user_videos_path", lambda: tmp_path / "none")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_path(0).parent == tmp_path


def test_a_further_file_carries_its_number_before_the_suffix() -> None:
    assert numbered(Path("/v/a.b.mp4"), 2) == Path("/v/a.b-2.mp4")
    assert numbered(Path("/v/talk"), 3) == Path("/v/talk-3")
