"""Links: an address others reach, the secret where no server sees it, a QR code of both."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pytest

from screenshare.config import ListenAddress
from screenshare.host import links
from screenshare.session.invitations import LINK_SECRET_BYTES


def test_the_secret_stands_in_the_fragment_alone():
    secret = bytes(range(LINK_SECRET_BYTES))
    link = urlsplit(links.invitation("http://192.0.2.7:8765", "k3n8", secret))
    assert (link.scheme, link.netloc, link.path, link.query) == ("http", "192.0.2.7:8765", "/j/k3n8", "")
    assert link.fragment == "k=AAECAwQFBgcICQoLDA0ODw"


def test_an_ipv6_address_gets_brackets():
    assert links.origin("fe80::1", 8765) == "http://[fe80::1]:8765"
    assert links.origin("192.0.2.7", 80) == "http://192.0.2.7:80"


def test_one_who_listens_on_one_address_is_reached_there():
    assert links.reachable_address(ListenAddress("127.0.0.1")) == "127.0.0.1"


@pytest.mark.parametrize("wildcard", ["0.0.0.0", "::"])
def test_one_who_listens_everywhere_gives_an_address_that_means_one_place(wildcard):
    address = ipaddress.ip_address(links.reachable_address(ListenAddress(wildcard)))
    assert not address.is_unspecified


def test_a_machine_without_a_route_gives_its_first_address_or_itself(monkeypatch):
    monkeypatch.setattr(links, "_route_address", lambda: None)
    address = links.reachable_address(ListenAddress())
    assert links.is_loopback(address) == (links._first_address() is None)
    monkeypatch.setattr(links.ifaddr, "get_adapters", list)
    assert links.reachable_address(ListenAddress()) == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("192.0.2.7", False),
        ("0.0.0.0", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_this_very_machine_and_nothing_else(address, is_loopback):
    assert links.is_loopback(address) is is_loopback


def test_a_qr_code_is_a_square_with_its_three_finders():
    rows = links.qr_rows("http://192.0.2.7:8765/j/k3n8AAAAAAAA#k=AAECAwQFBgcICQoLDA0ODw")
    assert {len(row) for row in rows} == {len(rows)}
    assert set("".join(rows)) == {"0", "1"}
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    assert [row[:7] for row in rows[:7]] == finder
    assert [row[-7:] for row in rows[:7]] == finder
    assert [row[:7] for row in rows[-7:]] == finder


@pytest.mark.parametrize(
    ("server", "is_open"),
    [
        ("https://share.example.org", False),
        ("http://127.0.0.1:8780", False),
        ("http://[::1]:8780", False),
        ("http://localhost:8780", False),
        ("http://share.example.org", True),
        ("http://192.0.2.7:8780", True),
    ],
)
def test_a_server_elsewhere_without_tls_is_in_the_open(server: str, is_open: bool):
    assert links.is_in_the_open(server) == is_open
