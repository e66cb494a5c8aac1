"""A share whose process was killed goes on: who was in may come back, and nobody may do more than before."""

from __future__ import annotations

import pytest

from screenshare.capability import Capability
from screenshare.media import Window
from screenshare.protocol import console
from screenshare.protocol.messages import ControlRequest, Screen
from screenshare.session import events as happened
from screenshare.session.control import Scope
from screenshare.session.door import Door, WrongSecret, proof_of
from screenshare.session.effects import Announce, PausePicture, ShowScreen
from screenshare.session.invitations import NoSuchInvitation
from screenshare.session.participant import Phase
from screenshare.session.rights import Policy, Secret
from screenshare.session.shown import Shown


@pytest.fixture
def taken_up(make_share):
    """The share as another process has taken it up, so many seconds later."""

    def take_up(share, after_s=10.0, policy=None):
        later = make_share(policy=policy or share.policy, now=share.now + after_s)
        later.told = later.session.take_up(share.session.kept(), later.now)
        return later

    return take_up


def comes_back(share, token):
    participant, _ = share.session.by_resume(lambda told: told == token)
    share.come_back(participant.id, token=token)
    share.dial(participant.id)


def announced(effects):
    return [type(effect.event) for effect in effects if isinstance(effect, Announce)]


def command(share, said):
    share.do(happened.Commanded(said))


def controlling(share):
    ana = share.join()
    command(share, console.ControlGrant(id=ana, for_s=60))
    return ana


def member(share, id_):
    return share.session.participants[id_]


def test_who_was_in_comes_back_with_the_same_rights_and_is_told_of_then(share, taken_up):
    ana = share.join()
    later = taken_up(share)
    [participant] = later.session.participants.values()
    assert (participant.phase, participant.granted) == (Phase.RECONNECTING, member(share, ana).granted)
    assert announced(later.told) == []
    told = later.come_back(ana, token=member(share, ana).resume)
    assert announced(told) == [console.ViewerJoined, console.CapabilityChanged]
    assert announced(later.come_back(ana)) == []
    later.dial(ana)
    assert member(later, ana).phase is Phase.LIVE


def test_control_comes_back_with_whoever_had_it_for_what_is_left(share, taken_up):
    ana = controlling(share)
    later = taken_up(share, after_s=20)
    assert later.session.control.holder is None
    comes_back(later, member(share, ana).resume)
    assert later.session.control.holder == ana
    assert later.session.control.expires_in(later.now) == pytest.approx(40)


def test_control_that_ran_out_meanwhile_does_not_come_back(share, taken_up):
    ana = controlling(share)
    later = taken_up(share, after_s=61)
    comes_back(later, member(share, ana).resume)
    assert later.session.control.holder is None


def test_control_of_a_single_window_ends_with_the_process(share, taken_up):
    ana = controlling(share)
    share.session.control.scope = Scope(window=Window(7, "Editor"))
    later = taken_up(share)
    comes_back(later, member(share, ana).resume)
    assert later.session.control.holder is None


def test_who_had_not_been_let_in_and_who_can_sign_in_anew_are_not_kept(share, make_share):
    share.knock("Eve")
    assert share.session.kept().participants == ()
    signed_in = make_share(policy=Policy(allow=frozenset({Capability.VIEW})))
    signed_in.knock("Ben", Secret.PASSWORD)
    assert signed_in.session.kept().participants == ()


def test_who_was_sent_away_is_not_let_in_unasked_after_it(make_share, taken_up):
    share = make_share(policy=Policy(allow=frozenset({Capability.VIEW})))
    ana = share.join()
    command(share, console.ViewerRemove(id=ana))
    later = taken_up(share)
    later.knock()
    assert [participant.phase for participant in later.session.participants.values()] == [Phase.KNOCKING]


def test_nobody_gets_the_name_of_one_who_was_here(share, taken_up):
    ana = share.join()
    share.do(happened.GoneForGood(ana))
    later = taken_up(share)
    assert later.join("Ben") != ana


def test_a_share_that_was_paused_or_locked_still_is(share, taken_up):
    command(share, console.SharePause())
    command(share, console.ControlLock(on=True))
    later = taken_up(share)
    assert later.session.is_paused
    assert PausePicture(True) in later.told
    assert later.session.turns.is_locked


def test_who_does_not_come_back_in_time_has_lost_his_place(share, taken_up):
    share.join()
    later = taken_up(share)
    assert announced(later.pass_time(301)) == []  # nobody was told that he was here
    assert later.session.participants == {}


def test_the_screen_that_the_host_had_chosen_is_shown_again(share, taken_up, make_share):
    two = {number: Screen(monitor=number, name=f"DP-{number}", width=800, height=600) for number in (1, 2)}
    share.session.shown = Shown(two, 2)
    later = make_share(policy=share.policy)
    later.session.shown = Shown(two, 1)
    effects = later.session.take_up(share.session.kept(), later.now)
    assert ShowScreen(None, 2) in effects
    assert later.session.shown.screen.monitor == 2
    gone = taken_up(share)
    assert gone.session.shown.screen.monitor == 1


def test_no_right_that_this_share_denies_is_taken_up(share, taken_up):
    ana = share.join()
    member(share, ana).granted |= {Capability.CONTROL, Capability.CLIPBOARD}
    later = taken_up(share, policy=Policy(deny=frozenset({Capability.CONTROL, Capability.CLIPBOARD})))
    assert member(later, ana).granted & {Capability.CONTROL, Capability.CLIPBOARD} == set()


def door_after(door: Door) -> Door:
    later = Door()
    later.take_up(door.kept())
    return later


def test_links_are_good_as_before_and_used_ones_stay_used():
    door = Door()
    door.invitations.make_standing(100.0, for_s=60)
    once = door.invitations.make(Secret.LINK, 100.0, uses=1)
    door.invitations.use(once.id)
    replaced = door.invitations.known["view-link"]
    door.invitations.make(Secret.VIEW_LINK, 100.0, id_="view-link")
    later = door_after(door)
    assert (later.room, later.token) == (door.room, door.token)
    assert [each.id for each in later.invitations.open(159.0)] == ["link", "view-link"]
    assert [each.id for each in later.invitations.open(161.0)] == ["view-link"]
    assert replaced in later.invitations.all()
    assert later.invitations.make(Secret.LINK, 110.0).id not in {"link", "view-link", once.id}


def test_a_revoked_link_lets_nobody_new_in_and_still_brings_back():
    door = Door()
    door.invitations.make_standing(100.0)
    revoked = door.invitations.known["link"]
    door.invitations.revoke("link")
    later = door_after(door)
    nonce = later.nonce()
    proof = proof_of(revoked.secret, later.room, nonce)
    checked = {"room": later.room, "nonce": nonce, "proof": proof, "address": "203.0.113.7", "now": 110.0}
    assert later.check(**checked, is_returning=True).kind is Secret.LINK
    with pytest.raises(WrongSecret):
        later.check(**checked)
    with pytest.raises(NoSuchInvitation):
        later.invitations.revoke("link")


def test_a_spoken_code_is_not_kept():
    door = Door()
    door.invitations.make_standing(100.0)
    door.new_code(100.0)
    assert door_after(door).code is None


def test_asking_for_control_that_was_asked_for_before_is_a_new_question(share, taken_up):
    ana = share.join()
    share.do(happened.Received(ana, ControlRequest(id=1)))
    assert member(taken_up(share), ana).question is None
