"""Who comes in, who controls, and what takes it back."""

from __future__ import annotations

import copy
from typing import get_args

import pytest

from screenshare.capability import PROFILES, Capability
from screenshare.errors import CommandRefused, HandNeeded, MalformedMessage, OutOfOrder
from screenshare.media import video_ticks
from screenshare.protocol import console, messages, signaling
from screenshare.protocol.clip import ClipBegun, ClipPiece
from screenshare.protocol.pointer import PointerMove
from screenshare.session import describe
from screenshare.session import events as happened
from screenshare.session.control import REMIND_EACH_S, ControlToken
from screenshare.session.effects import (
    Announce,
    ClosePeer,
    CloseSocket,
    DescribeAll,
    Inject,
    PausePicture,
    RefreshPicture,
    ReleaseInput,
    Seat,
    SetQuality,
    ShowScreen,
    SignalTo,
    Tell,
    TurnAway,
)
from screenshare.session.rights import INJECTED, REACHED, REQUIRED, REVIVING, SIGNED_IN, Policy, Secret
from screenshare.session.session import MAX_KNOCKING
from session.said import announced, told

KEY = messages.KeyPress(seq=1, code="KeyA", key="a")
ALLOW_BOTH = Policy(allow=frozenset({Capability.VIEW, Capability.CONTROL}))
ALLOW_VIEW = Policy(allow=frozenset({Capability.VIEW}))


def signalled(effects, kind):
    return [e.signal for e in effects if isinstance(e, SignalTo) and isinstance(e.signal, kind)]


# --- coming in ---------------------------------------------------------------------------------------


def test_a_viewer_waits_until_the_host_answers(share):
    effects = share.knock()
    assert effects[0] == Seat("s1", "v1")
    assert signalled(effects, signaling.KnockWaiting) == [signaling.KnockWaiting(host="Bob", limit_s=30.0)]
    assert announced(effects, console.ViewerKnocked)[0].name == "Ana"
    assert not signalled(effects, signaling.KnockAdmitted)


def test_a_knock_nobody_answers_ends_in_deny_after_thirty_seconds(share):
    share.knock()
    assert share.pass_time(29.9) == []
    effects = share.pass_time(0.1)
    assert signalled(effects, signaling.KnockDenied) == [signaling.KnockDenied(reason="timeout")]
    assert CloseSocket("v1") in effects
    assert share.session.participants == {}


def test_an_admitted_viewer_holds_what_was_ticked_and_no_more(share):
    share.knock()
    effects = share.do(happened.Commanded(console.ViewerAdmit(id="v1", grant=[Capability.VIEW])))
    admitted = signalled(effects, signaling.KnockAdmitted)[0]
    assert admitted.granted == [Capability.VIEW]
    assert share.session.participants["v1"].granted == {Capability.VIEW}


def test_the_host_can_say_no(share):
    share.knock()
    effects = share.do(happened.Commanded(console.ViewerDeny(id="v1")))
    assert signalled(effects, signaling.KnockDenied) == [signaling.KnockDenied(reason="denied")]


def test_with_allow_view_nobody_is_asked(make_share):
    effects = make_share(ALLOW_VIEW).knock()
    assert signalled(effects, signaling.KnockAdmitted)
    assert not announced(effects, console.ViewerKnocked)


def test_with_deny_view_nobody_comes_in(make_share):
    share = make_share(Policy(deny=frozenset({Capability.VIEW})))
    assert share.knock() == [TurnAway("s1", "denied")]


def test_a_host_that_is_full_turns_newcomers_away_and_keeps_the_others(make_share):
    share = make_share(ALLOW_VIEW)
    id_ = share.join()
    share.do(happened.LoadChanged(is_full=True))
    assert share.knock("Ben") == [TurnAway("s2", "full")]
    assert list(share.session.participants) == [id_]
    share.do(happened.LoadChanged(is_full=False))
    share.knock("Cem")
    assert len(share.session.participants) == 2


def test_a_full_share_turns_the_next_one_away(make_share):
    share = make_share(ALLOW_VIEW, max_viewers=1)
    share.join()
    assert share.knock() == [TurnAway("s2", "full")]


def test_who_is_lost_longest_gives_his_place_to_who_comes_when_none_is_free(make_share):
    share = make_share(ALLOW_VIEW, max_viewers=2)
    ana, ben = share.join("Ana"), share.join("Ben")
    share.do(happened.PathLost(ana))
    share.beat(ben)
    share.pass_time(1)
    share.do(happened.PathLost(ben))
    share.pass_time(8.9)
    assert share.knock("Cleo") == [TurnAway("s3", "full")]
    share.pass_time(0.1)
    effects = share.knock("Cleo")
    assert announced(effects, console.ViewerLeft) == [console.ViewerLeft(id=ana, reason="path-lost")]
    assert [p.name for p in share.session.participants.values()] == ["Ben", "Cleo"]


def test_only_a_handful_may_knock_at_once(share):
    for _ in range(MAX_KNOCKING):
        share.knock()
    assert share.knock() == [TurnAway(f"s{MAX_KNOCKING + 1}", "full")]


def test_a_socket_that_closes_while_knocking_withdraws_the_question(share):
    share.knock()
    effects = share.do(happened.SocketClosed("v1"))
    assert announced(effects, console.ViewerLeft) == [console.ViewerLeft(id="v1", reason="left")]


def test_a_socket_that_closes_lets_go_of_what_is_held_and_takes_nothing_away(make_share):
    share = make_share(ALLOW_BOTH)
    id_, other = share.join(), share.join()
    share.say(id_, messages.ControlRequest(id=1))
    assert share.do(happened.SocketClosed(id_)) == [ReleaseInput()]
    assert share.session.control.holder == id_
    assert share.do(happened.SocketClosed(other)) == []


def test_an_offer_before_admission_is_out_of_order(share):
    share.knock()
    with pytest.raises(OutOfOrder):
        share.do(happened.Dialled("v1"))


def test_a_late_answer_of_the_host_is_refused_in_words(share):
    share.knock()
    share.pass_time(31)
    with pytest.raises(CommandRefused, match="no such viewer"):
        share.do(happened.Commanded(console.ViewerAdmit(id="v1")))


# --- staying and leaving -----------------------------------------------------------------------------


def test_a_viewer_who_beats_stays_live(share):
    id_ = share.join()
    for _ in range(20):
        share.pass_time(0.5)
        assert told(share.beat(id_), messages.HeartbeatEchoed)
    assert share.session.participants[id_].phase.value == "live"


def test_an_echo_tells_the_hosts_clock_in_the_ticks_of_the_video(share):
    id_ = share.join()
    share.pass_time(2.5)
    [echo] = told(share.beat(id_), messages.HeartbeatEchoed)
    assert echo.host_ticks == int(share.now * 90_000) % 2**32


def test_who_comes_and_who_is_here_learn_the_shape_of_the_pointer(share):
    ana = share.join("Ana")
    arrow, bar = messages.CursorShaped(id=1, width=24, height=24, png="AAAA"), messages.CursorShaped(id=2)
    assert share.do(happened.CursorChanged(arrow)) == [Tell(ana, arrow)]
    share.knock("Ben")
    assert share.do(happened.CursorChanged(bar)) == [Tell(ana, bar)]
    cleo = share.join("Cleo")
    share.do(happened.PathLost(cleo))
    share.do(happened.Dialled(cleo))
    assert share.do(happened.PathUp(cleo))[0] == Tell(cleo, bar)


def test_a_viewer_chooses_his_picture_and_no_one_elses(share):
    id_ = share.join()
    choice = messages.QualityChoose(mode="saver", max_kbps=500)
    assert share.say(id_, choice) == [SetQuality(id_, "saver", 500)]
    share.knock("Ben")
    assert told(share.say("v2", choice), messages.ChannelError)[0].code == "out-of-order"


def screens(*ids, choosable=True):
    """Say that these monitors can be shown, and all as one where there are several."""
    every = (*ids, 0) if len(ids) > 1 else ids
    known = tuple(messages.Screen(monitor=id_, name=f"M{id_}", width=800, height=600) for id_ in every)
    monitors = tuple(messages.MonitorDescribed(id=id_, name=f"M{id_}", width=800, height=600) for id_ in ids)
    return happened.ScreensChanged(known, monitors if choosable else ())


def watching(share, id_):
    return describe.for_viewer(share.session, id_, share.now).screen.monitor


def test_a_viewer_watches_what_he_chose_as_long_as_it_is_there(share):
    share.do(screens(1, 2))
    ana, ben = share.join("Ana"), share.join("Ben")
    assert (watching(share, ana), watching(share, ben)) == (1, 1)
    assert share.say(ana, messages.ScreenChoose(monitor=2)) == [ShowScreen(ana, 2), DescribeAll()]
    assert share.say(ben, messages.ScreenChoose(monitor=0)) == [ShowScreen(ben, 0), DescribeAll()]
    assert (watching(share, ana), watching(share, ben)) == (2, 0)
    assert share.do(screens(1)) == [ShowScreen(ana, 1), ShowScreen(ben, 1), DescribeAll()]
    assert (watching(share, ana), watching(share, ben)) == (1, 1)


@pytest.mark.parametrize("monitor", [0, 3])
def test_a_monitor_that_is_not_shared_cannot_be_chosen(share, monitor):
    share.do(screens(1))
    id_ = share.join()
    effects = share.say(id_, messages.ScreenChoose(monitor=monitor))
    assert [error.code for error in told(effects, messages.ChannelError)] == ["not-permitted"]
    assert watching(share, id_) == 1


def test_where_the_host_named_a_monitor_viewers_choose_none(share):
    share.do(screens(1, 2, choosable=False))
    id_ = share.join()
    effects = share.say(id_, messages.ScreenChoose(monitor=2))
    assert [error.code for error in told(effects, messages.ChannelError)] == ["not-permitted"]
    described = describe.for_viewer(share.session, id_, share.now)
    assert (described.monitors, described.watching, described.screen.monitor) == ([], None, 1)


def test_the_host_moves_those_who_have_not_chosen(share):
    share.do(screens(1, 2))
    ana, ben = share.join("Ana"), share.join("Ben")
    share.say(ana, messages.ScreenChoose(monitor=0))
    effects = share.do(happened.Commanded(console.ScreenChoose(monitor=2)))
    assert [effect for effect in effects if isinstance(effect, ShowScreen)] == [
        ShowScreen(None, 2),
        ShowScreen(ben, 2),
    ]
    assert announced(effects, console.ScreenChosen) == [console.ScreenChosen(monitor=2)]
    assert (watching(share, ana), watching(share, ben)) == (0, 2)


@pytest.mark.parametrize("monitor", [2, 0])
def test_the_host_cannot_show_what_is_not_there(share, monitor):
    with pytest.raises(CommandRefused):
        share.do(happened.Commanded(console.ScreenChoose(monitor=monitor)))


def test_the_first_monitor_takes_the_place_of_one_that_is_gone(share):
    share.do(screens(1, 2))
    id_ = share.join()
    share.do(happened.Commanded(console.ScreenChoose(monitor=2)))
    effects = share.do(screens(1))
    assert [effect for effect in effects if isinstance(effect, ShowScreen)] == [
        ShowScreen(None, 1),
        ShowScreen(id_, 1),
    ]
    assert not share.session.is_paused


def test_when_the_one_monitor_to_be_seen_is_gone_sharing_pauses(share):
    share.do(screens(1, 2, choosable=False))
    share.do(happened.Commanded(console.ScreenChoose(monitor=2)))
    effects = share.do(screens(1, choosable=False))
    assert effects[:2] == [ReleaseInput(), PausePicture(True)]
    assert share.session.is_paused


def test_choices_that_come_by_the_dozen_start_nothing(share):
    id_ = share.join()
    effects = [effect for _ in range(50) for effect in share.say(id_, messages.QualityChoose(mode="sharp"))]
    assert sum(isinstance(effect, SetQuality) for effect in effects) == 10
    assert {error.code for error in told(effects, messages.ChannelError)} == {"rate-limited"}


def test_three_silent_seconds_release_the_keys_before_anything_else(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    effects = share.pass_time(3.0)
    assert effects[0] == ReleaseInput()
    assert announced(effects, console.ControlTaken) == [console.ControlTaken(id=id_, reason="path-lost")]
    assert ClosePeer(id_) not in effects, "it may be heard again"
    assert share.session.control.holder is None


def silent(make_share):
    """Return a share, and its one viewer, who controlled until his path fell silent."""
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    share.pass_time(10.0)
    return share, id_


def resume(share, id_, *, ago_s=0.2):
    return share.say(id_, messages.PathResume(host_ticks=video_ticks(share.now - ago_s)))


def test_a_silent_path_that_is_heard_again_goes_on_with_a_whole_picture_and_control(make_share):
    share, id_ = silent(make_share)
    echoes = told(share.beat(id_), messages.HeartbeatEchoed)
    assert [echo.host_ticks for echo in echoes] == [video_ticks(share.now)]
    assert share.session.participants[id_].phase.value == "reconnecting", "the viewer decides"
    effects = resume(share, id_)
    assert RefreshPicture(id_) in effects
    assert told(effects, messages.ControlGranted) == [messages.ControlGranted(re=None)]
    assert share.session.participants[id_].phase.value == "live"
    assert share.session.control.holder == id_


def test_keys_that_were_under_way_during_a_silence_do_nothing(make_share):
    share, id_ = silent(make_share)
    share.beat(id_)
    late = share.say(id_, KEY)
    assert not [effect for effect in late if isinstance(effect, Inject)]
    resume(share, id_)
    at_once = share.say(id_, KEY)
    assert [effect for effect in at_once if isinstance(effect, Inject)]


def test_a_wish_to_go_on_that_was_long_under_way_itself_ends_the_old_path(make_share):
    share, id_ = silent(make_share)
    assert ClosePeer(id_) in resume(share, id_, ago_s=3.5)
    assert share.session.participants[id_].phase.value == "reconnecting"
    assert share.session.control.holder is None


def test_a_path_that_was_silent_for_the_viewer_alone_lets_go_and_tells_him_that_he_controls(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    effects = resume(share, id_)
    assert effects[0] == ReleaseInput()
    assert told(effects, messages.ControlGranted) == [messages.ControlGranted(re=None)]


def test_a_silent_path_that_fails_is_closed_and_the_place_stays(make_share):
    share, id_ = silent(make_share)
    assert share.do(happened.PathLost(id_)) == [ClosePeer(id_)]
    assert share.session.participants[id_].phase.value == "reconnecting"


def test_an_old_path_stays_while_its_successor_knocks_and_ends_when_it_dials(make_share):
    share, id_ = silent(make_share)
    assert ClosePeer(id_) not in share.come_back(id_)
    resume(share, id_)
    assert share.session.participants[id_].phase.value == "live"
    assert ClosePeer(id_) in share.do(happened.Dialled(id_))


def test_silence_lets_go_of_what_is_held_before_the_path_counts_as_dead(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    share.beat(id_)
    assert share.pass_time(1.9) == []
    assert share.pass_time(0.1) == [ReleaseInput()]
    assert share.pass_time(0.9) == []
    share.beat(id_)
    assert share.session.control.holder == id_
    assert share.pass_time(2.0) == [ReleaseInput()]


def test_the_silence_of_others_lets_go_of_nothing(make_share):
    share = make_share(ALLOW_BOTH)
    ana, ben = share.join("Ana"), share.join("Ben")
    share.say(ana, messages.ControlRequest(id=1))
    share.beat(ben)
    share.pass_time(1.9)
    share.beat(ana)
    assert ReleaseInput() not in share.pass_time(1.0)


def come_back(share, id_):
    """Let a lost viewer have a path again; return the effects."""
    share.come_back(id_)
    share.do(happened.Dialled(id_))
    return share.do(happened.PathUp(id_))


def test_control_comes_back_with_the_path(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    share.pass_time(43.0)
    assert share.session.control.holder is None
    effects = come_back(share, id_)
    assert told(effects, messages.ControlGranted) == [messages.ControlGranted(re=None)]
    assert share.session.control.holder == id_


def test_a_second_path_that_does_not_stand_costs_no_place(share):
    id_ = share.join()
    share.pass_time(3.0)
    share.come_back(id_)
    share.do(happened.Dialled(id_))
    share.pass_time(30.0)
    assert share.session.participants[id_].phase.value == "reconnecting"


def test_a_timed_grant_that_ran_out_meanwhile_does_not_come_back(share):
    id_ = share.join()
    share.do(happened.Commanded(console.ControlGrant(id=id_, for_s=10)))
    share.pass_time(3.0)
    share.pass_time(7.0)
    assert told(come_back(share, id_), messages.ControlGranted) == []
    assert share.session.control.holder is None


def test_a_timed_grant_goes_on_for_what_is_left_of_it(share):
    id_ = share.join()
    share.do(happened.Commanded(console.ControlGrant(id=id_, for_s=10)))
    share.pass_time(3.0)
    share.pass_time(1.0)
    assert told(come_back(share, id_), messages.ControlGranted)[0].expires_s == pytest.approx(6.0)


def test_what_somebody_else_was_given_meanwhile_does_not_come_back(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    share.pass_time(3.0)
    other = share.join()
    share.say(other, messages.ControlRequest(id=1))
    share.say(other, messages.ControlRelease())
    assert told(come_back(share, id_), messages.ControlGranted) == []
    assert share.session.control.holder is None


@pytest.mark.parametrize(
    "takes_back",
    [
        lambda _: happened.Panicked(),
        lambda _: happened.Commanded(console.ControlRevoke()),
        lambda id_: happened.Commanded(
            console.CapabilitySet(id=id_, capability=Capability.CONTROL, granted=False)
        ),
    ],
)
def test_what_the_host_took_back_meanwhile_does_not_come_back(make_share, takes_back):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    share.pass_time(3.0)
    share.do(takes_back(id_))
    assert told(come_back(share, id_), messages.ControlGranted) == []
    assert Capability.CONTROL not in share.session.participants[id_].granted
    assert share.session.control.holder is None


def test_a_lost_viewer_keeps_his_place_for_five_minutes(share):
    id_ = share.join()
    share.pass_time(3.0)
    assert share.session.participants[id_].phase.value == "reconnecting"
    share.pass_time(299.9)
    assert id_ in share.session.participants
    effects = share.pass_time(0.1)
    assert announced(effects, console.ViewerLeft) == [console.ViewerLeft(id=id_, reason="path-lost")]


def test_a_page_that_reloads_comes_back_without_a_question(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    token = share.session.participants[id_].resume
    assert share.session.by_resume(token.__eq__) == (share.session.participants[id_], token)
    effects = share.come_back(id_)
    assert effects[0] == ReleaseInput()
    assert Seat("s9", id_) in effects
    assert signalled(effects, signaling.KnockAdmitted)[0].resume != token
    assert describe.for_host(share.session, share.now)[0].address == "198.51.100.1"
    dialled = share.do(happened.Dialled(id_))
    assert dialled[0] == ReleaseInput()
    assert share.session.control.holder is None
    share.do(happened.PathUp(id_))
    assert share.session.participants[id_].phase.value == "live"


def test_a_way_back_stays_good_until_the_next_one_was_used(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    first = share.session.participants[id_].resume
    for _ in range(3):  # nobody heard the answer
        lost = signalled(share.come_back(id_, token=first), signaling.KnockAdmitted)[0].resume
        assert share.session.by_resume(first.__eq__) is not None
    share.come_back(id_, token=lost)
    assert share.session.by_resume(first.__eq__) is None
    assert share.session.by_resume(lost.__eq__) is not None


def test_no_token_is_no_way_back(make_share):
    share = make_share(ALLOW_BOTH)
    share.join()
    assert share.session.by_resume("".__eq__) is None


def test_the_host_sees_how_each_viewer_is_reached_while_he_is(share):
    ana, ben = share.join("Ana"), share.join("Ben")
    paths = {id_: console.PathDescription(format="h264", mode="auto", kbps=800.0) for id_ in (ana, ben)}
    share.do(happened.PathLost(ben))
    seen = {v.id: v.path for v in describe.for_host(share.session, share.now, paths)}
    assert seen == {ana: paths[ana], ben: None}
    assert [v.path for v in describe.for_host(share.session, share.now)] == [None, None]


def test_digits_are_shown_to_the_host_while_he_is_asked_and_not_later(share):
    share.do(
        happened.Knocked(
            guest="s",
            name="Ana",
            address="192.168.1.7",
            browser="",
            wants=frozenset({Capability.VIEW}),
            secret=Secret.DIGITS,
            digits="482913",
        )
    )
    assert [viewer.digits for viewer in describe.for_host(share.session, share.now)] == ["482913"]
    share.do(happened.Commanded(console.ViewerAdmit(id="v1", grant=[Capability.VIEW])))
    assert [viewer.digits for viewer in describe.for_host(share.session, share.now)] == [""]


def test_who_lost_his_socket_after_a_code_comes_back_to_the_same_question(share):
    effects = share.knock(secret=Secret.CODE)
    waiting = signalled(effects, signaling.KnockWaiting)[0]
    assert share.do(happened.SocketClosed("v1")) == []
    assert share.session.by_resume(waiting.resume.__eq__) == (
        share.session.participants["v1"],
        waiting.resume,
    )
    share.pass_time(10)
    back = share.come_back("v1", guest="again")
    again = signalled(back, signaling.KnockWaiting)[0]
    assert (again.room, again.limit_s) == (share.session.room, waiting.limit_s - 10)
    assert again.resume != waiting.resume
    assert back[0] == Seat("again", "v1")


def test_a_yes_while_he_is_away_lets_him_in_when_he_is_back(share):
    waiting = signalled(share.knock(secret=Secret.CODE), signaling.KnockWaiting)[0]
    share.do(happened.SocketClosed("v1"))
    share.do(happened.Commanded(console.ViewerAdmit(id="v1", grant=[Capability.VIEW])))
    assert share.session.by_resume(waiting.resume.__eq__) is not None
    back = share.come_back("v1", guest="again")
    assert signalled(back, signaling.KnockAdmitted)[0].granted == [Capability.VIEW]


def test_who_knocked_by_a_link_has_left_with_his_socket(share):
    waiting = signalled(share.knock(), signaling.KnockWaiting)[0]
    assert (waiting.room, waiting.resume) == (None, None)
    share.do(happened.SocketClosed("v1"))
    assert share.session.participants == {}


def test_whoever_knocks_can_give_another_name_until_he_is_let_in(share):
    share.knock(name="Ana")
    assert share.do(happened.Renamed("v1", "Ben")) == [DescribeAll()]
    assert share.session.participants["v1"].name == "Ben"
    share.do(happened.Commanded(console.ViewerAdmit(id="v1", grant=[Capability.VIEW])))
    with pytest.raises(OutOfOrder):
        share.do(happened.Renamed("v1", "Eve"))
    assert share.session.participants["v1"].name == "Ben"


def test_names_do_not_change_for_ever(share):
    share.knock(name="Ana")
    for number in range(10):
        share.do(happened.Renamed("v1", f"Ana {number}"))
    with pytest.raises(OutOfOrder):
        share.do(happened.Renamed("v1", "Eve"))


def test_somebody_who_only_knocked_cannot_resume(share):
    share.knock()
    assert share.session.by_resume(lambda token: True) is None


def test_a_viewer_who_leaves_is_gone_at_once(share):
    id_ = share.join()
    effects = share.say(id_, messages.SessionLeave())
    assert announced(effects, console.ViewerLeft) == [console.ViewerLeft(id=id_, reason="left")]
    assert {ClosePeer(id_), CloseSocket(id_)} <= {
        e for e in effects if isinstance(e, ClosePeer | CloseSocket)
    }


def test_a_viewer_whom_the_host_removes_is_told_so(share):
    id_ = share.join()
    effects = share.do(happened.Commanded(console.ViewerRemove(id=id_)))
    assert told(effects, messages.SessionEnded)[0].reason == "removed"
    assert signalled(effects, signaling.ShareEnded)[0].reason == "removed"


def test_from_where_somebody_was_sent_away_nobody_comes_in_unasked(make_share):
    share = make_share(ALLOW_VIEW)
    share.do(happened.Commanded(console.ViewerRemove(id=share.join())))
    effects = share.knock()
    assert announced(effects, console.ViewerKnocked)
    assert not signalled(effects, signaling.KnockAdmitted)


def test_when_the_share_ends_everybody_is_told_and_keys_come_up_first(make_share):
    share = make_share(ALLOW_BOTH)
    ana, ben = share.join("Ana"), share.join("Ben")
    share.say(ana, messages.ControlRequest(id=1))
    effects = share.do(happened.ShareEnds("stopped"))
    assert effects[0] == ReleaseInput()
    assert [
        e.id for e in effects if isinstance(e, Tell) and isinstance(e.message, messages.SessionEnded)
    ] == [
        ana,
        ben,
    ]
    assert share.session.participants == {}


# --- control -----------------------------------------------------------------------------------------


def test_control_is_asked_and_granted(share):
    id_ = share.join()
    effects = share.say(id_, messages.ControlRequest(id=7))
    assert told(effects, messages.ControlWaiting) == [messages.ControlWaiting(re=7, limit_s=30.0)]
    assert announced(effects, console.ControlRequested) == [console.ControlRequested(id=id_, limit_s=30.0)]
    effects = share.do(happened.Commanded(console.ControlGrant(id=id_, for_s=300)))
    assert told(effects, messages.ControlGranted) == [messages.ControlGranted(re=7, expires_s=300)]
    assert share.session.control.holder == id_


def test_a_request_for_control_nobody_answers_is_refused(share):
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=7))
    effects = []
    for _ in range(61):
        effects += share.pass_time(0.5)
        share.beat(id_)
    assert told(effects, messages.ControlRefused) == [messages.ControlRefused(re=7, reason="timeout")]


def test_the_host_can_refuse_control(share):
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=7))
    effects = share.do(happened.Commanded(console.ControlDeny(id=id_)))
    assert told(effects, messages.ControlRefused) == [messages.ControlRefused(re=7, reason="denied")]


def test_with_allow_control_it_is_granted_at_once(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    effects = share.say(id_, messages.ControlRequest(id=1))
    assert told(effects, messages.ControlGranted)


def test_the_view_link_cannot_even_ask_for_control(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join(secret=Secret.VIEW_LINK)
    effects = share.say(id_, messages.ControlRequest(id=1))
    assert told(effects, messages.ControlRefused) == [messages.ControlRefused(re=1, reason="not-granted")]


def test_one_controls_at_a_time_and_the_host_may_pass_it_on(make_share):
    share = make_share(ALLOW_BOTH)
    ana, ben = share.join("Ana"), share.join("Ben")
    share.say(ana, messages.ControlRequest(id=1))
    assert told(share.say(ben, messages.ControlRequest(id=2)), messages.ControlWaiting)
    effects = share.do(happened.Commanded(console.ControlGrant(id=ben)))
    assert effects[0] == ReleaseInput()
    assert effects[1] == Tell(ana, messages.ControlRevoked(reason="given-to-other"))
    assert share.session.control.holder == ben


def test_control_for_some_minutes_ends_by_itself(share):
    id_ = share.join()
    share.do(happened.Commanded(console.ControlGrant(id=id_, for_s=2.0)))
    share.pass_time(1.9)
    share.beat(id_)
    effects = share.pass_time(0.1)
    assert effects[0] == ReleaseInput()
    assert told(effects, messages.ControlRevoked) == [messages.ControlRevoked(reason="expired")]


def test_control_taken_back_by_the_host_must_be_asked_for_again(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    effects = share.do(happened.Commanded(console.ControlRevoke()))
    assert effects[0] == ReleaseInput()
    assert told(effects, messages.ControlRevoked) == [messages.ControlRevoked(reason="host")]
    assert told(share.say(id_, messages.ControlRequest(id=2)), messages.ControlWaiting)
    assert share.session.control.holder is None


def test_a_released_control_is_free_again(make_share):
    share = make_share(ALLOW_BOTH)
    ana, ben = share.join("Ana"), share.join("Ben")
    share.say(ana, messages.ControlRequest(id=1))
    effects = share.say(ana, messages.ControlRelease())
    assert effects[0] == ReleaseInput()
    assert told(share.say(ben, messages.ControlRequest(id=2)), messages.ControlGranted)


def test_a_withdrawn_request_leaves_no_question_open(share):
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    share.say(id_, messages.ControlRelease())
    with pytest.raises(CommandRefused):
        share.do(happened.Commanded(console.ControlDeny(id=id_)))


def test_denied_control_cannot_be_given_by_anybody(make_share):
    share = make_share(Policy(deny=frozenset({Capability.CONTROL})))
    id_ = share.join()
    with pytest.raises(CommandRefused):
        share.do(happened.Commanded(console.ControlGrant(id=id_)))
    assert told(share.say(id_, messages.ControlRequest(id=1)), messages.ControlRefused)


def test_withdrawing_the_capability_takes_control_back(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    effects = share.do(
        happened.Commanded(console.CapabilitySet(id=id_, capability=Capability.CONTROL, granted=False))
    )
    assert effects[0] == ReleaseInput()
    assert announced(effects, console.CapabilityChanged)[0].granted == [Capability.VIEW]


def test_broken_injection_takes_control_back(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    assert share.do(happened.InputFailed())[0] == ReleaseInput()


# --- the gate ----------------------------------------------------------------------------------------

CONTROL_MESSAGES = [
    KEY,
    messages.KeyRelease(seq=1, code="KeyA"),
    messages.TextType(seq=1, text="hi"),
    messages.ButtonPress(seq=1, button=0, monitor=1, x=0, y=0),
    messages.ButtonRelease(seq=1, button=0, monitor=1, x=0, y=0),
    messages.WheelTurn(seq=1, dx=0, dy=120, monitor=1, x=0, y=0),
    messages.PointerShift(seq=1, monitor=1, dx=3, dy=-3),
    messages.InputRelease(seq=1),
    PointerMove(seq=1, monitor=1, x=0, y=0),
]


def test_every_message_a_viewer_can_send_has_its_row():
    known = {
        *get_args(messages.OnSession),
        *get_args(messages.OnInputChannel),
        PointerMove,
        ClipBegun,
        ClipPiece,
    }
    assert set(REQUIRED) == known
    assert set(REACHED["keyboard"] | REACHED["pointer"]) == INJECTED
    assert {type(m) for m in CONTROL_MESSAGES} == {k for k, need in REQUIRED.items() if need in INJECTED}


@pytest.mark.parametrize("message", CONTROL_MESSAGES, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("policy", [Policy(), ALLOW_VIEW, ALLOW_BOTH], ids=["ask", "view", "both"])
def test_input_without_the_token_has_no_effect(make_share, policy, message):
    share = make_share(policy)
    id_ = share.join()
    effects = share.say(id_, message)
    assert not [e for e in effects if isinstance(e, Inject | ReleaseInput)]
    assert told(effects, messages.ChannelError)[0].code == "not-permitted"
    assert share.session.refusals["not-permitted"] == 1


@pytest.mark.parametrize("message", CONTROL_MESSAGES, ids=lambda m: type(m).__name__)
def test_input_of_who_controls_is_injected_and_of_others_not(make_share, message):
    share = make_share(ALLOW_BOTH)
    ana, ben = share.join("Ana"), share.join("Ben")
    share.say(ana, messages.ControlRequest(id=1))
    injected = [e.permitted for e in share.say(ana, message) if isinstance(e, Inject)]
    assert [(p.participant, p.message) for p in injected] == [(ana, message)]
    assert not [e for e in share.say(ben, message) if isinstance(e, Inject)]


@pytest.mark.parametrize(
    "message", [*CONTROL_MESSAGES, messages.ControlRequest(id=1)], ids=lambda m: type(m).__name__
)
def test_nothing_counts_before_the_path_is_up_or_after_it_is_lost(make_share, message):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.do(happened.PathLost(id_))
    effects = share.say(id_, message)
    assert not [e for e in effects if isinstance(e, Inject)]
    assert share.session.control.holder is None


def test_messages_of_nobody_do_nothing(share):
    assert share.say("v99", KEY) == []


def test_a_flood_is_cut(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    move = PointerMove(seq=1, monitor=1, x=0, y=0)
    injected = sum(isinstance(e, Inject) for _ in range(20_000) for e in share.say(id_, move))
    assert injected < 4001


def test_nonsense_is_answered_counted_and_in_the_end_thrown_out(share):
    id_ = share.join()
    effects = share.do(happened.Misbehaved(id_, MalformedMessage("not JSON")))
    assert told(effects, messages.ChannelError) == [
        messages.ChannelError(code="malformed", message="not JSON")
    ]
    for _ in range(1000):
        share.do(happened.Misbehaved(id_, MalformedMessage("not JSON")))
    assert share.session.refusals["malformed"] > 400
    assert id_ not in share.session.participants


def test_answers_to_nonsense_are_not_endless(share):
    id_ = share.join()
    answers = [
        m
        for _ in range(300)
        for m in told(share.do(happened.Misbehaved(id_, MalformedMessage("x"))), messages.ChannelError)
    ]
    assert len(answers) == 20


# --- descriptions ------------------------------------------------------------------------------------


def test_a_viewer_learns_names_but_no_addresses(make_share):
    share = make_share(ALLOW_VIEW)
    ana = share.join("Ana")
    share.join("Ben")
    described = describe.for_viewer(share.session, ana, share.now)
    assert [(p.name, p.is_you) for p in described.participants] == [("Ana", True), ("Ben", False)]
    assert "203.0.113.7" not in repr(described)
    assert described.askable == [Capability.CLIPBOARD, Capability.CONTROL]


def test_somebody_who_knocks_is_unknown_to_the_others(share):
    ana = share.join("Ana")
    share.knock("Eve")
    assert len(describe.for_viewer(share.session, ana, share.now).participants) == 1
    assert [v.phase for v in describe.for_host(share.session, share.now)] == ["live", "knocking"]


def test_the_host_sees_who_controls_and_how_long(share):
    id_ = share.join()
    share.do(happened.Commanded(console.ControlGrant(id=id_, for_s=60)))
    viewer = describe.for_host(share.session, share.now + 1)[0]
    assert (viewer.controls, viewer.control_expires_s) == (True, 59)


def test_viewers_see_that_a_recording_runs(share):
    id_ = share.join()
    share.do(happened.RecordingChanged(since=share.now))
    share.now += 5
    assert describe.for_viewer(share.session, id_, share.now).recording_s == 5
    share.do(happened.RecordingChanged(since=None))
    assert describe.for_viewer(share.session, id_, share.now).recording_s is None


def test_a_pause_lets_go_of_keys_first_and_tells_everybody(make_share):
    share = make_share(ALLOW_BOTH)
    ana = share.join()
    effects = share.do(happened.Commanded(console.SharePause()))
    assert effects[:2] == [ReleaseInput(), PausePicture(True)]
    assert Announce(console.SharePaused()) in effects
    assert describe.for_viewer(share.session, ana, share.now).paused
    effects = share.do(happened.Commanded(console.ShareResume()))
    assert effects[0] == PausePicture(False)
    assert Announce(console.ShareResumed()) in effects
    assert not describe.for_viewer(share.session, ana, share.now).paused


def test_input_during_a_pause_has_no_effect_and_is_no_offence(make_share):
    share = make_share(ALLOW_BOTH)
    ana = share.join()
    share.say(ana, messages.ControlRequest(id=1))
    press = KEY
    share.do(happened.Commanded(console.SharePause()))
    assert share.say(ana, press) == []
    assert not share.session.refusals
    share.do(happened.Commanded(console.ShareResume()))
    assert [type(effect) for effect in share.say(ana, press)] == [Inject]


def test_a_second_pause_and_a_resume_without_one_are_refused(share):
    with pytest.raises(CommandRefused):
        share.do(happened.Commanded(console.ShareResume()))
    share.do(happened.Commanded(console.SharePause()))
    with pytest.raises(CommandRefused):
        share.do(happened.Commanded(console.SharePause()))


# --- the host's own hand ---------------------------------------------------------------------------------


def controlling(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=1))
    return share, id_


def test_the_hosts_own_hand_has_the_computer_until_it_has_rested_for_two_seconds(make_share):
    share, id_ = controlling(make_share)
    effects = share.do(happened.HandMoved())
    assert effects[0] == ReleaseInput()
    assert announced(effects, console.HandTookOver) == [console.HandTookOver(id=id_, rests_s=2.0)]
    assert describe.for_viewer(share.session, id_, share.now).hand
    assert share.say(id_, KEY) == []
    assert share.say(id_, PointerMove(seq=1, monitor=1, x=0, y=0)) == []
    share.beat(id_)
    share.pass_time(1.5)
    assert share.do(happened.HandMoved()) == []
    share.beat(id_)
    share.pass_time(1.9)
    assert share.say(id_, KEY) == []
    share.beat(id_)
    assert DescribeAll() in share.pass_time(0.2)
    assert not describe.for_viewer(share.session, id_, share.now).hand
    assert isinstance(share.say(id_, KEY)[0], Inject)
    assert share.session.control.holder == id_


def lasts(effects):
    return [event.for_s for event in announced(effects, console.ControlLasts)]


def test_the_host_is_reminded_each_half_hour_of_who_controls():
    token = ControlToken()
    token.pass_to("v1", re=None, now=100.0)
    assert token.deadlines == [100.0 + REMIND_EACH_S]
    assert token.expire(99.0 + REMIND_EACH_S) == []
    assert lasts(token.expire(100.0 + REMIND_EACH_S)) == [REMIND_EACH_S]
    assert lasts(token.expire(101.0 + REMIND_EACH_S)) == []
    assert lasts(token.expire(100.0 + 2 * REMIND_EACH_S)) == [2 * REMIND_EACH_S]


def test_who_lost_his_path_and_came_back_has_controlled_all_the_while():
    token = ControlToken()
    token.pass_to("v1", re=None, now=100.0)
    token.suspend()
    assert token.deadlines == []
    token.resume("v1", 1700.0)
    assert lasts(token.expire(100.0 + REMIND_EACH_S)) == [REMIND_EACH_S]


def test_who_has_just_got_control_is_nobody_to_be_reminded_of():
    token = ControlToken()
    token.pass_to("v1", re=None, now=100.0)
    token.pass_to("v2", re=None, now=1800.0)
    assert lasts(token.expire(100.0 + REMIND_EACH_S)) == []
    token.take_back("host")
    assert token.deadlines == []


GIFTS = [
    console.ViewerAdmit(id="v2"),
    console.ControlGrant(id="v1"),
    console.CapabilitySet(id="v1", capability=Capability.CLIPBOARD, granted=True),
    console.ControlLock(on=False),
    console.ScreenChoose(monitor=2),
]
TAKEN = [
    console.ControlRevoke(),
    console.ControlLock(on=True),
    console.CapabilitySet(id="v1", capability=Capability.CONTROL, granted=False),
    console.ViewerRemove(id="v1"),
    console.SharePause(),
]


@pytest.mark.parametrize("gift", GIFTS, ids=lambda each: type(each).__name__)
def test_whoever_controls_can_press_nothing_on_the_screen_that_gives_more(make_share, gift):
    share, _ = controlling(make_share)
    share.knock("Ben")
    before = copy.deepcopy(describe.for_host(share.session, share.now, {}))
    for _ in range(1000):
        with pytest.raises(HandNeeded):
            share.do(happened.Commanded(gift, on_screen=True))
    assert describe.for_host(share.session, share.now, {}) == before


@pytest.mark.parametrize("command", TAKEN, ids=lambda each: type(each).__name__)
def test_what_takes_or_stops_needs_no_hand(make_share, command):
    share, _ = controlling(make_share)
    assert share.do(happened.Commanded(command, on_screen=True)) != []


def test_the_hosts_own_hand_decides_on_the_screen_once_it_has_settled(make_share):
    share, id_ = controlling(make_share)
    gift = happened.Commanded(
        console.CapabilitySet(id=id_, capability=Capability.CLIPBOARD, granted=True), on_screen=True
    )
    share.do(happened.HandMoved())
    with pytest.raises(HandNeeded):
        share.do(gift)  # what the viewer pressed just before the hand moved
    share.pass_time(0.25)
    assert share.do(gift) != []
    share.beat(id_)
    share.pass_time(1.9)
    with pytest.raises(HandNeeded):
        share.do(gift)


def test_elsewhere_than_on_the_screen_no_hand_is_needed(make_share):
    share, id_ = controlling(make_share)
    assert share.do(happened.Commanded(console.ControlGrant(id=id_, for_s=60.0))) != []


def test_while_nobody_controls_or_sharing_is_paused_no_hand_is_needed(make_share):
    share = make_share(ALLOW_BOTH)
    id_ = share.join()
    grant = happened.Commanded(console.ControlGrant(id=id_), on_screen=True)
    assert share.do(grant) != []
    share.do(happened.Commanded(console.SharePause()))
    lend = console.CapabilitySet(id=id_, capability=Capability.CLIPBOARD, granted=True)
    assert share.do(happened.Commanded(lend, on_screen=True)) != []


def test_a_hand_that_moves_while_nobody_controls_changes_nothing(share):
    id_ = share.join()
    assert share.do(happened.HandMoved()) == []
    assert not describe.for_viewer(share.session, id_, share.now).hand


def test_the_next_who_controls_does_not_wait_for_a_hand_that_moved_before(make_share):
    share, id_ = controlling(make_share)
    share.do(happened.HandMoved())
    share.say(id_, messages.ControlRelease())
    share.say(id_, messages.ControlRequest(id=2))
    assert isinstance(share.say(id_, KEY)[0], Inject)


def test_the_panic_key_takes_all_control_and_refuses_who_asks(make_share):
    share, id_ = controlling(make_share)
    ben = share.join("Ben")
    share.say(ben, messages.ControlRequest(id=5))
    effects = share.do(happened.Panicked())
    assert effects[0] == ReleaseInput()
    assert announced(effects, console.ControlTaken) == [console.ControlTaken(id=id_, reason="panic")]
    assert told(effects, messages.ControlRefused) == [messages.ControlRefused(re=5, reason="denied")]
    assert share.session.control.holder is None
    assert told(share.say(id_, KEY), messages.ChannelError)[0].code == "not-permitted"
    assert Capability.CONTROL not in share.session.participants[id_].granted


# --- profiles ---------------------------------------------------------------------------------------------


def policy_of(profile):
    return Policy(allow=profile.allow, ask=profile.ask, with_view=profile.with_view, deny=profile.deny)


@pytest.mark.parametrize("name", PROFILES)
def test_who_came_without_a_secret_is_asked_about_under_each_profile(make_share, name):
    share = make_share(policy_of(PROFILES[name]))
    share.knock(secret=Secret.DIGITS)
    assert [p.phase.value for p in share.session.participants.values()] == ["knocking"]


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("secret", Secret)
def test_what_a_yes_gives_under_each_profile(make_share, name, secret):
    share = make_share(policy_of(PROFILES[name]))
    id_ = share.join(secret=secret)
    is_full = secret is not Secret.VIEW_LINK
    unasked = secret is not Secret.DIGITS
    is_denied = Capability.CONTROL in PROFILES[name].deny
    signed_in = secret in SIGNED_IN and not is_denied
    gives_control = signed_in or (is_full and (name == "full" or (name == "unattended" and unasked)))
    is_asked = name == "assist" or (name == "unattended" and not unasked)
    assert (Capability.CONTROL in share.session.participants[id_].granted) is gives_control
    effects = share.say(id_, messages.ControlRequest(id=1))
    if gives_control:
        assert told(effects, messages.ControlGranted)
    elif is_full and is_asked:
        assert told(effects, messages.ControlWaiting)
    else:
        assert told(effects, messages.ControlRefused)[0].reason == "not-granted"


def test_only_unattended_lets_somebody_in_without_a_person(make_share):
    for name, profile in PROFILES.items():
        share = make_share(policy_of(profile))
        share.knock()
        assert (share.session.participants["v1"].phase.value != "knocking") is (name == "unattended")


def test_no_host_command_gives_what_the_profile_denies(make_share):
    share = make_share(policy_of(PROFILES["view"]))
    id_ = share.join()
    with pytest.raises(CommandRefused):
        share.do(happened.Commanded(console.ControlGrant(id=id_)))
    with pytest.raises(CommandRefused):
        share.do(
            happened.Commanded(console.CapabilitySet(id=id_, capability=Capability.CONTROL, granted=True))
        )


# --- every message, every right, every state --------------------------------------------------------------

ONE_OF_EACH = [
    messages.HeartbeatBeat(seq=1),
    messages.ControlRequest(id=9),
    messages.ControlRelease(),
    messages.ControlTake(id=9),
    messages.ControlGive(to="v7"),
    messages.CapabilityRequest(id=9, capability=Capability.CLIPBOARD),
    messages.ScreenChoose(monitor=1),
    messages.QualityChoose(mode="sharp"),
    messages.PictureAccept(exact=True),
    KEY,
    messages.KeyRelease(seq=1, code="KeyA"),
    messages.TextType(seq=1, text="a"),
    messages.ButtonPress(seq=1, button=0, monitor=1, x=0, y=0),
    messages.ButtonRelease(seq=1, button=0, monitor=1, x=0, y=0),
    messages.WheelTurn(seq=1, dx=0, dy=120, monitor=1, x=0, y=0),
    messages.PointerShift(seq=1, monitor=1, dx=3, dy=-3),
    messages.InputRelease(seq=1),
    PointerMove(seq=1, monitor=1, x=0, y=0),
    messages.ClipboardFetch(id=1),
    ClipBegun(id=1, parts=(("text", 2),)),
    ClipPiece(id=1, data=b"hi"),
    messages.SessionLeave(),
    messages.PathResume(host_ticks=0),
]


def bring_to(share, phase):
    if phase == "live":
        return share.join()
    share.knock()
    if phase != "knocking":
        share.do(happened.Commanded(console.ViewerAdmit(id="v1", grant=[Capability.VIEW])))
    if phase == "reconnecting":
        share.dial("v1")
        share.do(happened.PathLost("v1"))
    assert share.session.participants["v1"].phase.value == phase
    return "v1"


def test_each_message_has_its_example_here():
    assert {type(message) for message in ONE_OF_EACH} == set(REQUIRED)


@pytest.mark.parametrize("phase", ["knocking", "connecting", "live", "reconnecting"])
@pytest.mark.parametrize("capability", Capability)
@pytest.mark.parametrize("message", ONE_OF_EACH, ids=lambda message: type(message).__name__)
@pytest.mark.parametrize("controls", [False, True], ids=["without", "with the token"])
def test_input_reaches_the_host_only_from_whoever_is_live_and_controls(
    make_share, phase, capability, message, controls
):
    share = make_share()
    id_ = bring_to(share, phase)
    participant = share.session.participants[id_]
    participant.granted |= {capability}
    if controls:
        share.session.control.holder = id_
    effects = share.say(id_, message)
    is_input = REQUIRED[type(message)] in INJECTED
    assert any(isinstance(effect, Inject) for effect in effects) is (
        is_input and controls and phase == "live"
    )
    if phase == "reconnecting" and type(message) in REVIVING:
        assert not told(effects, messages.ChannelError)
    elif phase != "live":
        assert told(effects, messages.ChannelError)[0].code == "out-of-order"
        assert not [effect for effect in effects if not isinstance(effect, Tell)]
    elif is_input and not controls:
        assert told(effects, messages.ChannelError)[0].code == "not-permitted"
