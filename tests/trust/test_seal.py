"""Whoever carries sealed frames can stop them, and do nothing else with them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from screenshare.trust.binding import AlteredOnTheWay
from screenshare.trust.seal import Seal

KEY = bytes(range(32))
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "trust.json").read_text())


def pair(*, key: bytes = KEY, room: str = "room") -> tuple[Seal, Seal]:
    return Seal("host", KEY, "room"), Seal("viewer", key, room)


def test_what_one_side_closes_the_other_opens_in_order():
    host, viewer = pair()
    texts = ["a", "", "漢😀", "x" * 50_000]
    assert [viewer.open(box) for box in [host.close(text) for text in texts]] == texts
    assert host.open(viewer.close("back")) == "back"


def test_the_same_text_looks_different_each_time():
    host, _ = pair()
    assert host.close("a") != host.close("a")


@pytest.mark.parametrize("other", [{"key": bytes(32)}, {"room": "another"}], ids=["key", "room"])
def test_another_key_or_room_opens_nothing(other):
    host, viewer = pair(**other)
    with pytest.raises(AlteredOnTheWay):
        viewer.open(host.close("text"))


def test_ones_own_frame_sent_back_is_refused():
    host, _ = pair()
    with pytest.raises(AlteredOnTheWay):
        host.open(host.close("text"))


@pytest.mark.parametrize("seed", range(200))
def test_a_frame_that_was_flipped_repeated_dropped_or_moved_breaks_the_seal(seed):
    dice = random.Random(seed)
    host, viewer = pair()
    texts = [f"message {number}" for number in range(8)]
    boxes = [host.close(text) for text in texts]
    at = dice.randrange(len(boxes) - 1)
    attack = dice.choice(["flip", "repeat", "drop", "move", "cut"])
    match attack:
        case "flip":
            place = dice.randrange(len(boxes[at]) - 1)
            other = dice.choice([letter for letter in "Aa0_-" if letter != boxes[at][place]])
            boxes[at] = boxes[at][:place] + other + boxes[at][place + 1 :]
        case "repeat":
            boxes.insert(at + 1, boxes[at])
        case "drop":
            del boxes[at]
        case "move":
            boxes[at], boxes[at + 1] = boxes[at + 1], boxes[at]
        case "cut":
            boxes[at] = boxes[at][: dice.randrange(len(boxes[at]))]
    opened: list[str] = []
    with pytest.raises(AlteredOnTheWay):
        opened.extend(map(viewer.open, boxes))
    for box in boxes:
        with pytest.raises(AlteredOnTheWay):
            viewer.open(box)
    undisturbed = at + 1 if attack == "repeat" else at
    assert opened == texts[:undisturbed]


@pytest.mark.parametrize("box", ["", "A", "A" * 5, "é", "AAAA AAAA", "AAAA=", "\ud800"])
def test_what_is_no_box_is_refused(box):
    _, viewer = pair()
    with pytest.raises(AlteredOnTheWay):
        viewer.open(box)


@pytest.mark.parametrize("vector", VECTORS["seal"], ids=lambda vector: vector["room"])
def test_the_frozen_frames_are_the_same_on_this_side(vector):
    key, room, texts = bytes.fromhex(vector["key_hex"]), vector["room"], vector["texts"]
    host, viewer = Seal("host", key, room), Seal("viewer", key, room)
    assert [host.open(box) for box in vector["viewer_boxes"]] == texts
    assert [viewer.open(box) for box in vector["host_boxes"]] == texts
    assert [host.close(text) for text in texts] == vector["host_boxes"]
