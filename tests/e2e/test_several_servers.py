"""Two servers that share a Redis, which may die: what that costs a helper, and what it does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.faults import Trial
from servers import RedisProcess, ServerProcess

pytestmark = pytest.mark.e2e


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisProcess]:
    redis = RedisProcess(tmp_path)
    yield redis
    redis.kill()


@pytest.fixture
def nodes(tmp_path: Path, redis: RedisProcess) -> Iterator[list[ServerProcess]]:
    nodes = [ServerProcess("--bus", redis.url, log=tmp_path / f"{name}.log") for name in "ab"]
    yield nodes
    for node in nodes:
        node.kill()


def test_a_killed_redis_takes_nothing_from_who_controls_and_newcomers_are_told(
    nodes, redis, start_host, open_viewer, held_keys, eventually, paint
):
    host = start_host("--allow", "view,control", "--server", nodes[0].url)
    host.wait_for("server.reached")
    link = host.ready["link"].replace(nodes[0].url, nodes[1].url)
    ana = open_viewer(link)
    ana.wait_state("live")
    ana.take_control()
    trial = Trial(ana, held_keys, eventually, paint)
    trial.hold()
    redis.kill()
    eventually(lambda: {node.health() for node in nodes} == {"degraded"}, "the servers noticed", limit_s=20)
    assert held_keys() == 1
    trial.expect_back(time.monotonic(), trial.change_picture())
    ben = open_viewer(link)
    ben.wait_state("ended", 20)
    ben.page.get_by_role("heading", name="The server has trouble").wait_for()
    assert ana.state == "live"
    redis.start()  # and it is empty
    eventually(lambda: {node.health() for node in nodes} == {"ok"}, "the servers found it", limit_s=30)
    ben.page.get_by_role("button", name="Try again").click()
    ben.wait_state("live", 20)
    ana.page.bring_to_front()
    trial.hold()
    assert not [event for event in host.seen if event["event"] in {"viewer.left", "control.taken"}]
