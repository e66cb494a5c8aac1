"""The command line: flags, variables and the config file become values; ``host`` does the rest."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import click

from screenshare import __version__, config
from screenshare.capability import PROFILES, Capability, Profile, ProfileName
from screenshare.errors import ConfigError
from screenshare.media import ClipDirection, QualityMode

_LIST = "view, control, clipboard, files, listen, talk, draw, chat, notes, record"

_EXAMPLES = """
\b
Examples:
  screenshare host                          share the screen; viewers are asked about at this terminal
  screenshare host --allow view             whoever holds the link may look without a question
  screenshare host --virtual 1280x720       share a new virtual desktop instead of this screen
  screenshare host --record lesson.mp4      record from the start
  screenshare host --json --no-open         for scripts: events out and commands in, one JSON a line

\b
Each flag is also a variable (SCREENSHARE_MAX_FPS=30) and a key of the config file (max_fps = 30,
in {config}). A flag beats a variable, a variable beats the file.
""".format(config="~/.config/screenshare/config.toml")


def _tells_failures(act: Callable[..., None]) -> Callable[..., None]:
    """Have what goes wrong in a command said in one sentence, with the exit status that it has."""

    @functools.wraps(act)
    def run(*arguments: Any, **options: Any) -> None:
        from screenshare.errors import ScreenshareError
        from screenshare.host.command import tell_failure

        try:
            act(*arguments, **options)
        except ScreenshareError as error:
            tell_failure(error)
            sys.exit(error.exit_status)

    return run


class _Parsed(click.ParamType[Any]):
    """A parameter that one of ``config.parse_*`` reads."""

    envvar_list_splitter = ","

    def __init__(self, name: str, parse: Callable[[str], object]) -> None:
        self.name = name
        self._parse = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str | int):
            return value
        try:
            return self._parse(str(value))
        except ConfigError as exc:
            self.fail(f"{exc} ({exc.hint})" if exc.hint else str(exc), param, ctx)


_LIMIT = click.IntRange(1, 1_000_000)
_SECRET_FILE = _Parsed("FILE", lambda text: config.read_secret(Path(text).expanduser()))


class _StandardError(logging.Handler):
    """Writes to what standard error is at that moment: the terminal's live line takes its place."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except OSError:
            return  # nobody reads standard error any more


def _read_config(ctx: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    try:
        defaults: dict[str, Any] = dict(
            config.read_config_file(path or _usual_file(ctx), must_exist=path is not None)
        )
    except ConfigError as exc:
        raise click.UsageError(str(exc), ctx) from exc
    known = {parameter.name for parameter in ctx.command.params}
    if ctx.command is doctor:  # it reads the host's file, and takes from it what it knows
        known |= {parameter.name for parameter in host.params}
    unknown = sorted(set(defaults) - known)
    if unknown:
        raise click.UsageError(f"unknown key in the config file: {', '.join(unknown)}", ctx)
    for parameter in ctx.command.params:
        if parameter.multiple and isinstance(words := defaults.get(parameter.name or ""), str):
            defaults[str(parameter.name)] = words.split(",")
    ctx.default_map = defaults
    return path


def _config_option(meaning: str) -> Callable[[Any], Any]:
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        is_eager=True,
        expose_value=False,
        callback=_read_config,
        help=meaning,
    )


def _usual_file(ctx: click.Context) -> Path:
    return config.DEFAULT_SERVER_FILE if ctx.command is server else config.DEFAULT_CONFIG_FILE


@click.group(
    context_settings={"auto_envvar_prefix": "SCREENSHARE", "help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
)
@click.version_option(__version__, prog_name="screenshare")
@click.option("-v", "--verbose", count=True, help="Log more to standard error; twice for details.")
def cli(verbose: int) -> None:
    """Share your screen with a link; let a helper point, type and click, only while you allow it."""
    level = {0: logging.WARNING, 1: logging.INFO}.get(verbose, logging.DEBUG)
    logging.basicConfig(
        level=logging.WARNING, handlers=[_StandardError()], format="%(asctime)s %(name)s: %(message)s"
    )
    logging.getLogger("screenshare").setLevel(level)


@cli.command(
    "host",
    epilog=_EXAMPLES,
    context_settings={"auto_envvar_prefix": "SCREENSHARE", "max_content_width": 110},
)
@_config_option("Config file to read instead of the usual one.")
@click.option(
    "--listen",
    type=_Parsed("ADDRESS:PORT", config.parse_listen),
    default=config.ListenAddress(),
    show_default="all addresses, first free port from 8765",
    help="Where browsers reach this host; port 0 takes any.",
)
@click.option(
    "--name", default=None, show_default="name of this computer", help="What viewers see as the name."
)
@click.option("--display", type=_Parsed(":N", config.parse_display), help="X display to share.")
@click.option(
    "--virtual",
    type=_Parsed("WxH", config.parse_size),
    help="Share a new virtual desktop of this size (what happens by itself where there is no display).",
)
@click.option(
    "--monitor",
    type=_Parsed("N|all|primary", config.parse_monitor),
    default=None,
    show_default="primary, and viewers may choose another",
    help="Monitor to share, counted from 1: viewers see no other; or all as one picture.",
)
@click.option(
    "--region",
    type=_Parsed("X,Y,W,H", config.parse_region),
    help="Share this part of the display alone, in pixels.",
)
@click.option(
    "--window",
    type=_Parsed("TITLE", config.parse_title),
    help="Share the one window whose title has TITLE in it, in any case; keys and clicks reach no other.",
)
@click.option(
    "--hide",
    multiple=True,
    type=_Parsed("TITLE", config.parse_title),
    help="Never show windows whose title has TITLE in it, in any case; may be given more than once.",
)
@click.option(
    "--profile",
    type=click.Choice(get_args(ProfileName)),
    default="assist",
    show_default=True,
    help="view: they only see; assist: each step is asked; full: one yes for everything; unattended: nobody"
    " is asked, the link is the only lock. --allow, --ask and --deny change single rights of it.",
)
@click.option(
    "--allow",
    type=_Parsed("CAPS", config.parse_capabilities),
    default=None,
    show_default="as the profile says",
    help=f"Give these to whoever holds the link, without asking. CAPS is a comma-separated list of: {_LIST}.",
)
@click.option(
    "--ask",
    type=_Parsed("CAPS", config.parse_capabilities),
    default=None,
    show_default="as the profile says",
    help="Ask here before giving these.",
)
@click.option(
    "--deny",
    type=_Parsed("CAPS", config.parse_capabilities),
    default=None,
    show_default="as the profile says",
    help="Never give these.",
)
@click.option(
    "--clipboard",
    type=click.Choice(get_args(ClipDirection)),
    default="both",
    show_default=True,
    help="Which way the clipboard goes: in to this computer, out to viewers, both, or off.",
)
@click.option(
    "--clipboard-limit",
    type=_Parsed("SIZE", config.parse_bytes),
    default="16M",
    show_default=True,
    help="The most that is passed on of one thing that was copied: from 1K to 64M.",
)
@click.option(
    "--panic-key",
    type=_Parsed("KEY|none", config.parse_key),
    default="Escape",
    show_default=True,
    help="Struck three times within a second on this computer's keyboard, it takes all control back.",
)
@click.option(
    "--record", type=click.Path(path_type=Path), default=None, help="Record to this MP4 file from the start."
)
@click.option(
    "--max-fps", type=click.IntRange(1, 60), default=60, show_default=True, help="Frames a second at most."
)
@click.option(
    "--quality",
    type=click.Choice(get_args(QualityMode)),
    default="auto",
    show_default=True,
    help="What viewers begin with; each may choose another.",
)
@click.option(
    "--max-viewers", type=click.IntRange(1, 100), default=20, show_default=True, help="Viewers at most."
)
@click.option(
    "--sign",
    type=click.Choice(get_args(config.SignChoice)),
    default="auto",
    show_default=True,
    help="How the desktop shows that somebody watches: drawn where it can be, as a notification, or not.",
)
@click.option(
    "--expires",
    "expires_s",
    type=_Parsed("TIME", config.parse_duration),
    default=None,
    show_default="never",
    help="How long the links let somebody new in: 90s, 15m, 2h, 7d. Who is in stays.",
)
@click.option(
    "--uses",
    type=click.IntRange(1, 10_000),
    default=None,
    show_default="any number",
    help="How many people may come by each link.",
)
@click.option(
    "--ice-server",
    multiple=True,
    type=_Parsed("URL", config.parse_ice_server),
    help="STUN server that tells both sides how the internet sees them, stun:NAME:PORT; may be repeated."
    " Without one nobody outside is asked.",
)
@click.option(
    "--turn",
    multiple=True,
    type=_Parsed("URL,USER,FILE", config.parse_turn),
    help="TURN server that relays where no direct way leads, and the file with its password; repeat it for"
    " its UDP, TCP and TLS addresses.",
)
@click.option(
    "--turn-url",
    multiple=True,
    type=_Parsed("URL", config.parse_turn_url),
    help="Your own coturn, set up by screenshare server turn-config: each viewer who is let in gets"
    " credentials of his own that live for ten minutes. Needs --turn-secret-file; may be repeated.",
)
@click.option(
    "--turn-secret-file",
    type=_SECRET_FILE,
    help="File with the secret that your own coturn knows.",
)
@click.option(
    "--relay-only",
    is_flag=True,
    help="Connect through the TURN server alone: neither side learns the other's address.",
)
@click.option(
    "--server",
    type=_Parsed("URL", config.parse_server),
    help="Server through which viewers elsewhere come, https://NAME: links point there.",
)
@click.option(
    "--ask-me",
    is_flag=True,
    help="Let people in this network ask to come in without a link or a code: you are always asked, and"
    " compare six digits with them.",
)
@click.option(
    "--audit",
    type=_Parsed("FILE|none", config.parse_file_or_none),
    default=config.DEFAULT_AUDIT_FILE,
    show_default="audit.jsonl in the user's state folder",
    help="File in which is written down who came and what he could do; see screenshare audit.",
)
@click.option(
    "--unattended",
    type=_Parsed("FILE|none", config.parse_file_or_none),
    default=config.DEFAULT_UNATTENDED_FILE,
    show_default="unattended.json in the user's state folder",
    help="File that says who may sign in while nobody is here; see screenshare unattended.",
)
@click.option(
    "--comeback",
    type=_Parsed("FOLDER|none", config.parse_file_or_none),
    default=config.DEFAULT_COMEBACK_FOLDER,
    show_default="the user's runtime folder",
    help="Folder in which a share that is killed leaves what brings it back: started again with the same"
    " settings within five minutes, it goes on with the same links and viewers.",
)
@click.option("--fresh", is_flag=True, help="Begin a new share, also where one was killed just now.")
@click.option("--json", is_flag=True, help="Speak JSON on standard output and input; see docs/json.md.")
@click.option("--no-open", is_flag=True, help="Do not open the host console in a browser.")
def host(*, name: str | None, profile: ProfileName, json: bool, no_open: bool, **options: Any) -> None:
    """Share this computer's screen.

    Prints a link for the helper and asks here before anybody sees anything. Ctrl-C stops sharing.
    """
    from screenshare.host.command import run, tell_failure

    options |= _rights(PROFILES[profile], options["allow"], options["ask"], options["deny"])
    options["ice"] = (*options.pop("ice_server"), *options.pop("turn"))
    options["turn_urls"], options["turn_secret"] = options.pop("turn_url"), options.pop("turn_secret_file")
    if name is not None:
        options["name"] = name[:40]
    try:
        chosen = config.HostConfig(**options)
    except ConfigError as error:
        tell_failure(error, as_json=json)
        sys.exit(error.exit_status)
    sys.exit(run(chosen, as_json=json, opens_console=not (json or no_open)))


@cli.command("doctor", context_settings={"auto_envvar_prefix": "SCREENSHARE", "max_content_width": 110})
@_config_option("Config file of the host to read instead of the usual one.")
@click.option("--display", type=_Parsed(":N", config.parse_display), help="X display to look at.")
@click.option(
    "--listen",
    type=_Parsed("ADDRESS:PORT", config.parse_listen),
    default=config.ListenAddress(),
    show_default="all addresses, first free port from 8765",
    help="Where the host would listen.",
)
@click.option(
    "--ice-server",
    multiple=True,
    type=_Parsed("URL", config.parse_ice_server),
    help="STUN server to ask; may be repeated.",
)
@click.option(
    "--turn",
    multiple=True,
    type=_Parsed("URL,USER,FILE", config.parse_turn),
    help="TURN server to ask; may be repeated.",
)
@click.option(
    "--turn-url",
    multiple=True,
    type=_Parsed("URL", config.parse_turn_url),
    help="Your own coturn, whose secret this computer has; may be repeated.",
)
@click.option(
    "--turn-secret-file", type=_SECRET_FILE, help="File with the secret that your own coturn knows."
)
@click.option("--server", help="Address of a screenshare server to ask, as https://NAME.")
@click.option("--json", "form", flag_value="json", help="Tell it as one JSON object.")
@click.option(
    "--report", "form", flag_value="report", help="Tell it without names and addresses, to pass on."
)
def doctor(
    *,
    form: Literal["json", "report"] | None,
    ice_server: tuple[config.IceEntry, ...],
    turn: tuple[config.IceEntry, ...],
    turn_url: tuple[str, ...],
    turn_secret_file: str | None,
    **options: Any,
) -> None:
    """Find out what keeps this computer from being shared or reached.

    Tries everything a share needs, changes nothing, and says what to do. Exit status 1: something fails.
    """
    from screenshare.doctor import command
    from screenshare.host.command import tell_failure

    chosen = command.DoctorConfig(
        ice=(*ice_server, *turn), turn_urls=turn_url, turn_secret=turn_secret_file, **options
    )
    try:
        sys.exit(command.run(chosen, form=form or "table", version=__version__))
    except ConfigError as error:
        tell_failure(error)
        sys.exit(error.exit_status)


@cli.command("view", context_settings={"auto_envvar_prefix": "SCREENSHARE", "max_content_width": 110})
@click.argument("link", metavar="LINK")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    show_default="any",
    help="Port of this computer that the page comes from.",
)
@click.option("--no-open", is_flag=True, help="Only print the address; open it in a browser yourself.")
@_tells_failures
def view(*, link: str, port: int, no_open: bool) -> None:
    """See a shared screen, with a page that comes from this computer.

    LINK is what the one who shares gave you, or the address of a server, for a spoken code; - reads it from
    standard input, where no other user of this computer sees it. What the page runs is then this program's
    own, whatever the server hands out.
    """
    from screenshare.rendezvous.view import run

    text = sys.stdin.readline() if link == "-" else link
    sys.exit(run(replace(config.parse_view_link(text), port=port), opens_browser=not no_open))


def _rights(
    profile: Profile,
    allow: frozenset[Capability] | None,
    ask: frozenset[Capability] | None,
    deny: frozenset[Capability] | None,
) -> dict[str, frozenset[Capability]]:
    """Return the profile's rights as flags have changed them: what a flag names is decided by it."""
    named = (allow or frozenset()) | (ask or frozenset()) | (deny or frozenset())
    allowed = profile.allow - named if allow is None else allow
    denied = (profile.deny - named) | (deny or frozenset())
    return {
        "allow": allowed,
        "ask": (profile.ask if ask is None else ask) - allowed - denied,
        "with_view": profile.with_view - named,
        "deny": denied,
    }


@cli.command("audit", context_settings={"auto_envvar_prefix": "SCREENSHARE_AUDIT", "max_content_width": 110})
@click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=config.DEFAULT_AUDIT_FILE,
    show_default="audit.jsonl in the user's state folder",
    help="File to read.",
)
@click.option("--share", help="One share, as it is named in brackets; without it, all.")
@click.option("--verify", is_flag=True, help="Say which lines were changed or are missing.")
@click.option("--json", is_flag=True, help="Print the lines as they are.")
def audit(*, file: Path, share: str | None, verify: bool, json: bool) -> None:
    """Tell who was here, from when to when, and what he was allowed.

    Exit status 1: --verify found a line that was changed.
    """
    from screenshare.audit import command

    try:
        sys.exit(command.show(file, share=share, verify=verify, as_json=json))
    except ConfigError as error:
        click.echo(f"screenshare: {error} ({error.hint})", err=True)
        sys.exit(error.exit_status)


@cli.group("unattended", context_settings={"auto_envvar_prefix": "SCREENSHARE_UNATTENDED"})
def unattended() -> None:
    """Let yourself in while nobody sits at this computer; off unless you switch it on here."""


def _file_command(
    group: click.Group, name: str, *decorations: Callable[[Any], Any]
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a subcommand of ``group`` that works on a file of the user's."""

    def made(act: Callable[..., None]) -> click.Command:
        decorated = _tells_failures(act)
        for decoration in decorations:
            decorated = decoration(decorated)
        return group.command(name)(decorated)

    return made


_UNATTENDED_FILE = click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=config.DEFAULT_UNATTENDED_FILE,
    show_default="unattended.json in the user's state folder",
    help="File in which it is kept.",
)
_GENERATE = click.option("--generate", is_flag=True, help="Make a password and show it once.")


@_file_command(
    unattended,
    "on",
    _GENERATE,
    click.option(
        "--remember/--no-remember",
        default=True,
        show_default=True,
        help="Whether a browser that knew the password may come without it next time.",
    ),
    _UNATTENDED_FILE,
)
def unattended_on(*, file: Path, generate: bool, remember: bool) -> None:
    """Let people in by password, and forget wrong guesses; asks at this terminal."""
    from screenshare.unattended import command

    command.switch_on(file, generate=generate, remembers=remember)


@_file_command(unattended, "off", _UNATTENDED_FILE)
def unattended_off(*, file: Path) -> None:
    """Let nobody in any more; password and devices are kept."""
    from screenshare.unattended import command

    command.switch_off(file)


@_file_command(unattended, "password", _GENERATE, _UNATTENDED_FILE)
def unattended_password(*, file: Path, generate: bool) -> None:
    """Take another password; asks at this terminal."""
    from screenshare.unattended import command

    command.set_password(file, generate=generate)


@_file_command(unattended, "address", _UNATTENDED_FILE)
def unattended_address(*, file: Path) -> None:
    """Print where one signs in."""
    from screenshare.unattended import command

    command.tell_address(file)


@_file_command(unattended, "move", _UNATTENDED_FILE)
def unattended_move(*, file: Path) -> None:
    """Take another address; who has the one before needs the new one."""
    from screenshare.unattended import command

    command.move(file)


@_file_command(
    unattended,
    "devices",
    click.option("--json", is_flag=True, help="Print one JSON object."),
    _UNATTENDED_FILE,
)
def unattended_devices(*, file: Path, json: bool) -> None:
    """Say whether it is on, who guessed wrong, and which devices come in without the password."""
    from screenshare.unattended import command

    command.show(file, as_json=json)


@_file_command(unattended, "revoke", click.argument("id_", metavar="ID"), _UNATTENDED_FILE)
def unattended_revoke(*, file: Path, id_: str) -> None:
    """Forget the device ID: it needs the password again."""
    from screenshare.unattended import command

    command.revoke(file, id_)


@cli.group("hosts", context_settings={"auto_envvar_prefix": "SCREENSHARE_HOSTS"}, invoke_without_command=True)
@click.option("--json", is_flag=True, help="Print one JSON array.")
@click.pass_context
def hosts(context: click.Context, *, json: bool) -> None:
    """List the computers at which you sign in, and whether each is there."""
    if context.invoked_subcommand is None:
        context.invoke(hosts_list, file=config.DEFAULT_HOSTS_FILE, json=json)


_HOSTS_FILE = click.option(
    "--file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=config.DEFAULT_HOSTS_FILE,
    show_default="hosts.json in the user's config folder",
    help="File in which they are kept.",
)
_HOST_NAME = click.argument("name")


@_file_command(hosts, "list", click.option("--json", is_flag=True, help="Print one JSON array."), _HOSTS_FILE)
def hosts_list(*, file: Path, json: bool) -> None:
    """List them, and whether each is there; what is done without a command too."""
    from screenshare.rendezvous.known import command

    command.show(file, as_json=json)


@_file_command(
    hosts,
    "add",
    click.argument("link"),
    click.option("--name", help="What to call it; without this, as it calls itself."),
    _HOSTS_FILE,
)
def hosts_add(*, file: Path, link: str, name: str | None) -> None:
    """Keep the computer whose address is LINK; - reads it from standard input."""
    from screenshare.rendezvous.known import command

    text = sys.stdin.readline() if link == "-" else link
    command.add(file, config.parse_address_link(text), name=name)


@_file_command(hosts, "remove", _HOST_NAME, _HOSTS_FILE)
def hosts_remove(*, file: Path, name: str) -> None:
    """Forget the computer NAME."""
    from screenshare.rendezvous.known import command

    command.remove(file, name)


@_file_command(
    hosts,
    "open",
    _HOST_NAME,
    click.option(
        "--port",
        type=click.IntRange(0, 65_535),
        default=config.OPEN_PORT,
        show_default=True,
        help="Port of this computer that the page comes from; a browser remembers a computer for one port.",
    ),
    click.option("--no-open", is_flag=True, help="Only print the address; open it in a browser yourself."),
    _HOSTS_FILE,
)
def hosts_open(*, file: Path, name: str, port: int, no_open: bool) -> None:
    """Go to the computer NAME, with a page that comes from this computer."""
    from screenshare.rendezvous.known import command
    from screenshare.rendezvous.view import run

    sys.exit(run(command.way_to(file, name, port=port), opens_browser=not no_open))


@cli.group("server", context_settings={"max_content_width": 110}, invoke_without_command=True)
@_config_option("Config file to read instead of server.toml.")
@click.option(
    "--listen",
    type=_Parsed("ADDRESS:PORT", config.parse_listen),
    default=config.ServerConfig().listen,
    show_default="127.0.0.1:8780",
    help="Where to listen; port 0 takes any.",
)
@click.option(
    "--public-url",
    type=_Parsed("URL", config.parse_server),
    help="Address that browsers use, https://NAME: nothing is served under another one.",
)
@click.option(
    "--tls",
    type=_Parsed("CERT,KEY", config.parse_tls),
    help="Certificate chain and private key, two PEM files.",
)
@click.option(
    "--behind-proxy",
    multiple=True,
    type=_Parsed("NETWORK", config.parse_network),
    help="Network of your own reverse proxies, whose X-Forwarded-For and -Proto count; may be repeated.",
)
@click.option(
    "--bus",
    type=_Parsed("memory|URL", config.parse_bus),
    default="memory",
    show_default=True,
    help="What several servers share: memory for a single one, or the URL of a Redis.",
)
@click.option(
    "--metrics-from",
    multiple=True,
    type=_Parsed("NETWORK", config.parse_network),
    help="Who may read /metrics, besides this machine; may be repeated.",
)
@click.option(
    "--max-rooms", type=_LIMIT, default=10_000, show_default=True, help="Rooms of all hosts together."
)
@click.option(
    "--max-sockets",
    type=_LIMIT,
    default=20_000,
    show_default=True,
    help="Viewers' sockets, and hosts, in all.",
)
@click.option(
    "--sockets-per-address",
    type=_LIMIT,
    default=20,
    show_default=True,
    help="Viewers of one address.",
)
@click.option("--hosts-per-address", type=_LIMIT, default=5, show_default=True, help="Hosts of one address.")
@click.option(
    "--joins-per-minute", type=_LIMIT, default=60, show_default=True, help="Rooms that one address may try."
)
@click.option(
    "--turn-url",
    multiple=True,
    type=_Parsed("URL", config.parse_turn_url),
    help="Your own coturn, set up by turn-config, which is lent to every host here. Needs --turn-secret-file;"
    " may be repeated.",
)
@click.option(
    "--turn-secret-file", type=_SECRET_FILE, help="File with the secret that your own coturn knows."
)
@click.pass_context
@_tells_failures
def server(ctx: click.Context, /, **options: Any) -> None:
    """Let hosts and their viewers meet beyond one network.

    Serves the viewer page and introduces viewers to hosts that were started with --server. Logs JSON lines
    to standard error. SIGTERM drains it: hosts and waiting viewers dial again, running sessions go on.
    """
    if ctx.invoked_subcommand is not None:
        return
    from screenshare.rendezvous import command

    options["turn_urls"], options["turn_secret"] = options.pop("turn_url"), options.pop("turn_secret_file")
    is_verbose = logging.getLogger("screenshare").level <= logging.DEBUG
    sys.exit(command.run(config.ServerConfig(**options), verbose=is_verbose))


@server.command("turn-config")
@click.option(
    "--turn-secret-file",
    "secret_file",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File with the secret that the server and coturn share; make one with: openssl rand -hex 32.",
)
@click.option("--realm", required=True, help="Domain name of the TURN machine.")
@click.option("--listen", multiple=True, help="Address to listen on and to relay from; may be repeated.")
@click.option(
    "--external",
    multiple=True,
    help="Public address, or PUBLIC/PRIVATE, of a machine behind NAT; may be repeated.",
)
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=3478, show_default=True, help="For UDP and TCP."
)
@click.option("--tls-port", type=click.IntRange(1, 65_535), default=443, show_default=True, help="For TLS.")
@click.option("--certificate", help="PEM file of the certificate chain, as coturn finds it.")
@click.option("--private-key", help="PEM file of its private key, as coturn finds it.")
@click.option(
    "--deny",
    multiple=True,
    help="One more address, or FIRST-LAST, that nobody may reach through the relay; may be repeated.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write, readable by its owner alone; without it, standard output.",
)
def turn_config(*, secret_file: Path, output: Path | None, **options: Any) -> None:
    """Write a configuration for coturn through which nobody reaches your own networks."""
    from screenshare.host.command import tell_failure
    from screenshare.rendezvous import turn

    try:
        secret = turn.TurnSecret(config.read_secret(secret_file))
        text = turn.coturn_configuration(turn.TurnConfig(**options), secret)
        if output is None:
            click.echo(text, nl=False)
        else:
            config.write_private(output, text)
    except ConfigError as error:
        tell_failure(error)
        sys.exit(error.exit_status)


def main() -> None:
    """Run the command line."""
    cli(prog_name="screenshare")
