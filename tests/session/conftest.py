"""A session in a box: time moves by hand, effects are looked at, nothing is carried out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import pytest

from screenshare.capability import Capability
from screenshare.protocol.console import ViewerAdmit
from screenshare.protocol.messages import HeartbeatBeat, Screen
from screenshare.session import events as happened
from screenshare.session.effects import Effect
from screenshare.session.rights import Policy, Secret
from screenshare.session.session import Session
from screenshare.session.shown import Shown


@dataclass
class Share:
    """A session, its clock, and the steps a test takes."""

    policy: Policy = field(default_factory=Policy)
    max_viewers: int = 20
    now: float = 100.0

    def __post_init__(self) -> None:
        tokens = itertools.count(1)
        self.session = Session(
            host="Bob",
            room="r00m",
            policy=self.policy,
            shown=Shown({1: Screen(monitor=1, name="HDMI-1", width=1920, height=1080)}, 1),
            started_at=self.now,
            new_token=lambda: f"token{next(tokens)}",
            max_viewers=self.max_viewers,
        )
        self._guests = itertools.count(1)

    def do(self, event: happened.Event) -> list[Effect]:
        return self.session.receive(event, self.now)

    def pass_time(self, seconds: float) -> list[Effect]:
        """Let time pass as a shell does: to each deadline on the way, then to the end."""
        end, effects = self.now + seconds, []
        while (deadline := self.session.deadline) is not None and deadline <= end:
            self.now = deadline
            effects += self.session.expire(self.now)
        self.now = end
        return effects

    def knock(self, name: str = "Ana", secret: Secret = Secret.LINK) -> list[Effect]:
        return self.do(
            happened.Knocked(
                guest=f"s{next(self._guests)}",
                name=name,
                address="203.0.113.7",
                browser="Chrome on Windows",
                wants=frozenset({Capability.VIEW, Capability.CONTROL}),
                secret=secret,
            )
        )

    def join(
        self, name: str = "Ana", secret: Secret = Secret.LINK, grant: tuple[str, ...] = ("view",)
    ) -> str:
        """Bring one viewer to life; return his id."""
        self.knock(name, secret)
        id_ = list(self.session.participants)[-1]
        if self.session.participants[id_].phase.value == "knocking":
            self.do(happened.Commanded(ViewerAdmit(id=id_, grant=[Capability(g) for g in grant])))
        self.dial(id_)
        return id_

    def come_back(self, id_: str, *, guest: str = "s9", token: str | None = None) -> list[Effect]:
        """Let his page prove a resume token, the newest unless it is named."""
        return self.do(
            happened.CameBack(
                guest=guest,
                id=id_,
                token=token or self.session.participants[id_].resume,
                address="198.51.100.1",
                browser="Firefox on Linux",
            )
        )

    def dial(self, id_: str) -> None:
        self.do(happened.Dialled(id_))
        self.do(happened.PathUp(id_))

    def beat(self, id_: str) -> list[Effect]:
        return self.say(id_, HeartbeatBeat(seq=1))

    def say(self, id_: str, message: happened.ViewerMessage) -> list[Effect]:
        return self.do(happened.Received(id_, message))


@pytest.fixture
def share() -> Share:
    return Share()


@pytest.fixture
def make_share() -> type[Share]:
    return Share
