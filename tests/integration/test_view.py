"""The viewer page from the helper's own machine: a server can carry frames, and change nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import aiohttp
import pytest

from integration.peers import AiortcViewer
from screenshare.rendezvous.pages import WEB_ROOT
from servers import ViewProcess, free_port

LINK = "https://share.example.org/j/room#k=AAAA"


@pytest.fixture
def start_view() -> Iterator[Callable[[str], ViewProcess]]:
    started: list[ViewProcess] = []

    def start(link: str) -> ViewProcess:
        started.append(ViewProcess(link))
        return started[-1]

    yield start
    assert [view.end() for view in started] == [0] * len(started)


def own(link: str, view: ViewProcess) -> str:
    """Return the link as this machine's page has it."""
    return view.origin + "/j/" + link.partition("/j/")[2]


async def test_a_helper_comes_in_through_the_page_of_his_own_machine(start_host, new_viewer, start_view):
    share = await start_host(allow="view")
    view = start_view(share.link)
    ana: AiortcViewer = await new_viewer(own(share.link, view)).join()
    await ana.is_heard()
    assert share.viewers == {ana.id: "live"}


async def test_the_address_leads_to_the_link_once(start_host, start_view):
    share = await start_host(allow="view")
    view = start_view(share.link)
    async with aiohttp.ClientSession() as http:
        async with http.get(view.address, allow_redirects=False) as first:
            assert first.status == 302
            target = first.headers["Location"]
        async with http.get(view.address, allow_redirects=False) as second:
            assert second.status == 403
        async with http.get(f"{view.origin}/open/another", allow_redirects=False) as guessed:
            assert guessed.status == 403
    assert view.origin + target == own(share.link, view)


async def test_the_secret_is_not_among_what_is_printed(start_host, start_view):
    share = await start_host(allow="view")
    view = start_view(share.link)
    assert share.link.partition("#k=")[2] not in view.said + view.address


async def test_the_page_is_the_packages_own(start_view):
    view = start_view(LINK)
    async with aiohttp.ClientSession() as http, http.get(f"{view.origin}/j/room") as answer:
        served = hashlib.sha256(await answer.read()).hexdigest()
        assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    assert served == hashlib.sha256((WEB_ROOT / "viewer.html").read_bytes()).hexdigest()


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
async def test_no_other_page_and_no_other_machine_reaches_it(start_view, headers):
    view = start_view(LINK)
    async with aiohttp.ClientSession() as http, http.get(view.origin, headers=headers) as answer:
        assert answer.status == 403
    assert view.origin.startswith("http://127.0.0.1:")


async def test_a_server_that_does_not_answer_is_told_to_the_page(new_viewer, start_view):
    link = f"http://127.0.0.1:{free_port()}/j/room#k=AAAA"
    ana: AiortcViewer = new_viewer(own(link, start_view(link)))
    await ana.open_socket()
    assert (await ana.signals.expect("error"))["code"] == "server-unreachable"


async def test_a_room_that_is_not_there_is_told_as_the_server_tells_it(start_host, new_viewer, start_view):
    share = await start_host(allow="view")
    view = start_view(share.link)
    ana: AiortcViewer = new_viewer(f"{view.origin}/j/another#k=AAAA")
    await ana.open_socket()
    assert (await ana.signals.expect("error"))["code"] == "room-not-found"
    await ana.socket_closed()
