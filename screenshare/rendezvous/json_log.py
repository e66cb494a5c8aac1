"""Log lines as JSON objects, one a line; only words of this program, never what came from outside."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


class JsonLines(logging.Handler):
    """Writes to standard error: time, level, where and what."""

    def emit(self, record: logging.LogRecord) -> None:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": record.name.removeprefix("screenshare."),
            "message": record.getMessage(),
        }
        if record.exc_info is not None and record.exc_info[0] is not None:
            # The type and the place; the text of a foreign error may hold what somebody sent.
            line["error"] = record.exc_info[0].__name__
            line["in"] = _innermost(record)
        try:
            sys.stderr.write(json.dumps(line) + "\n")
        except OSError:
            return  # nobody reads standard error any more


def _innermost(record: logging.LogRecord) -> str:
    trace = record.exc_info[2] if record.exc_info else None
    where = ""
    while trace is not None:
        where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where
