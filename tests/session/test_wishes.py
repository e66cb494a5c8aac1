"""Asking for one more right once one is in: the host is asked, and silence means no."""

from __future__ import annotations

import pytest

from screenshare.capability import Capability
from screenshare.errors import CommandRefused
from screenshare.protocol import console, messages
from screenshare.session import describe
from screenshare.session import events as happened
from screenshare.session.rights import Policy, Secret
from session.said import announced, told

CLIPBOARD = Capability.CLIPBOARD
WISH = messages.CapabilityRequest(id=5, capability=CLIPBOARD)


def command(share, wish):
    return share.do(happened.Commanded(wish))


def allow(id_):
    return console.CapabilitySet(id=id_, capability=CLIPBOARD, granted=True)


def described(share, id_):
    return describe.for_viewer(share.session, id_, share.now)


def test_the_host_is_asked_and_gives_the_right(share):
    id_ = share.join()
    effects = share.say(id_, WISH)
    asked = console.CapabilityRequested(id=id_, capability=CLIPBOARD, limit_s=30.0)
    assert announced(effects, console.CapabilityRequested) == [asked]
    (viewer,) = describe.for_host(share.session, share.now)
    assert (viewer.asks, viewer.answer_in_s) == (CLIPBOARD, 30.0)
    assert described(share, id_).asks is CLIPBOARD
    command(share, allow(id_))
    now = described(share, id_)
    assert CLIPBOARD in now.granted
    assert now.asks is None


def test_the_host_can_say_no(share):
    id_ = share.join()
    share.say(id_, WISH)
    effects = command(share, console.CapabilityDeny(id=id_))
    assert told(effects, messages.CapabilityRefused) == [messages.CapabilityRefused(re=5, reason="denied")]
    assert described(share, id_).asks is None
    assert CLIPBOARD not in described(share, id_).granted


def test_silence_means_no(share):
    id_ = share.join()
    share.say(id_, WISH)
    effects = []
    for _ in range(61):
        effects += share.pass_time(0.5)
        share.beat(id_)
    assert told(effects, messages.CapabilityRefused) == [messages.CapabilityRefused(re=5, reason="timeout")]


@pytest.mark.parametrize("capability", [Capability.VIEW, Capability.CONTROL, Capability.RECORD])
def test_nothing_else_can_be_asked_for_in_this_way(share, capability):
    id_ = share.join()
    effects = share.say(id_, messages.CapabilityRequest(id=5, capability=capability))
    assert announced(effects, console.CapabilityRequested) == []
    if capability is not Capability.VIEW:
        refused = messages.CapabilityRefused(re=5, reason="not-granted")
        assert told(effects, messages.CapabilityRefused) == [refused]


def test_nobody_is_asked_for_what_the_host_denies_or_a_view_only_link_excludes(make_share):
    for policy, secret in (
        (Policy(deny=frozenset({CLIPBOARD})), Secret.LINK),
        (Policy(), Secret.VIEW_LINK),
    ):
        share = make_share(policy)
        id_ = share.join(secret=secret)
        effects = share.say(id_, WISH)
        assert announced(effects, console.CapabilityRequested) == []
        assert told(effects, messages.CapabilityRefused)[0].reason == "not-granted"


def test_one_question_takes_the_place_of_the_other(share):
    id_ = share.join()
    share.say(id_, messages.ControlRequest(id=4))
    share.say(id_, WISH)
    assert not described(share, id_).control_waits
    share.say(id_, messages.ControlRequest(id=6))
    assert described(share, id_).asks is Capability.CONTROL
    with pytest.raises(CommandRefused):
        command(share, console.ControlGrant(id="v9"))
    effects = command(share, console.ControlGrant(id=id_))
    assert told(effects, messages.ControlGranted)[0].re == 6


def test_control_that_is_given_meanwhile_leaves_the_question_open(share):
    id_ = share.join()
    share.say(id_, WISH)
    effects = command(share, console.ControlGrant(id=id_))
    assert told(effects, messages.ControlGranted)[0].re is None
    assert described(share, id_).asks is CLIPBOARD


def test_a_lost_path_takes_the_question_along(share):
    id_ = share.join()
    share.say(id_, WISH)
    share.do(happened.PathLost(id_))
    (viewer,) = describe.for_host(share.session, share.now)
    assert viewer.asks is None
    with pytest.raises(CommandRefused):
        command(share, console.CapabilityDeny(id=id_))
