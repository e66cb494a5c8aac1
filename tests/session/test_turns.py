"""Whose turn it is: the line, giving, taking, locking, and grants of one half."""

from __future__ import annotations

import pytest

from screenshare.capability import Capability
from screenshare.errors import CommandRefused
from screenshare.media import Window
from screenshare.protocol import console, messages
from screenshare.protocol.pointer import PointerMove
from screenshare.session import describe
from screenshare.session import events as happened
from screenshare.session.effects import Inject, ReleaseInput, Tell
from screenshare.session.rights import Policy
from session.said import announced, told

BOTH = Policy(allow=frozenset({Capability.VIEW, Capability.CONTROL}))
KEY = messages.KeyPress(seq=1, code="KeyA", key="a")
MOVE = PointerMove(seq=1, monitor=1, x=0, y=0)
LET_GO = messages.InputRelease(seq=1)


@pytest.fixture
def share(make_share):
    return make_share(BOTH)


@pytest.fixture
def three(share):
    """Ana controls; Ben and Cem may."""
    ana, ben, cem = (share.join(name) for name in ("Ana", "Ben", "Cem"))
    share.say(ana, messages.ControlRequest(id=1))
    return ana, ben, cem


def command(share, wish):
    return share.do(happened.Commanded(wish))


def places(share, you):
    described = describe.for_viewer(share.session, you, share.now)
    return {p.name: p.place for p in described.participants if p.place}


def holder(share):
    return share.session.control.holder


# --- the line ------------------------------------------------------------------------------------------


def test_who_may_control_waits_in_line_and_everybody_sees_his_place(share, three):
    ana, ben, cem = three
    effects = share.say(ben, messages.ControlRequest(id=2))
    assert told(effects, messages.ControlWaiting) == [messages.ControlWaiting(re=2, place=1)]
    assert announced(effects, console.ControlQueued) == [console.ControlQueued(id=ben, place=1)]
    share.say(cem, messages.ControlRequest(id=3))
    assert places(share, ana) == {"Ben": 1, "Cem": 2}
    assert describe.for_viewer(share.session, cem, share.now).control_waits
    assert [v.place for v in describe.for_host(share.session, share.now)] == [None, 1, 2]


def test_the_first_in_line_controls_when_control_is_released(share, three):
    ana, ben, cem = three
    share.say(cem, messages.ControlRequest(id=3))
    share.say(ben, messages.ControlRequest(id=2))
    effects = share.say(ana, messages.ControlRelease())
    assert effects[0] == ReleaseInput()
    assert Tell(cem, messages.ControlGranted(re=3)) in effects
    assert holder(share) == cem
    assert places(share, ana) == {"Ben": 1}


def test_the_line_goes_on_when_the_time_of_control_is_over(share, three):
    ana, ben, _ = three
    command(share, console.ControlGrant(id=ana, for_s=2.0))
    share.say(ben, messages.ControlRequest(id=2))
    share.pass_time(2.0)
    assert holder(share) == ben


def test_asking_twice_keeps_the_place(share, three):
    _, ben, cem = three
    for asker in (ben, cem, ben):
        share.say(asker, messages.ControlRequest(id=5))
    assert places(share, ben) == {"Ben": 1, "Cem": 2}


@pytest.mark.parametrize("goes", ["gives up", "leaves", "loses the path", "loses the right", "is refused"])
def test_who_is_out_of_line_is_never_served(share, three, goes):
    ana, ben, _ = three
    share.say(ben, messages.ControlRequest(id=2))
    match goes:
        case "gives up":
            share.say(ben, messages.ControlRelease())
        case "leaves":
            share.say(ben, messages.SessionLeave())
        case "loses the path":
            share.do(happened.PathLost(ben))
        case "loses the right":
            effects = command(
                share, console.CapabilitySet(id=ben, capability=Capability.CONTROL, granted=False)
            )
            assert told(effects, messages.ControlRefused) == [
                messages.ControlRefused(re=2, reason="not-granted")
            ]
        case "is refused":
            command(share, console.ControlDeny(id=ben))
    share.say(ana, messages.ControlRelease())
    assert holder(share) is None


@pytest.mark.parametrize("event", [happened.Commanded(console.ControlRevoke()), happened.Panicked()])
def test_what_the_host_took_back_is_not_for_the_next_in_line(share, three, event):
    _, ben, _ = three
    share.say(ben, messages.ControlRequest(id=2))
    effects = share.do(event)
    assert effects[0] == ReleaseInput()
    assert told(effects, messages.ControlRefused) == [messages.ControlRefused(re=2, reason="denied")]
    assert holder(share) is None


# --- giving and taking ---------------------------------------------------------------------------------


def test_who_controls_can_give_it_to_somebody_whom_the_host_allowed(share, three):
    ana, ben, _ = three
    share.say(ben, messages.ControlRequest(id=2))
    effects = share.say(ana, messages.ControlGive(to=ben))
    assert effects[0] == ReleaseInput()
    assert Tell(ana, messages.ControlRevoked(reason="given")) in effects
    assert Tell(ben, messages.ControlGranted(re=2)) in effects
    assert (holder(share), places(share, ana)) == (ben, {})


@pytest.mark.parametrize("to", ["v9", "one without the right", "one who is away"])
def test_control_cannot_be_given_to_just_anybody(share, three, to):
    ana, ben, cem = three
    command(share, console.CapabilitySet(id=ben, capability=Capability.CONTROL, granted=False))
    share.do(happened.PathLost(cem))
    target = {"v9": "v9", "one without the right": ben, "one who is away": cem}[to]
    effects = share.say(ana, messages.ControlGive(to=target))
    assert told(effects, messages.ChannelError)[0].code == "not-permitted"
    assert holder(share) == ana


def test_only_who_controls_can_give_it(share, three):
    ana, ben, cem = three
    assert told(share.say(ben, messages.ControlGive(to=cem)), messages.ChannelError)
    assert holder(share) == ana


def test_who_may_control_can_take_it(share, three):
    ana, ben, _ = three
    effects = share.say(ben, messages.ControlTake(id=4))
    assert effects[0] == ReleaseInput()
    assert Tell(ana, messages.ControlRevoked(reason="taken")) in effects
    assert Tell(ben, messages.ControlGranted(re=4)) in effects


def test_who_may_only_ask_cannot_take(share, three):
    ana, ben, _ = three
    command(share, console.CapabilitySet(id=ben, capability=Capability.CONTROL, granted=False))
    assert told(share.say(ben, messages.ControlTake(id=4)), messages.ChannelError)[0].code == "not-permitted"
    assert holder(share) == ana


def test_taking_what_is_free_is_asking_for_it(share):
    ana = share.join()
    assert told(share.say(ana, messages.ControlTake(id=4)), messages.ControlGranted)


# --- the lock ------------------------------------------------------------------------------------------


def test_locked_control_moves_by_the_hosts_word_alone(share, three):
    ana, ben, cem = three
    share.say(cem, messages.ControlRequest(id=3))
    command(share, console.ControlLock(on=True))
    assert describe.for_viewer(share.session, ben, share.now).control_locked
    for wish in (messages.ControlRequest(id=2), messages.ControlTake(id=2)):
        assert told(share.say(ben, wish), messages.ControlRefused)[0].reason == "locked"
    assert told(share.say(ana, messages.ControlGive(to=ben)), messages.ChannelError)
    share.say(ana, messages.ControlRelease())
    assert holder(share) is None
    command(share, console.ControlGrant(id=ben))
    assert holder(share) == ben


def test_the_line_is_served_again_when_the_lock_is_off(share, three):
    ana, ben, _ = three
    share.say(ben, messages.ControlRequest(id=2))
    command(share, console.ControlLock(on=True))
    share.say(ana, messages.ControlRelease())
    command(share, console.ControlLock(on=False))
    assert holder(share) == ben


def test_locking_twice_is_refused(share):
    with pytest.raises(CommandRefused):
        command(share, console.ControlLock(on=False))
    assert announced(command(share, console.ControlLock(on=True)), console.ControlLocked)
    with pytest.raises(CommandRefused):
        command(share, console.ControlLock(on=True))


# --- one half of control --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "injected"),
    [("all", [KEY, MOVE, LET_GO]), ("keyboard", [KEY, LET_GO]), ("pointer", [MOVE, LET_GO])],
)
def test_a_grant_reaches_no_further_than_its_half(share, reach, injected):
    ana = share.join()
    effects = command(share, console.ControlGrant(id=ana, reach=reach))
    assert told(effects, messages.ControlGranted) == [messages.ControlGranted(reach=reach)]
    assert describe.for_viewer(share.session, ana, share.now).control_reach == reach
    for message in (KEY, MOVE, LET_GO):
        effects = share.say(ana, message)
        assert bool([e for e in effects if isinstance(e, Inject)]) is (message in injected)
        assert bool(told(effects, messages.ChannelError)) is (message not in injected)


def test_losing_one_half_lets_go_of_what_is_held(share):
    ana = share.join()
    command(share, console.ControlGrant(id=ana))
    assert command(share, console.ControlGrant(id=ana, reach="pointer"))[0] == ReleaseInput()
    assert ReleaseInput() not in command(share, console.ControlGrant(id=ana, reach="all"))


EDITOR = Window(7, "Editor")


def seen(share, *windows):
    return share.do(happened.WindowsSeen(windows))


def test_control_of_one_window_goes_with_each_message_and_everybody_is_told(share):
    ana = share.join()
    seen(share, EDITOR)
    effects = command(share, console.ControlGrant(id=ana, window=7))
    assert told(effects, messages.ControlGranted) == [messages.ControlGranted(window="Editor")]
    assert announced(effects, console.ControlPassed)[0].window == "Editor"
    assert share.say(ana, KEY)[0].permitted.window == 7
    assert describe.for_viewer(share.session, ana, share.now).control_window == "Editor"
    assert describe.for_host(share.session, share.now)[0].control_window == "Editor"
    assert command(share, console.ControlGrant(id=ana, window=7, reach="pointer"))[0] == ReleaseInput()
    command(share, console.ControlGrant(id=ana))
    assert share.say(ana, KEY)[0].permitted.window == 0


def test_nobody_gets_control_of_a_window_that_is_not_there(share):
    ana = share.join()
    with pytest.raises(CommandRefused):
        command(share, console.ControlGrant(id=ana, window=7))
    assert holder(share) is None


def test_control_of_a_window_ends_with_the_window(share):
    ana = share.join()
    seen(share, EDITOR)
    command(share, console.ControlGrant(id=ana, window=7))
    assert seen(share, EDITOR, Window(8, "Mail")) == []
    effects = seen(share, Window(8, "Mail"))
    assert effects[0] == ReleaseInput()
    assert told(effects, messages.ControlRevoked) == [messages.ControlRevoked(reason="window-gone")]


def test_control_of_a_window_that_went_while_the_path_was_lost_does_not_come_back(share):
    ana = share.join()
    seen(share, EDITOR)
    command(share, console.ControlGrant(id=ana, window=7))
    share.do(happened.PathLost(ana))
    seen(share)
    share.come_back(ana)
    share.dial(ana)
    share.do(happened.PathUp(ana))
    assert holder(share) is None


def test_the_next_one_gets_whole_control(share, three):
    ana, ben, _ = three
    command(share, console.ControlGrant(id=ana, reach="pointer"))
    share.say(ben, messages.ControlTake(id=2))
    assert share.say(ben, KEY)[0].permitted.message == KEY
