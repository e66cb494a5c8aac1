"""What a public server lets in, and what it tells machines about itself."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from screenshare.protocol import line
from screenshare.protocol.fields import PROTOCOL_VERSION
from servers import ServerProcess, free_port

PUBLIC = {"Host": "share.example", "X-Forwarded-Proto": "https"}


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    server = ServerProcess(*getattr(request, "param", ()), log=tmp_path / "server.log")
    yield server
    server.kill()


@pytest.fixture
def behind_proxy(tmp_path: Path) -> Iterator[ServerProcess]:
    flags = ("--public-url", "https://share.example", "--behind-proxy", "127.0.0.0/8")
    server = ServerProcess(*flags, "--joins-per-minute", "2", log=tmp_path / "server.log")
    yield server
    server.kill()


@pytest.fixture
async def http() -> Iterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as http:
        yield http


async def test_behind_a_proxy_only_the_public_name_is_served_and_https_is_remembered(behind_proxy, http):
    async with http.get(behind_proxy.url + "/", headers=PUBLIC) as response:
        assert response.status == 200
        assert "max-age" in response.headers["Strict-Transport-Security"]
    for wrong in ({}, {**PUBLIC, "Host": "evil.example"}, {**PUBLIC, "X-Forwarded-Proto": "http"}):
        async with http.get(behind_proxy.url + "/", headers=wrong) as response:
            assert response.status == 403
    async with http.get(
        behind_proxy.url + "/v1/ws", headers={**PUBLIC, "Origin": "https://evil.example"}
    ) as response:
        assert response.status == 403


async def join(http, server, address: str) -> str:
    headers = {**PUBLIC, "X-Forwarded-For": address, "Origin": "https://share.example"}
    async with http.ws_connect(server.url + "/v1/ws", headers=headers) as socket:
        await socket.send_json({"type": "room.enter", "version": PROTOCOL_VERSION, "room": "nobody"})
        return str((await socket.receive_json(timeout=5))["code"])


async def test_joins_are_counted_by_the_viewers_own_address_and_network(behind_proxy, http):
    codes = [
        await join(http, behind_proxy, address)
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1", "198.51.100.7")
    ]
    assert codes == ["room-not-found", "room-not-found", "rate-limited", "room-not-found", "room-not-found"]


async def test_machines_read_health_and_figures_by_address(behind_proxy, http):
    assert behind_proxy.health() == "ok"
    await join(http, behind_proxy, "198.51.100.7")
    assert behind_proxy.figure('screenshare_joins_total{result="room-not-found"}') == 1
    assert behind_proxy.figure("screenshare_hosts") == 0


async def test_strangers_read_no_figures(behind_proxy, http):
    stranger = {**PUBLIC, "X-Forwarded-For": "198.51.100.7"}
    async with http.get(behind_proxy.url + "/metrics", headers=stranger) as response:
        assert response.status == 404


@pytest.mark.parametrize("server", [("--hosts-per-address", "2")], indirect=True)
async def test_one_address_has_only_so_many_hosts(server, http):
    held = [await http.ws_connect(server.url + "/v1/host") for _ in range(2)]
    async with http.get(server.url + "/v1/host") as response:
        assert response.status == 429
    for socket_ in held:
        await socket_.close()


@pytest.mark.parametrize("server", [("--max-rooms", "1")], indirect=True)
async def test_a_full_server_says_so(server, http):
    async with http.ws_connect(server.url + "/v1/host") as host:
        await host.send_bytes(line.pack(line.LineOpen(token="ann")))
        for room in ("111", "222"):
            await host.send_bytes(line.pack(line.RoomClaim(room=room)))
        answers = [(await host.receive(timeout=5)).data for _ in range(3)]
    refused = line.RoomRefused(room="222", reason="too-many")
    assert answers == [line.pack(each) for each in (line.LineOpened(), line.RoomClaimed(room="111"), refused)]


@pytest.mark.parametrize(
    "first",
    [
        b"\xc1",
        line.pack(line.RoomClaim(room="111")),
        line.pack(line.GuestTell(guest="a.1", data="x")),
        b"\x00" * (line.MAX_LINE_BYTES + 1),
    ],
    ids=["nonsense", "a claim before the line is open", "a frame for nobody", "too much"],
)
async def test_a_line_that_begins_wrongly_ends(server, http, first):
    async with http.ws_connect(server.url + "/v1/host") as host:
        await host.send_bytes(first)
        await host.receive(timeout=5)
        assert host.closed
    assert server.health() == "ok"


async def test_another_version_of_the_line_is_told_so(server, http):
    async with http.ws_connect(server.url + "/v1/host") as host:
        await host.send_bytes(line.pack(line.LineOpen(version=99, token="ann")))
        refused = line.LineRefused(reason="unsupported-version")
        assert (await host.receive(timeout=5)).data == line.pack(refused)


async def test_a_host_that_claims_without_end_is_cut_off(server, http):
    async with http.ws_connect(server.url + "/v1/host") as host:
        await host.send_bytes(line.pack(line.LineOpen(token="ann")))
        for number in range(100):
            await host.send_bytes(line.pack(line.RoomClaim(room=f"{number:03d}")))
        seen = [message async for message in host]
    assert host.close_code == 1008
    assert len(seen) < 100


@pytest.fixture
def own_certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for ``localhost`` that it signed itself, and its key."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    san = ("-addext", "subjectAltName=DNS:localhost")
    command = ["openssl", *words.split(), *san, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


async def test_tls_is_spoken_with_ones_own_certificate(own_certificate, tmp_path, http):
    certificate, key = own_certificate
    port = free_port()
    url = f"https://localhost:{port}"
    flags = ("--tls", f"{certificate},{key}", "--public-url", url)
    server = ServerProcess(*flags, log=tmp_path / "server.log", port=port)
    try:
        trust = ssl.create_default_context(cafile=str(certificate))
        async with http.get(url, ssl=trust) as response:
            assert response.status == 200
    finally:
        server.kill()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--tls", "/none.pem,/none.key"), "cannot use the certificate and key"),
        (("--behind-proxy", "10.0.0.0/8"), "--behind-proxy needs --public-url"),
        (("--behind-proxy", "everybody"), "is no network"),
        (("--public-url", "share.example"), "is no address of a server"),
        (("--bus", "http://x"), "--bus is memory or the URL of a Redis"),
        (("--listen", "203.0.113.1:0"), "cannot listen on 203.0.113.1"),
    ],
)
def test_a_server_that_cannot_start_says_why(tmp_path, flags, said):
    command = [sys.executable, "-m", "screenshare", "server", *flags]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_server_reads_its_file_and_its_variables(tmp_path):
    file = tmp_path / "server.toml"
    file.write_text('public-url = "https://share.example"\nbehind-proxy = ["10.0.0.0/8", "everybody"]\n')
    command = [sys.executable, "-m", "screenshare", "server", "--config", str(file)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert "'everybody' is no network" in run.stderr
