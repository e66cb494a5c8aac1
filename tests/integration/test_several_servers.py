"""Three servers that share a Redis: any of them serves any room, and any of them may die."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.peers import AiortcViewer, Share, until
from servers import RedisProcess, ServerProcess


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisProcess]:
    redis = RedisProcess(tmp_path)
    yield redis
    redis.kill()


@pytest.fixture
def nodes(tmp_path: Path, redis: RedisProcess) -> Iterator[list[ServerProcess]]:
    nodes = [ServerProcess("--bus", redis.url, log=tmp_path / f"{name}.log") for name in "abc"]
    yield nodes
    for node in nodes:
        node.kill()


def at(node: ServerProcess, share: Share) -> str:
    """Return the share's link as another node serves it."""
    return node.url + "/j/" + share.link.partition("/j/")[2]


async def refusal(viewer: AiortcViewer) -> str:
    await viewer.open_socket()
    return str((await viewer.signals.expect("error"))["code"])


@pytest.fixture
async def share(start_host, nodes) -> Share:
    """A host whose line is at the first node."""
    share = await start_host(allow="view", server=nodes[0].url)
    await share.heard.expect("server.reached")
    return share


async def test_any_node_serves_any_room(nodes, share, new_viewer):
    for node in nodes:
        await new_viewer(at(node, share)).join()
    assert list(share.viewers.values()) == ["live"] * 3


async def test_a_share_that_ends_is_told_through_every_node(nodes, share, new_viewer):
    viewers = [await new_viewer(at(node, share)).join() for node in nodes]
    await share.stop()
    for viewer in viewers:
        await viewer.signals.expect("share.ended", reason="stopped")
    assert await refusal(new_viewer(at(nodes[2], share))) == "room-not-found"


async def test_who_closes_his_socket_at_another_node_leaves_the_host(nodes, start_host, new_viewer):
    share = await start_host(server=nodes[0].url)
    await share.heard.expect("server.reached")
    ana = new_viewer(at(nodes[1], share))
    await ana.knock()
    await share.heard.expect("viewer.knocked")
    await ana.close()
    await share.heard.expect("viewer.left")


async def test_a_killed_node_ends_no_session_and_the_others_go_on(nodes, share, start_host, new_viewer):
    ana = await new_viewer(at(nodes[1], share)).join()
    waiting_share = await start_host(server=nodes[0].url)
    await waiting_share.heard.expect("server.reached")
    ben = new_viewer(at(nodes[1], waiting_share), name="Ben")
    await ben.knock()
    await waiting_share.heard.expect("viewer.knocked")
    nodes[1].kill()
    await waiting_share.heard.expect("viewer.left")  # his socket died with the node
    await new_viewer(at(nodes[2], share)).join()
    assert ana.id in share.viewers
    assert share.viewers[ana.id] == "live"


async def test_a_host_whose_node_died_can_be_reached_when_it_is_back(nodes, share, new_viewer):
    ana = await new_viewer(at(nodes[1], share)).join()
    nodes[0].kill()
    await share.heard.expect("warning", code="server-lost")
    assert await refusal(new_viewer(at(nodes[1], share))) in {"rendezvous-degraded", "host-away"}
    nodes[0].start()
    await share.heard.expect("server.reached")
    await new_viewer(at(nodes[2], share)).join()
    assert share.viewers[ana.id] == "live"


async def test_without_redis_a_node_serves_its_own_hosts_and_says_what_it_cannot(
    nodes, redis, share, start_host, new_viewer
):
    ana = await new_viewer(at(nodes[1], share)).join()
    redis.kill()
    await until(lambda: nodes[0].health() == nodes[1].health() == "degraded", "the news")
    await new_viewer(at(nodes[0], share)).join()
    assert await refusal(new_viewer(at(nodes[1], share))) == "rendezvous-degraded"
    late = await start_host(allow="view", server=nodes[1].url)
    await late.heard.expect("server.reached")
    await new_viewer(at(nodes[1], late)).join()
    redis.start()  # empty
    await until(lambda: all(node.health() == "ok" for node in nodes), "health", limit_s=20)
    for shared in (share, late):
        await joins_soon(new_viewer, at(nodes[2], shared))
    assert share.viewers[ana.id] == "live"


async def joins_soon(new_viewer, link: str) -> None:
    """Come in as a page does: again while the host's node has not yet said that it is there."""
    for _ in range(40):
        if await first_answer(new_viewer(link)) == "knock.challenged":
            await new_viewer(link).join()
            return
        await asyncio.sleep(0.3)
    pytest.fail("nobody is let through")


async def first_answer(viewer: AiortcViewer) -> str:
    await viewer.open_socket()
    await until(lambda: viewer.signals.all, "an answer")
    await viewer.close()
    return str(viewer.signals.all[0]["type"])
