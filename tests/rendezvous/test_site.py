"""Under which names a server answers, and whose word about addresses counts."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from screenshare.config import parse_network
from screenshare.rendezvous.quota import Quota
from screenshare.rendezvous.site import Site

PUBLIC = Site(public_url="https://share.example", proxies=(parse_network("10.0.0.0/8"),))


class Transport:
    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._address, 4711) if name == "peername" else default

    def is_closing(self) -> bool:
        return False


def request(address: str = "10.0.0.1", path: str = "/", **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request("GET", path, headers=named, transport=Transport(address))


@pytest.mark.parametrize(
    ("host", "proto", "is_own"),
    [
        ("share.example", "https", True),
        ("share.example", "http", False),
        ("share.example:443", "https", False),
        ("share.example.", "https", False),
        ("www.share.example", "https", False),
        ("share.example.evil", "https", False),
        ("10.0.0.1", "https", False),
        ("localhost", "https", False),
        ("", "https", False),
    ],
)
def test_a_public_server_answers_to_its_public_name_alone(host, proto, is_own):
    assert PUBLIC.is_own_host(request(Host=host, X_Forwarded_Proto=proto)) is is_own


def test_the_word_of_a_stranger_about_the_scheme_counts_nothing():
    stranger = request("198.51.100.9", Host="share.example", X_Forwarded_Proto="https")
    assert not PUBLIC.is_own_host(stranger)


@pytest.mark.parametrize(
    ("origin", "is_same"),
    [
        ("https://share.example", True),
        ("http://share.example", False),
        ("https://share.example:443", False),
        ("https://share.example.evil", False),
        ("https://evil.example", False),
        ("null", False),
        ("", False),
    ],
)
def test_only_its_own_pages_open_sockets(origin, is_same):
    assert PUBLIC.is_same_origin(request(Host="share.example", Origin=origin)) is is_same


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.66, 198.51.100.7", "198.51.100.7"),  # he invented the first one
        ("10.0.0.1", "198.51.100.7, 10.2.3.4", "198.51.100.7"),  # two proxies of one's own
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "fe80::1%\x1b[2J", "10.0.0.1"),
        ("198.51.100.9", "203.0.113.66", "198.51.100.9"),  # no proxy of ours
    ],
)
def test_the_address_is_what_ones_own_proxies_say(peer, forwarded, address):
    assert PUBLIC.address_of(request(peer, Host="share.example", X_Forwarded_For=forwarded)) == address


def test_monitors_ask_a_server_by_its_address():
    site = Site(public_url="https://share.example", machine_paths=frozenset({"/healthz"}))
    assert site.is_own_host(request(path="/healthz", Host="10.0.0.5:8780"))
    assert not site.is_own_host(request(path="/", Host="10.0.0.5:8780"))


def test_a_quota_counts_each_source_for_itself_and_lets_it_recover():
    quota = Quota(per_minute=3)
    assert [quota.take("198.51.100.7", 100.0) for _ in range(4)] == [True, True, True, False]
    assert quota.take("198.51.100.8", 100.0)
    assert quota.take("198.51.100.7", 120.1)


def test_a_quota_remembers_no_more_sources_than_its_bound(monkeypatch):
    monkeypatch.setattr("screenshare.rendezvous.quota.REMEMBERED_SOURCES", 2)
    quota = Quota(per_minute=1)
    assert all(quota.take(source, 0.0) for source in ("a", "b", "c"))
    assert not quota.take("c", 0.0)
    assert quota.take("a", 0.0)  # forgotten
