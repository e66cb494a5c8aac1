"""A share through a relay: a real host, a real viewer, and a real coturn between them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from coturn import SECRET, Coturn, coturn
from integration.peers import AiortcViewer, Share, until
from screenshare.config import IceEntry
from screenshare.rendezvous.turn import CREDENTIAL_LIFE_S, TurnSecret, ice_servers


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("coturn"), reaches_loopback=True) as running:
        yield running


def turn_of(relay: Coturn, *, secret: TurnSecret = SECRET, transport: str = "udp") -> IceEntry:
    url = f"turn:127.0.0.1:{relay.port}?transport={transport}"
    (server,) = ice_servers([url], secret, uid="share", wall_time=time.time())
    return IceEntry(url, server.username, server.credential)


def ways_used(viewer: AiortcViewer) -> set[tuple[str, str]]:
    """Return the kinds of both ends of the path that is in use."""
    ice = viewer.pc.sctp.transport.transport._connection
    return {(pair.local_candidate.type, pair.remote_candidate.type) for pair in ice._nominated.values()}


def way_told(share: Share) -> str | None:
    """Return how the one viewer is connected, as the console shows it."""
    (viewer,) = share.host._describe_state().viewers
    return None if viewer.path is None else viewer.path.way


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_relay_only_connects_and_neither_side_tells_its_address(
    start_host, new_viewer, relay, transport
):
    share = await start_host(allow="view", ice=(turn_of(relay, transport=transport),), relay_only=True)
    ana = await new_viewer(share.link).join()
    assert ways_used(ana) == {("relay", "relay")}
    assert way_told(share) == f"relay-{transport}"
    answer = ana.pc.remoteDescription.sdp
    assert "typ host" not in answer
    assert "typ srflx" not in answer
    await until(lambda: ana.frame_count > 0, "a picture through the relay")


async def test_with_a_relay_in_reach_the_direct_way_is_still_taken(start_host, new_viewer, relay):
    share = await start_host(allow="view", ice=(turn_of(relay),))
    ana = await new_viewer(share.link).join()
    assert ana.admitted["ice_servers"][0]["urls"] == [turn_of(relay).url]
    assert ways_used(ana) == {("host", "host")}
    assert way_told(share) == "direct"


async def test_a_viewer_behind_a_relay_is_told_so_at_the_host(start_host, new_viewer, relay):
    share = await start_host(allow="view", ice=(turn_of(relay),))
    ana = new_viewer(share.link)
    await ana.knock()
    await ana.admission()
    ana.admitted["relay_only"] = True  # as his own network leaves him no other way
    await ana.dial()
    assert next(iter(ways_used(ana)))[0] == "relay"
    assert way_told(share) == "relay"


async def test_each_viewer_of_ones_own_relay_gets_credentials_of_his_own(start_host, new_viewer, relay):
    url = f"turn:127.0.0.1:{relay.port}"
    share = await start_host(allow="view", turn_urls=(url,), turn_secret=SECRET.text, relay_only=True)
    ana, ben = await new_viewer(share.link).join(), await new_viewer(share.link).join()
    assert ways_used(ana) == ways_used(ben) == {("relay", "relay")}
    (_, of_ana), (_, of_ben) = ana.admitted["ice_servers"], ben.admitted["ice_servers"]
    assert of_ana["username"].partition(":")[2] != of_ben["username"].partition(":")[2]
    assert 0 < int(of_ana["username"].partition(":")[0]) - time.time() <= CREDENTIAL_LIFE_S
    assert SECRET.text not in str(ana.signals.all) + str(share.heard.all)


async def test_nobody_is_told_the_relay_before_he_is_let_in(start_host, new_viewer, relay):
    share = await start_host(ice=(turn_of(relay),), relay_only=True)
    eve = new_viewer(share.link)
    await eve.knock()
    await eve.signals.expect("knock.waiting")
    assert all("ice_servers" not in signal for signal in eve.signals.all)


async def test_a_relay_that_refuses_is_told_at_the_host_without_its_password(start_host, relay):
    wrong = turn_of(relay, secret=TurnSecret("another secret, of enough characters"))
    share = await start_host(ice=(wrong,))
    warned = await share.heard.expect("warning", code="no-relay")
    assert "refused with 401" in warned["message"]
    assert wrong.password not in str(warned)
