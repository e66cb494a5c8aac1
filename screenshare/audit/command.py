"""``screenshare audit``: read the file, say who was here, and whether a line was changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from screenshare.audit.chain import MAX_LINE_BYTES, check, entries
from screenshare.audit.receipts import Visit, visits
from screenshare.audit.writer import KEPT_FILES, aside
from screenshare.errors import ConfigError
from screenshare.protocol.plain_text import plain_text


def show(path: Path, *, share: str | None, verify: bool, as_json: bool) -> int:
    """Print what was asked for; return the exit status: 1 where the chain is broken."""
    lines = list(_lines(path))
    if not lines:
        raise ConfigError(f"nothing is written down in {path}", hint="it begins with the first share")
    if verify:
        return _verify(lines)
    if as_json:
        for line in lines:
            sys.stdout.write(line.decode(errors="replace") + "\n")
        return 0
    for visit in visits(entries(lines), share):
        sys.stdout.write(receipt(visit) + "\n")
    return 0


def receipt(visit: Visit) -> str:
    """Return one stay in one line."""
    until = (
        "still here, or the end is not written down" if visit.until is None else f"until {_time(visit.until)}"
    )
    rights = ", ".join(sorted(visit.rights)) or "nothing"
    who = plain_text(f"{visit.name or 'A guest'} ({visit.address or 'address unknown'})", 100)
    control = f", controlled for {visit.controlled_s:.0f} s" if visit.controlled_s else ""
    came = f" by {visit.proved}" if visit.proved else ""
    way = f", {' then '.join(visit.ways)}" if visit.ways else ""
    clips = _clips(visit)
    return (
        f"{_time(visit.since)} {until}: {who}{came}{way}, allowed {rights}{control}{clips}"
        f"  [share {visit.share}]"
    )


def summary(path: Path, share: str, last_hash: str) -> list[str]:
    """Return what the host says at the end of a share; empty where nobody came."""
    stays = visits(entries(_lines(path)), share)
    return [*(receipt(visit) for visit in stays), f"Written down up to {last_hash[:16]}."] if stays else []


def _clips(visit: Visit) -> str:
    """Say how much went from clipboard to clipboard; nothing where nothing did."""
    taken = [f"took {visit.taken_bytes} bytes"] if visit.taken_bytes else []
    given = [f"gave {visit.given_bytes} bytes"] if visit.given_bytes else []
    return f", clipboard: {' and '.join(taken + given)}" if taken or given else ""


def _verify(lines: list[bytes]) -> int:
    broken = check(lines)
    for each in broken:
        sys.stdout.write(f"line {each.number} {each.why}\n")
    sys.stdout.write(f"{len(lines)} lines, {len(broken) or 'none'} of them wrong\n")
    return 1 if broken else 0


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of all files that are kept, the oldest first."""
    for file in [*(aside(path, number) for number in range(KEPT_FILES, 0, -1)), path]:
        try:
            with file.open("rb") as opened:
                while line := opened.readline(MAX_LINE_BYTES):
                    yield line.rstrip(b"\n")
        except FileNotFoundError:
            continue
        except OSError as exc:
            raise ConfigError(
                f"cannot read {file}: {exc.strerror}", hint="name the file with --file"
            ) from exc


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, tz=UTC).astimezone():%Y-%m-%d %H:%M:%S}"
