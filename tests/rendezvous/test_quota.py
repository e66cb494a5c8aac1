"""What one address may have at a server."""

from __future__ import annotations

from screenshare.rendezvous.quota import CodeRooms


def test_an_address_has_so_many_codes_at_a_time_and_others_have_theirs():
    codes = CodeRooms(2)
    assert [codes.take("ann", ("owner", room), now=0.0) for room in ("111", "222", "333")] == [
        True,
        True,
        False,
    ]
    assert codes.take("ben", ("another", "333"), now=0.0)
    codes.drop("ann", ("owner", "111"))
    assert codes.take("ann", ("owner", "333"), now=0.0)


def test_a_code_whose_line_closed_counts_until_others_can_have_it():
    codes = CodeRooms(1)
    codes.take("ann", ("owner", "111"), now=0.0)
    codes.drop("ann", ("owner", "111"), forgotten_at=15.0)
    assert not codes.take("ann", ("owner", "222"), now=14.9)
    assert codes.take("ann", ("owner", "222"), now=15.0)


def test_a_host_that_dials_anew_has_its_code_again_and_counts_once():
    codes = CodeRooms(1)
    codes.take("ann", ("owner", "111"), now=0.0)
    codes.drop("ann", ("owner", "111"), forgotten_at=15.0)
    assert codes.take("ann", ("owner", "111"), now=1.0)
    assert not codes.take("ann", ("owner", "222"), now=100.0)


def test_two_who_want_the_same_room_from_one_address_count_apart():
    codes = CodeRooms(2)
    assert codes.take("ann", ("owner", "111"), now=0.0)
    assert codes.take("ann", ("another", "111"), now=0.0)
    codes.drop("ann", ("another", "111"))  # it was taken
    assert codes.take("ann", ("owner", "222"), now=0.0)
    assert not codes.take("ann", ("owner", "333"), now=0.0)
