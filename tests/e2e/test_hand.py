"""The person at the host has the last word: his mouse, his keys, his panic key, against a flood."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from Xlib.display import Display

from e2e.conftest import HostProcess
from tests.second_hand import SecondHand, second_hand

pytestmark = pytest.mark.e2e

FLOOD = """
setInterval(() => {
  const video = document.getElementById('screen');
  if (!video) return;
  for (let i = 0; i < 20; i++) {
    const at = {clientX: 300 + Math.random() * 400, clientY: 200 + Math.random() * 300};
    video.dispatchEvent(new PointerEvent('pointermove', {...at, isPrimary: true, buttons: 0, bubbles: true}));
  }
}, 5);
"""


@pytest.fixture
def person() -> Iterator[SecondHand]:
    with second_hand() as person:
        yield person


@pytest.fixture
def host(person: SecondHand, tmp_path: Path) -> Iterator[HostProcess]:
    env = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    host = HostProcess("--display", person.display, "--allow", "view,control", env=env)
    yield host
    host.stop()


def held(person: SecondHand) -> int:
    display = Display(person.display)
    try:
        keys = sum(byte.bit_count() for byte in display.query_keymap())
        return keys + (display.screen().root.query_pointer().mask >> 8 & 0x1F).bit_count()
    finally:
        display.close()


def test_a_hand_at_the_host_stops_the_viewers_and_lets_them_go_on(host, person, open_viewer, eventually):
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.mouse.move(500, 300)
    viewer.page.mouse.down()
    eventually(lambda: held(person) == 1, "the button is down")
    person.wiggle()
    host.wait_for("hand.moved")
    eventually(lambda: held(person) == 0, "the button is up")
    viewer.wait(lambda: "yours wait" in viewer.said, "the page says why")
    viewer.page.mouse.up()
    viewer.wait(lambda: "Controlling" in viewer.said, "the page says that it goes on")
    viewer.page.mouse.down()
    eventually(lambda: held(person) == 1, "the button is down again")
    viewer.page.mouse.up()


def test_the_panic_key_takes_control_back_also_from_a_flood(host, person, open_viewer, eventually):
    viewer = open_viewer(host.ready["link"], script=FLOOD)
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.keyboard.down("a")
    eventually(lambda: held(person) == 1, "the key is down")
    for _ in range(3):
        person.strike("Escape")
    revoked = host.wait_for("control.revoked")
    assert revoked["reason"] == "panic"
    # The page says it for some seconds only.
    viewer.wait(lambda: "taken back" in viewer.said, "the page says so")
    eventually(lambda: held(person) == 0, "the key is up")
    viewer.wait_button("Request control")


def test_who_controls_cannot_press_allow_in_the_console_and_the_hosts_own_hand_can(
    person, tmp_path, open_viewer
):
    env = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    host = HostProcess("--display", person.display, env=env)
    try:
        ana = open_viewer(host.ready["link"])
        host.do("viewer.admit", id=host.wait_for("viewer.knocked")["id"], grant=["view", "control"])
        ana.wait_state("live")
        ana.take_control()
        console = open_viewer(host.ready["console"])
        open_viewer(host.ready["link"])
        knocked = host.wait_for("viewer.knocked", id="v2")
        # Pressed by no device of the host's: as a viewer would press it.
        allow = console.page.get_by_role("button", name="Allow view")
        console.wait(allow.is_enabled, "the question is awake")
        for _ in range(20):
            allow.click()
        console.page.get_by_text("use your own mouse").first.wait_for(timeout=10_000)
        assert not [event for event in host.seen if event["event"] == "viewer.joined"][1:]
        person.wiggle()
        host.wait_for("hand.moved")
        console.page.wait_for_timeout(300)
        allow.click()
        host.wait_for("viewer.joined", id=knocked["id"])
    finally:
        host.stop()
