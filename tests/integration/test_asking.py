"""Somebody in the same network who has no secret: a person is asked, and two people compare digits."""

from __future__ import annotations

import json

from integration.peers import AiortcViewer, until
from screenshare.capability import Capability
from screenshare.protocol.base64url import base64url
from screenshare.protocol.console import ViewerAdmit
from screenshare.session.door import ASK_ROOM, FREE_GUESSES
from screenshare.trust.pake import Exchange


async def test_both_see_the_same_digits_and_the_host_says_yes(start_host, new_viewer):
    share = await start_host(ask_me=True)
    ana: AiortcViewer = new_viewer(share.host.ready.ask_link)
    await ana.knock()
    knock = await share.heard.expect("viewer.knocked")
    assert knock["digits"] == ana.digits != ""
    share.do(ViewerAdmit(id=knock["id"], grant=[Capability.VIEW]))
    await ana.admission()
    await ana.dial()
    assert share.viewers == {ana.id: "live"}


async def test_he_is_asked_about_even_where_a_link_is_enough(start_host, new_viewer):
    share = await start_host(allow="view,control", ask_me=True)
    eve: AiortcViewer = new_viewer(share.host.ready.ask_link)
    await eve.knock()
    await eve.signals.expect("knock.waiting")
    assert set(share.viewers.values()) == {"knocking"}


async def test_without_the_flag_there_is_no_such_room(start_host, new_viewer):
    share = await start_host()
    assert share.host.ready.ask_link == ""
    eve: AiortcViewer = new_viewer(f"{share.origin}/j/{ASK_ROOM}")
    await eve.open_socket()
    assert (await eve.signals.expect("error"))["code"] == "room-not-found"


async def test_who_sits_between_shows_the_host_other_digits(start_host, new_viewer):
    share = await start_host(ask_me=True)
    ana: AiortcViewer = new_viewer(share.host.ready.ask_link)
    between: AiortcViewer = new_viewer(share.host.ready.ask_link)
    towards_ana, of_ana = Exchange("host", b"", ASK_ROOM), Exchange("viewer", b"", ASK_ROOM)
    await between.knock()
    knock = await share.heard.expect("viewer.knocked")
    assert knock["digits"] == between.digits != of_ana.finish(towards_ana.share).digits
    assert ana.digits == ""


async def test_the_host_reveals_nothing_before_the_other_share_is_there(start_host, new_viewer):
    share = await start_host(ask_me=True)
    eve: AiortcViewer = new_viewer(share.host.ready.ask_link)
    challenge = await eve.enter()
    assert "share" not in challenge
    for share_of_eve in ({}, {"share": base64url(bytes(32))}):
        again: AiortcViewer = new_viewer(share.host.ready.ask_link)
        await again.enter()
        await again.signal(type="knock.prove", nonce="n", **share_of_eve)
        assert (await again.signals.expect("error"))["code"] == "malformed"
        assert again.signals.of("knock.revealed") == []


async def test_one_address_can_ask_five_times_and_then_has_to_wait(start_host, new_viewer):
    share = await start_host(ask_me=True)
    for _ in range(FREE_GUESSES):
        ana: AiortcViewer = new_viewer(share.host.ready.ask_link)
        await ana.knock()
        await ana.signals.expect("knock.waiting")
        await ana.close()
    await until(lambda: share.viewers == {}, "all have left")
    late: AiortcViewer = new_viewer(share.host.ready.ask_link)
    await late.knock()
    assert (await late.signals.expect("knock.denied"))["reason"] == "rate-limited"


async def test_who_was_let_in_comes_back_without_a_question(start_host, new_viewer):
    share = await start_host(ask_me=True)
    ana: AiortcViewer = new_viewer(share.host.ready.ask_link)
    await ana.knock()
    knock = await share.heard.expect("viewer.knocked")
    share.do(ViewerAdmit(id=knock["id"], grant=[Capability.VIEW]))
    token = (await ana.admission())["resume"]
    await ana.dial()
    again: AiortcViewer = new_viewer(f"{share.origin}/j/{ana.admitted['room']}#c=0")
    await again.knock(resume=token)
    assert (await again.admission())["participant"] == ana.id


async def test_a_second_share_is_out_of_order(start_host, new_viewer):
    share = await start_host(ask_me=True)
    ana: AiortcViewer = new_viewer(share.host.ready.ask_link)
    await ana.knock()
    second = Exchange("viewer", b"", ASK_ROOM).share
    await ana.signal_raw(json.dumps({"type": "knock.prove", "nonce": "n", "share": base64url(second)}))
    assert (await ana.signals.expect("error"))["code"] == "out-of-order"
