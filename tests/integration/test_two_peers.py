"""Two real peers on loopback: the whole way from the door to the picture and to the keys."""

from __future__ import annotations

import asyncio
import itertools
import time

import msgspec
import pytest

from integration.peers import PATIENCE_S, AiortcViewer, until
from screenshare.capability import Capability
from screenshare.media import EncodedFrame
from screenshare.protocol import console
from screenshare.protocol.console import (
    CapabilitySet,
    ControlDeny,
    ControlGrant,
    ControlRevoke,
    ViewerAdmit,
    ViewerDeny,
    ViewerRemove,
)
from screenshare.video.rendition import Rendition

KEY_A = 38  # the keycode of evdev's KEY_A on X11
AWAY = (200, 600)  # a place where the pointer, which is in the picture too, is not


# --- the door ------------------------------------------------------------------------------------------


async def test_a_viewer_whom_the_host_admits_is_let_in(start_host, new_viewer):
    share = await start_host()
    ana = new_viewer(share.link, name="Ana")
    await ana.knock(wants=("view",))
    waiting = await ana.signals.expect("knock.waiting")
    knocked = await share.heard.expect("viewer.knocked")
    assert waiting == {"type": "knock.waiting", "host": "Bob", "limit_s": 30.0}
    assert (knocked["name"], knocked["address"], knocked["wants"]) == ("Ana", "127.0.0.1", ["view"])
    share.do(ViewerAdmit(id=knocked["id"], grant=[Capability.VIEW]))
    admitted = await ana.admission()
    assert (admitted["participant"], admitted["granted"]) == (knocked["id"], ["view"])
    await ana.dial()
    assert share.viewers == {ana.id: "live"}


async def test_a_viewer_whom_the_host_denies_is_told_so_and_gone(start_host, new_viewer):
    share = await start_host()
    ana = new_viewer(share.link)
    await ana.knock()
    knocked = await share.heard.expect("viewer.knocked")
    share.do(ViewerDeny(id=knocked["id"]))
    assert (await ana.signals.expect("knock.denied"))["reason"] == "denied"
    await ana.socket_closed()
    assert share.viewers == {}


async def test_with_a_wrong_secret_nobody_is_asked(start_host, new_viewer):
    share = await start_host()
    eve = new_viewer(share.link)
    eve.secret = bytes(16)
    await eve.knock()
    assert (await eve.signals.expect("knock.denied"))["reason"] == "wrong-secret"
    await eve.socket_closed()
    assert share.heard.of("viewer.knocked") == []
    assert (share.viewers, share.refusals) == ({}, {"wrong-secret": 1})


async def test_an_offer_before_admission_opens_nothing_and_one_is_enough(start_host, new_viewer):
    share = await start_host()
    eve = new_viewer(share.link)
    await eve.knock()
    await eve.signals.expect("knock.waiting")
    offer = await eve.offer()
    await eve.send_offer(offer)
    await eve.send_offer(offer)
    assert (await eve.signals.expect("error"))["code"] == "out-of-order"
    assert share.host._conductor._peers == {}
    assert eve.signals.of("peer.answered") == []


async def test_an_offer_before_a_knock_is_out_of_order(start_host, new_viewer):
    share = await start_host()
    eve = new_viewer(share.link)
    await eve.enter()
    await eve.prove()
    await eve.send_offer(await eve.offer())
    assert (await eve.signals.expect("error"))["code"] == "out-of-order"


async def test_an_offer_made_with_the_knock_is_answered_as_soon_as_somebody_says_yes(start_host, new_viewer):
    share = await start_host()
    ana = new_viewer(share.link)
    await ana.knock()
    waiting = await share.heard.expect("viewer.knocked")
    offer = await ana.offer()
    await ana.send_offer(offer)
    share.host.command(ViewerAdmit(id=waiting["id"], grant=[Capability.VIEW]))
    await ana.admission()
    answered = await ana.signals.expect("peer.answered", attempt=1)
    assert answered["mac"] == ana.binding.answer_mac(1, offer, answered["sdp"])


async def test_who_is_denied_gets_no_answer_to_what_he_offered(start_host, new_viewer):
    share = await start_host()
    eve = new_viewer(share.link)
    await eve.knock()
    waiting = await share.heard.expect("viewer.knocked")
    await eve.send_offer(await eve.offer())
    share.host.command(ViewerDeny(id=waiting["id"]))
    await eve.signals.expect("knock.denied")
    assert eve.signals.of("peer.answered") == []
    assert share.host._conductor._peers == {}


async def test_the_spoken_code_opens_once(start_host, new_viewer):
    share = await start_host(allow="view")
    door = share.host._conductor.door
    room, first, second = share.host.ready.code.split()
    door.digits = lambda count: f"{(int(room) + 1) % 10**count:0{count}d}"  # the next code has another room
    ana, eve = (new_viewer(f"{share.origin}/j/{room}#c={first}{second}") for _ in range(2))
    await ana.join()
    assert (await share.heard.expect("code.changed"))["code"] == str(door.code) != share.host.ready.code
    await eve.open_socket()
    assert (await eve.signals.expect("error"))["code"] == "room-not-found"
    await eve.socket_closed()


async def test_a_name_that_is_told_later_needs_no_second_code(start_host, new_viewer):
    share = await start_host()
    room, *digits = share.host.ready.code.split()
    ana = new_viewer(f"{share.origin}/j/{room}#c={''.join(digits)}", name="")
    await ana.knock()
    knock = await share.heard.expect("viewer.knocked")
    await ana.signal(type="knock.rename", name="Ana\x1b[2J")
    people = share.host._conductor.session.participants
    await until(lambda: people[knock["id"]].name.startswith("Ana"), "the name")
    assert "\x1b" not in people[knock["id"]].name


async def test_a_socket_lost_while_the_host_is_asked_costs_no_second_code(start_host, new_viewer):
    share = await start_host()
    room, *digits = share.host.ready.code.split()
    ana = new_viewer(f"{share.origin}/j/{room}#c={''.join(digits)}")
    await ana.knock()
    waiting = await ana.signals.expect("knock.waiting")
    knock = await share.heard.expect("viewer.knocked")
    await ana.close()
    again = new_viewer(f"{share.origin}/j/{waiting['room']}#c={''.join(digits)}")
    await again.knock(resume=waiting["resume"])
    await again.signals.expect("knock.waiting")
    share.do(ViewerAdmit(id=knock["id"], grant=[Capability.VIEW]))
    await again.admission()
    await again.dial()
    assert share.viewers == {knock["id"]: "live"}


async def test_the_host_is_told_of_wrong_codes(start_host, new_viewer):
    share = await start_host()
    room, *digits = share.host.ready.code.split()
    wrong = f"{(int(''.join(digits)) + 1) % 10**7:07d}"
    for end in ("2 more and it is replaced", "1 more and it is replaced", "it is replaced now"):
        eve = new_viewer(f"{share.origin}/j/{room}#c={wrong}")
        await eve.knock()
        warning = await share.heard.expect("warning", code="wrong-code")
        assert end in warning["message"]
        assert wrong not in warning["message"]


async def test_whoever_came_by_a_code_comes_back_without_it(start_host, new_viewer):
    share = await start_host(allow="view")
    room, *digits = share.host.ready.code.split()
    ana = await new_viewer(f"{share.origin}/j/{room}#c={''.join(digits)}").join()
    again = new_viewer(f"{share.origin}/j/{ana.admitted['room']}#c={''.join(digits)}")
    await again.knock(resume=ana.admitted["resume"])
    assert (await again.admission())["participant"] == ana.id
    await again.dial()


async def test_without_its_token_nobody_comes_back_after_a_code(start_host, new_viewer):
    share = await start_host(allow="view")
    room, *digits = share.host.ready.code.split()
    ana = await new_viewer(f"{share.origin}/j/{room}#c={''.join(digits)}").join()
    eve = new_viewer(f"{share.origin}/j/{ana.admitted['room']}#c={''.join(digits)}")
    await eve.knock(resume="a" * len(ana.admitted["resume"]))
    assert (await eve.signals.expect("knock.denied"))["reason"] == "wrong-secret"
    await ana.is_heard()


async def test_an_invitation_for_one_person_lets_one_in_and_brings_him_back(start_host, new_viewer):
    share = await start_host(allow="view")
    share.do(console.InvitationMake(allows="view", for_s=600, uses=1))
    made = await share.heard.expect("invitation.made")
    assert (made["allows"], made["expires_s"], made["uses"]) == ("view", 600.0, 1)
    ana, eve = new_viewer(made["link"]), new_viewer(made["link"])
    await ana.knock()
    token = (await ana.admission())["resume"]
    await ana.dial()
    await eve.knock()
    assert (await eve.signals.expect("knock.denied"))["reason"] == "wrong-secret"
    again = new_viewer(made["link"])
    await again.knock(resume=token)
    assert (await again.admission())["participant"] == "v1"


async def test_a_link_that_is_replaced_or_revoked_lets_nobody_new_in(start_host, new_viewer):
    share = await start_host(allow="view")
    share.do(console.InvitationMake(id="link"))
    made = await share.heard.expect("invitation.made")
    assert made["link"] != share.link
    eve = new_viewer(share.link)
    await eve.knock()
    assert (await eve.signals.expect("knock.denied"))["reason"] == "wrong-secret"
    await new_viewer(made["link"]).join()
    share.do(console.InvitationRevoke(id="link"))
    await share.heard.expect("invitation.revoked")
    late = new_viewer(made["link"])
    await late.knock()
    assert (await late.signals.expect("knock.denied"))["reason"] == "wrong-secret"
    assert len(share.viewers) == 1


async def test_a_page_that_reloads_comes_back_without_a_question(start_host, new_viewer, desk):
    share = await start_host()
    ana = new_viewer(share.link)
    await ana.knock()
    knocked = await share.heard.expect("viewer.knocked")
    share.do(ViewerAdmit(id=knocked["id"], grant=[Capability.VIEW, Capability.CONTROL]))
    token = (await ana.admission())["resume"]
    await ana.dial()
    await ana.take_control()
    ana.press("KeyA", "a")
    await until(lambda: desk.held_keys == [KEY_A], "A is held")

    again = new_viewer(share.link)
    await again.knock(resume=token)
    admitted = await again.admission()
    await again.dial()
    assert (again.id, admitted["granted"]) == (ana.id, ["control", "view"])
    assert len(share.heard.of("viewer.knocked")) == 1
    assert share.viewers == {again.id: "live"}
    await until(lambda: desk.held_keys == [], "nothing is held after the reload")
    await ana.socket_closed()

    once_more = new_viewer(share.link)
    await once_more.knock(resume=admitted["resume"])
    await once_more.admission()
    late = new_viewer(share.link)
    await late.knock(resume=token)  # used up by now: he is asked about like anybody
    await late.signals.expect("knock.waiting")


async def test_a_resume_token_without_the_links_secret_opens_nothing(start_host, new_viewer):
    share = await start_host(allow="view")
    ana, thief = new_viewer(share.link), new_viewer(share.link)
    await ana.knock()
    token = (await ana.admission())["resume"]
    await ana.dial()
    thief.secret = bytes(16)
    await thief.knock(resume=token)
    assert (await thief.signals.expect("knock.denied"))["reason"] == "wrong-secret"
    await ana.is_heard()


async def test_a_viewer_whom_the_host_removes_is_told_on_both_ways(start_host, new_viewer):
    share = await start_host(allow="view")
    ana = await new_viewer(share.link).join()
    share.do(ViewerRemove(id=ana.id))
    assert (await ana.said.expect("session.ended"))["reason"] == "removed"
    assert (await ana.signals.expect("share.ended"))["reason"] == "removed"
    await ana.socket_closed()
    assert (await share.heard.expect("viewer.left"))["reason"] == "removed"


# --- the picture ---------------------------------------------------------------------------------------


async def test_a_viewer_sees_the_real_pixels_and_what_changes(start_host, new_viewer, desk):
    desk.paint("#c03020", x=0, y=0, width=640, height=720)
    desk.paint("#2060c0", x=640, y=0, width=640, height=360)
    desk.paint("#208040", x=640, y=360, width=640, height=360)
    share = await start_host(allow="view")
    ana = await new_viewer(share.link).join()
    for colour, x, y in (("#c03020", 320, 600), ("#2060c0", 900, 100), ("#208040", 900, 600)):
        await ana.sees(colour, x, y)
    assert ana.picture.shape == (720, 1280, 3)
    desk.paint("#e0e0e0", x=300, y=500, width=100, height=200)
    await ana.sees("#e0e0e0", 320, 600)
    await ana.sees("#2060c0", 900, 100)


async def test_two_viewers_are_served_by_one_encode(start_host, new_viewer, desk, monkeypatch):
    encoded: list[bool] = []
    encode = Rendition.encode

    def noting(self: Rendition, *, keyframe: bool, **options: float) -> EncodedFrame | None:
        encoded.append(keyframe)
        return encode(self, keyframe=keyframe, **options)

    monkeypatch.setattr(Rendition, "encode", noting)
    share = await start_host(allow="view")
    ana = await new_viewer(share.link, name="Ana").join()
    ben = await new_viewer(share.link, name="Ben").join()
    queues = [share.host._viewing._viewers[viewer.id].frames.queue for viewer in (ana, ben)]
    await until(lambda: ben.frame_count, "Ben has a picture")
    await share.stands_still()
    encoded.clear()
    before = [queue.counters.frames for queue in queues]
    for colour in ("#c03020", "#2060c0", "#208040"):
        desk.paint(colour)
        await asyncio.gather(ana.sees(colour, *AWAY), ben.sees(colour, *AWAY))
    await share.stands_still()
    sent = [queue.counters.frames - earlier for queue, earlier in zip(queues, before, strict=True)]
    assert sent == [len(encoded), len(encoded)]
    assert encoded.count(True) == 0, "a change alone needs no keyframe"


async def test_a_late_joiner_gets_a_whole_picture_of_a_still_screen_at_once(start_host, new_viewer, desk):
    desk.paint("#2060c0")
    share = await start_host(allow="view")
    ana = await new_viewer(share.link, name="Ana").join()
    await ana.sees("#2060c0", *AWAY)
    await share.stands_still()
    sent = share.note_frames()
    ben = await new_viewer(share.link, name="Ben").join()
    await until(lambda: ben.streams, "a packet for Ben")
    assert [frame.is_keyframe for frame in sent][:1] == [True]
    # aiortc shows a picture when the next one begins; what it shows then is the whole screen.
    desk.paint("#208040", x=0, y=0, width=64, height=64)
    await ben.sees("#2060c0", *AWAY)


async def test_when_the_last_viewer_has_left_nothing_is_encoded(start_host, new_viewer, desk):
    share = await start_host(allow="view")
    ana = await new_viewer(share.link).join()
    await until(lambda: ana.frame_count, "a picture")
    ana.say("session", "session.leave")
    await share.heard.expect("viewer.left", reason="left")
    feed = share.host._screens.room._feed
    await until(lambda: feed._pictures is None, "the encoder is put away")
    sent = share.note_frames()
    desk.paint("#2060c0")
    ben = await new_viewer(share.link).join()
    await ben.sees("#2060c0", *AWAY)
    assert sent[0].is_keyframe, "nothing went out before Ben came"


async def test_a_storm_of_picture_losses_makes_one_keyframe_each_half_second(start_host, new_viewer):
    share = await start_host(allow="view")
    ana = await new_viewer(share.link).join()
    await until(lambda: ana.frame_count, "a picture")
    sent = share.note_frames()
    asked, began_at = 0, time.monotonic()
    while sum(frame.is_keyframe for frame in sent) < 4:
        await ana.ask_keyframe()
        asked += 1
        await asyncio.sleep(0.005)
        assert time.monotonic() < began_at + PATIENCE_S
    times = [frame.captured_at for frame in sent if frame.is_keyframe]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert asked > 10 * len(times)
    assert min(gaps) >= 0.48


# --- control -------------------------------------------------------------------------------------------


async def test_keys_typed_by_a_viewer_who_asked_reach_the_terminal(start_host, new_viewer, x_desktop):
    share = await start_host(allow="view")
    ana = await new_viewer(share.link).join()
    ana.say("session", "control.request", id=7)
    assert (await ana.said.expect("control.waiting"))["re"] == 7
    await share.heard.expect("control.requested", id=ana.id)
    share.do(ControlGrant(id=ana.id, for_s=60))
    granted = await ana.said.expect("control.granted")
    assert (granted["re"], granted["expires_s"]) == (7, 60)
    keys = [(f"Key{letter.upper()}", letter) if letter != " " else ("Space", " ") for letter in "touch ok"]
    for code, key in [*keys, ("Enter", "Enter")]:
        ana.press(code, key)
        ana.release(code)
    await until((x_desktop.home / "ok").exists, "the shell ran what was typed")


async def test_the_pointer_goes_where_the_viewer_points(start_host, new_viewer, desk):
    share = await start_host(allow="view,control")
    ana = await new_viewer(share.link).join()
    await ana.take_control()
    ana.move(65_535, 0)
    await until(lambda: desk.pointer == (1279, 0), "the top right corner")
    ana.say("input", "button.press", button=0, monitor=1, x=0, y=65_535)
    await until(lambda: (desk.pointer, desk.held_buttons) == ((0, 719), 0x100), "a click at bottom left")
    ana.say("input", "button.release", button=0, monitor=1, x=0, y=65_535)
    await until(lambda: desk.held_buttons == 0, "the button is up")


async def test_control_that_the_host_denies_moves_nothing(start_host, new_viewer, desk):
    share = await start_host(allow="view")
    ana = await new_viewer(share.link).join()
    ana.say("session", "control.request", id=1)
    await share.heard.expect("control.requested")
    share.do(ControlDeny(id=ana.id))
    assert (await ana.said.expect("control.refused"))["reason"] == "denied"
    ana.press("KeyA", "a")
    assert (await ana.said.expect("error"))["code"] == "not-permitted"
    assert desk.held_keys == []


@pytest.mark.parametrize(
    "take_back",
    [
        lambda id_: ControlRevoke(),
        lambda id_: CapabilitySet(id=id_, capability=Capability.CONTROL, granted=False),
        lambda id_: ViewerRemove(id=id_),
    ],
    ids=["revoked", "capability withdrawn", "removed"],
)
async def test_a_held_key_comes_up_at_once_when_the_host_takes_control_back(
    start_host, new_viewer, desk, take_back
):
    share = await start_host(allow="view,control")
    ana = await new_viewer(share.link).join()
    await ana.take_control()
    ana.press("KeyA", "a")
    ana.say("input", "button.press", button=0, monitor=1, x=9, y=9)
    await until(lambda: desk.held_keys == [KEY_A] and desk.held_buttons, "a key and a button are held")
    await ana.is_heard()
    assert desk.held_keys == [KEY_A]
    share.do(take_back(ana.id))
    await until(lambda: not desk.held_keys and not desk.held_buttons, "nothing is held", limit_s=1.0)
    assert (await share.heard.expect("control.revoked"))["id"] == ana.id


async def test_the_keys_of_a_viewer_who_vanishes_come_up_within_the_heartbeat_limit(
    start_host, new_viewer, desk
):
    share = await start_host(allow="view,control")
    ana = await new_viewer(share.link).join()
    await ana.take_control()
    ana.press("KeyA", "a")
    await until(lambda: desk.held_keys == [KEY_A], "A is held")
    ana.fall_silent()
    await until(lambda: desk.held_keys == [], "nothing is held", limit_s=3.0)
    assert (await share.heard.expect("control.revoked"))["reason"] == "path-lost"
    assert share.viewers == {ana.id: "reconnecting"}
    # He is back a moment later, on the same socket, and controls as before.
    await ana.dial()
    await ana.said.expect("control.granted")
    ana.press("KeyA", "a")
    await until(lambda: desk.held_keys == [KEY_A], "A is held again")


async def test_control_moves_from_one_viewer_to_the_other_with_nothing_held(start_host, new_viewer, desk):
    share = await start_host(allow="view,control")
    ana: AiortcViewer = await new_viewer(share.link, name="Ana").join()
    ben: AiortcViewer = await new_viewer(share.link, name="Ben").join()
    await ana.take_control()
    ana.press("KeyA", "a")
    await until(lambda: desk.held_keys == [KEY_A], "A is held")
    share.do(ControlGrant(id=ben.id))
    assert (await ana.said.expect("control.revoked"))["reason"] == "given-to-other"
    await ben.said.expect("control.granted")
    await until(lambda: desk.held_keys == [], "nothing is held")
    ana.press("KeyA", "a")
    assert (await ana.said.expect("error"))["code"] == "not-permitted"
    assert desk.held_keys == []


async def test_whoever_holds_the_view_link_cannot_control(start_host, new_viewer, desk):
    share = await start_host(allow="view,control")
    ana = await new_viewer(share.host.ready.view_link).join()
    ana.say("session", "control.request", id=3)
    refused = await ana.said.expect("control.refused")
    assert (refused["re"], refused["reason"]) == (3, "not-granted")
    ana.press("KeyA", "a")
    assert (await ana.said.expect("error"))["code"] == "not-permitted"
    assert share.heard.of("control.requested") == []
    assert desk.held_keys == []


async def test_viewers_know_each_other_by_name_but_not_by_address(start_host, new_viewer):
    share = await start_host(allow="view")
    ana = await new_viewer(share.link, name="Ana").join()
    await new_viewer(share.link, name="Ben").join()

    def names() -> list[list[str]]:
        return [[p["name"] for p in said["participants"]] for said in ana.said.of("session.described")]

    await until(lambda: ["Ana", "Ben"] in names(), "Ana hears of Ben")
    assert "127.0.0.1" not in msgspec.json.encode(ana.said.all).decode()


async def test_a_thousand_moves_a_second_keep_neither_keys_nor_answers_waiting(start_host, new_viewer, desk):
    share = await start_host(allow="view,control")
    ana = await new_viewer(share.link).join()
    await ana.take_control()
    for turn in range(100):
        for n in range(10):
            ana.move((turn * 10 + n) * 65, 0)
        if turn == 50:
            ana.press("KeyA", "a")
            await until(lambda: desk.held_keys == [KEY_A], "A is held while moves go on coming", limit_s=1.0)
            await ana.is_heard()
        await asyncio.sleep(0.01)
    ana.move(65_535, 65_535)
    await until(lambda: desk.pointer == (1279, 719), "the pointer is where the last move put it", limit_s=1.0)
    assert share.host._desk._backlog.dropped == 0
    assert share.refusals == {}
    assert desk.held_keys == [KEY_A], "no release was lost, and none invented"
