"""Options as values, checked once at the door; no room reads flags or the environment.

``parse_*`` turn the words of a flag, a variable or the config file into values and raise
``ConfigError`` with a text for people.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import socket
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, get_args

import platformdirs

from screenshare.capability import (
    ASKED_BY_DEFAULT,
    COMES_WITH_VIEW,
    DENIED_BY_DEFAULT,
    Capability,
)
from screenshare.errors import ConfigError
from screenshare.media import ClipDirection, QualityMode, Region

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
DEFAULT_CONFIG_FILE: Final = Path(platformdirs.user_config_dir("screenshare")) / "config.toml"
DEFAULT_SERVER_FILE: Final = DEFAULT_CONFIG_FILE.with_name("server.toml")
DEFAULT_HOSTS_FILE: Final = DEFAULT_CONFIG_FILE.with_name("hosts.json")
DEFAULT_AUDIT_FILE: Final = Path(platformdirs.user_state_dir("screenshare")) / "audit.jsonl"
DEFAULT_UNATTENDED_FILE: Final = DEFAULT_AUDIT_FILE.with_name("unattended.json")
# In memory where there is such a folder: what lies there is gone with the next start of the computer.
DEFAULT_COMEBACK_FOLDER: Final = (
    Path(platformdirs.user_runtime_dir("screenshare"))
    if os.environ.get("XDG_RUNTIME_DIR")
    else DEFAULT_AUDIT_FILE.parent / "comeback"
)
SignChoice = Literal["auto", "notification", "off"]
SMALLEST_PX, LARGEST_PX = 64, 8192
MOST_ICE_ENTRIES: Final = 8
# Where the page of one's own computer comes from; what a browser keeps for it hangs on the port.
OPEN_PORT: Final = 8764
LONGEST_SECRET: Final = 1024  # bytes
LONGEST_TITLE, MOST_TITLES = 200, 50
SMALLEST_CLIP_LIMIT, LARGEST_CLIP_LIMIT = 2**10, 64 * 2**20
_SIZE = re.compile(r"(\d{1,5})[xX](\d{1,5})")
_REGION = re.compile(r"(-?\d{1,5}),(-?\d{1,5}),(\d{1,5}),(\d{1,5})")
_ICE_URL: Final = re.compile(r"(stun|turn|turns):[A-Za-z0-9.-]{1,253}(:\d{1,5})?(\?transport=(udp|tcp))?")
_MONITOR_WORDS: Final = {"primary": None, "all": 0}
_DISPLAY = re.compile(r"[A-Za-z0-9./_-]*:\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where to listen; ``port`` None takes the first free one from 8765, 0 any."""

    address: str = "0.0.0.0"  # noqa: S104  a host is there to be reached; the secret guards it
    port: int | None = None

    @property
    def is_wildcard(self) -> bool:
        return self.address in {"0.0.0.0", "::"}  # noqa: S104


@dataclass(frozen=True, slots=True)
class DesktopSize:
    """Size of a virtual desktop in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class IceEntry:
    """One STUN server, or one TURN server with what it asks for."""

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def is_relay(self) -> bool:
        return self.url.startswith("turn")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostConfig:
    """Everything ``screenshare host`` can be told.

    ``monitor`` None means the primary one, 0 all as one picture. A monitor that is named, a ``region`` and
    a ``window`` are all that viewers can ever see.
    """

    listen: ListenAddress = ListenAddress()
    name: str = field(default_factory=lambda: socket.gethostname()[:40])
    display: str | None = None
    virtual: DesktopSize | None = None
    monitor: int | None = None
    region: Region | None = None
    window: str | None = None
    hide: tuple[str, ...] = ()
    allow: frozenset[Capability] = frozenset()
    ask: frozenset[Capability] = ASKED_BY_DEFAULT
    with_view: frozenset[Capability] = COMES_WITH_VIEW
    deny: frozenset[Capability] = DENIED_BY_DEFAULT
    clipboard: ClipDirection = "both"
    clipboard_limit: int = 16 * 2**20
    panic_key: str | None = "Escape"
    # People in the same network may ask to come in without a link or a code.
    ask_me: bool = False
    record: Path | None = None
    max_fps: int = 60
    quality: QualityMode = "auto"
    max_viewers: int = 20
    expires_s: float | None = None
    uses: int | None = None
    sign: SignChoice = "auto"
    ice: tuple[IceEntry, ...] = ()
    turn_urls: tuple[str, ...] = ()
    turn_secret: str | None = field(default=None, repr=False)
    relay_only: bool = False
    server: str | None = None
    audit: Path | None = None
    unattended: Path | None = None
    # Where a share leaves what brings it back if it is killed, and whether to go on with what lies there.
    comeback: Path | None = None
    fresh: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.max_fps <= 60:
            raise ConfigError("--max-fps must lie between 1 and 60")
        if self.quality not in get_args(QualityMode):
            raise ConfigError(f"--quality is one of {', '.join(get_args(QualityMode))}")
        if self.sign not in get_args(SignChoice):
            raise ConfigError(f"--sign is one of {', '.join(get_args(SignChoice))}")
        if self.clipboard not in get_args(ClipDirection):
            raise ConfigError(f"--clipboard is one of {', '.join(get_args(ClipDirection))}")
        if not SMALLEST_CLIP_LIMIT <= self.clipboard_limit <= LARGEST_CLIP_LIMIT:
            raise ConfigError("--clipboard-limit must lie between 1K and 64M")
        if not 1 <= self.max_viewers <= 100:
            raise ConfigError("--max-viewers must lie between 1 and 100")
        if len(self.hide) > MOST_TITLES:
            raise ConfigError(f"--hide can be given {MOST_TITLES} times at most")
        if self.display is not None and self.virtual is not None:
            raise ConfigError("--display and --virtual exclude each other", hint="give one of them")
        if sum(part is not None for part in (self.monitor, self.region, self.window)) > 1:
            raise ConfigError("--monitor, --region and --window exclude each other", hint="give one of them")
        if self.uses is not None and not 1 <= self.uses <= 10_000:
            raise ConfigError("--uses must lie between 1 and 10000")
        if len(self.ice) + len(self.turn_urls) > MOST_ICE_ENTRIES:
            raise ConfigError(f"{MOST_ICE_ENTRIES} STUN and TURN servers can be named at most")
        _check_relay(self.turn_urls, self.turn_secret)
        may_relay = self.turn_urls or self.server is not None or any(entry.is_relay for entry in self.ice)
        if self.relay_only and not may_relay:
            raise ConfigError("--relay-only needs a relay", hint="name one with --turn or --turn-url")
        contradiction = sorted(self.allow & self.deny)
        if contradiction:
            raise ConfigError(f"{', '.join(contradiction)} is both allowed and denied")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """Everything ``screenshare server`` can be told; limits are for each address (/64 for IPv6)."""

    listen: ListenAddress = ListenAddress("127.0.0.1", 8780)
    public_url: str | None = None
    tls: tuple[Path, Path] | None = None  # certificate chain, private key
    behind_proxy: tuple[Network, ...] = ()
    bus: str | None = field(default=None, repr=False)  # may hold a password
    metrics_from: tuple[Network, ...] = ()
    max_rooms: int = 10_000
    max_sockets: int = 20_000
    sockets_per_address: int = 20
    hosts_per_address: int = 5
    joins_per_minute: int = 60
    turn_urls: tuple[str, ...] = ()
    turn_secret: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        limits = (self.max_rooms, self.max_sockets, self.sockets_per_address, self.hosts_per_address)
        if not all(1 <= limit <= 1_000_000 for limit in (*limits, self.joins_per_minute)):
            raise ConfigError("limits lie between 1 and 1000000")
        _check_relay(self.turn_urls, self.turn_secret)
        if self.behind_proxy and self.public_url is None:
            raise ConfigError(
                "--behind-proxy needs --public-url", hint="give the address that browsers use, https://NAME"
            )
        if self.public_url is None and not (
            self.listen.is_wildcard or is_address(self.listen.address) or self.listen.address == "localhost"
        ):
            raise ConfigError(
                "--listen with a name needs --public-url", hint="give the address that browsers use"
            )


def _check_relay(urls: tuple[str, ...], secret: str | None) -> None:
    if len(urls) > MOST_ICE_ENTRIES:
        raise ConfigError(f"{MOST_ICE_ENTRIES} addresses of a relay can be named at most")
    if bool(urls) != (secret is not None):
        raise ConfigError("--turn-url and --turn-secret-file belong together", hint="give both")


def parse_file_or_none(text: str) -> Path | None:
    """Parse the path of a file, or ``none``."""
    return None if text == "none" else Path(text).expanduser()


def parse_server(text: str) -> str:
    """Parse the address of a server, ``https://NAME`` or ``https://NAME:PORT``; return its origin."""
    match = re.fullmatch(r"(https?)://([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?/?", text)
    if match is None or int(match[3] or 0) > 65_535:
        raise ConfigError(
            f"{text[:80]!r} is no address of a server", hint="for example https://share.example.org"
        )
    scheme, host, port = match.groups()
    usual = {"http": "80", "https": "443"}[scheme]
    return f"{scheme}://{host.lower()}" + (f":{int(port)}" if port and port != usual else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewConfig:
    """``screenshare view``: ``target`` is what the page is opened at, and holds the link's secret."""

    server: str
    target: str = field(repr=False)
    port: int = 0


def parse_view_link(text: str) -> ViewConfig:
    """Parse a link as a helper gets it; of a server alone it is the page that asks for a spoken code."""
    match = re.fullmatch(
        r"(https?://[^/#?]+)"
        r"(/j/ask|/j/[A-Za-z0-9_-]{1,64}#(?:k=[A-Za-z0-9_-]{1,256}|u=[A-Za-z0-9_-]{22}|c=[0-9]{7}))?/?",
        text.strip(),
    )
    if match is None:
        raise ConfigError(
            "this is no link of a share",
            hint="give it whole, between quotes: 'https://NAME/j/ROOM#k=SECRET', or a server's address alone",
        )
    origin, page = match.groups()
    return ViewConfig(server=parse_server(origin), target=page or "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLink:
    """Where one signs in at a host: ``secret`` is 16 bytes."""

    server: str
    room: str
    secret: bytes = field(repr=False)


def parse_address_link(text: str) -> AddressLink:
    """Parse the address that a host with unattended access prints."""
    match = re.fullmatch(r"(https?://[^/#?]+)/j/([A-Za-z0-9_-]{1,64})#u=([A-Za-z0-9_-]{22})", text.strip())
    if match is None:
        raise ConfigError(
            "this is no address of a host",
            hint="give what the host prints at “Sign in”, whole and between quotes",
        )
    origin, room, secret = match.groups()
    return AddressLink(server=parse_server(origin), room=room, secret=base64.urlsafe_b64decode(secret + "=="))


def parse_network(text: str) -> Network:
    """Parse an address or a network, ``10.0.0.0/8``."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise ConfigError(f"{text[:50]!r} is no network", hint="for example 10.0.0.0/8 or ::1") from None


def parse_bus(text: str) -> str | None:
    """Parse ``memory`` or the URL of a Redis."""
    if text == "memory":
        return None
    if re.match(r"(rediss?|unix)://.", text) is None:
        raise ConfigError(
            "--bus is memory or the URL of a Redis", hint="for example redis://127.0.0.1:6379/0"
        )
    return text


def parse_tls(text: str) -> tuple[Path, Path]:
    """Parse ``CERTIFICATE,KEY``, two PEM files."""
    certificate, comma, key = text.partition(",")
    if not (certificate and comma and key):
        raise ConfigError(
            f"{text[:80]!r} is no CERTIFICATE,KEY", hint="give two PEM files with a comma between"
        )
    return Path(certificate).expanduser(), Path(key).expanduser()


def parse_listen(text: str) -> ListenAddress:
    """Parse ``ADDRESS:PORT``, ``:PORT``, ``[IPv6]:PORT`` or ``ADDRESS``."""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+(?:%[0-9A-Za-z_.-]+)?\]|[^:\[\]]*)(?::(\d{1,5}))?", text)
    if match is None or (not match[1] and match[2] is None):
        raise ConfigError(f"{text!r} is no ADDRESS:PORT", hint="for example 0.0.0.0:8765 or :0")
    port = None if match[2] is None else int(match[2])
    if port is not None and port > 65_535:
        raise ConfigError(f"{port} is no port", hint="ports go up to 65535")
    return ListenAddress(match[1].strip("[]") or ListenAddress().address, port)


def parse_size(text: str) -> DesktopSize:
    """Parse ``WIDTHxHEIGHT`` in pixels."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ConfigError(f"{text!r} is no size", hint="for example 1280x720")
    size = DesktopSize(int(match[1]), int(match[2]))
    if not all(SMALLEST_PX <= edge <= LARGEST_PX for edge in (size.width, size.height)):
        raise ConfigError(
            f"{text} is out of range", hint=f"from {SMALLEST_PX} to {LARGEST_PX} pixels each way"
        )
    return size


def parse_display(text: str) -> str:
    """Parse the name of an X display."""
    if _DISPLAY.fullmatch(text) is None:
        raise ConfigError(f"{text!r} is no X display", hint="for example :0")
    return text


def parse_monitor(text: str) -> int | None:
    """Parse a monitor's number, ``all`` (0) or ``primary`` (None)."""
    if text in _MONITOR_WORDS:
        return _MONITOR_WORDS[text]
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 64:
        raise ConfigError(f"{text!r} is no monitor", hint="a number from 1, all, or primary")
    return int(text)


def parse_region(text: str) -> Region:
    """Parse ``X,Y,WIDTH,HEIGHT`` in pixels of the display."""
    match = _REGION.fullmatch(text.replace(" ", ""))
    if match is None:
        raise ConfigError(f"{text!r} is no region", hint="X,Y,WIDTH,HEIGHT, for example 0,0,800,600")
    region = Region(*(int(number) for number in match.groups()))
    if not all(SMALLEST_PX <= edge <= LARGEST_PX for edge in (region.width, region.height)):
        raise ConfigError(
            f"{text} is out of range", hint=f"from {SMALLEST_PX} to {LARGEST_PX} pixels each way"
        )
    return region


def parse_title(text: str) -> str:
    """Parse a part of a window's title."""
    title = text.strip()
    if not 1 <= len(title) <= LONGEST_TITLE:
        raise ConfigError(
            f"{text[:40]!r} is no part of a title", hint=f"from 1 to {LONGEST_TITLE} characters of it"
        )
    return title


def parse_duration(text: str) -> float:
    """Parse ``90s``, ``15m``, ``2h`` or ``7d`` into seconds."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if match is None or int(match[1]) == 0:
        raise ConfigError(f"{text[:40]!r} is no length of time", hint="for example 15m, 2h or 7d")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[match[2]]


def parse_bytes(text: str) -> int:
    """Parse ``500K`` or ``16M`` into bytes."""
    match = re.fullmatch(r"(\d{1,9})([KM])?", text)
    size = int(match[1]) * {"K": 2**10, "M": 2**20, None: 1}[match[2]] if match else 0
    if not SMALLEST_CLIP_LIMIT <= size <= LARGEST_CLIP_LIMIT:
        raise ConfigError(f"{text[:40]!r} is no size from 1K to 64M", hint="for example 500K or 16M")
    return size


def parse_key(text: str) -> str | None:
    """Parse an X keysym's name; ``none`` (None) stands for no key."""
    if re.fullmatch(r"[A-Za-z0-9_]{1,40}", text) is None:
        raise ConfigError(f"{text[:40]!r} is no key", hint="for example Escape, F12, Pause, or none")
    return None if text == "none" else text


def is_ice_url(text: str) -> bool:
    """Tell whether this is the address of a STUN or TURN server (RFC 7064, 7065)."""
    return _ICE_URL.fullmatch(text) is not None


def parse_ice_server(text: str) -> IceEntry:
    """Parse the URL of a STUN server (RFC 7064)."""
    if not is_ice_url(text) or not text.startswith("stun:") or "?" in text:
        raise ConfigError(f"{text[:80]!r} is no STUN server", hint="for example stun:turn.example.org:3478")
    return IceEntry(text)


def parse_turn_url(text: str) -> str:
    """Parse the URL of a TURN server (RFC 7065)."""
    if not is_ice_url(text) or text.startswith("stun"):
        raise ConfigError(f"{text[:80]!r} is no TURN server", hint="for example turn:turn.example.org:3478")
    if text.startswith("turns:") and text.endswith("=udp"):
        raise ConfigError("TURN over TLS goes over TCP", hint="leave ?transport=udp out")
    return text


def parse_turn(text: str) -> IceEntry:
    """Parse ``URL,USER,PASSWORD-FILE`` of a TURN server (RFC 7065); blanks may stand for the commas."""
    url, *rest = re.split(r"[,\s]+", text.strip(), maxsplit=2)
    if len(rest) != 2:
        raise ConfigError(
            f"{text[:80]!r} is no URL,USER,PASSWORD-FILE",
            hint="for example turns:turn.example.org:443?transport=tcp,ann,turn.password",
        )
    parse_turn_url(url)
    username, password_file = rest
    return IceEntry(url, username, read_secret(Path(password_file).expanduser()))


def parse_capabilities(text: str) -> frozenset[Capability]:
    """Parse a comma-separated list of capabilities; an empty text is an empty set."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return frozenset(Capability(word) for word in words)
    except ValueError:
        unknown = next(word for word in words if word not in set(Capability))
        raise ConfigError(
            f"{unknown!r} is no capability", hint=f"choose from {', '.join(Capability)}"
        ) from None


def read_secret(path: Path) -> str:
    """Return the text of a file that holds one secret; raises ConfigError."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_SECRET + 1)
        text = content.decode().strip()
    except OSError as exc:
        raise ConfigError(f"cannot read {path}: {exc.strerror}") from exc
    except UnicodeDecodeError:
        raise ConfigError(f"{path} holds no text", hint="write the secret into it, in one line") from None
    if not text or len(content) > LONGEST_SECRET or "\n" in text:
        raise ConfigError(f"{path} holds no secret", hint="write the secret into it, in one line")
    return text


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all; raises ConfigError."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as exc:
        raise ConfigError(f"cannot write {path}: {exc.strerror}") from exc


def read_config_file(path: Path, *, must_exist: bool) -> dict[str, str | bool]:
    """Return the keys of a TOML file as flags of ``host`` (``max_fps = 30``); lists may stand for commas."""
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except FileNotFoundError:
        if must_exist:
            raise ConfigError(f"there is no config file {path}") from None
        return {}
    except OSError as exc:
        raise ConfigError(f"cannot read {path}: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path} is not valid TOML: {exc}") from exc
    return {key.replace("-", "_"): _as_flag(key, value) for key, value in content.items()}


def is_address(text: str) -> bool:
    """Tell whether this is an IP address, IPv4 or IPv6."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _as_flag(key: str, value: object) -> str | bool:
    """Return a value of the config file as the command line would give it."""
    match value:
        case bool() | str():
            return value
        case int():
            return str(value)
        case list() if all(isinstance(word, str) for word in value):
            return ",".join(value)
    raise ConfigError(f"the config file has no usable value for {key}", hint="a text, a number or a list")
