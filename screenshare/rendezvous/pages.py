"""The built pages: landing, viewer, host console, and their assets."""

from __future__ import annotations

import base64
import gzip
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Final

from aiohttp import web

from screenshare.errors import ScreenshareError
from screenshare.rendezvous.guard import content_policy

WEB_ROOT: Final = Path(__file__).resolve().parent.parent / "web"
# Assets carry a hash of their content in the name; pages must be asked for again each time.
_FOREVER: Final = "public, max-age=31536000, immutable"
# A script that stands in a page itself: it is there one way there and back sooner than a file.
_SCRIPT: Final = re.compile(rb"<script>(.+?)</script>", re.DOTALL)
# With any weight but none.
_GZIP: Final = re.compile(r"gzip(;q=(1(\.0*)?|0\.\d*[1-9]\d*))?")


class PagesMissing(ScreenshareError):
    """The package was installed without the built viewer."""

    code = "pages-missing"


class Pages:
    """All files under ``root``, read once: the loop never waits for the disk, no path leaves the folder."""

    def __init__(self, root: Path = WEB_ROOT) -> None:
        if not (root / "viewer.html").is_file():
            raise PagesMissing("the viewer page is not built", hint="run scripts/build, then start again")
        self._files = {
            path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
        }
        self._policies = {
            name: content_policy(*map(_hash_of, _SCRIPT.findall(body)))
            for name, body in self._files.items()
            if name.endswith(".html")
        }
        # A third of the bytes. They hold no secret that their size could tell.
        assets = ((name, body) for name, body in self._files.items() if name.startswith("assets/"))
        self._packed = {name: gzip.compress(body, mtime=0) for name, body in assets}

    def page(self, name: str) -> web.Response:
        """Return one of the pages by file name."""
        return web.Response(
            body=self._files[name],
            content_type="text/html",
            charset="utf-8",
            headers={"Cache-Control": "no-store", "Content-Security-Policy": self._policies[name]},
        )

    async def asset(self, request: web.Request) -> web.Response:
        """Handle ``GET /assets/NAME``."""
        name = f"assets/{request.match_info['name']}"
        body = self._files.get(name)
        if body is None:
            raise web.HTTPNotFound
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
        if _takes_gzip(request):
            body = self._packed[name]
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, content_type=content_type, headers=headers)


def _hash_of(script: bytes) -> str:
    """Return how a policy names a script that it allows (CSP Level 3 §2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}"


def _takes_gzip(request: web.Request) -> bool:
    """Whether the browser reads gzip (RFC 9110 §12.5.3)."""
    offers = request.headers.get("Accept-Encoding", "").lower().replace(" ", "").split(",")
    return any(_GZIP.fullmatch(offer) for offer in offers)
