"""Flags, variables and the config file become values, or a sentence about what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from screenshare import config
from screenshare.capability import Capability
from screenshare.cli import cli
from screenshare.config import (
    DesktopSize,
    HostConfig,
    ListenAddress,
    parse_capabilities,
    parse_display,
    parse_key,
    parse_listen,
    parse_monitor,
    parse_region,
    parse_size,
    parse_title,
    read_config_file,
)
from screenshare.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("127.0.0.1:8765", "127.0.0.1", 8765),
        (":0", "0.0.0.0", 0),
        (":65535", "0.0.0.0", 65535),
        ("192.0.2.7", "192.0.2.7", None),
        ("localhost:80", "localhost", 80),
        ("[::1]:8765", "::1", 8765),
        ("[fe80::1%eth0]:1", "fe80::1%eth0", 1),
        ("[::]", "::", None),
    ],
)
def test_a_listen_address_is_read(text, address, port):
    assert parse_listen(text) == ListenAddress(address, port)


@pytest.mark.parametrize("text", ["", ":", "here:", ":65536", ":-1", ":8x", "::1", "[::1", "a:b:c", "[x]:1"])
def test_what_is_no_listen_address_is_refused_with_a_hint(text):
    with pytest.raises(ConfigError) as refused:
        parse_listen(text)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("address", "is_wildcard"), [("0.0.0.0", True), ("::", True), ("127.0.0.1", False), ("::1", False)]
)
def test_only_all_addresses_are_a_wildcard(address, is_wildcard):
    assert ListenAddress(address).is_wildcard is is_wildcard


@pytest.mark.parametrize(
    ("text", "size"),
    [("1280x720", (1280, 720)), ("64X64", (64, 64)), ("8192x8192", (8192, 8192)), ("641x481", (641, 481))],
)
def test_a_size_is_read(text, size):
    assert parse_size(text) == DesktopSize(*size)


@pytest.mark.parametrize(
    "text", ["", "1280", "1280x", "x720", "63x720", "1280x8193", "-1x-1", "1e3x720", "1x1 "]
)
def test_what_is_no_size_or_out_of_range_is_refused_with_a_hint(text):
    with pytest.raises(ConfigError) as refused:
        parse_size(text)
    assert refused.value.hint


def test_a_size_is_written_as_it_is_read():
    assert str(parse_size("1280x720")) == "1280x720"


@pytest.mark.parametrize("text", [":0", ":10.1", "localhost:10.0", "unix/box:3"])
def test_the_name_of_a_display_is_taken_as_it_is(text):
    assert parse_display(text) == text


@pytest.mark.parametrize("text", ["", "0", ":", ":x", "$(reboot):0", ":0;ls", "a b:0"])
def test_what_is_no_display_is_refused(text):
    with pytest.raises(ConfigError, match="is no X display"):
        parse_display(text)


@pytest.mark.parametrize(("text", "monitor"), [("primary", None), ("1", 1), ("64", 64)])
def test_a_monitor_is_a_number_from_one_or_the_primary_one(text, monitor):
    assert parse_monitor(text) == monitor


@pytest.mark.parametrize("text", ["", "0", "65", "-1", "1.5", "first", "²", "٣"])
def test_what_is_no_monitor_is_refused(text):
    with pytest.raises(ConfigError, match="is no monitor"):
        parse_monitor(text)


def test_capabilities_are_a_list_with_commas_and_spaces():
    assert parse_capabilities(" view, control,,view ") == {Capability.VIEW, Capability.CONTROL}
    assert parse_capabilities("") == frozenset()


def test_an_unknown_capability_is_named_beside_those_there_are():
    with pytest.raises(ConfigError, match="'everything' is no capability") as refused:
        parse_capabilities("view,everything,nothing")
    assert "view, control, clipboard" in refused.value.hint


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_fps": 0}, "--max-fps"),
        ({"max_fps": 61}, "--max-fps"),
        ({"quality": "best"}, "--quality"),
        ({"max_viewers": 0}, "--max-viewers"),
        ({"max_viewers": 101}, "--max-viewers"),
        ({"display": ":0", "virtual": DesktopSize(640, 480)}, "exclude each other"),
        ({"allow": frozenset({Capability.VIEW}), "deny": frozenset({Capability.VIEW})}, "view is both"),
    ],
)
def test_a_config_that_contradicts_itself_cannot_be_made(options, said):
    with pytest.raises(ConfigError, match=said):
        HostConfig(**options)


def test_without_flags_everything_is_asked_and_nothing_recorded():
    config = HostConfig()
    assert (config.allow, config.record, config.monitor) == (frozenset(), None, None)
    assert {Capability.VIEW, Capability.CONTROL} <= config.ask
    assert config.deny == {Capability.RECORD}
    assert len(config.name) <= 40


def test_the_config_files_keys_are_flags_and_lists_stand_for_commas(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('max-fps = 30\nallow = ["view", "control"]\nname = "Büro"\njson = true\n')
    assert read_config_file(file, must_exist=True) == {
        "max_fps": "30",
        "allow": "view,control",
        "name": "Büro",
        "json": True,
    }


def test_no_config_file_is_an_empty_one_unless_it_was_named(tmp_path):
    assert read_config_file(tmp_path / "none.toml", must_exist=False) == {}
    with pytest.raises(ConfigError, match="there is no config file"):
        read_config_file(tmp_path / "none.toml", must_exist=True)


def test_a_config_file_that_cannot_be_read_is_said_in_words(tmp_path):
    with pytest.raises(ConfigError, match="cannot read"):
        read_config_file(tmp_path, must_exist=False)
    (tmp_path / "config.toml").write_text("max-fps =")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_config_file(tmp_path / "config.toml", must_exist=False)


def test_a_config_file_in_another_encoding_is_said_in_words(tmp_path):
    (tmp_path / "config.toml").write_bytes('name = "Büro"'.encode("utf-16"))
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_config_file(tmp_path / "config.toml", must_exist=False)


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_what_is_no_part_of_a_title_is_refused_with_a_hint(text):
    with pytest.raises(ConfigError) as refused:
        parse_title(text)
    assert refused.value.hint


def test_titles_to_hide_come_from_flags_a_variable_or_the_file(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr("screenshare.host.command.run", lambda chosen, **_: told.append(chosen.hide) or 0)
    file = tmp_path / "config.toml"
    file.write_text('hide = ["Password vault", "Bank"]\n')
    runner = CliRunner()
    flags = ["host", "--config", str(file)]
    assert runner.invoke(cli, flags).exit_code == 0
    assert runner.invoke(cli, flags, env={"SCREENSHARE_HIDE": "My mail, Chat"}).exit_code == 0
    assert runner.invoke(cli, [*flags, "--hide", "A, b", "--hide", "c"]).exit_code == 0
    assert told == [("Password vault", "Bank"), ("My mail", "Chat"), ("A, b", "c")]


@pytest.mark.parametrize(("text", "key"), [("Escape", "Escape"), ("F12", "F12"), ("none", None)])
def test_a_panic_key_is_a_keysym_or_none(text, key):
    assert parse_key(text) == key


@pytest.mark.parametrize("text", ["", "a b", "Esc;rm"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ConfigError):
        parse_key(text)


@pytest.mark.parametrize(
    ("text", "region"), [("0,0,800,600", (0, 0, 800, 600)), ("-10, 5, 64, 64", (-10, 5, 64, 64))]
)
def test_a_region_is_a_place_and_a_size(text, region):
    parsed = parse_region(text)
    assert (parsed.x, parsed.y, parsed.width, parsed.height) == region


@pytest.mark.parametrize("text", ["", "1,2,3", "0,0,63,64", "0,0,9000,100", "a,b,c,d", "0,0,-5,100"])
def test_what_is_no_region_is_refused(text):
    with pytest.raises(ConfigError):
        parse_region(text)


def test_a_monitor_may_be_all_and_excludes_region_and_window():
    assert parse_monitor("all") == 0
    with pytest.raises(ConfigError, match="exclude"):
        HostConfig(monitor=0, window="Editor")


@pytest.fixture
def rights_of(monkeypatch):
    """What ``host`` with these flags may give: unasked, with a yes, never."""
    told = []
    monkeypatch.setattr("screenshare.host.command.run", lambda chosen, **_: told.append(chosen) or 0)

    def rights(*flags: str) -> tuple[set[str], set[str], set[str], set[str]]:
        result = CliRunner().invoke(cli, ["host", *flags])
        assert result.exit_code == 0, result.output
        chosen = told[-1]
        return set(chosen.allow), set(chosen.ask), set(chosen.with_view), set(chosen.deny)

    return rights


def test_without_a_profile_each_step_is_asked(rights_of):
    assert rights_of() == rights_of("--profile", "assist")
    assert rights_of()[:2] == (set(), {"view", "control", "clipboard", "files", "talk"})


def test_profile_view_never_gives_more_than_the_picture(rights_of):
    allow, ask, _, deny = rights_of("--profile", "view")
    assert (allow, ask) == (set(), {"view"})
    assert {"control", "clipboard", "files", "talk", "record"} <= deny


def test_profile_full_asks_once(rights_of):
    allow, ask, with_view, deny = rights_of("--profile", "full")
    assert (allow, ask, deny) == (set(), {"view"}, {"record"})
    assert {"control", "clipboard", "files", "talk"} <= with_view


def test_profile_unattended_asks_nobody_for_work(rights_of):
    allow, ask, _, _ = rights_of("--profile", "unattended")
    assert allow == {"view", "control", "clipboard", "files"}
    assert ask == {"talk"}


def test_a_flag_decides_over_the_profile(rights_of):
    allow, _, _, deny = rights_of("--profile", "view", "--allow", "control")
    assert (allow, "control" in deny) == ({"control"}, False)
    allow, _, with_view, deny = rights_of("--profile", "full", "--deny", "control")
    assert (allow, "control" in with_view, deny) == (set(), False, {"control", "record"})
    allow, ask, _, _ = rights_of("--profile", "unattended", "--ask", "control")
    assert ("control" in allow, ask) == (False, {"control"})


def test_a_stun_server_is_named_by_its_url():
    assert config.parse_ice_server("stun:turn.example.org:3478") == config.IceEntry(
        "stun:turn.example.org:3478"
    )


@pytest.mark.parametrize(
    "text", ["", "turn.example.org", "turn:turn.example.org", "stun:a?transport=udp", "stun:a b"]
)
def test_what_is_no_stun_server_is_told(text: str):
    with pytest.raises(ConfigError, match="no STUN server"):
        config.parse_ice_server(text)


@pytest.mark.parametrize("between", [",", " "])
def test_a_turn_server_has_a_user_and_a_password_from_a_file(tmp_path: Path, between: str):
    file = tmp_path / "password"
    file.write_text("a,secret word\n")
    text = between.join(("turns:turn.example.org:443?transport=tcp", "ann", str(file)))
    entry = config.parse_turn(text)
    assert (entry.url, entry.username, entry.password) == (
        "turns:turn.example.org:443?transport=tcp",
        "ann",
        "a,secret word",
    )
    assert "secret" not in repr(entry)


@pytest.mark.parametrize(
    "text", ["turn:a", "turn:a,ann", "stun:a,ann,file", "http://a,ann,file", "turns:a?transport=udp,ann,f"]
)
def test_what_is_no_turn_server_is_told(text: str):
    with pytest.raises(ConfigError):
        config.parse_turn(text)


def test_ones_own_relay_needs_address_and_secret():
    with pytest.raises(ConfigError, match="belong together"):
        config.HostConfig(turn_urls=("turn:a",))
    with pytest.raises(ConfigError, match="belong together"):
        config.HostConfig(turn_secret="x" * 32)
    both = config.HostConfig(turn_urls=("turn:a",), turn_secret="x" * 32, relay_only=True)
    assert "xxx" not in repr(both)


def test_relay_only_needs_a_relay():
    with pytest.raises(ConfigError, match="needs a relay"):
        config.HostConfig(relay_only=True, ice=(config.IceEntry("stun:a"),))
    config.HostConfig(relay_only=True, ice=(config.IceEntry("turn:a", "ann", "word"),))


@pytest.mark.parametrize("where", ["flag", "variable", "file"])
def test_servers_are_named_by_flags_variables_or_the_file(tmp_path: Path, monkeypatch, where: str):
    password, file, seen = tmp_path / "password", tmp_path / "config.toml", []
    password.write_text("word")
    monkeypatch.setattr("screenshare.host.command.run", lambda chosen, **_: seen.append(chosen) or 0)
    arguments = ["host", "--config", str(file)]
    file.write_text("")
    match where:
        case "flag":
            arguments += ["--ice-server", "stun:a", "--turn", f"turn:b,ann,{password}", "--relay-only"]
        case "variable":
            monkeypatch.setenv("SCREENSHARE_ICE_SERVER", "stun:a")
            monkeypatch.setenv("SCREENSHARE_TURN", f"turn:b ann {password}")
            monkeypatch.setenv("SCREENSHARE_RELAY_ONLY", "1")
        case "file":
            file.write_text(f'ice-server = "stun:a"\nturn = ["turn:b ann {password}"]\nrelay-only = true\n')
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    assert seen[0].ice == (config.IceEntry("stun:a"), config.IceEntry("turn:b", "ann", "word"))
    assert seen[0].relay_only


@pytest.mark.parametrize(
    ("text", "server", "target"),
    [
        ("https://share.example.org/j/k3n8#k=AbC_-1", "https://share.example.org", "/j/k3n8#k=AbC_-1"),
        (" http://192.168.1.20:8765/j/482#c=9130571\n", "http://192.168.1.20:8765", "/j/482#c=9130571"),
        ("http://[fe80::1]:8765/j/k3n8#k=AA", "http://[fe80::1]:8765", "/j/k3n8#k=AA"),
        ("https://Share.example.org:443/", "https://share.example.org", "/"),
        ("https://share.example.org", "https://share.example.org", "/"),
        ("http://192.168.1.20:8765/j/ask", "http://192.168.1.20:8765", "/j/ask"),
    ],
)
def test_a_link_to_view_names_a_server_and_a_page(text, server, target):
    parsed = config.parse_view_link(text)
    assert (parsed.server, parsed.target) == (server, target)
    assert target not in repr(parsed) or target == "/"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k3n8",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://share.example.org/j/k3n8",
        "https://share.example.org/j/k3n8#",
        "https://share.example.org/j/../x#k=AA",
        "https://user@share.example.org/j/k3n8#k=AA",
        "https://share.example.org/j/k3n8?next=evil#k=AA",
        "https://share.example.org/j/k3n8#k=A A",
        "https://share.example.org/console#token=AA",
    ],
)
def test_what_is_no_link_is_refused_without_being_repeated(text):
    with pytest.raises(ConfigError) as refused:
        config.parse_view_link(text)
    assert not text or text not in str(refused.value)
