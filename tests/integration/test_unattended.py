"""Who signs in while nobody is at the host, and who may not make it possible for later."""

from __future__ import annotations

from functools import partial

import pytest

from integration.peers import until
from screenshare.errors import CommandRefused
from screenshare.protocol.console import ViewerRemove
from screenshare.unattended.hands import hands_file, refuse_remote_hands
from screenshare.unattended.vault import Vault
from unattended.conftest import KEPT


@pytest.fixture
def vault(tmp_path) -> Vault:
    vault = Vault(tmp_path / "unattended.json", wall=lambda: 1_000_000.0)
    vault.switch_on(KEPT)
    return vault


def is_refused(path) -> bool:
    try:
        refuse_remote_hands(hands_file(path))
    except CommandRefused:
        return True
    return False


@pytest.mark.parametrize("link", ["link", "view_link"])
async def test_the_machine_refuses_to_be_opened_only_while_a_viewer_may_control(
    start_host, new_viewer, tmp_path, link
):
    refused = partial(is_refused, tmp_path / "unattended.json")
    share = await start_host(allow="view,control", unattended=tmp_path / "unattended.json")
    assert not refused()
    ana = await new_viewer(getattr(share.host.ready, link)).join()
    if link == "link":
        await until(refused, "the machine stays shut while Ana may control")
    else:
        assert not refused()
    share.do(ViewerRemove(id=ana.id))
    await until(lambda: not refused(), "the machine can be opened again")


async def test_a_share_that_ends_leaves_the_machine_as_it_was(start_host, new_viewer, tmp_path):
    path = tmp_path / "unattended.json"
    share = await start_host(allow="view,control", unattended=path)
    await new_viewer(share.link).join()
    await until(partial(is_refused, path), "the machine stays shut while a viewer may control")
    await share.stop()
    assert not is_refused(path)
    assert not path.exists()


async def test_the_address_alone_lets_nobody_in_and_disturbs_nobody(start_host, new_viewer, vault):
    share = await start_host(allow="view,control", unattended=vault.path)
    eve = new_viewer(share.host.ready.unattended_link)
    await eve.knock()
    assert (await eve.signals.expect("knock.denied"))["reason"] == "wrong-secret"
    assert share.viewers == {}
    assert vault.read().failures.count == 0


async def test_a_wrong_address_is_refused_before_anything_is_offered(start_host, new_viewer, vault):
    share = await start_host(unattended=vault.path)
    eve = new_viewer(share.host.ready.unattended_link)
    eve.secret = b"x" * 16
    await eve.prove()
    eve.seal = None
    assert (await eve.signals.expect("knock.denied"))["reason"] == "wrong-secret"


async def test_who_signs_in_sees_and_controls_whatever_the_host_allows_others(start_host, new_viewer, vault):
    share = await start_host(unattended=vault.path)
    ana = new_viewer(share.host.ready.unattended_link)
    await ana.sign_in(KEPT.key)
    await ana.signal(type="knock.request", name="Ana", wants=["view"])
    assert {"view", "control", "clipboard"} <= set((await ana.admission())["granted"])
    await ana.dial()
    await ana.is_heard()


async def test_what_is_denied_at_the_host_is_denied_to_who_signs_in(start_host, new_viewer, vault):
    share = await start_host(deny="control,record", unattended=vault.path)
    ana = new_viewer(share.host.ready.unattended_link)
    await ana.sign_in(KEPT.key)
    await ana.signal(type="knock.request", name="Ana", wants=["view", "control"])
    assert "control" not in (await ana.admission())["granted"]


async def test_what_follows_a_sign_in_needs_the_keys_that_came_of_it(start_host, new_viewer, vault):
    share = await start_host(unattended=vault.path)
    eve = new_viewer(share.host.ready.unattended_link)
    assert (await eve.sign_in(KEPT.key))["type"] == "sign-in.done"
    eve.seal = eve.seal_of_the_address
    await eve.signal(type="knock.request", name="Eve", wants=["view"])
    await eve.socket_closed()
    assert share.viewers == {}


async def test_steps_of_a_sign_in_out_of_their_order_have_no_effect(start_host, new_viewer, vault):
    share = await start_host(unattended=vault.path)
    eve = new_viewer(share.host.ready.unattended_link)
    await eve.prove()
    await eve.signals.expect("sign-in.offered")
    await eve.signal(type="sign-in.begin")
    await eve.signals.expect("sign-in.asked")
    await eve.signal(type="sign-in.begin")
    assert (await eve.signals.expect("error"))["code"] == "out-of-order"
    assert share.viewers == {}
    assert vault.read().failures.count == 0


@pytest.mark.parametrize("kind", ["link", "view_link"])
async def test_who_came_by_a_link_cannot_sign_in_on_the_same_socket(start_host, new_viewer, vault, kind):
    share = await start_host(unattended=vault.path)
    eve = new_viewer(getattr(share.host.ready, kind))
    await eve.prove()
    await eve.signal(type="sign-in.begin")
    assert (await eve.signals.expect("error"))["code"] == "out-of-order"


async def test_nothing_is_offered_where_it_is_off(start_host, new_viewer, vault):
    vault.switch_off()
    share = await start_host(unattended=vault.path)
    assert share.host.ready.unattended_link == ""


async def test_of_two_hosts_of_one_user_one_answers_and_the_other_takes_over(start_host, vault):
    first = await start_host(unattended=vault.path)
    second = await start_host(unattended=vault.path)
    assert first.host.ready.unattended_link
    assert second.host.ready.unattended_link == ""
    await first.stop()
    await until(lambda: second.host._conductor.door.address is not None, "the second answers")


async def test_wrong_passwords_are_told_at_the_host(start_host, new_viewer, vault):
    share = await start_host(unattended=vault.path)
    eve = new_viewer(share.host.ready.unattended_link)
    assert (await eve.sign_in(b"w" * 32))["reason"] == "wrong-password"
    assert (await share.heard.expect("sign-in.failed"))["reason"] == "wrong-password"
    assert share.viewers == {}
