"""Share your screen with a link; let a helper point, type and click, only while you allow it.

As a library::

    async with screenshare.Host(screenshare.HostConfig()) as host:
        print(host.link)
        async for event in host.events():
            ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screenshare.config import HostConfig
    from screenshare.host.agent import Host

__version__ = "0.1.0"
__all__ = ["Host", "HostConfig", "__version__"]


def __getattr__(name: str) -> Any:
    """Load the library's two doors when they are used: ``--help`` needs no codec."""
    if name == "Host":
        from screenshare.host.agent import Host

        return Host
    if name == "HostConfig":
        from screenshare.config import HostConfig

        return HostConfig
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
