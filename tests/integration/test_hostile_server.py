"""A server that carries the signals, knows no secret, and wants to sit in the middle."""

from __future__ import annotations

import re

import pytest

from integration.peers import until

FINGERPRINT = re.compile(r"a=fingerprint:sha-256 \S+")
FOREIGN = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)


async def nothing_came_of_it(share, viewer) -> None:
    assert (await viewer.signals.expect("error"))["code"] == "altered"
    assert share.refusals == {"altered": 1}
    assert share.host._conductor._peers == {}
    assert viewer.signals.of("peer.answered") == []
    assert viewer.frame_count == 0


async def test_a_swapped_fingerprint_opens_no_connection(start_host, new_viewer):
    share = await start_host(allow="view,control")
    ana = new_viewer(share.link)
    await ana.knock()
    await ana.admission()
    offer = await ana.offer()
    swapped = FINGERPRINT.sub(FOREIGN, offer)
    assert swapped != offer
    mac = ana.binding.offer_mac(1, offer)
    await ana.signal(type="peer.offer", attempt=1, sdp=swapped, mac=mac)
    await nothing_came_of_it(share, ana)


async def test_an_offer_replayed_from_an_earlier_knock_opens_no_connection(start_host, new_viewer):
    share = await start_host(allow="view,control")
    earlier, ana = new_viewer(share.link), new_viewer(share.link)
    await earlier.knock()
    await earlier.admission()
    offer = await earlier.offer()
    await ana.knock()
    await ana.admission()
    mac = earlier.binding.offer_mac(1, offer)
    await ana.signal(type="peer.offer", attempt=1, sdp=offer, mac=mac)
    await nothing_came_of_it(share, ana)


async def test_a_swapped_offer_does_not_end_the_connection_that_stands(start_host, new_viewer):
    share = await start_host(allow="view,control")
    ana = await new_viewer(share.link).join()
    await ana.signal(type="peer.offer", attempt=2, sdp="v=0", mac="0" * 64)
    assert (await ana.signals.expect("error"))["code"] == "altered"
    await ana.is_heard()
    assert share.viewers == {ana.id: "live"}


@pytest.mark.parametrize("mac", [None, "", "0" * 63, "g" * 64])
async def test_an_offer_without_a_mac_is_malformed(start_host, new_viewer, mac):
    share = await start_host(allow="view")
    ana = new_viewer(share.link)
    await ana.knock()
    await ana.admission()
    message = {} if mac is None else {"mac": mac}
    await ana.signal(type="peer.offer", attempt=1, sdp=await ana.offer(), **message)
    await until(lambda: ana.signals.errors == ["malformed"], "the refusal")
    assert share.host._conductor._peers == {}
