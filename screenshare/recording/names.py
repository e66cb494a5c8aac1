"""Where recordings go when nobody named a file."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from pathlib import Path

import platformdirs


def default_path(wall_time: float) -> Path:
    """Return a path named by the local time, in the user's Videos folder, or at home where there is none."""
    videos = platformdirs.user_videos_path()
    return (videos if videos.is_dir() else Path.home()) / file_name(wall_time)


def file_name(wall_time: float) -> str:
    """Return ``screenshare-2026-11-23-14-05-31.mp4`` for seconds since 1970, in local time."""
    local = datetime.fromtimestamp(wall_time, tz=UTC).astimezone()
    return f"screenshare-{local:%Y-%m-%d-%H-%M-%S}.mp4"


def next_free(path: Path) -> Path:
    """Return ``name-2.mp4``, or the first after it that is not there yet; asks the disk."""
    return next(free for number in itertools.count(2) if not (free := numbered(path, number)).exists())


def numbered(path: Path, number: int) -> Path:
    """Return ``name-2.mp4`` for ``name.mp4`` and 2."""
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
