"""What is secret is in no log: every way in is used, and misused, and then all that was written is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from integration.command import flags
from integration.peers import AiortcViewer
from screenshare.clock import wall_s
from screenshare.protocol.base64url import base64url
from screenshare.unattended import password
from screenshare.unattended.vault import Vault
from servers import ServerProcess

TURN_SECRET = "planted-turn-secret-5f2c9a-0b7e41-93cd"
PASSWORD = "planted password 6c1e"
TYPED = "planted typed text 81d3"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    secret = tmp_path / "server.turn"
    secret.write_text(TURN_SECRET)
    relay = ("--turn-url", "turn:127.0.0.1:9", "--turn-secret-file", str(secret))
    process = ServerProcess(*relay, log=tmp_path / "server.log")
    yield process
    process.kill()


async def knock_with(link: str, *, joins: bool = True) -> AiortcViewer:
    viewer = AiortcViewer(link)
    await viewer.knock()
    if joins:
        await viewer.admission()
        await viewer.dial()
    return viewer


async def misuse(server: ServerProcess, console: str, secrets: list[str]) -> None:
    """Put each secret where a careless person or program would: in a path, a query, a frame."""
    async with aiohttp.ClientSession() as http:
        for secret in secrets:
            for origin in (server.url, console):
                for path in (f"/j/r00m?k={quote(secret)}", f"/{quote(secret)}"):
                    await (await http.get(origin + path)).read()
                async with http.ws_connect(f"{origin}/v1/ws") as socket:
                    await socket.send_str(secret)
                    await socket.receive(timeout=5)


async def test_no_secret_is_in_any_log(run, x_display, server, tmp_path):
    audit, secret_file = tmp_path / "audit.jsonl", tmp_path / "host.turn"
    secret_file.write_text(TURN_SECRET)
    vault = Vault(tmp_path / "unattended.json", wall=wall_s)
    kept = vault.switch_on(password.derive(PASSWORD))
    command = await run(
        *flags(x_display, "--allow", "view,control", "--server", server.url, "--audit", str(audit)),
        *("--turn-url", "turn:127.0.0.1:9", "--turn-secret-file", str(secret_file)),
        *("--unattended", str(vault.path)),
        SCREENSHARE_VERBOSE="2",
    )
    ready = await command.expect("ready")
    await command.expect("server.reached")
    by_link, by_view_link = await knock_with(ready["link"]), await knock_with(ready["view_link"])
    by_link.say("session", "control.request", id=1)
    await by_link.said.expect("control.granted")
    by_link.say("input", "text.type", text=TYPED)
    await by_link.is_heard()
    room, *digits = ready["code"].split()
    by_code = await knock_with(f"{server.url}/j/{room}#c={''.join(digits)}")
    signed_in = AiortcViewer(ready["unattended_link"])
    assert (await signed_in.sign_in(kept.password.key))["type"] == "sign-in.done"
    wrong = AiortcViewer(ready["unattended_link"])
    assert (await wrong.sign_in(PASSWORD.encode()))["type"] == "knock.denied"
    guess = await knock_with(ready["link"].partition("#")[0] + "#k=" + "x" * 22, joins=False)
    await guess.signals.expect("knock.denied")
    lent = [entry["credential"] for entry in by_code.admitted["ice_servers"] if "credential" in entry]
    assert lent, "a viewer has a credential of the relay"
    secrets = [
        *(link.partition("#k=")[2] for link in (ready["link"], ready["view_link"])),
        ready["console"].partition("#")[2].rpartition("=")[2],
        "".join(digits),
        by_link.admitted["resume"],
        TURN_SECRET,
        TYPED,
        PASSWORD,
        kept.password.key.hex(),
        base64url(kept.password.key),
        kept.address.token,
        base64url(kept.address.secret),
        *lent,
    ]
    assert all(len(secret) >= 7 for secret in secrets)
    await misuse(server, ready["console"].partition("/console")[0], secrets)
    for viewer in (by_link, by_view_link, by_code, signed_in, wrong, guess):
        await viewer.close()
    await command.do("stop")
    assert await command.end() == 0
    server.end()

    logs = {"host": command.errors, "server": server.logged, "audit": audit.read_text()}
    assert all(logs.values()), "each of them has something to say"
    found = {
        (name, secret)
        for name, text in logs.items()
        for secret in (*secrets, " ".join(digits), "-".join(digits))
        if secret in text
    }
    assert not found
