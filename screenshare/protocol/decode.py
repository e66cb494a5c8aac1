"""Bytes from outside -> messages, or one of the errors that have a code for the wire."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar, get_args

import msgspec

from screenshare.errors import MalformedMessage, MessageTooLarge, UnknownMessage
from screenshare.protocol import console, line, messages, signaling

AnyMessage = TypeVar("AnyMessage")
Form = Literal["json", "msgpack"]

_encoder = msgspec.json.Encoder()


def encode(message: msgspec.Struct) -> str:
    """Return ``message`` as one line of JSON."""
    return _encoder.encode(message).decode()


class MessageDecoder(Generic[AnyMessage]):
    """Strict decoder of one channel: size, form, type, fields, ranges; unknown fields are ignored."""

    def __init__(self, union: Any, *, tag_field: str, max_bytes: int, form: Form = "json") -> None:
        self.max_bytes = max_bytes
        self._tag_field = tag_field
        self._tags = frozenset(str(kind.__struct_config__.tag) for kind in get_args(union))
        self._codec = msgspec.json if form == "json" else msgspec.msgpack
        self._form = "JSON" if form == "json" else "MessagePack"
        self._decoder = self._codec.Decoder(union)

    def decode(self, data: str | bytes) -> AnyMessage:
        """Return the message in ``data``.

        Raises:
            MessageTooLarge: more than ``max_bytes`` bytes of UTF-8.
            UnknownMessage: an object whose tag no message of this channel has.
            MalformedMessage: anything else that is not a message.
        """
        size = len(data.encode("utf-8", "surrogatepass")) if isinstance(data, str) else len(data)
        if size > self.max_bytes:
            raise MessageTooLarge(f"{size} bytes, at most {self.max_bytes} are allowed")
        try:
            message: AnyMessage = self._decoder.decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as exc:
            raise self._explain(data, exc) from exc
        return message

    def _explain(self, data: str | bytes, cause: Exception) -> MalformedMessage | UnknownMessage:
        try:
            raw = self._codec.decode(data)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return MalformedMessage(f"not {self._form}")
        tag = raw.get(self._tag_field) if isinstance(raw, dict) else None
        if isinstance(tag, str) and tag not in self._tags:
            return UnknownMessage("no message of this channel has this type")
        return MalformedMessage(str(cause))


signal_from_viewer: MessageDecoder[signaling.ClearFromViewer] = MessageDecoder(
    signaling.ClearFromViewer, tag_field="type", max_bytes=signaling.MAX_SIGNAL_BYTES
)
sealed_from_viewer: MessageDecoder[signaling.SealedFromViewer] = MessageDecoder(
    signaling.SealedFromViewer, tag_field="type", max_bytes=signaling.MAX_SIGNAL_BYTES
)
clear_to_viewer: MessageDecoder[signaling.ClearToViewer] = MessageDecoder(
    signaling.ClearToViewer, tag_field="type", max_bytes=signaling.MAX_SIGNAL_BYTES
)
sealed_to_viewer: MessageDecoder[signaling.SealedToViewer] = MessageDecoder(
    signaling.SealedToViewer, tag_field="type", max_bytes=signaling.MAX_SIGNAL_BYTES
)
session_message: MessageDecoder[messages.OnSession] = MessageDecoder(
    messages.OnSession, tag_field="type", max_bytes=messages.MAX_SESSION_BYTES
)
input_message: MessageDecoder[messages.OnInputChannel] = MessageDecoder(
    messages.OnInputChannel, tag_field="type", max_bytes=messages.MAX_INPUT_BYTES
)
host_command: MessageDecoder[console.AnyHostCommand] = MessageDecoder(
    console.AnyHostCommand, tag_field="do", max_bytes=console.MAX_COMMAND_BYTES
)
envelope_from_host: MessageDecoder[line.FromHost] = MessageDecoder(
    line.FromHost, tag_field="type", max_bytes=line.MAX_LINE_BYTES, form="msgpack"
)
envelope_to_host: MessageDecoder[line.ToHost] = MessageDecoder(
    line.ToHost, tag_field="type", max_bytes=line.MAX_LINE_BYTES, form="msgpack"
)
