from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress

import pytest

from screenshare.errors import ConfigError
from screenshare.protocol.signaling import IceServer
from screenshare.rendezvous.turn import (
    DENIED_PEERS,
    TurnConfig,
    TurnSecret,
    coturn_configuration,
    ice_servers,
)

INSIDE = [
    *("0.0.0.1", "10.1.2.3", "100.100.0.1", "127.9.9.9", "169.254.169.254", "172.31.0.1", "192.168.0.1"),
    *("239.0.0.1", "255.255.255.255", "::1", "::7f00:1", "::ffff:10.0.0.1", "64:ff9b::a00:1"),
    *("64:ff9b:1::1", "2001::1", "2002:a00:1::1", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1"),
]
SECRET = TurnSecret("0123456789abcdef0123456789abcdef")


def test_credentials_carry_their_end_and_are_signed_as_coturn_checks_it():
    servers = ice_servers(
        ["stun:relay.test", "turn:relay.test?transport=udp", "turns:relay.test:443?transport=tcp"],
        SECRET,
        uid="r-1",
        wall_time=1000.9,
    )
    digest = hmac.new(SECRET.text.encode(), b"1600:r-1", hashlib.sha1).digest()
    assert servers == (
        IceServer(urls=["stun:relay.test"]),
        IceServer(
            urls=["turn:relay.test?transport=udp", "turns:relay.test:443?transport=tcp"],
            username="1600:r-1",
            credential=base64.b64encode(digest).decode(),
        ),
    )


def test_without_a_turn_server_there_are_no_credentials():
    assert ice_servers(["stun:relay.test"], SECRET, uid="r", wall_time=0) == (
        IceServer(urls=["stun:relay.test"]),
    )


@pytest.mark.parametrize("uid", ["", "a:b", "a b", "x" * 65])
def test_a_uid_cannot_change_what_the_user_name_says(uid: str):
    with pytest.raises(ValueError, match="uid"):
        ice_servers(["turn:relay.test"], SECRET, uid=uid, wall_time=0)


@pytest.mark.parametrize("text", ["", "short", "x" * 31, "x" * 40 + "\nno-auth"])
def test_a_secret_that_can_be_guessed_or_breaks_the_file_is_refused(text: str):
    with pytest.raises(ConfigError, match="TURN secret"):
        TurnSecret(text)


def test_the_secret_is_not_shown_by_accident():
    assert SECRET.text not in repr(SECRET)


@pytest.mark.parametrize("word", ["a\nno-auth", "", " a", "a\r"])
def test_no_word_smuggles_a_line_into_the_configuration(word: str):
    with pytest.raises(ConfigError, match="configuration"):
        TurnConfig(realm=word)
    with pytest.raises(ConfigError, match="configuration"):
        TurnConfig(realm="relay.test", deny=(word,))


def test_tls_needs_certificate_and_key_together():
    with pytest.raises(ConfigError, match="both"):
        TurnConfig(realm="relay.test", certificate="/etc/ssl/relay.pem")


def test_tls_listens_on_443_and_only_in_versions_that_hold():
    text = coturn_configuration(TurnConfig(realm="r", certificate="/c.pem", private_key="/k.pem"), SECRET)
    lines = text.splitlines()
    assert {"tls-listening-port=443", "cert=/c.pem", "pkey=/k.pem", "no-tlsv1", "no-tlsv1_1"} <= set(lines)
    assert "no-tls" not in lines


@pytest.mark.parametrize("address", INSIDE)
def test_what_is_not_the_internet_is_denied(address: str):
    assert is_denied(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"])
def test_what_is_the_internet_is_not_denied(address: str):
    assert not is_denied(address)


def is_denied(address: str) -> bool:
    wanted = ipaddress.ip_address(address)
    for _, peers in DENIED_PEERS:
        first, last = (ipaddress.ip_address(end) for end in peers.split("-"))
        if first.version == wanted.version and int(first) <= int(wanted) <= int(last):
            return True
    return False
