"""The main job, as the two people see it: link, consent, picture, control, taking it back."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e

ALLOW = ("--allow", "view,control")


def test_a_helper_sees_the_live_screen(start_host, open_viewer, paint):
    host = start_host("--allow", "view")
    paint("#0033aa")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.wait_colour("#0033aa")
    for colour in ("#ff0000", "#00ff00", "#ffffff", "#c08040"):
        paint(colour)
        viewer.wait_colour(colour)
    stats = viewer.stats()
    assert (stats["width"], stats["height"], stats["codec"]) == (1280, 720, "H264")
    assert stats["path"].startswith("direct")


def test_the_secret_leaves_the_address_bar_and_never_reaches_the_server(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    secret = host.ready["link"].partition("#k=")[2]
    assert secret not in viewer.page.url
    host.stop()
    assert secret not in host.errors


def test_a_wrong_secret_is_refused_and_nobody_is_asked(start_host, open_viewer):
    host = start_host()
    viewer = open_viewer(host.ready["link"].partition("#")[0] + "#k=AAAAAAAAAAAAAAAAAAAAAA")
    viewer.wait_state("denied")
    host.do("stop")
    host.wait_for("stopped")
    assert not [event for event in host.seen if event["event"].startswith("viewer.")]


def test_the_host_says_no(start_host, open_viewer):
    host = start_host()
    viewer = open_viewer(host.ready["link"])
    knock = host.wait_for("viewer.knocked")
    viewer.wait_state("waiting")
    assert "Chrome on Linux" in knock["browser"]
    host.do("viewer.deny", id=knock["id"])
    viewer.wait_state("denied")


def test_the_host_says_yes(start_host, open_viewer):
    host = start_host()
    viewer = open_viewer(host.ready["link"])
    knock = host.wait_for("viewer.knocked")
    host.do("viewer.admit", id=knock["id"], grant=["view"])
    host.wait_for("viewer.joined", id=knock["id"])
    viewer.wait_state("live")


def test_a_spoken_code_leads_in_through_the_landing_page(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"].partition("/j/")[0])
    viewer.page.get_by_role("textbox").fill(host.ready["code"])
    viewer.page.get_by_role("textbox").press("Enter")
    viewer.wait_state("live")
    host.wait_for("code.changed")
    viewer.page.reload()
    viewer.wait_state("live")


def test_typed_text_appears_in_a_program_of_the_host(start_host, open_viewer, x_desktop, eventually):
    host = start_host(*ALLOW)
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    typed = x_desktop.home / "typed.txt"
    viewer.page.keyboard.type("cat > typed.txt\n")
    viewer.page.keyboard.type("Hello, World! {[]}~|\\ 'quoted' \"twice\" #1 $PATH @ 50% & more;\n")
    viewer.page.keyboard.insert_text("é€漢😀Ж")
    viewer.page.keyboard.press("Enter")
    viewer.page.keyboard.press("Control+d")
    expected = "Hello, World! {[]}~|\\ 'quoted' \"twice\" #1 $PATH @ 50% & more;\né€漢😀Ж\n"
    eventually(lambda: typed.exists() and typed.read_text() == expected, "the text in the file")


def test_control_c_interrupts_a_running_command(start_host, open_viewer, x_desktop, eventually):
    host = start_host(*ALLOW)
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.keyboard.type("sleep 1000; echo $? > status\n")
    viewer.page.wait_for_timeout(300)
    viewer.page.keyboard.press("Control+c")
    viewer.page.keyboard.type("echo after > after\n")
    eventually((x_desktop.home / "after").exists, "the shell is back")


def test_the_pointer_goes_where_the_helper_points(start_host, open_viewer, x_desktop, eventually):
    from Xlib.display import Display

    host = start_host(*ALLOW)
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    display = Display(x_desktop.display)
    for x, y in [(0, 0), (1279, 719), (640, 360), (17, 701)]:
        viewer.page.mouse.move(x, y)

        def is_there(x: int = x, y: int = y) -> bool:
            pointer = display.screen().root.query_pointer()
            return abs(pointer.root_x - x) <= 1 and abs(pointer.root_y - y) <= 1

        eventually(is_there, f"the pointer at {x},{y}")
    display.close()


def test_control_is_asked_at_the_host_and_revoked_in_mid_keypress(
    start_host, open_viewer, held_keys, eventually
):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.press_button("Request control")
    asked = host.wait_for("control.requested")
    host.do("control.grant", id=asked["id"], for_s=300)
    viewer.wait_button("Release control")
    viewer.page.keyboard.down("Shift")
    viewer.page.mouse.move(640, 360)
    viewer.page.mouse.down()
    eventually(lambda: held_keys() == 1, "Shift is down on the host")
    host.do("control.revoke")
    host.wait_for("control.revoked", reason="host")
    eventually(lambda: held_keys() == 0, "nothing is held", limit_s=1.0)
    viewer.wait_button("Request control")
    viewer.page.keyboard.down("a")
    viewer.page.wait_for_timeout(200)
    assert held_keys() == 0


def test_the_host_refuses_control(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.press_button("Request control")
    asked = host.wait_for("control.requested")
    host.do("control.deny", id=asked["id"])
    viewer.wait_button("Request control")
    assert viewer.state == "live"


def test_keys_come_up_when_the_tab_is_closed(start_host, open_viewer, held_keys, eventually):
    host = start_host(*ALLOW)
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.take_control()
    viewer.page.keyboard.down("Control")
    eventually(lambda: held_keys() == 1, "Control is down on the host")
    viewer.page.close()
    host.wait_for("control.revoked", reason="path-lost")
    eventually(lambda: held_keys() == 0, "nothing is held", limit_s=1.0)


def test_a_viewer_who_only_has_the_view_link_is_told_he_may_not_control(start_host, open_viewer):
    host = start_host(*ALLOW)
    viewer = open_viewer(host.ready["view_link"])
    viewer.wait_state("live")
    assert viewer.page.get_by_role("button", name="Request control").is_disabled()


def test_one_controls_at_a_time_and_all_see_who(start_host, open_viewer):
    host = start_host(*ALLOW)
    ana, ben = open_viewer(host.ready["link"]), open_viewer(host.ready["link"])
    ana.wait_state("live")
    ben.wait_state("live")
    ana.take_control()
    ben.press_button("Request control")
    waits = host.wait_for("control.queued", place=1)
    host.do("control.grant", id=waits["id"])
    ben.wait_button("Release control")
    ana.wait_button("Request control")


def test_a_page_that_reloads_is_live_again_without_a_question(start_host, open_viewer):
    host = start_host()
    viewer = open_viewer(host.ready["link"])
    knock = host.wait_for("viewer.knocked")
    host.do("viewer.admit", id=knock["id"])
    viewer.wait_state("live")
    viewer.page.reload()
    viewer.wait_state("live")
    host.do("stop")
    host.wait_for("stopped")
    assert [event["event"] for event in host.seen].count("viewer.knocked") == 1


def test_a_host_that_stops_says_goodbye(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    assert host.stop() == 130
    viewer.wait_state("ended", limit_s=5)
    assert host.errors == ""


def test_a_helper_who_disconnects_is_gone(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    viewer.press_button("Disconnect")
    viewer.wait_state("ended")
    host.wait_for("viewer.left", reason="left")


def test_a_removed_viewer_is_told_so_and_stays_out(start_host, open_viewer):
    host = start_host("--allow", "view")
    viewer = open_viewer(host.ready["link"])
    viewer.wait_state("live")
    joined = next(
        event for event in [*host.seen, host.wait_for("viewer.joined")] if event["event"] == "viewer.joined"
    )
    host.do("viewer.remove", id=joined["id"])
    viewer.wait_state("ended")
    open_viewer(host.ready["link"]).wait_state("waiting")
    host.wait_for("viewer.knocked")
