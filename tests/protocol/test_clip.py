"""Contents of clipboards on the wire: the frozen bytes, and what is no message."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenshare.errors import MalformedMessage, MessageTooLarge, RemoteProtocolError
from screenshare.protocol.clip import (
    MAX_CLIP_BYTES,
    PIECE_BYTES,
    ClipBegun,
    ClipPiece,
    pack_begun,
    pack_pieces,
    unpack_clip,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "wire.json").read_text())["clips"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["hex"])
def test_contents_have_the_frozen_bytes(vector):
    data = bytes.fromhex(vector["hex"])
    if "parts" in vector:
        begun = ClipBegun(id=vector["id"], parts=tuple((name, size) for name, size in vector["parts"]))
        assert unpack_clip(data) == begun
        assert pack_begun(begun) == data
    else:
        piece = ClipPiece(id=vector["id"], data=bytes.fromhex(vector["data_hex"]))
        assert unpack_clip(data) == piece
        assert list(pack_pieces(piece.id, piece.data)) == [data]


@given(st.binary(min_size=1, max_size=3 * PIECE_BYTES))
def test_pieces_of_any_contents_are_put_together_again(data):
    messages = list(pack_pieces(5, data))
    assert all(len(message) <= MAX_CLIP_BYTES for message in messages)
    pieces = [unpack_clip(message) for message in messages]
    assert b"".join(piece.data for piece in pieces) == data


@pytest.mark.parametrize(
    "text",
    [
        "",
        "01",
        "0100000001",
        "0200000001",
        "0300000001ff",
        "0180000001" + "0100000001",
        "0280000001ff",
        "0100000001" + "0000000001",
        "0100000001" + "0400000001",
        "0100000001" + "0100000000",
        "0100000001" + "0100000001" * 2,
        "0100000001" + "01000000",
        "0100000001" + "010000000102000000010300000001" + "0100000001",
    ],
)
def test_what_is_no_message_is_malformed(text):
    with pytest.raises(MalformedMessage):
        unpack_clip(bytes.fromhex(text))


def test_a_piece_longer_than_the_channel_allows_is_refused():
    with pytest.raises(MessageTooLarge):
        unpack_clip(b"\2" + bytes(MAX_CLIP_BYTES))


@given(st.binary(max_size=64))
def test_no_bytes_do_anything_but_decode_or_be_refused(data):
    with contextlib.suppress(RemoteProtocolError):
        unpack_clip(data)
