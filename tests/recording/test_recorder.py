from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from recording.pictures import encode, picture
from screenshare.errors import RecordingError, ScreenshareError
from screenshare.media import VIDEO_CLOCK_HZ, EncodedFrame
from screenshare.recording import recorder as recorder_module
from screenshare.recording.recorder import Recorder, RecordingResult

HERE = Path(__file__).parent
THIRTIETH = VIDEO_CLOCK_HZ // 30


class Recording:
    """A recorder, and what it told."""

    def __init__(self, path: Path) -> None:
        self.warnings: list[ScreenshareError] = []
        self.results: list[RecordingResult] = []
        self._ended = threading.Event()
        self.recorder = Recorder(path, on_stopped=self._stopped, on_warning=self.warnings.append)

    def _stopped(self, result: RecordingResult) -> None:
        self.results.append(result)
        self._ended.set()

    def wait_ended(self) -> RecordingResult:
        assert self._ended.wait(20)
        return self.results[0]

    def stop(self) -> RecordingResult:
        self.recorder.stop()
        return self.wait_ended()

    def wait_taken(self, frame: EncodedFrame) -> None:
        """Return when the thread has taken all that came before ``frame``."""
        while self.recorder._held is not frame:
            self.recorder._thread.join(0.01)

    def offer_all(self, frames: list[EncodedFrame]) -> list[bool]:
        return [self.recorder.offer(frame) for frame in frames]


def start(path: Path) -> Recording:
    recording = Recording(path)
    recording.recorder.start()
    return recording


def decoded(path: Path) -> list[tuple[int, np.ndarray]]:
    """Return presentation time (90 kHz) and I420 planes of every picture that can be decoded."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        assert stream.time_base == Fraction(1, VIDEO_CLOCK_HZ)
        return [(frame.pts, frame.to_ndarray(format="yuv420p")) for frame in container.decode(stream)]


def duration_s(path: Path) -> float:
    with av.open(path) as container:
        stream = container.streams.video[0]
        return float(stream.duration * stream.time_base)


def boxes(path: Path) -> list[str]:
    """Return the types of the file's outermost boxes (ISO/IEC 14496-12 §4.2)."""
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        found.append(data[at + 4 : at + 8].decode())
        at += int.from_bytes(data[at + 8 : at + 16]) if size == 1 else size
    return found


def shows(planes: np.ndarray, number: int) -> bool:
    height = planes.shape[0] * 2 // 3
    wanted = picture(number, planes.shape[1], height)[:height].astype(int)
    return bool(np.abs(planes[:height] - wanted).mean() < 4)


def test_every_picture_comes_out_at_its_time(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    # The feed has run for a while, the pace varies, and then the screen stands still.
    pts = [900_000, 903_000, 907_500, 912_345, 990_000, 1_440_000]
    recording = start(path)
    recording.offer_all(encode(pts))
    recording.stop()
    pictures = decoded(path)
    assert [at for at, _ in pictures] == [at - 900_000 for at in pts]
    assert all(shows(planes, number) for number, (_, planes) in enumerate(pictures))
    assert recording.warnings == []


def test_a_closed_recording_is_a_plain_seekable_file_with_avc_samples(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    recording = start(path)
    recording.offer_all(encode([index * THIRTIETH for index in range(60)]))
    recording.stop()
    assert boxes(path) == ["ftyp", "free", "mdat", "moov"]
    probe = json.loads(
        subprocess.run(
            ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", path],
            capture_output=True,
            check=True,
        ).stdout
    )["streams"][0]
    assert (probe["codec_tag_string"], probe["is_avc"], probe["nal_length_size"]) == ("avc1", "true", "4")
    assert (probe["nb_frames"], probe["nb_read_frames"], probe["start_pts"]) == ("60", "60", 0)
    assert (probe["width"], probe["height"]) == (320, 240)


def test_the_last_picture_lasts_until_the_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = start(tmp_path / "a.mp4")
    recording.offer_all(encode([0, THIRTIETH, 2 * THIRTIETH], began_at=1000.0))
    monkeypatch.setattr(recorder_module, "monotonic_s", lambda: 1007.5)
    result = recording.stop()
    assert duration_s(result.paths[0]) == pytest.approx(7.5, abs=1e-4)
    assert result.duration_s == pytest.approx(7.5, abs=1e-4)
    assert recording.recorder.duration_s == result.duration_s


def test_the_result_tells_path_and_size(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    recording = start(path)
    recording.offer_all(encode([0, THIRTIETH]))
    result = recording.stop()
    assert result.paths == (path,)
    assert result.bytes == recording.recorder.bytes == path.stat().st_size


def test_a_recording_starts_at_a_keyframe(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    recording = start(path)
    frames = encode([index * THIRTIETH for index in range(6)], keyframes=(0, 3))
    assert recording.offer_all(frames[1:]) == [False, False, True, True, True]
    recording.stop()
    pictures = decoded(path)
    assert [at for at, _ in pictures] == [0, THIRTIETH, 2 * THIRTIETH]
    assert shows(pictures[0][1], 3)


def test_a_recording_begun_in_mid_stream_counts_its_own_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(tmp_path / "a.mp4")
    assert recording.recorder.duration_s == 0
    recording.recorder.start()
    recording.offer_all(encode([450_000], began_at=100.0))
    monkeypatch.setattr(recorder_module, "monotonic_s", lambda: 107.0)
    assert recording.recorder.duration_s == pytest.approx(2.0)
    recording.stop()


def test_others_on_this_computer_may_not_read_a_recording(tmp_path: Path) -> None:
    recording = start(tmp_path / "a.mp4")
    recording.offer_all(encode([0]))
    path = recording.stop().paths[0]
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_killed_process_leaves_a_file_that_plays(tmp_path: Path) -> None:
    path, frame_count = tmp_path / "a.mp4", 100
    with subprocess.Popen(
        [sys.executable, HERE / "killed_writer.py", path, str(frame_count)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "recorded\n"
        writer.send_signal(signal.SIGKILL)
    pictures = decoded(path)
    # The frame held back, the one before it, and a fragment of 0.1 s.
    assert frame_count - 6 <= len(pictures) < frame_count
    assert all(shows(planes, number) for number, (_, planes) in enumerate(pictures))


def test_a_new_size_continues_in_the_next_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    (tmp_path / "a-2.mp4").write_text("somebody's")
    recording = start(path)
    recording.offer_all(encode([0, THIRTIETH]))
    recording.offer_all(encode([VIDEO_CLOCK_HZ, VIDEO_CLOCK_HZ + THIRTIETH], size=(640, 360), first_number=2))
    result = recording.stop()
    assert result.paths == (path, tmp_path / "a-3.mp4")
    assert (tmp_path / "a-2.mp4").read_text() == "somebody's"
    first, second = (decoded(written) for written in result.paths)
    assert [at for at, _ in first] == [at for at, _ in second] == [0, THIRTIETH]
    assert second[0][1].shape == (540, 640)
    assert shows(second[-1][1], 3)
    # The old picture stood until the new size came.
    assert duration_s(path) == pytest.approx(1.0, abs=1e-4)
    assert result.duration_s == pytest.approx(sum(map(duration_s, result.paths)), abs=1e-3)
    assert result.bytes == sum(written.stat().st_size for written in result.paths)


def test_nothing_recorded_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    recording = start(tmp_path / "a.mp4")
    result = recording.stop()
    assert result == RecordingResult(())
    assert list(tmp_path.iterdir()) == []
    assert "nothing was recorded" in str(recording.warnings[0])


def test_stopping_twice_ends_once(tmp_path: Path) -> None:
    recording = start(tmp_path / "a.mp4")
    recording.offer_all(encode([0]))
    recording.stop()
    recording.recorder.stop()
    recording.recorder._thread.join(10)
    assert len(recording.results) == 1


def test_what_comes_after_the_stop_is_not_written_and_asks_for_nothing(tmp_path: Path) -> None:
    recording = start(tmp_path / "a.mp4")
    frames = encode([0, THIRTIETH])
    recording.recorder.offer(frames[0])
    path = recording.stop().paths[0]
    size = path.stat().st_size
    assert recording.recorder.offer(frames[1])
    assert path.stat().st_size == size


def test_a_disk_that_cannot_follow_costs_frames_up_to_the_next_keyframe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MAX_WAITING", 3)
    path = tmp_path / "a.mp4"
    frames = encode([index * THIRTIETH for index in range(8)], keyframes=(0, 6))
    recording = start(path)
    with recording.recorder._changed:  # the thread takes nothing as long as this is held
        assert recording.offer_all(frames[:5]) == [True, True, True, False, False]
    while recording.recorder._waiting:
        recording.recorder._thread.join(0.01)
    assert recording.offer_all(frames[5:]) == [False, True, True]
    recording.stop()
    pictures = decoded(path)
    assert [at // THIRTIETH for at, _ in pictures] == [0, 1, 2, 6, 7]
    assert shows(pictures[-1][1], 7)
    assert [str(warning) for warning in recording.warnings] == [
        f"the disk of {tmp_path} is too slow: moments are missing in the recording"
    ]


@pytest.mark.parametrize("limit_bytes", [100, 12_000, 30_000])
def test_a_full_disk_ends_the_recording_and_keeps_what_was_written(tmp_path: Path, limit_bytes: int) -> None:
    """A limit of the file size stands for the full disk: the kernel refuses in the middle of a write."""
    path = tmp_path / "a.mp4"
    frame_count = 100
    report = json.loads(
        subprocess.run(
            [sys.executable, HERE / "limited_writer.py", path, str(frame_count), str(limit_bytes)],
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
    )
    assert [warning["hint"] for warning in report["warnings"]] == [
        "record to a disk that allows larger files"
    ]
    assert report["warnings"][0]["message"].startswith("the recording stopped: ")
    (result,) = report["results"]
    if limit_bytes == 100:  # not even the beginning fits
        assert result["paths"] == []
        assert list(tmp_path.iterdir()) == []
        return
    pictures = decoded(path)
    assert 10 < len(pictures) < frame_count
    assert all(shows(planes, number) for number, (_, planes) in enumerate(pictures))
    assert result == {
        "paths": [str(path)],
        "duration_s": pytest.approx(len(pictures) / 30, abs=1e-4),
        "bytes": path.stat().st_size,
    }
    assert "moof" in boxes(path)  # cut at the end of a fragment: no torn box behind it


def test_a_disk_that_fills_up_while_the_index_is_written_keeps_the_fragments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mp4"
    recording = start(path)
    frames = encode([index * THIRTIETH for index in range(60)])
    recording.offer_all(frames)
    recording.wait_taken(frames[-1])
    real_write = os.write

    def refuse_the_index(descriptor: int, data: memoryview) -> int:
        if bytes(data[4:8]) == b"moov":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real_write(descriptor, data)

    monkeypatch.setattr(os, "write", refuse_the_index)
    recording.stop()
    monkeypatch.undo()
    assert str(recording.warnings[0]) == (
        f"the recording stopped: the disk of {tmp_path} is full; what was written is kept"
    )
    pictures = decoded(path)
    assert 50 <= len(pictures) <= 60
    assert all(shows(planes, number) for number, (_, planes) in enumerate(pictures))


def test_a_next_file_that_cannot_be_opened_ends_the_recording_but_not_the_first_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "videos"
    folder.mkdir()
    path = folder / "a.mp4"
    recording = start(path)
    recording.offer_all(encode([0, THIRTIETH]))

    def no_more_files(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "open", no_more_files)
    recording.offer_all(encode([VIDEO_CLOCK_HZ, VIDEO_CLOCK_HZ + THIRTIETH], size=(640, 360)))
    result = recording.wait_ended()
    monkeypatch.undo()
    assert result.paths == (path,)
    assert result.duration_s == pytest.approx(1.0, abs=1e-4)
    assert len(decoded(path)) == 2
    assert boxes(path)[-1] == "moov"
    assert len(recording.warnings) == 1


def test_a_frame_that_cannot_be_written_ends_the_recording_aloud(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    recording = start(path)
    frames = encode([index * THIRTIETH for index in range(30)])
    recording.offer_all(frames)
    recording.offer_all([frames[3], frames[2]])  # time runs backwards: the muxer refuses
    result = recording.wait_ended()
    assert str(recording.warnings[0]).startswith("the recording broke: ")
    assert result.paths == (path,)
    assert len(decoded(path)) > 20
    assert recording.recorder.offer(frames[0])


def refused(path: Path) -> tuple[str, str]:
    with pytest.raises(RecordingError) as caught:
        Recording(path).recorder.start()
    return str(caught.value), caught.value.hint


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "none" / "a.mp4") == (
        f"there is no folder {tmp_path / 'none'}",
        "create it, or record somewhere else",
    )


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_text("precious")
    assert refused(path)[0] == f"{path} exists already"
    assert path.read_text() == "precious"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert refused(tmp_path) == (f"{tmp_path} is a folder", "name a file in it")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file" / "a.mp4")[0] == f"{tmp_path / 'file'} is not a folder"


def test_a_name_the_disk_cannot_hold_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / ("a" * 300))[1] == "choose a shorter one"


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    program = (
        "import os, sys, pathlib\n"
        "from screenshare.recording.recorder import Recorder\n"
        "from screenshare.errors import RecordingError\n"
        # Nothing is locked for root.
        "if os.geteuid() == 0: os.chdir(sys.argv[1]); os.setuid(65534)\n"
        "else: os.chdir(sys.argv[1])\n"
        "try: Recorder(pathlib.Path('a.mp4'), on_stopped=print, on_warning=print).start()\n"
        "except RecordingError as error: print(error, '|', error.hint)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, folder], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    assert said == "you may not write in . | record somewhere else, for example in your home folder\n"
    assert list(folder.iterdir()) == []
