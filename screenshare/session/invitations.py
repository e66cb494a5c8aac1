"""The links of one share: who may still come in by which of them (sans-IO)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import msgspec

from screenshare.errors import CommandRefused
from screenshare.session.rights import Secret

LINK_SECRET_BYTES: Final = 16
# More than anybody keeps apart; each costs one HMAC for every knock.
MAX_INVITATIONS: Final = 32
# Links that are dead for newcomers, and still bring back who came by them.
MAX_RETIRED: Final = 64
# Those there are from the start.
STANDING: Final[Mapping[str, Secret]] = MappingProxyType({"link": Secret.LINK, "view-link": Secret.VIEW_LINK})


class NoSuchInvitation(CommandRefused):
    """There is no invitation of this name, or there are too many."""


class Invitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One link. ``expires_at`` is monotonic seconds; None: never. ``uses_left`` None: any number."""

    id: str
    kind: Secret
    secret: bytes
    expires_at: float | None = None
    uses_left: int | None = None

    def is_open(self, now: float) -> bool:
        """Tell whether somebody new may come in by it."""
        is_in_time = self.expires_at is None or now < self.expires_at
        return is_in_time and self.uses_left != 0


class KeptDoor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What brings a share's room and links back; ``retired`` ones bring back alone who came by them."""

    token: str
    known: tuple[Invitation, ...]
    retired: tuple[Invitation, ...]
    made: int


@dataclass(slots=True)
class Invitations:
    """The two standing links, and those made while the share runs."""

    random_bytes: Callable[[int], bytes]
    known: dict[str, Invitation] = field(default_factory=dict)
    _retired: deque[Invitation] = field(default_factory=lambda: deque(maxlen=MAX_RETIRED))
    _made: int = 0

    def make(
        self,
        kind: Secret,
        now: float,
        *,
        for_s: float | None = None,
        uses: int | None = None,
        id_: str | None = None,
    ) -> Invitation:
        """Make a new link, or another one under the name ``id_``: the one before is dead then.

        Raises:
            NoSuchInvitation: there are too many already, or none was ever called ``id_``.
        """
        if id_ is None:
            if len(self.known) >= MAX_INVITATIONS:
                raise NoSuchInvitation("there are too many invitations", hint="revoke one first")
            self._made += 1
            id_ = f"i{self._made}"
        elif id_ in self.known:
            self._retired.append(self.known[id_])
        elif id_ not in STANDING:
            raise NoSuchInvitation("there is no such invitation (any more)")
        self.known[id_] = Invitation(
            id=id_,
            kind=kind,
            secret=self.random_bytes(LINK_SECRET_BYTES),
            expires_at=None if for_s is None else now + for_s,
            uses_left=uses,
        )
        return self.known[id_]

    def make_standing(self, now: float, *, for_s: float | None = None, uses: int | None = None) -> None:
        """Make those that there are from the start."""
        for id_, kind in STANDING.items():
            self.make(kind, now, for_s=for_s, uses=uses, id_=id_)

    def revoke(self, id_: str) -> None:
        """Let nobody new come in by this link; raises NoSuchInvitation."""
        if id_ not in self.known:
            raise NoSuchInvitation("there is no such invitation (any more)")
        self._retired.append(self.known.pop(id_))

    def use(self, id_: str) -> None:
        """Count somebody new who came by this link."""
        used = self.known[id_]
        if used.uses_left is not None:
            self.known[id_] = msgspec.structs.replace(used, uses_left=used.uses_left - 1)

    def open(self, now: float) -> Iterator[Invitation]:
        """Yield those by which somebody new may come."""
        return (invitation for invitation in self.known.values() if invitation.is_open(now))

    def kept(self, token: str) -> KeptDoor:
        """Return what brings all of them back; ``token`` is that of their room."""
        known, retired = tuple(self.known.values()), tuple(self._retired)
        return KeptDoor(token=token, known=known, retired=retired, made=self._made)

    def take_up(self, kept: KeptDoor) -> None:
        """Have those of a share that was cut off, and no others."""
        self.known = {each.id: each for each in kept.known}
        self._retired.extend(kept.retired)
        self._made = kept.made

    def all(self) -> Iterator[Invitation]:
        """Yield those by which somebody may have come, the dead ones too."""
        yield from self.known.values()
        yield from self._retired
