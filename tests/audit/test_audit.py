"""What is written down about a share, whether a change shows, and what a receipt says."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from screenshare.audit import writer
from screenshare.audit.chain import START, Entry, check, entries, hash_of, line_of
from screenshare.audit.command import receipt, show
from screenshare.audit.receipts import Ledger, visits
from screenshare.audit.writer import Audit, AuditUnwritable, aside
from screenshare.errors import ConfigError

JOINED = {"event": "viewer.joined", "id": "v1", "name": "Ana", "address": "192.0.2.7", "proved": "link"}
STORY = [
    JOINED,
    {"event": "capability.changed", "id": "v1", "granted": ["control", "view"]},
    {"event": "control.granted", "id": "v1"},
    {"event": "control.revoked", "id": "v1", "reason": "host"},
    {"event": "viewer.left", "id": "v1", "reason": "left"},
]


class Ticking:
    """A wall clock that goes on by ten seconds each time somebody looks."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        self.at += 10.0
        return self.at


def written(path: Path, story: list[dict[str, object]], share: str = "aa") -> Audit:
    failures: list[AuditUnwritable] = []
    audit = Audit(path, share, wall=Ticking(), on_failed=failures.append)
    audit.start()
    for happened in story:
        audit.note(happened)
    audit.close()
    assert failures == []
    return audit


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def test_each_line_carries_the_hash_of_the_one_before(tmp_path):
    path = tmp_path / "state" / "audit.jsonl"
    audit = written(path, STORY)
    told = list(entries(lines(path)))
    assert [entry.happened for entry in told] == STORY
    assert told[0].before == START
    assert audit.last_hash == hash_of(lines(path)[-1])
    assert check(lines(path)) == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_second_share_goes_on_with_the_chain(tmp_path):
    path = tmp_path / "audit.jsonl"
    written(path, STORY)
    written(path, STORY, share="bb")
    assert check(lines(path)) == []
    assert [entry.share for entry in entries(lines(path))] == ["aa"] * 5 + ["bb"] * 5


def test_two_shares_at_once_share_the_chain(tmp_path):
    path = tmp_path / "audit.jsonl"
    audits = [Audit(path, share, wall=Ticking(), on_failed=print) for share in ("aa", "bb")]
    for audit in audits:
        audit.start()
    for _ in range(50):
        for audit in audits:
            audit.note(JOINED)
    for audit in audits:
        audit.close()
    assert len(lines(path)) == 100
    assert check(lines(path)) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda all_: [all_[0], all_[1].replace(b"control", b"nothing"), *all_[2:]], [3]),
        (lambda all_: [*all_[:2], *all_[3:]], [3]),
        (lambda all_: [all_[0], all_[2], all_[1], *all_[3:]], [2, 3, 4]),
        (lambda all_: all_[1:], [1]),
        (lambda all_: [*all_[:2], b"{", *all_[2:]], [3, 4]),
    ],
    ids=["changed", "removed", "reordered", "beginning cut off", "put in"],
)
def test_what_was_changed_shows_where_it_was_changed(tmp_path, change, wrong):
    path = tmp_path / "audit.jsonl"
    written(path, STORY)
    assert [broken.number for broken in check(change(lines(path)))] == wrong


def test_a_line_that_a_crash_cut_short_costs_no_other(tmp_path):
    path = tmp_path / "audit.jsonl"
    written(path, STORY)
    path.write_bytes(path.read_bytes()[:-20])
    written(path, STORY, share="bb")
    assert [broken.number for broken in check(lines(path))] == [5]
    assert len(list(entries(lines(path)))) == 9


def test_a_full_file_is_set_aside_and_the_chain_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "MAX_FILE_BYTES", 1000)
    path = tmp_path / "audit.jsonl"
    written(path, STORY * 4)
    assert aside(path, 2).exists()
    files = [*(aside(path, number) for number in range(writer.KEPT_FILES, 0, -1)), path]
    every = [line for file in files if file.exists() for line in lines(file)]
    assert check(every) == []
    assert show(path, share=None, verify=True, as_json=False) == 0


def test_a_disk_that_takes_nothing_is_said_once_and_stops_nobody(tmp_path):
    (tmp_path / "file").write_text("")
    failures: list[AuditUnwritable] = []
    audit = Audit(tmp_path / "file" / "audit.jsonl", "aa", wall=Ticking(), on_failed=failures.append)
    audit.start()
    for happened in STORY:
        audit.note(happened)
    audit.close()
    assert len(failures) == 1


def test_a_flood_costs_no_memory_and_its_number_is_written_down(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "MAX_WAITING", 3)
    path = tmp_path / "audit.jsonl"
    audit = Audit(path, "aa", wall=Ticking(), on_failed=print)
    for _ in range(10):
        audit.note(JOINED)
    audit.start()
    audit.close()
    assert [entry.happened["event"] for entry in entries(lines(path))] == ["viewer.joined"] * 3 + [
        "entries.lost"
    ]
    assert list(entries(lines(path)))[-1].happened["count"] == 7


def test_a_receipt_says_who_was_here_and_what_he_was_allowed(tmp_path):
    path = tmp_path / "audit.jsonl"
    written(path, STORY)
    (visit,) = visits(entries(lines(path)))
    assert (visit.until or 0) - visit.since == 40.0
    assert visit.controlled_s == 10.0
    said = receipt(visit)
    assert "Ana (192.0.2.7) by link, allowed control, view, controlled for 10 s  [share aa]" in said


def test_who_is_still_here_when_the_share_stops_leaves_then():
    at = iter(range(100, 200, 10))
    story = [JOINED, {"event": "stopped", "reason": "stopped"}]
    told = [Entry(at=float(next(at)), share="aa", happened=happened, before="") for happened in story]
    assert visits(told)[0].until == 110.0
    assert visits(told[:1])[0].until is None
    assert visits(told, share="bb") == []


def test_what_was_changed_is_an_exit_status(tmp_path, capsys):
    path = tmp_path / "audit.jsonl"
    written(path, STORY)
    path.write_bytes(path.read_bytes().replace(b"192.0.2.7", b"192.0.2.8"))
    assert show(path, share=None, verify=True, as_json=False) == 1
    assert "line 2 does not follow" in capsys.readouterr().out


def test_nothing_written_is_said_in_words(tmp_path):
    with pytest.raises(ConfigError, match="nothing is written down"):
        show(tmp_path / "audit.jsonl", share=None, verify=False, as_json=False)


def test_lines_are_bytes_that_any_tool_can_hash():
    line = line_of(Entry(at=1.5, share="aa", happened={"event": "stopped"}, before=START))
    assert line == b'{"at":1.5,"share":"aa","happened":{"event":"stopped"},"before":"' + b"0" * 64 + b'"}'


def test_its_thread_ends_with_it(tmp_path):
    written(tmp_path / "audit.jsonl", STORY)
    assert not [thread for thread in threading.enumerate() if thread.name == "audit"]


def told(story: list[dict[str, object]]) -> list[Entry]:
    """Return entries ten seconds apart."""
    return [
        Entry(at=10.0 * number, share="aa", happened=happened, before=START)
        for number, happened in enumerate(story)
    ]


def test_a_receipt_says_the_way_and_how_much_went_from_clipboard_to_clipboard():
    story = [
        JOINED,
        {"event": "viewer.connected", "id": "v1", "way": "direct"},
        {"event": "clipboard.passed", "id": "v1", "toward": "viewer", "times": 1, "bytes": {"text": 5}},
        {"event": "viewer.connected", "id": "v1", "way": "relay-tls"},
        {"event": "viewer.connected", "id": "v1", "way": "direct"},
        {
            "event": "clipboard.passed",
            "id": "v1",
            "toward": "host",
            "times": 2,
            "bytes": {"text": 5, "png": 90},
        },
        {"event": "viewer.left", "id": "v1", "reason": "left"},
    ]
    (visit,) = visits(told(story))
    assert (list(visit.ways), visit.taken_bytes, visit.given_bytes) == (["direct", "relay-tls"], 5, 95)
    assert "by link, direct then relay-tls, allowed" in receipt(visit)
    assert "clipboard: took 5 bytes and gave 95 bytes" in receipt(visit)


def test_who_still_controls_has_controlled_up_to_now():
    (visit,) = visits(told(STORY[:3]))
    assert visit.controlled_until(50.0) == 30.0


def test_a_bounded_ledger_forgets_who_left_first_and_keeps_who_is_here():
    ledger = Ledger(most=2)
    left = {"event": "viewer.left", "reason": "left"}
    story = [
        JOINED | {"id": "here"},
        JOINED | {"id": "a"},
        left | {"id": "a"},
        JOINED | {"id": "b"},
        left | {"id": "b"},
        JOINED | {"id": "c"},
    ]
    for entry in told(story):
        ledger.note(entry)
    assert [visit.viewer for visit in ledger.visits] == ["here", "c"]
