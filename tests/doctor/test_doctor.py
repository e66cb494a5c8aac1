"""The doctor against real things: a display, a coturn, a web server, and what is not there."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from click.testing import CliRunner

from coturn import SECRET, Coturn, coturn
from screenshare.cli import cli
from screenshare.config import IceEntry, ListenAddress
from screenshare.doctor import command, desktop
from screenshare.doctor.command import DoctorConfig, examine
from screenshare.doctor.finding import Finding
from screenshare.doctor.network import check_server
from screenshare.rendezvous.turn import TurnSecret, ice_servers

ANY_PORT = ListenAddress("127.0.0.1", 0)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("coturn")) as running:
        yield running


@pytest.fixture
async def healthy() -> AsyncIterator[str]:
    """A server that answers as ours does."""

    async def health(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.add_routes([web.get("/healthz", health)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def entries(relay: Coturn, *ways: str, secret: TurnSecret = SECRET) -> tuple[IceEntry, ...]:
    urls = {
        "stun": f"stun:127.0.0.1:{relay.port}",
        "udp": f"turn:127.0.0.1:{relay.port}",
        "tcp": f"turn:127.0.0.1:{relay.port}?transport=tcp",
        "tls": f"turns:localhost:{relay.tls_port}",
    }
    servers = ice_servers([urls[way] for way in ways], secret, uid="doctor", wall_time=time.time())
    return tuple(IceEntry(url, s.username, s.credential) for s in servers for url in s.urls)


def levels(findings: list[Finding]) -> dict[str, str]:
    return {finding.check: finding.level for finding in findings}


async def test_a_computer_that_can_be_shared_is_found_well(x_display, relay, healthy, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(relay.certificate))
    findings = await examine(
        DoctorConfig(
            display=x_display,
            listen=ANY_PORT,
            ice=entries(relay, "stun", "udp", "tcp", "tls"),
            server=healthy,
        )
    )
    found = levels(findings)
    del found["sign"]  # depends on the toolkits and buses of the machine that tests
    assert found == {
        "capture": "ok",
        "injection": "ok",
        "panic key": "ok",
        "clipboard": "ok",
        "codec": "ok",
        "audio": "warn",
        "listening": "ok",
        "STUN": "ok",
        "TURN/UDP": "ok",
        "TURN/TCP": "ok",
        "TURN/TLS": "ok",
        "server": "ok",
        "clock": "ok",
    }
    assert all(finding.todo for finding in findings if finding.level != "ok")


async def test_nothing_is_left_of_an_examination(x_display):
    children = set(_children())
    await examine(DoctorConfig(display=x_display, listen=ANY_PORT))
    for _ in range(50):
        if set(_children()) <= children:
            return
        await asyncio.sleep(0.1)
    pytest.fail("a process of the doctor lives on")


def _children() -> list[str]:
    tasks = f"/proc/{os.getpid()}/task"
    return [
        child
        for task in os.listdir(tasks)  # noqa: PTH208
        if os.path.exists(f"{tasks}/{task}/children")  # noqa: PTH110
        for child in open(f"{tasks}/{task}/children").read().split()  # noqa: PTH123
    ]


async def test_a_display_that_is_not_there_fails_with_a_way_out():
    findings = {f.check: f for f in await examine(DoctorConfig(display=":59321", listen=ANY_PORT))}
    assert findings["capture"].level == "fail"
    assert findings["capture"].todo
    assert findings["injection"].level == "fail"


async def test_a_wrong_password_of_the_relay_is_told_as_such(relay):
    wrong = entries(relay, "udp", secret=TurnSecret("another secret, of enough characters"))
    findings = {f.check: f for f in await examine(DoctorConfig(listen=ANY_PORT, ice=wrong))}
    assert (findings["TURN/UDP"].level, findings["relay"].level) == ("fail", "fail")
    assert "password" in findings["TURN/UDP"].says


async def test_ones_own_relay_is_asked_as_a_share_asks_it(relay):
    own = DoctorConfig(listen=ANY_PORT, turn_urls=(f"turn:127.0.0.1:{relay.port}",), turn_secret=SECRET.text)
    found = levels(await examine(own))
    assert (found["TURN/UDP"], found["STUN"]) == ("ok", "ok")


async def test_without_tls_it_is_said_who_is_not_served(relay):
    findings = {f.check: f for f in await examine(DoctorConfig(listen=ANY_PORT, ice=entries(relay, "tcp")))}
    assert findings["relay"].level == "warn"
    assert "TCP 443" in findings["relay"].says


async def test_a_port_in_use_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        findings = {f.check: f for f in await examine(DoctorConfig(listen=ListenAddress("127.0.0.1", port)))}
    assert findings["listening"].level == "fail"


@pytest.mark.parametrize(("minutes", "word"), [(5, "ahead of"), (-5, "behind")])
async def test_a_clock_that_is_wrong_is_told(healthy, minutes, word):
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    server, clock = await check_server(healthy, now=now)
    assert (server.level, clock.level) == ("ok", "fail")
    assert word in clock.says


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nonsense", "https://[", "ftp://x"])
async def test_a_server_that_cannot_be_asked_is_told(url):
    (server,) = await check_server(url)
    assert server.level == "fail"
    assert server.todo


async def test_a_check_that_never_ends_is_ended(monkeypatch):
    monkeypatch.setattr(command, "CHECK_LIMIT_S", 0.2)
    monkeypatch.setattr(desktop, "check_codec", lambda: time.sleep(5))
    findings = {f.check: f for f in await examine(DoctorConfig(listen=ANY_PORT))}
    assert "did not end" in findings["codec"].says


async def test_a_check_that_breaks_is_a_finding(monkeypatch):
    def broken() -> Finding:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(desktop, "check_codec", broken)
    findings = {f.check: f for f in await examine(DoctorConfig(listen=ANY_PORT))}
    assert findings["codec"].level == "fail"
    assert "secret detail" not in findings["codec"].says


def test_the_command_speaks_json_and_its_exit_status_tells_the_worst(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    good = CliRunner().invoke(cli, ["doctor", "--json", "--listen", "127.0.0.1:0"])
    told = json.loads(good.stdout)
    assert (good.exit_code, told["worst"]) == (0, "warn")
    assert {"check", "level", "says", "todo"} == set(told["checks"][0])
    bad = CliRunner().invoke(cli, ["doctor", "--display", ":59321", "--listen", "127.0.0.1:0"])
    assert bad.exit_code == 1
    assert "→" in bad.stdout


def test_the_report_does_not_name_this_computer(monkeypatch):
    monkeypatch.setenv("USER", "annabella")
    monkeypatch.setenv("LOGNAME", "annabella")
    result = CliRunner().invoke(cli, ["doctor", "--report", "--listen", "127.0.0.1:0"])
    assert socket.gethostname() not in result.stdout
    assert "screenshare doctor" in result.stdout


def test_the_doctor_reads_the_hosts_config_file(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('max-fps = 30\nice-server = "stun:127.0.0.1:9"\nlisten = "127.0.0.1:0"\n')
    result = CliRunner().invoke(cli, ["doctor", "--json", "--config", str(file)])
    assert "STUN" in {check["check"] for check in json.loads(result.stdout)["checks"]}
