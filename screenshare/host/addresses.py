"""Where this host is reached, in links for people."""

from __future__ import annotations

from dataclasses import dataclass, field

from screenshare.clock import monotonic_s
from screenshare.host import links
from screenshare.session.door import ASK_ROOM, Door
from screenshare.session.invitations import Invitation


@dataclass(slots=True)
class Addresses:
    """``server`` is the origin of the server that introduces viewers, if there is one.

    Every link is empty where nobody may come by it.
    """

    door: Door
    server: str | None
    nearby: str = field(init=False, default="")
    """The origin at which this host itself listens, once it does."""

    @property
    def origin(self) -> str:
        """Where links lead; empty before the host listens."""
        return self.nearby and (self.server or self.nearby)

    def link_of(self, invitation: Invitation) -> str:
        return links.invitation(self.origin, self.door.room, invitation.secret)

    def lan_link(self) -> str:
        """Return the link that leads here without the server, where the others lead through one."""
        invitation = self.door.invitations.known.get("link")
        if self.server is None or invitation is None or not invitation.is_open(monotonic_s()):
            return ""
        return links.invitation(self.nearby, self.door.room, invitation.secret)

    def ask_link(self) -> str:
        """Return where people in this network ask who have no link."""
        return f"{self.nearby}/j/{ASK_ROOM}" if self.door.takes_asking else ""

    def unattended_link(self) -> str:
        """Return where one signs in while nobody is here."""
        return "" if self.door.address is None else self.door.address.link(self.origin)
