"""A server that carries the signals, knows no secret, and wants to sit in the middle."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from aiortc import RTCSessionDescription

from integration.peers import Share, sealed, until
from screenshare.capability import Capability
from screenshare.errors import ScreenshareError
from screenshare.host.exchanges import Exchanges
from screenshare.host.feed import ScreenFeed
from screenshare.host.visit import MOST_HELD
from screenshare.protocol.base64url import base64url, from_base64url
from screenshare.protocol.console import ViewerAdmit, ViewerRemove
from screenshare.protocol.decode import encode
from screenshare.protocol.signaling import Signal
from screenshare.session.door import proof_of
from screenshare.session.limits import TokenBucket
from screenshare.signaling.lobby import Discipline
from screenshare.trust.binding import AlteredOnTheWay, Binding
from screenshare.trust.pake import Exchange
from screenshare.trust.seal import Seal
from screenshare.unattended.vault import Vault
from unattended.conftest import KEPT

FINGERPRINT = re.compile(r"a=fingerprint:sha-256 \S+")
FOREIGN = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)


async def nothing_came_of_it(share, viewer) -> None:
    assert (await viewer.signals.expect("error"))["code"] == "altered"
    assert share.refusals == {"altered": 1}
    assert share.host._conductor._peers == {}
    assert viewer.signals.of("peer.answered") == []
    assert viewer.frame_count == 0


async def test_a_swapped_fingerprint_opens_no_connection(start_host, new_viewer):
    share = await start_host(allow="view,control")
    ana = new_viewer(share.link)
    await ana.knock()
    await ana.admission()
    offer = await ana.offer()
    swapped = FINGERPRINT.sub(FOREIGN, offer)
    assert swapped != offer
    mac = ana.binding.offer_mac(1, offer)
    await ana.signal(type="peer.offer", attempt=1, sdp=swapped, mac=mac)
    await nothing_came_of_it(share, ana)


async def test_an_offer_replayed_from_an_earlier_knock_opens_no_connection(start_host, new_viewer):
    share = await start_host(allow="view,control")
    earlier, ana = new_viewer(share.link), new_viewer(share.link)
    await earlier.knock()
    await earlier.admission()
    offer = await earlier.offer()
    await ana.knock()
    await ana.admission()
    mac = earlier.binding.offer_mac(1, offer)
    await ana.signal(type="peer.offer", attempt=1, sdp=offer, mac=mac)
    await nothing_came_of_it(share, ana)


async def test_a_swapped_offer_does_not_end_the_connection_that_stands(start_host, new_viewer):
    share = await start_host(allow="view,control")
    ana = await new_viewer(share.link).join()
    await ana.signal(type="peer.offer", attempt=2, sdp="v=0", mac="0" * 64)
    assert (await ana.signals.expect("error"))["code"] == "altered"
    await ana.is_heard()
    assert share.viewers == {ana.id: "live"}


@pytest.mark.parametrize("mac", [None, "", "0" * 63, "g" * 64])
async def test_an_offer_without_a_mac_is_malformed(start_host, new_viewer, mac):
    share = await start_host(allow="view")
    ana = new_viewer(share.link)
    await ana.knock()
    await ana.admission()
    message = {} if mac is None else {"mac": mac}
    await ana.signal(type="peer.offer", attempt=1, sdp=await ana.offer(), **message)
    await until(lambda: ana.signals.errors == ["malformed"], "the refusal")
    assert share.host._conductor._peers == {}


# --- whatever it does with the frames, many times --------------------------------------------------------

RUNS = 200
MODES = ["link", "code"]
_addresses = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in itertools.count(1))


@dataclass
class Carried:
    """A viewer's socket at the host, with the server's hand on it."""

    share: Share
    id: str
    address: str = field(default_factory=lambda: next(_addresses))
    user_agent: str = ""
    heard: list[dict[str, str]] = field(default_factory=list)
    is_closed: bool = False

    async def enter(self, room: str) -> None:
        self._lobby = self.share.host._conductor
        self._discipline = Discipline(self, self._lobby)
        await self._lobby.arrived(self, room)

    def say(self, frame: str) -> None:
        try:
            self._lobby.received(self, frame)
        except ScreenshareError as error:
            self._discipline.refuse(error)

    async def answered(self) -> None:
        """Return when all that was said has been looked at."""
        visit = self._lobby._visits[self.id]
        await until(lambda: visit.held is None, "the exchange is over")

    def leave(self) -> None:
        self._lobby.departed(self)

    def send(self, signal: Signal) -> None:
        self.heard.append(json.loads(encode(signal)))

    def relay(self, data: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self.is_closed = True


class Honest:
    """What a viewer who knows the link or the code says: a proof, a knock, an offer and a candidate."""

    def __init__(self, share: Share, mode: str) -> None:
        door = share.host._conductor.door
        self._code = door.code if mode == "code" else None
        self.room = door.room if self._code is None else self._code.room
        self._secret = door.invitations.known["link"].secret if self._code is None else b""

    def frames(self, challenge: dict[str, str], offer: str) -> list[str]:
        proof, secret = {"proof": proof_of(self._secret, self.room, challenge["nonce"])}, self._secret
        if self._code is not None:
            exchange = Exchange("viewer", self._code.digits.encode(), f"code|{self.room}")
            agreed = exchange.finish(from_base64url(challenge["share"]))
            proof = {"proof": agreed.confirmation("viewer"), "share": base64url(exchange.share)}
            secret = agreed.secret
        binding = Binding.of(secret, self.room, host_nonce=challenge["nonce"], viewer_nonce="own")
        seal = Seal("viewer", binding.key, self.room)
        mac = binding.offer_mac(1, offer)
        inside = [
            {"type": "knock.request", "name": "Ana", "wants": ["view", "control"]},
            {"type": "peer.offer", "attempt": 1, "sdp": offer, "mac": mac},
            {"type": "peer.candidate", "attempt": 1, "candidate": None},
        ]
        prove = json.dumps({"type": "knock.prove", "nonce": "own", **proof})
        return [prove, *(sealed(seal, json.dumps(message)) for message in inside)]


Attack = Callable[[random.Random, list[str], list[str]], list[str]]


def swap(dice: random.Random, frames: list[str], earlier: list[str]) -> list[str]:
    """Put the server's own offer in place of the viewer's, sealed as well as it can."""
    own = Seal("viewer", dice.randbytes(32), "room")
    offer = {"type": "peer.offer", "attempt": 1, "sdp": f"v=0\r\n{FOREIGN}\r\n", "mac": "0" * 64}
    return [*frames[:2], dice.choice([sealed(own, json.dumps(offer)), json.dumps(offer)])]


def flip(dice: random.Random, frames: list[str], earlier: list[str]) -> list[str]:
    at = dice.choice([1, 2])
    box = json.loads(frames[at])["box"]
    place = dice.randrange(len(box) - 1)
    other = dice.choice([letter for letter in "Aa0_" if letter != box[place]])
    frames[at] = json.dumps({"type": "sealed", "box": box[:place] + other + box[place + 1 :]})
    return frames


def replay(dice: random.Random, frames: list[str], earlier: list[str]) -> list[str]:
    return [*frames[:2], dice.choice(frames[1:2] + earlier[1:]), *frames[2:]]


def drop(dice: random.Random, frames: list[str], earlier: list[str]) -> list[str]:
    return [frames[0], *frames[2:]]


def reorder(dice: random.Random, frames: list[str], earlier: list[str]) -> list[str]:
    inside = dice.choice([(2, 1, 3), (2, 3, 1), (3, 1, 2), (1, 3, 2), (3, 2, 1)])
    return [frames[0], *(frames[at] for at in inside)]


def old_session(dice: random.Random, frames: list[str], earlier: list[str]) -> list[str]:
    return earlier


def mixed_sessions(dice: random.Random, frames: list[str], earlier: list[str]) -> list[str]:
    return [frames[0], *earlier[1:]]


def altered_nonce(dice: random.Random, frames: list[str], earlier: list[str]) -> list[str]:
    return [json.dumps(json.loads(frames[0]) | {"nonce": base64url(dice.randbytes(8))}), *frames[1:]]


# An exchange takes some 15 ms of pure Python: only these have the server listen to an earlier visit.
WITH_AN_EARLIER_VISIT = {replay, old_session, mixed_sessions}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "attack", [swap, flip, replay, drop, reorder, old_session, mixed_sessions, altered_nonce]
)
async def test_two_hundred_times_a_server_gets_no_session(start_host, new_viewer, attack: Attack, mode):
    share = await start_host(allow="view,control")
    offer = await new_viewer(share.link).offer()
    conductor, shown = share.host._conductor, share.note_frames()
    ticks = itertools.count()
    conductor._exchanges = Exchanges(lambda: next(ticks))  # no waiting for another guess
    dice = random.Random(attack.__name__)
    refused: Counter[str] = Counter()
    for run in range(RUNS):
        honest, earlier = Honest(share, mode), []
        listening, guest = Carried(share, f"e{run}"), Carried(share, f"a{run}")
        if attack in WITH_AN_EARLIER_VISIT:
            await listening.enter(honest.room)
            earlier = honest.frames(listening.heard[0], offer)  # the server kept them from arriving
        await guest.enter(honest.room)
        for frame in attack(dice, honest.frames(guest.heard[0], offer), earlier):
            guest.say(frame)
        await guest.answered()
        said = guest.heard[-1]
        refused[said.get("code") or said["reason"]] += 1
        assert conductor._peers == {}
        assert "live" not in share.viewers.values()
        guest.leave()
        if attack in WITH_AN_EARLIER_VISIT:
            listening.leave()
        for id_ in share.viewers:
            share.do(ViewerRemove(id=id_))  # an honest knock that came through takes a place
    assert sum(refused.values()) == RUNS
    assert set(refused) <= {"altered", "wrong-secret", "out-of-order", "unknown-type"}, refused
    assert shown == []


@pytest.mark.parametrize("mode", MODES)
async def test_what_nobody_touched_opens_a_connection(start_host, new_viewer, mode):
    share = await start_host(allow="view,control")
    honest, guest = Honest(share, mode), Carried(share, "a")
    await guest.enter(honest.room)
    for frame in honest.frames(guest.heard[0], await new_viewer(share.link).offer()):
        guest.say(frame)
    await guest.answered()
    assert len(share.host._conductor._peers) == 1
    guest.leave()


# --- a sign-in, in which each side waits for the other ----------------------------------------------------

STEPS = 5  # proof, begin, proof of the password, knock, offer


class Browser:
    """A viewer who signs in: one frame after each that he understood."""

    def __init__(self, share: Share, offer: str) -> None:
        self._address = share.host._conductor.door.address
        self._offer = offer
        self._seal: Seal | None = None
        self.has_been_let_in = False

    def answer(self, said: dict[str, str]) -> str | None:
        """Return the next frame; raises AlteredOnTheWay for what the host did not say."""
        if said["type"] == "sealed":
            said = json.loads(self._seal.open(said["box"]))
        room = self._address.room
        match said["type"]:
            case "knock.challenged":
                self._nonce = said["nonce"]
                self._bind(self._address.secret)
                proof = proof_of(self._address.secret, room, self._nonce)
                return json.dumps({"type": "knock.prove", "nonce": "own", "proof": proof})
            case "sign-in.offered":
                return self._say({"type": "sign-in.begin"})
            case "sign-in.asked":
                exchange = Exchange("viewer", KEPT.key, f"unattended|{room}")
                self._agreed = exchange.finish(from_base64url(said["share"]))
                own, proof = base64url(exchange.share), self._agreed.confirmation("viewer")
                return self._say({"type": "sign-in.prove", "share": own, "proof": proof})
            case "sign-in.done":
                assert said["proof"] == self._agreed.confirmation("host")
                self._bind(self._agreed.secret)
                return self._say({"type": "knock.request", "name": "Ana", "wants": ["view"]})
            case "knock.admitted":
                self.has_been_let_in = True
                mac = self._binding.offer_mac(1, self._offer)
                return self._say({"type": "peer.offer", "attempt": 1, "sdp": self._offer, "mac": mac})
        return None

    def _bind(self, secret: bytes) -> None:
        room = self._address.room
        self._binding = Binding.of(secret, room, host_nonce=self._nonce, viewer_nonce="own")
        self._seal = Seal("viewer", self._binding.key, room)

    def _say(self, message: dict[str, object]) -> str:
        return sealed(self._seal, json.dumps(message))


Hand = Callable[[random.Random, str, str], list[str]]


def flip_one(dice: random.Random, frame: str, earlier: str) -> list[str]:
    said = json.loads(frame)
    kind = "box" if "box" in said else "proof"
    place = dice.randrange(len(said[kind]) - 1)
    other = dice.choice([letter for letter in "Aa0_" if letter != said[kind][place]])
    return [json.dumps(said | {kind: said[kind][:place] + other + said[kind][place + 1 :]})]


def say_twice(dice: random.Random, frame: str, earlier: str) -> list[str]:
    return [frame, frame]


def say_what_was_said_before(dice: random.Random, frame: str, earlier: str) -> list[str]:
    return [earlier]


async def carry(guest: Carried, browser: Browser, hand: Callable[[int, str], list[str]]) -> list[str]:
    """Carry frames both ways through ``hand`` until somebody has nothing more to say; return the viewer's."""
    frames: list[str] = []
    heard = 0
    while heard < len(guest.heard) and len(frames) < STEPS:
        try:
            frame = browser.answer(guest.heard[heard])
        except AlteredOnTheWay:
            break
        heard += 1
        if frame is None:
            continue
        frames.append(frame)
        for each in hand(len(frames) - 1, frame):
            guest.say(each)
        visit = guest.share.host._conductor._visits[guest.id]
        await until(lambda visit=visit: not visit.is_busy, "the step is taken")
    return frames


@pytest.mark.parametrize("hand", [flip_one, say_twice, say_what_was_said_before])
async def test_two_hundred_times_a_server_gets_nothing_of_a_sign_in(
    start_host, new_viewer, tmp_path, hand: Hand
):
    vault = Vault(tmp_path / "unattended.json", wall=lambda: 1_000_000.0)
    vault.switch_on(KEPT)
    share = await start_host(unattended=vault.path)
    conductor, shown = share.host._conductor, share.note_frames()
    conductor._sign_ins._bucket = TokenBucket(rate_hz=1e6, burst=1e6)
    offer = await new_viewer(share.link).offer()
    first = Carried(share, "first")
    await first.enter(conductor.door.address.room)
    earlier = await carry(first, Browser(share, offer), lambda at, frame: [frame])
    assert len(earlier) == STEPS  # untouched it comes to a connection
    first.leave()
    for id_ in share.viewers:
        share.do(ViewerRemove(id=id_))
    await until(lambda: conductor._peers == {}, "the honest one is gone")
    dice = random.Random(hand.__name__)
    for run in range(RUNS):
        # A proof that comes twice is refused the second time, and spoils nothing.
        at = max(run % STEPS, int(hand is say_twice))
        guest, browser = Carried(share, f"g{run}"), Browser(share, offer)
        await guest.enter(conductor.door.address.room)

        def tampers(step: int, frame: str, at: int = at) -> list[str]:
            return hand(dice, frame, earlier[at]) if step == at else [frame]

        await carry(guest, browser, tampers)
        assert conductor._peers == {} or (hand is say_twice and at == STEPS - 1)
        assert not browser.has_been_let_in or at >= STEPS - 2
        assert "live" not in share.viewers.values()
        guest.leave()
        for id_ in share.viewers:
            share.do(ViewerRemove(id=id_))
    assert shown == []
    assert vault.read().failures.count == 0


async def test_a_server_that_plays_both_sides_of_a_code_has_three_guesses(start_host):
    share = await start_host(allow="view,control")
    conductor = share.host._conductor
    code = conductor.door.code
    for run, digits in enumerate(("0000000", "1111111", "2222222", code.digits)):
        if conductor.door.code is not code:
            break
        guest = Carried(share, f"m{run}")
        await guest.enter(code.room)
        exchange = Exchange("viewer", digits.encode(), f"code|{code.room}")
        agreed = exchange.finish(from_base64url(guest.heard[0]["share"]))
        confirmation = agreed.confirmation("viewer")
        prove = {
            "type": "knock.prove",
            "nonce": "n",
            "proof": confirmation,
            "share": base64url(exchange.share),
        }
        guest.say(json.dumps(prove))
        await guest.answered()
        assert guest.heard[-1] == {"type": "knock.denied", "reason": "wrong-secret"}
        assert guest.is_closed
        guest.leave()
    assert run == 3
    assert share.viewers == {}


async def test_guesses_at_one_code_by_sockets_that_came_at_once_are_three_too(start_host):
    share = await start_host(allow="view,control")
    code = share.host._conductor.door.code
    guests = [Carried(share, f"m{run}") for run in range(6)]
    for guest in guests:
        await guest.enter(code.room)
    for guest in guests:
        right = guest is guests[-1]
        exchange = Exchange("viewer", code.digits.encode() if right else b"", f"code|{code.room}")
        agreed = exchange.finish(from_base64url(guest.heard[0]["share"]))
        prove = {"nonce": "n", "proof": agreed.confirmation("viewer"), "share": base64url(exchange.share)}
        guest.say(json.dumps({"type": "knock.prove", **prove}))
    for guest in guests:
        await guest.answered()
    assert {guest.heard[-1]["reason"] for guest in guests} == {"wrong-secret"}
    for guest in guests:
        guest.leave()


async def test_who_left_before_his_guess_was_looked_at_has_guessed_and_taken_nobodys_code(start_host):
    share = await start_host(allow="view,control")
    conductor = share.host._conductor
    code = conductor.door.code
    guest = Carried(share, "gone")
    await guest.enter(code.room)
    exchange = Exchange("viewer", code.digits.encode(), f"code|{code.room}")
    agreed = exchange.finish(from_base64url(guest.heard[0]["share"]))
    prove = {"nonce": "n", "proof": agreed.confirmation("viewer"), "share": base64url(exchange.share)}
    guest.say(json.dumps({"type": "knock.prove", **prove}))
    guest.leave()
    await until(lambda: code.guesses_left == 2, "the guess is counted")
    assert conductor.door.code is code


async def test_what_is_said_behind_a_proof_waits_and_only_so_much_of_it(start_host):
    share = await start_host()
    guest = Carried(share, "eve")
    await guest.enter(share.host._conductor.door.code.room)
    guest.say(json.dumps({"type": "knock.prove", "nonce": "n", "proof": "a" * 64}))
    for _ in range(MOST_HELD + 5):
        guest.say(json.dumps({"type": "sealed", "box": "A" * 64}))
    assert [said["code"] for said in guest.heard[1:]] == ["out-of-order"] * 5
    await guest.answered()
    assert guest.heard[-1] == {"type": "knock.denied", "reason": "wrong-secret"}


async def test_an_altered_frame_ends_the_socket_and_the_host_is_warned(start_host, new_viewer, caplog):
    share = await start_host(allow="view,control")
    ana = new_viewer(share.link)
    await ana.knock()
    await ana.admission()
    await ana.signal_raw(json.dumps({"type": "sealed", "box": "A" * 64}))
    assert (await ana.signals.expect("error"))["code"] == "altered"
    await ana.socket_closed()
    assert "somebody on the way may be altering" in caplog.text


# --- between the descriptions and the path ---------------------------------------------------------------


async def test_a_certificate_that_is_not_the_offers_gets_no_path_and_no_picture(start_host, new_viewer):
    share = await start_host(allow="view,control")
    shown = share.note_frames()
    ana = new_viewer(share.link)
    await ana.knock()
    await ana.admission()
    other = FINGERPRINT.sub(FOREIGN, await ana.offer())  # rightly bound: the MAC alone cannot help here
    await ana.send_offer(other)
    answered = await ana.signals.expect("peer.answered")
    await ana.pc.setRemoteDescription(RTCSessionDescription(answered["sdp"], "answer"))
    await until(lambda: share.host._conductor._peers == {}, "the host gives the path up")
    assert "live" not in share.viewers.values()
    assert all(channel.readyState != "open" for channel in ana.channels.values())
    assert (shown, ana.frame_count) == ([], 0)


async def test_nothing_is_captured_before_a_person_said_yes_and_the_path_stands(
    start_host, new_viewer, monkeypatch
):
    grabs: list[str] = []
    grab = ScreenFeed._grab
    monkeypatch.setattr(ScreenFeed, "_grab", lambda feed: grabs.append("grab") or grab(feed))
    share = await start_host()
    ana = new_viewer(share.link)
    await ana.knock()
    knock = await share.heard.expect("viewer.knocked")
    share.do(ViewerAdmit(id=knock["id"], grant=[Capability.VIEW]))
    await ana.admission()
    offer = await ana.offer()
    assert grabs == []
    await ana.send_offer(offer)
    answered = await ana.signals.expect("peer.answered")
    assert grabs == []
    await ana.pc.setRemoteDescription(RTCSessionDescription(answered["sdp"], "answer"))
    await until(lambda: ana.frame_count > 0, "the picture")
    assert grabs != []
