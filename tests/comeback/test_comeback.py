"""The file of a running share: there while it runs, gone when it ends, left when it is killed."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from comeback.test_record import record
from integration.peers import until
from screenshare.comeback.comeback import Comeback
from screenshare.comeback.file import NoComeback


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "comeback"


@pytest.fixture
async def hold(folder):
    """Take the place of a process; ``killed`` ones let go of the file as the system would."""
    held: list[Comeback] = []
    failures: list[NoComeback] = []

    async def one(name="share", *, is_fresh=False):
        comeback = Comeback(folder, name, boot="this", failed=failures.append)
        comeback.failures = failures
        held.append(comeback)
        return comeback, await comeback.begin(is_fresh=is_fresh)

    yield one
    for comeback in held:
        await comeback.release()


async def kept(comeback, folder, share=None, port=8765):
    comeback.start()
    comeback.keep(share or record().share, port)
    await until(lambda: list(folder.glob("*.json")), "a file")


async def test_what_a_killed_share_left_is_gone_on_with(hold, folder):
    first, nothing = await hold()
    assert nothing is None
    share = record().share
    await kept(first, folder, share, port=4711)
    await first.release()
    _, found = await hold()
    assert (found.share, found.port) == (share, 4711)


async def test_a_share_that_ended_leaves_nothing(hold, folder):
    first, _ = await hold()
    await kept(first, folder)
    await first.forget()
    await first.release()
    assert (await hold())[1] is None
    assert list(folder.glob("*.json")) == []


async def test_what_was_kept_last_is_there_also_when_much_was_kept_at_once(hold, folder):
    first, _ = await hold()
    first.start()
    shares = [msgspec.structs.replace(record().share, recording=f"{number}.mp4") for number in range(50)]
    for share in shares:
        first.keep(share, 1)
    await until(lambda: "49.mp4" in "".join(file.read_text() for file in folder.glob("*.json")), "the last")
    await first.release()
    assert (await hold())[1].share == shares[-1]


async def test_one_who_wants_a_new_share_gets_one(hold, folder):
    first, _ = await hold()
    await kept(first, folder)
    await first.release()
    assert (await hold(is_fresh=True))[1] is None


async def test_a_share_that_runs_is_nobody_elses(hold, folder):
    first, _ = await hold()
    await kept(first, folder)
    with pytest.raises(NoComeback, match="runs"):
        await hold()
    assert (await hold("another"))[1] is None


async def test_the_file_is_its_users_alone(hold, folder):
    first, _ = await hold()
    await kept(first, folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


async def test_a_folder_that_others_can_write_is_not_used(hold, folder):
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(NoComeback, match="alone"):
        await hold()


async def test_a_link_in_its_place_is_not_followed(hold, folder, tmp_path):
    folder.mkdir(mode=0o700)
    (tmp_path / "elsewhere").write_text("untouched")
    (folder / "share.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NoComeback):
        await hold()
    assert (tmp_path / "elsewhere").read_text() == "untouched"


async def test_a_disk_that_takes_nothing_is_told_of_once(hold, folder):
    first, _ = await hold()
    await kept(first, folder)
    for file in folder.glob("*.json"):
        file.unlink()
        file.mkdir()
        (file / "in the way").touch()
    for port in (1, 2, 3):
        first.keep(msgspec.structs.replace(record().share, recording=str(port)), port)
        await asyncio.sleep(0)
    await until(lambda: first.failures, "a failure")
    assert len(first.failures) == 1
