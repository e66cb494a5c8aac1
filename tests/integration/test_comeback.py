"""A host that is killed and started again is the same share: links, viewers, rights."""

from __future__ import annotations

import json

from integration.command import flags
from integration.peers import AiortcViewer, until

# A file that holds no picture yet.
EMPTY_BYTES = 2048


def stays(folder, *more: str) -> tuple[str, ...]:
    return ("--comeback", str(folder / "comeback"), *more)


def kept_in(folder) -> str:
    return "".join(file.read_text() for file in (folder / "comeback").glob("*.json"))


async def killed(command) -> None:
    command.process.kill()
    await command.end()


async def test_who_was_in_is_back_without_a_question_after_a_kill(run, x_display, tmp_path):
    share = flags(x_display, *stays(tmp_path))
    first = await run(*share)
    ready = await first.expect("ready")
    ana = AiortcViewer(ready["link"], name="Ana")
    await ana.knock()
    knocked = await first.expect("viewer.knocked")
    await first.do("viewer.admit", id=knocked["id"], grant=["view"])
    resume = (await ana.admission())["resume"]
    await ana.dial()
    await first.expect("viewer.joined", id=ana.id)
    await until(lambda: resume in kept_in(tmp_path), "his way back on the disk")
    await killed(first)
    await ana.close()

    second = await run(*share)
    again = await second.expect("ready")
    kept = ("link", "view_link", "room")
    assert [again[name] for name in kept] == [ready[name] for name in kept]
    assert again["code"] != ready["code"]
    assert "1 viewer" in (await second.expect("warning", code="taken-up"))["message"]
    back = AiortcViewer(again["link"], name="Ana")
    await back.knock(resume=resume)
    assert (await back.admission())["participant"] == ana.id
    await second.expect("viewer.joined", id=ana.id)
    await back.dial()
    await back.close()
    assert second.told.of("viewer.knocked") == []


async def test_a_share_that_ended_is_not_the_next_one(run, x_display, tmp_path):
    share = flags(x_display, *stays(tmp_path))
    first = await run(*share)
    ready = await first.expect("ready")
    await first.do("stop")
    assert await first.end() == 0
    second = await run(*share)
    assert (await second.expect("ready"))["link"] != ready["link"]
    assert not second.told.of("warning")


async def test_a_new_share_begins_where_one_is_asked_for(run, x_display, tmp_path):
    share = flags(x_display, *stays(tmp_path))
    first = await run(*share)
    ready = await first.expect("ready")
    await until(lambda: kept_in(tmp_path), "something kept")
    await killed(first)
    second = await run(*share, "--fresh")
    assert (await second.expect("ready"))["link"] != ready["link"]


async def test_a_share_with_other_settings_is_another_one(run, x_display, tmp_path):
    first = await run(*flags(x_display, *stays(tmp_path)))
    ready = await first.expect("ready")
    await until(lambda: kept_in(tmp_path), "something kept")
    await killed(first)
    second = await run(*flags(x_display, *stays(tmp_path, "--allow", "view")))
    assert (await second.expect("ready"))["link"] != ready["link"]


async def test_a_recording_goes_on_beside_what_there_is_of_it(run, x_display, tmp_path):
    file = tmp_path / "lesson.mp4"
    share = flags(x_display, *stays(tmp_path, "--record", str(file)))
    first = await run(*share)
    await first.expect("recording.started", path=str(file))
    await until(lambda: str(file) in kept_in(tmp_path), "the recording is kept")
    await killed(first)
    before = file.read_bytes()
    second = await run(*share)
    await second.expect("recording.started", path=str(tmp_path / "lesson-2.mp4"))
    assert file.read_bytes() == before


async def test_a_paused_share_shows_nothing_when_it_goes_on_not_even_to_its_recording(
    run, x_display, desk, tmp_path
):
    file = tmp_path / "lesson.mp4"
    share = flags(x_display, *stays(tmp_path, "--record", str(file)))
    first = await run(*share)
    await first.expect("recording.started")
    await first.do("share.pause")
    await first.expect("share.paused")
    await until(lambda: '"is_paused":true' in kept_in(tmp_path), "that it is paused, on the disk")
    await killed(first)
    desk.paint("#c02040")
    second = await run(*share)
    await second.expect("ready")
    await second.expect("share.paused")
    await second.do("stop")
    assert await second.end() == 0
    beside = tmp_path / "lesson-2.mp4"
    assert not beside.exists() or beside.stat().st_size < EMPTY_BYTES


async def test_nothing_of_it_is_left_to_others_or_in_what_is_printed(run, x_display, tmp_path):
    first = await run(*flags(x_display, *stays(tmp_path)))
    link = (await first.expect("ready"))["link"]
    await until(lambda: kept_in(tmp_path), "something kept")
    await killed(first)
    [left] = (tmp_path / "comeback").glob("*.json")
    assert left.stat().st_mode & 0o777 == 0o600
    token = json.loads(left.read_text())["share"]["door"]["token"]
    assert token not in "".join(first.lines) + first.errors
    assert link not in left.read_text()
