"""Firefox as a helper's browser, driven by WebDriver BiDi, which it speaks by itself."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

START_LIMIT_S = 60.0
ANSWER_LIMIT_S = 30.0
_LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
# As WebDriver names keys without a character.
_KEYS = {"Shift": "\ue008", "Control": "\ue009", "Escape": "\ue00c"}
_PREFERENCES = {
    # Addresses on this very machine are candidates too; .local names need a responder on the network.
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False,
}


class Firefox:
    """One window with one page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._page = ""

    async def begin(self) -> None:
        await self._do("session.new", capabilities={})
        # One of its own: those that a fresh profile opens are not the page in front.
        self._page = (await self._do("browsingContext.create", type="tab"))["context"]

    async def go(self, link: str) -> None:
        await self._do("browsingContext.navigate", context=self._page, url=link, wait="complete")

    async def evaluate(self, expression: str) -> Any:
        """Return what ``expression`` is in the page, awaited, through JSON."""
        answer = await self._do(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then(JSON.stringify)",
            target={"context": self._page},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value") or "null")

    async def move_pointer(self, x: int, y: int) -> None:
        """Move the mouse to this place of the window, in its pixels."""
        moves = [{"type": "pointerMove", "x": x - 1, "y": y}, {"type": "pointerMove", "x": x, "y": y}]
        mouse = {"type": "pointer", "id": "mouse", "actions": moves}
        await self._do("input.performActions", context=self._page, actions=[mouse])

    async def click(self, x: int, y: int) -> None:
        """Click at this place of the window with the left button."""
        actions = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": actions}
        await self._do("input.performActions", context=self._page, actions=[mouse])

    async def press(self, *keys: str) -> None:
        """Hold all but the last of ``keys`` and tap the last: characters, or names in ``_KEYS``."""
        values = [_KEYS.get(key, key) for key in keys]
        downs = [{"type": "keyDown", "value": value} for value in values]
        ups = [{"type": "keyUp", "value": value} for value in reversed(values)]
        keyboard = {"type": "key", "id": "keyboard", "actions": [*downs, *ups]}
        await self._do("input.performActions", context=self._page, actions=[keyboard])

    async def type(self, text: str) -> None:
        """Strike each character's key."""
        for character in text:
            await self.press(character)

    async def resize(self, width: int, height: int) -> None:
        await self._do(
            "browsingContext.setViewport", context=self._page, viewport={"width": width, "height": height}
        )

    async def _do(self, method: str, **params: Any) -> dict[str, Any]:
        id_ = next(self._ids)
        await self._socket.send_json({"id": id_, "method": method, "params": params})
        async with asyncio.timeout(ANSWER_LIMIT_S):
            while True:
                message = await self._socket.receive_json()
                if message.get("id") == id_:
                    assert message["type"] == "success", message
                    return dict(message["result"])


@asynccontextmanager
async def open_firefox(program: str, profile: Path) -> AsyncIterator[Firefox]:
    """Run ``program`` without a window, in a profile of its own."""
    lines = [f'user_pref("{name}", {json.dumps(value)});' for name, value in _PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    process = await asyncio.create_subprocess_exec(
        program,
        *("--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(START_LIMIT_S):
            address = await _address(process)
        reading = asyncio.create_task(_drain(process))
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{address}/session") as socket:
            firefox = Firefox(socket)
            await firefox.begin()
            yield firefox
        reading.cancel()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    async for line in process.stderr:
        if match := _LISTENING.search(line):
            return match[1].decode()
    raise AssertionError("Firefox ended before it listened")


async def _drain(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    while await process.stderr.read(65_536):
        continue
