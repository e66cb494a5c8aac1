"""Who may use the host's clipboard, which way, and who hears of it."""

from __future__ import annotations

import pytest

from screenshare.capability import Capability
from screenshare.protocol import console, messages
from screenshare.protocol.clip import ClipBegun, ClipPiece
from screenshare.session import describe
from screenshare.session import events as happened
from screenshare.session.clipboard import ClipboardRule
from screenshare.session.effects import LookAtClipboard, StopClips, Tell, UseClipboard
from screenshare.session.rights import Policy, Secret

FETCH = messages.ClipboardFetch(id=7)
BEGUN = ClipBegun(id=7, parts=(("text", 2),))
PIECE = ClipPiece(id=7, data=b"hi")
OFFER = messages.ClipboardOffered(parts=[messages.ClipPart(format="text", bytes=2)])
ASKING = Policy()


def used(effects):
    return [(e.permitted.participant, e.permitted.message) for e in effects if isinstance(e, UseClipboard)]


def told(effects, kind):
    return [(e.id, e.message) for e in effects if isinstance(e, Tell) and isinstance(e.message, kind)]


@pytest.fixture
def open_share(make_share):
    def start(direction="both"):
        share = make_share(ASKING)
        share.session.clipboard = ClipboardRule(direction)
        return share

    return start


def set_capability(share, id_, granted, capability=Capability.CLIPBOARD):
    command = console.CapabilitySet(id=id_, capability=capability, granted=granted)
    return share.do(happened.Commanded(command))


@pytest.mark.parametrize("direction", ["in", "out", "both", "off"])
@pytest.mark.parametrize("capability", Capability)
@pytest.mark.parametrize("message", [FETCH, BEGUN, PIECE], ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("controls", [False, True], ids=["without", "with the token"])
def test_a_clipboard_is_used_by_who_has_that_right_and_in_the_open_direction_alone(
    open_share, direction, capability, message, controls
):
    share = open_share(direction)
    id_ = share.join()
    share.session.participants[id_].grant(frozenset({capability}), share.now)
    share.do(happened.ClipboardChanged())
    if controls:
        share.session.control.holder = id_
    effects = share.say(id_, message)
    way = "out" if message is FETCH else "in"
    if capability is Capability.CLIPBOARD and direction in (way, "both"):
        assert used(effects) == [(id_, message)]
    else:
        assert used(effects) == []
        assert [error.code for _, error in told(effects, messages.ChannelError)] == ["not-permitted"]


def test_who_is_let_in_to_see_gets_no_clipboard_with_it(open_share):
    share = open_share()
    id_ = share.join()
    assert used(share.say(id_, FETCH)) == []


def test_with_the_view_link_the_clipboard_cannot_even_be_asked_for(open_share):
    share = open_share()
    id_ = share.join(secret=Secret.VIEW_LINK)
    assert Capability.CLIPBOARD not in describe.for_viewer(share.session, id_, share.now).askable


def test_only_who_may_have_it_hears_of_what_is_on_the_hosts_clipboard(open_share):
    share = open_share()
    ana, ben, cem = share.join("Ana"), share.join("Ben"), share.join("Cem")
    for id_ in (ana, ben):
        set_capability(share, id_, granted=True)
    assert cem not in [id_ for id_, _ in told(share.do(happened.ClipboardSeen(OFFER)), object)]
    assert told(share.do(happened.ClipboardSeen(OFFER)), object) == [(ana, OFFER), (ben, OFFER)]
    share.do(happened.PathLost(ben))
    assert told(share.do(happened.ClipboardSeen(OFFER)), object) == [(ana, OFFER)]


def test_who_put_it_there_is_not_told_of_it(open_share):
    share = open_share()
    ana, ben = share.join("Ana"), share.join("Ben")
    for id_ in (ana, ben):
        set_capability(share, id_, granted=True)
    assert told(share.do(happened.ClipboardSeen(OFFER, by=ana)), object) == [(ben, OFFER)]


def test_while_nobody_may_know_the_clipboard_is_not_even_looked_at(open_share):
    share = open_share()
    id_ = share.join()
    assert share.do(happened.ClipboardChanged()) == []
    set_capability(share, id_, granted=True)
    assert share.do(happened.ClipboardChanged()) == [LookAtClipboard()]


@pytest.mark.parametrize("direction", ["in", "off"])
def test_with_the_way_out_closed_nobody_hears_of_the_clipboard(open_share, direction):
    share = open_share(direction)
    set_capability(share, share.join(), granted=True)
    assert share.do(happened.ClipboardChanged()) == []
    assert share.do(happened.ClipboardSeen(OFFER)) == []


def test_a_grant_sends_nothing_that_was_copied_before(open_share):
    share = open_share()
    id_ = share.join()
    share.do(happened.ClipboardChanged())
    effects = set_capability(share, id_, granted=True)
    assert told(effects, messages.ClipboardOffered) == []
    assert not [e for e in effects if isinstance(e, LookAtClipboard | UseClipboard)]


def test_what_was_copied_before_the_grant_or_in_a_pause_cannot_be_fetched_either(open_share):
    share = open_share()
    ana = share.join("Ana")
    private = messages.ClipboardRefused(re=7, reason="private")
    share.do(happened.ClipboardChanged())
    share.now += 1
    set_capability(share, ana, granted=True)
    assert share.say(ana, FETCH) == [Tell(ana, private)]
    share.do(happened.ClipboardChanged())
    assert used(share.say(ana, FETCH)) == [(ana, FETCH)]
    share.do(happened.Commanded(console.SharePause()))
    share.do(happened.ClipboardChanged())
    share.do(happened.Commanded(console.ShareResume()))
    assert share.say(ana, FETCH) == [Tell(ana, private)]
    share.do(happened.ClipboardSeen(OFFER, by=ana))
    assert used(share.say(ana, FETCH)) == [(ana, FETCH)]


def test_a_right_given_twice_hides_nothing_and_one_given_anew_does(open_share):
    share = open_share()
    ana = share.join("Ana")
    set_capability(share, ana, granted=True)
    share.do(happened.ClipboardChanged())
    share.now += 1
    set_capability(share, ana, granted=True)
    assert used(share.say(ana, FETCH)) == [(ana, FETCH)]
    set_capability(share, ana, granted=False)
    set_capability(share, ana, granted=True)
    assert used(share.say(ana, FETCH)) == []


def test_taking_the_right_away_stops_what_is_on_its_way(open_share):
    share = open_share()
    id_ = share.join()
    set_capability(share, id_, granted=True)
    assert set_capability(share, id_, granted=False)[0] == StopClips(id_)
    assert used(share.say(id_, PIECE)) == []


def test_during_a_pause_nothing_goes_either_way_and_it_is_no_offence(open_share):
    share = open_share()
    id_ = share.join()
    set_capability(share, id_, granted=True)
    assert StopClips(id_) in share.do(happened.Commanded(console.SharePause()))
    refused = messages.ClipboardRefused(re=7, reason="paused")
    assert share.say(id_, BEGUN) == share.say(id_, FETCH) == [Tell(id_, refused)]
    assert share.say(id_, PIECE) == []
    assert share.do(happened.ClipboardChanged()) == share.do(happened.ClipboardSeen(OFFER)) == []
    assert share.session.refusals.total() == 0


def test_viewers_see_which_way_is_open_and_how_much_goes(open_share):
    share = open_share("out")
    id_ = share.join()
    described = describe.for_viewer(share.session, id_, share.now)
    assert described.clipboard == messages.ClipboardTerms(direction="out", limit_bytes=16 * 2**20)


def test_without_a_clipboard_at_the_host_nothing_goes_any_more(open_share):
    share = open_share()
    id_ = share.join()
    set_capability(share, id_, granted=True)
    share.do(happened.ClipboardLost())
    assert used(share.say(id_, FETCH)) == used(share.say(id_, BEGUN)) == []
    terms = describe.for_viewer(share.session, id_, share.now).clipboard
    assert terms is not None
    assert terms.direction == "off"


def test_contents_by_the_hundred_are_cut(open_share):
    share = open_share()
    id_ = share.join()
    set_capability(share, id_, granted=True)
    share.do(happened.ClipboardChanged())
    assert sum(len(used(share.say(id_, message))) for _ in range(100) for message in (BEGUN, FETCH)) <= 20


def test_the_pieces_of_the_largest_contents_pass_in_one_go(open_share):
    share = open_share()
    id_ = share.join()
    set_capability(share, id_, granted=True)
    share.say(id_, BEGUN)
    assert all(used(share.say(id_, PIECE)) for _ in range(64 * 2**20 // 8187))
