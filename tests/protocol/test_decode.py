"""What is no message never gets further than the decoder."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenshare.errors import MalformedMessage, MessageTooLarge, RemoteProtocolError, UnknownMessage
from screenshare.protocol import console, messages, signaling
from screenshare.protocol.decode import (
    encode,
    host_command,
    input_message,
    sealed_from_viewer,
    session_message,
    signal_from_viewer,
)
from screenshare.protocol.pointer import (
    POINTER_BYTES,
    PointerMove,
    PointerPlace,
    fraction16,
    pack_place,
    pack_pointer,
    unpack_pointer,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "wire.json").read_text())
DECODERS = [signal_from_viewer, sealed_from_viewer, session_message, input_message, host_command]


def test_a_message_comes_back_as_it_went():
    message = messages.KeyPress(seq=7, code="KeyA", key="ä", repeat=True)
    assert input_message.decode(encode(message)) == message


@pytest.mark.parametrize("vector", VECTORS["messages"], ids=lambda v: v["json"].get("type"))
def test_the_frozen_messages_decode_on_this_side_too(vector):
    decoder = {
        "signaling": signal_from_viewer,
        "sealed": sealed_from_viewer,
        "session": session_message,
        "input": input_message,
    }
    decoded = decoder[vector["channel"]].decode(json.dumps(vector["json"]))
    assert json.loads(encode(decoded)) == vector["json"]


@pytest.mark.parametrize("vector", VECTORS["pointer"], ids=lambda v: v["hex"])
def test_the_frozen_pointer_moves_have_the_same_bytes(vector):
    move = PointerMove(seq=vector["seq"], monitor=vector["monitor"], x=vector["x"], y=vector["y"])
    assert pack_pointer(move).hex() == vector["hex"]
    assert unpack_pointer(bytes.fromhex(vector["hex"])) == move


@pytest.mark.parametrize("vector", VECTORS["places"], ids=lambda v: v["hex"])
def test_the_places_of_the_hosts_pointer_have_the_frozen_bytes(vector):
    place = PointerPlace(seq=vector["seq"], monitor=vector["monitor"], x=vector["x"], y=vector["y"])
    assert pack_place(place).hex() == vector["hex"]


@pytest.mark.parametrize(
    "fields", [{"mode": "best"}, {"mode": "auto", "max_kbps": 99}, {"mode": "auto", "max_kbps": 1.5}, {}]
)
def test_a_quality_that_is_none_is_malformed(fields):
    with pytest.raises(MalformedMessage):
        session_message.decode(json.dumps({"type": "quality.choose", **fields}))


def test_unknown_fields_are_ignored():
    text = '{"type": "heartbeat.beat", "seq": 1, "mood": "good"}'
    assert session_message.decode(text) == messages.HeartbeatBeat(seq=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"heartbeat.beat"',
        "{}",
        '{"type": 5}',
        '{"type": "heartbeat.beat"}',
        '{"type": "heartbeat.beat", "seq": -1}',
        '{"type": "heartbeat.beat", "seq": 4294967296}',
        '{"type": "heartbeat.beat", "seq": "1"}',
        '{"type": "heartbeat.beat", "seq": 1.5}',
        '{"type": "heartbeat.beat", "seq": true}',
        b"\xff\xfe",
        "[" * 10_000,
        "\ud800",
    ],
)
def test_what_is_no_message_is_malformed(text):
    with pytest.raises(MalformedMessage):
        session_message.decode(text)


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "key.press", "seq": 1, "code": "Key A", "key": "a"},
        {"type": "key.press", "seq": 1, "code": "K" * 33, "key": "a"},
        {"type": "key.press", "seq": 1, "code": "KeyA", "key": ""},
        {"type": "button.press", "seq": 1, "button": 5, "monitor": 1, "x": 0, "y": 0},
        {"type": "button.press", "seq": 1, "button": 0, "monitor": 65, "x": 0, "y": 0},
        {"type": "button.press", "seq": 1, "button": 0, "monitor": 1, "x": 65536, "y": 0},
        {"type": "wheel.turn", "seq": 1, "dx": 0, "dy": 12_001, "monitor": 1, "x": 0, "y": 0},
        {"type": "text.type", "seq": 1, "text": "x" * 1001},
    ],
)
def test_values_out_of_range_are_malformed(fields):
    with pytest.raises(MalformedMessage):
        input_message.decode(json.dumps(fields))


def test_a_message_of_another_channel_is_unknown_here():
    with pytest.raises(UnknownMessage):
        session_message.decode(encode(messages.KeyPress(seq=1, code="KeyA", key="a")))
    with pytest.raises(UnknownMessage):
        input_message.decode(encode(messages.ControlRequest(id=1)))


def test_a_page_cannot_state_facts_that_are_the_hosts():
    with pytest.raises(UnknownMessage):
        session_message.decode(encode(messages.ControlGranted()))
    with pytest.raises(UnknownMessage):
        signal_from_viewer.decode(encode(signaling.KnockDenied(reason="denied")))
    with pytest.raises(MalformedMessage):
        host_command.decode(encode(console.Stopped(reason="stopped")))


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_message_longer_than_its_channel_allows_is_not_even_parsed(decoder):
    with pytest.raises(MessageTooLarge):
        decoder.decode("ä" * (decoder.max_bytes // 2 + 1))


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_no_bytes_do_anything_but_decode_or_be_refused(data):
    for decoder in DECODERS:
        with contextlib.suppress(RemoteProtocolError):
            decoder.decode(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from(["key.press", "knock.request", "control.request", "viewer.admit", "peer.offer", "stop"]),
)
def test_no_json_does_anything_but_decode_or_be_refused(value, tag):
    document = value if isinstance(value, dict) else {"value": value}
    for text in (json.dumps(value), json.dumps({**document, "type": tag, "do": tag})):
        for decoder in DECODERS:
            with contextlib.suppress(RemoteProtocolError):
                decoder.decode(text)


@given(st.binary(max_size=20))
def test_pointer_bytes_decode_or_are_refused(data):
    try:
        move = unpack_pointer(data)
    except RemoteProtocolError:
        assert len(data) != POINTER_BYTES or data[4] > 64
    else:
        assert pack_pointer(move) == data


@given(st.integers(1, 8192).flatmap(lambda count: st.tuples(st.integers(0, count - 1), st.just(count))))
def test_a_pixel_is_found_again_at_its_place(pixel_and_count):
    pixel, count = pixel_and_count
    assert round(fraction16(pixel, count) * (count - 1) / 65_535) == pixel


def test_a_pixel_outside_lies_at_the_edge():
    assert [fraction16(pixel, 100) for pixel in (-5, 0, 99, 300)] == [0, 0, 65_535, 65_535]
