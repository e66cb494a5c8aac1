"""The JSON schema of all messages: ``python -m screenshare.protocol.schema`` prints it.

The viewer's TypeScript types are generated from it by ``scripts/generate-types``.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from screenshare.protocol import console, messages, signaling

_UNIONS: dict[str, Any] = {
    "ClearFromViewer": signaling.ClearFromViewer,
    "SealedFromViewer": signaling.SealedFromViewer,
    "ClearToViewer": signaling.ClearToViewer,
    "SealedToViewer": signaling.SealedToViewer,
    "SessionFromViewer": messages.OnSession,
    "InputFromViewer": messages.OnInputChannel,
    "SessionToViewer": messages.FromHost,
    "ConsoleEvent": console.AnyHostEvent,
    "ConsoleCommand": console.AnyHostCommand,
}


def schema() -> dict[str, Any]:
    """Return one JSON schema (2020-12) whose ``$defs`` hold each union and each message by name."""
    roots, components = msgspec.json.schema_components(_UNIONS.values(), ref_template="#/$defs/{name}")
    unions = dict(zip(_UNIONS, roots, strict=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Wire",
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in unions},
        "$defs": unions | components,
    }


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n")
