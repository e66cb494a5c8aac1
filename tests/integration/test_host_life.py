"""The life of a host: it starts or says why not, it ends, and nothing of it stays."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import threading
from dataclasses import dataclass

import aiohttp
import psutil
import pytest

from integration.peers import AiortcViewer, Share, until
from screenshare.config import DesktopSize, ListenAddress
from screenshare.errors import AddressInUse, CaptureUnavailable, RecordingError, ScreenshareError
from screenshare.host import links
from screenshare.protocol import console

LAN_ADDRESS = links.reachable_address(ListenAddress())


@dataclass(frozen=True)
class Held:
    """What a process holds: compare before and after."""

    threads: frozenset[str]
    tasks: int
    sockets: int
    children: frozenset[int]

    @classmethod
    def now(cls) -> Held:
        process = psutil.Process()
        return cls(
            # Workers of ``asyncio.to_thread`` belong to the loop, which keeps them.
            threads=frozenset(t.name for t in threading.enumerate() if not t.name.startswith("asyncio_")),
            tasks=len(asyncio.all_tasks()),
            sockets=len(process.net_connections("all")),
            children=frozenset(child.pid for child in process.children(recursive=True)),
        )


async def nothing_stays(before: Held) -> None:
    """Check that whatever is held now was held before; transports close a turn of the loop late."""
    await until(lambda: Held.now() == before, f"{before}, not {Held.now()}", limit_s=5.0)


# --- starting and stopping -----------------------------------------------------------------------------


async def test_a_share_with_a_viewer_and_a_recording_leaves_nothing(x_display, tmp_path):
    before = Held.now()
    share = Share(x_display, allow="view,control", record=tmp_path / "share.mp4")
    await share.start()
    viewer = await AiortcViewer(share.link).join()
    await viewer.take_control()
    viewer.press("KeyA", "a")
    await until(lambda: viewer.frame_count, "a picture")
    assert {"screen-feed", "inject", "recorder"} <= Held.now().threads
    await share.stop()
    assert (await viewer.said.expect("session.ended"))["reason"] == "stopped"
    assert (await viewer.signals.expect("share.ended"))["reason"] == "stopped"
    await viewer.socket_closed()
    await viewer.close()
    await nothing_stays(before)
    assert share.heard.all[0]["event"] == "ready"
    assert share.heard.all[-1] == {"event": "stopped", "reason": "stopped"}
    assert (tmp_path / "share.mp4").stat().st_size > 0


async def test_a_share_of_a_virtual_desktop_leaves_no_process():
    before = Held.now()
    share = Share(None, virtual=DesktopSize(640, 480))
    await share.start()
    assert len(Held.now().children) >= 3
    assert [(m.width, m.height) for m in share.host.ready.monitors] == [(640, 480)]
    await share.stop()
    await nothing_stays(before)


async def test_stopping_twice_is_harmless(start_host):
    share = await start_host()
    await share.host.stop()
    await share.host.stop()
    assert len(share.heard.of("stopped")) <= 1


async def fails(share: Share, kind: type[ScreenshareError]) -> ScreenshareError:
    """Start a share that cannot start; check that nothing of it stays; return why."""
    before = Held.now()
    with pytest.raises(kind) as raised:
        await share.start()
    await share.deafen()
    await nothing_stays(before)
    assert share.heard.of("stopped") == []
    return raised.value


async def test_a_port_in_use_is_said_and_leaves_nothing(x_display):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = await fails(Share(x_display, listen=ListenAddress("127.0.0.1", port)), AddressInUse)
    assert str(error) == f"port {port} on 127.0.0.1 is already in use"
    assert "--listen" in error.hint


async def test_a_display_that_does_not_exist_is_said():
    error = await fails(Share(":987"), CaptureUnavailable)
    assert ":987" in str(error)
    assert error.hint


async def test_a_monitor_that_does_not_exist_is_said_with_those_that_do(x_display):
    error = await fails(Share(x_display, monitor=7), CaptureUnavailable)
    assert str(error) == "there is no monitor 7"
    assert error.hint.startswith("choose from 1 (")


async def test_a_recording_that_cannot_be_written_ends_the_start_and_leaves_nothing(x_display, tmp_path):
    error = await fails(Share(x_display, record=tmp_path / "nowhere" / "share.mp4"), RecordingError)
    assert "nowhere" in str(error) + error.hint
    assert list(tmp_path.glob("**/*.mp4")) == []


async def test_a_recording_in_mid_share_that_cannot_be_written_is_an_event(start_host, new_viewer, tmp_path):
    share = await start_host(allow="view")
    share.do(console.RecordingStart(path=str(tmp_path / "nowhere" / "share.mp4")))
    error = await share.heard.expect("error")
    assert (error["code"], bool(error["hint"])) == ("recording", True)
    await new_viewer(share.link).join()


async def test_a_screen_that_goes_away_ends_the_share_in_words(private_server, new_viewer):
    name, server = private_server
    before = Held.now()
    share = Share(name, allow="view,control")
    await share.start()
    viewer = await new_viewer(share.link).join()
    server.kill()
    async with asyncio.timeout(10):
        await share.host.wait_stopped()
    assert share.host.failure is not None
    assert (share.host.failure.code, share.host.failure.exit_status) == ("capture-lost", 3)
    async with asyncio.timeout(15):
        await share.stop()
    assert (await viewer.said.expect("session.ended"))["reason"] == "capture-lost"
    assert (await viewer.signals.expect("share.ended"))["reason"] == "capture-lost"
    assert "capture-lost" in share.heard.errors
    assert share.heard.all[-1] == {"event": "stopped", "reason": "capture-lost"}
    await viewer.close()
    await nothing_stays(before)


@pytest.fixture
def private_server():
    """An X server that a test may kill: its display and its process."""
    reading, writing = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(writing)
        with os.fdopen(reading) as numbers:
            yield f":{numbers.readline().strip()}", server
        server.kill()


# --- the library's door ----------------------------------------------------------------------------------


async def test_the_library_tells_events_until_the_end(start_host, new_viewer):
    share = await start_host(allow="view")
    told: list[console.HostEvent] = []

    async def listen() -> None:
        told.extend([event async for event in share.host.events()])

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0)
    viewer = await new_viewer(share.link).join()
    share.do(console.Stop())
    await share.host.wait_stopped()
    await share.stop()
    await listening
    kinds = [str(event.__struct_config__.tag) for event in told]
    assert kinds[:3] == ["viewer.joined", "capability.changed", "viewer.connected"]
    left, receipts, stopped = told[-3:]
    assert left == console.ViewerLeft(id=viewer.id, reason="stopped")
    assert stopped == console.Stopped(reason="stopped")
    (receipt,) = receipts.receipts
    assert (receipt.id, receipt.proved, receipt.ways) == (viewer.id, "link", ["direct"])
    assert receipt.since <= receipt.until


# --- the host console --------------------------------------------------------------------------------------


class ConsolePage:
    """The console's socket as the page uses it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def say(self, do: str, **fields: object) -> None:
        await self.socket.send_json({"do": do, **fields})

    async def expect(self, event: str, **fields: object) -> dict:
        async with asyncio.timeout(10):
            while True:
                message = await self.socket.receive_json()
                if message["event"] == event and fields.items() <= message.items():
                    return message


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def open_console(http: aiohttp.ClientSession, share: Share, token: str) -> ConsolePage:
    page = ConsolePage(await http.ws_connect(f"http://127.0.0.1:{share.port}/v1/console"))
    await page.say("console.enter", token=token)
    return page


def first_token(share: Share) -> str:
    return share.host.ready.console.partition("#t=")[2]


async def test_the_console_token_opens_once_and_its_successor_after_a_reload(start_host, http):
    share = await start_host()
    token = first_token(share)
    page = await open_console(http, share, token)
    successor = (await page.expect("console.entered"))["token"]
    assert (await page.expect("host.described"))["link"] == share.link
    thief = await open_console(http, share, token)
    assert (await thief.expect("error"))["code"] == "wrong-token"
    assert (await thief.socket.receive()).type is aiohttp.WSMsgType.CLOSE
    await page.socket.close()
    again = await open_console(http, share, successor)
    await again.expect("console.entered")
    third = await open_console(http, share, successor)
    assert (await third.expect("error"))["code"] == "wrong-token"


@pytest.mark.parametrize("token", ["A" * 32, "x"])
async def test_a_wrong_console_token_is_refused_and_opens_nothing(start_host, http, token):
    share = await start_host()
    page = await open_console(http, share, token)
    assert (await page.expect("error"))["code"] == "wrong-token"
    await page.socket.receive()
    assert page.socket.closed
    assert share.host.hub.is_heard  # by the test; the page was never added
    assert len(share.host.hub._listeners) == 1


async def test_a_command_before_the_token_has_no_effect(start_host, http):
    share = await start_host()
    page = ConsolePage(await http.ws_connect(f"http://127.0.0.1:{share.port}/v1/console"))
    await page.say("stop")
    assert (await page.expect("error"))["code"] == "out-of-order"
    assert not share.host._stopped.is_set()


@pytest.mark.skipif(links.is_loopback(LAN_ADDRESS), reason="this machine has no address but its own")
@pytest.mark.parametrize("path", ["/console", "/v1/console"])
async def test_the_console_is_not_there_for_anybody_but_this_machine(start_host, http, path):
    share = await start_host(listen=ListenAddress(port=0))
    async with http.get(f"http://{LAN_ADDRESS}:{share.port}{path}") as response:
        assert response.status == 404
    # A page elsewhere whose name was rebound to this machine.
    for name, status in ((f"{LAN_ADDRESS}:{share.port}", 404), ("evil.example", 403)):
        async with http.get(f"http://127.0.0.1:{share.port}{path}", headers={"Host": name}) as response:
            assert response.status == status
    async with http.get(
        f"http://127.0.0.1:{share.port}/v1/console", headers={"Origin": "http://evil.example"}
    ) as response:
        assert response.status == 403
    async with http.get(f"http://127.0.0.1:{share.port}/console") as response:
        assert response.status == 200


async def test_what_is_decided_at_the_console_happens(start_host, new_viewer, http, desk, tmp_path):
    share = await start_host()
    page = await open_console(http, share, first_token(share))
    await page.expect("console.entered")
    ana = new_viewer(share.link)
    await ana.knock()
    knocked = await page.expect("viewer.knocked", name="Ana")
    await page.say("viewer.admit", id=knocked["id"], grant=["view"])
    await ana.admission()
    await ana.dial()
    ana.say("session", "control.request", id=5)
    await page.expect("control.requested", id=ana.id)
    await page.say("control.grant", id=ana.id)
    await ana.said.expect("control.granted", re=5)
    ana.press("KeyA", "a")
    await until(lambda: desk.held_keys, "A is held")
    await page.say("control.revoke")
    await ana.said.expect("control.revoked", reason="host")
    await until(lambda: not desk.held_keys, "nothing is held")

    path = tmp_path / "console.mp4"
    await page.say("recording.start", path=str(path))
    await page.expect("recording.started", path=str(path))
    await until(lambda: any("recording_s" in s for s in ana.said.of("session.described")), "Ana sees it")
    await until(lambda: share.host._recordings.description.bytes, "something on the disk")
    await page.say("recording.stop")
    stopped = await page.expect("recording.stopped", path=str(path))
    assert stopped["bytes"] == path.stat().st_size

    await page.say("viewer.remove", id="v99")
    assert (await page.expect("error"))["code"] == "refused"
    await page.socket.send_str("{")
    assert (await page.expect("error"))["code"] == "malformed"
    await page.say("console.enter", token="x")
    assert (await page.expect("error"))["code"] == "out-of-order"

    await page.say("viewer.remove", id=ana.id)
    assert (await ana.said.expect("session.ended"))["reason"] == "removed"
    await page.say("stop")
    async with asyncio.timeout(10):
        await share.host.wait_stopped()
    await share.stop()
    await page.expect("stopped", reason="stopped")


async def test_the_console_describes_who_is_here_and_what_he_may_do(start_host, new_viewer, http):
    share = await start_host(allow="view")
    ana = await new_viewer(share.link).join()
    page = await open_console(http, share, first_token(share))
    described = await page.expect("host.described")
    (viewer,) = described["viewers"]
    assert (viewer["id"], viewer["phase"], viewer["granted"]) == (ana.id, "live", ["view"])
    assert viewer["address"] == "127.0.0.1"
    assert described["media"]["width"] == 1280
    ana.say("session", "session.leave")
    while described["viewers"]:
        described = await page.expect("host.described")
