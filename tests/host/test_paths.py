from __future__ import annotations

from screenshare.config import IceEntry
from screenshare.host.paths import Paths
from screenshare.peer.reach import Probe
from screenshare.protocol.signaling import IceServer
from screenshare.rendezvous.turn import Relay, TurnSecret

OWN = Relay(("turn:a", "turn:a?transport=tcp"), TurnSecret("0123456789abcdef0123456789abcdef"))


class Told(list[str]):
    def warn(self, code: str, _message: str, _hint: str) -> None:
        self.append(code)


def paths_of(told: Told, own: Relay | None = OWN) -> Paths:
    return Paths((IceEntry("stun:a"),), own, room="room", warn=told.warn)


def urls(paths: Paths, who: str = "v1") -> list[str]:
    return [url for server in paths.chosen_for(who) for url in server.urls]


def found(paths: Paths, **why: str) -> list[Probe]:
    servers = paths.servers_for("host")
    stun, relay = servers[0], servers[-1]
    ways = {"stun": stun, "udp": relay, "tcp": relay}
    return [
        Probe(server=type(server)(urls=[url]), way=way, why=why.get(way, ""))
        for way, server in ways.items()
        for url in ("stun:a", "turn:a", "turn:a?transport=tcp")
        if url in server.urls and (way == "stun" or url.endswith("tcp") == (way == "tcp"))
    ]


def test_before_the_first_answers_the_best_of_all_is_used():
    assert urls(paths_of(Told())) == ["stun:a", "turn:a"]


def test_a_connection_uses_what_answered():
    paths = paths_of(Told())
    paths._take(found(paths, stun="silent", udp="silent"))
    assert urls(paths) == ["turn:a?transport=tcp"]


def test_each_connection_counts_to_its_viewers_part_of_the_quota():
    paths = paths_of(Told())
    users = [str(paths.chosen_for(who)[1].username).partition(":")[2] for who in ("v1", "v2")]
    assert users == ["room-v1", "room-v2"]


def test_that_no_relay_answers_is_told_once_until_one_does_again():
    told = Told()
    paths = paths_of(told)
    for _ in range(3):
        paths._take(found(paths, udp="silent", tcp="silent"))
    assert told == ["no-relay"]
    paths._take(found(paths, udp="silent"))
    paths._take(found(paths, udp="silent", tcp="silent"))
    assert told == ["no-relay", "no-relay"]


def test_an_answer_without_the_relays_address_is_told():
    told = Told()
    paths = paths_of(told)
    sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    paths.check_offered(sdp)
    assert told == ["no-relay-candidate"]
    paths_without = paths_of(told, own=None)
    paths_without.check_offered(sdp)
    assert told == ["no-relay-candidate"]


def lent(*urls: str) -> list[list[IceServer]]:
    return [[IceServer(urls=[*urls], username=f"room-{number}", credential="c")] for number in range(4)]


def users(paths: Paths, who: str) -> list[str | None]:
    return [server.username for server in paths.servers_for(who) if server.username]


def test_a_lent_relay_is_used_with_one_set_of_credentials_for_each_connection():
    paths = Paths((), None, room="room", warn=Told().warn)
    assert paths.servers_for("v1") == ()
    paths.lend(lent("turn:r"))
    assert urls(paths) == ["turn:r"]
    assert users(paths, "v1") == [paths.chosen_for("v1")[0].username] != users(paths, "v2")


def test_new_passwords_for_a_lent_relay_take_the_place_of_the_old_ones():
    paths = Paths((), None, room="room", warn=Told().warn)
    paths.lend(lent("turn:r"))
    fresh = [[IceServer(urls=["turn:r"], username="later", credential="d")]]
    paths.lend(fresh)
    assert users(paths, "v1") == ["later"]


def test_whoever_lends_a_relay_can_name_nothing_else():
    paths = Paths((), None, room="room", warn=Told().warn)
    paths.lend(lent("http://192.168.0.1", "turn:r", "turn:" + 300 * "a"))
    assert urls(paths) == ["turn:r"]
    paths.lend(lent("file:///etc/passwd"))
    assert paths.servers_for("v1") == ()


def test_a_relay_that_listens_on_udp_tells_addresses_too():
    relay = Relay(("turn:r:3478?transport=udp", "turn:r:3478?transport=tcp", "turns:r:443"), OWN.secret)
    servers = relay.servers_for("room-v1", 0.0)
    assert [server.urls for server in servers] == [["stun:r:3478"], list(relay.urls)]
    assert servers[0].credential is None
    over_tcp = Relay(("turns:r:443?transport=tcp",), OWN.secret)
    assert [server.urls for server in over_tcp.servers_for("room-v1", 0.0)] == [list(over_tcp.urls)]
