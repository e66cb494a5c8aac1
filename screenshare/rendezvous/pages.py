"""The built pages: landing, viewer, host console, and their assets."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Final

from aiohttp import web

from screenshare.errors import ScreenshareError

WEB_ROOT: Final = Path(__file__).resolve().parent.parent / "web"
# Assets carry a hash of their content in the name; pages must be asked for again each time.
_FOREVER: Final = "public, max-age=31536000, immutable"


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

    def page(self, name: str) -> web.Response:
        """Return one of the pages by file name."""
        return web.Response(
            body=self._files[name],
            content_type="text/html",
            charset="utf-8",
            headers={"Cache-Control": "no-store"},
        )

    async def asset(self, request: web.Request) -> web.Response:
        """Handle ``GET /assets/NAME``."""
        name = f"assets/{request.match_info['name']}"
        body = self._files.get(name)
        if body is None:
            raise web.HTTPNotFound
        content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return web.Response(body=body, content_type=content_type, headers={"Cache-Control": _FOREVER})
