"""Exact pixels beside the video: what viewers compose is the screen, and no more is sent than is missing."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenshare.media import Patch, Region
from screenshare.video.exact import CELL_PX, ExactPicture, deflated
from screenshare.video.exact_sender import (
    AHEAD_PX,
    MAX_REFINEMENT_BYTES,
    REFINE_AFTER_S,
    SMALL_CHANGE_PX,
    ExactSender,
)

WIDTH, HEIGHT = 330, 200  # neither is a multiple of a cell
WHOLE = Region(0, 0, WIDTH, HEIGHT)
Pixels = npt.NDArray[np.uint32]


def part(picture: Pixels, region: Region) -> Pixels:
    return picture[region.y : region.bottom, region.x : region.right]


def patch_of(picture: Pixels, region: Region) -> Patch:
    return Patch(region, bytearray(part(picture, region).tobytes()), region.width * 4)


@dataclass
class Page:
    """A viewer who does what messages say; his video is the screen, spoilt in every pixel."""

    width: int = WIDTH
    height: int = HEIGHT
    picture: Pixels = field(init=False)
    video: Pixels = field(init=False)
    video_pts: int = -1

    def __post_init__(self) -> None:
        self.picture = np.zeros((self.height, self.width), np.uint32)
        self.video = self.picture.copy()

    def see(self, screen: Pixels, pts: int) -> None:
        self.video, self.video_pts = screen ^ 1, pts

    def compose(self, message: bytes) -> tuple[list[Region], list[Region]]:
        kind, after, _at, stale_count, tile_count = struct.unpack_from("!BIIBB", message)
        assert kind == 1
        assert after <= self.video_pts
        end = 11 + 8 * (stale_count + tile_count)
        regions = [Region(*struct.unpack_from("!HHHH", message, at)) for at in range(11, end, 8)]
        stale, tiles = regions[:stale_count], regions[stale_count:]
        for region in stale:
            part(self.picture, region)[:] = part(self.video, region)
        pixels = (
            np.frombuffer(zlib.decompress(message[end:], -15), np.uint32) if tiles else np.empty(0, np.uint32)
        )
        for region in tiles:
            area, pixels = np.split(pixels, [region.width * region.height])
            part(self.picture, region)[:] = area.reshape(region.height, region.width)
        assert pixels.size == 0
        return stale, tiles


def noise(seed: int = 1, *, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    return np.random.default_rng(seed).integers(0, 2**32, (height, width), np.uint32)


def refined(sender: ExactSender, page: Page, screen: Pixels, at: int) -> list[bytes]:
    """Refine until all is exact; return the messages."""
    messages: list[bytes] = []
    while sender.due_at is not None:
        messages.append(sender.refine(lambda region: [patch_of(screen, region)], at + len(messages)))
        page.compose(messages[-1])
    return messages


def test_a_picture_at_rest_becomes_the_screen_to_the_last_bit():
    sender, page, screen = ExactSender(WIDTH, HEIGHT), Page(), noise()
    page.see(screen, 10)
    sender.video_shown([WHOLE], 10, now=0.0)
    assert sender.due_at == pytest.approx(REFINE_AFTER_S)
    refined(sender, page, screen, 11)
    assert np.array_equal(page.picture, screen)
    assert sender.due_at is None


def test_only_what_the_video_has_changed_is_made_exact_again():
    sender, page, screen = ExactSender(WIDTH, HEIGHT), Page(), noise()
    page.see(screen, 10)
    sender.video_shown([WHOLE], 10, now=0.0)
    refined(sender, page, screen, 11)
    moved = Region(70, 70, 20, 20)  # inside one cell
    part(screen, moved)[:] = 7
    page.see(screen, 100)
    sender.video_shown([moved], 100, now=1.0)
    messages = refined(sender, page, screen, 101)
    assert np.array_equal(page.picture, screen)
    assert [page.compose(message)[1] for message in messages] == [[Region(64, 64, 64, 64)]]


def test_a_keyframe_that_changed_nothing_costs_one_message_without_pixels():
    sender, page, screen = ExactSender(WIDTH, HEIGHT), Page(), noise()
    page.see(screen, 10)
    sender.video_shown([WHOLE], 10, now=0.0)
    refined(sender, page, screen, 11)
    page.see(screen, 100)
    sender.video_shown([], 100, now=1.0)
    assert [page.compose(message) for message in refined(sender, page, screen, 101)] == [([], [])]


def test_what_is_painted_again_as_it_was_is_not_sent_again():
    sender, page, screen = ExactSender(WIDTH, HEIGHT), Page(), noise()
    page.see(screen, 10)
    sender.video_shown([WHOLE], 10, now=0.0)
    refined(sender, page, screen, 11)
    part(screen, Region(0, 0, 10, 10))[:] = 5
    page.see(screen, 100)
    sender.video_shown([WHOLE], 100, now=1.0)  # all is repainted, ten pixels differ
    messages = refined(sender, page, screen, 101)
    assert np.array_equal(page.picture, screen)
    assert [page.compose(message)[1] for message in messages] == [[Region(0, 0, 64, 64)]]


def test_a_small_change_goes_out_at_once_and_leaves_nothing_to_a_frame():
    sender, page, screen = ExactSender(WIDTH, HEIGHT), Page(), noise()
    page.see(screen, 10)
    sender.video_shown([WHOLE], 10, now=0.0)
    refined(sender, page, screen, 11)
    glyph = Region(30, 40, 10, 18)
    part(screen, glyph)[:] = 3
    message, left = sender.bring([patch_of(screen, glyph)], 50, now=1.0)
    assert message is not None
    assert left == []
    page.compose(message)
    assert np.array_equal(page.picture, screen)
    assert sender.due_at is None


def test_a_caret_goes_ahead_of_a_large_change():
    sender = ExactSender(1920, 1080)
    screen = np.zeros((1080, 1920), np.uint32)
    caret = patch_of(screen, Region(0, 0, 2, 18))
    film = patch_of(screen, Region(100, 100, 1280, 720))
    message, left = sender.bring([caret, film], 50, now=1.0)
    page = Page(1920, 1080)
    page.see(screen, 10)
    assert message is not None
    assert page.compose(message)[1] == [caret.region]
    assert left == [film]


@pytest.mark.parametrize("region", [Region(0, 0, 400, 252), Region(0, 0, 200, 200)])
def test_a_change_that_is_large_or_does_not_deflate_is_left_to_a_frame(region):
    patch = patch_of(noise(width=400, height=400), region)
    assert region.width * region.height > SMALL_CHANGE_PX or len(deflated([patch])) > AHEAD_PX
    assert ExactSender(400, 400).bring([patch], 50, now=1.0) == (None, [patch])


def test_exact_changes_that_never_end_become_video():
    sender = ExactSender(400, 400)
    patch = patch_of(noise(width=400, height=400), Region(0, 0, 64, 64))  # 16 kB, 60 times a second
    sent = [sender.bring([patch], at, now=at / 60)[0] is not None for at in range(120)]
    assert all(sent[:5])
    assert sum(sent[60:]) < 20


def test_a_message_of_refinement_stays_small_where_pixels_do_not_deflate():
    width, height = 1920, 128
    sender, page, screen = ExactSender(width, height), Page(width, height), noise(width=width, height=height)
    page.see(screen, 10)
    sender.video_shown([Region(0, 0, width, height)], 10, now=0.0)
    messages = refined(sender, page, screen, 11)
    assert np.array_equal(page.picture, screen)
    assert max(map(len, messages)) <= MAX_REFINEMENT_BYTES + 64
    flat = np.zeros((height, width), np.uint32)
    page.see(flat, 100)
    sender.video_shown([Region(0, 0, width, height)], 100, now=1.0)
    assert len(refined(sender, page, flat, 101)) == height // CELL_PX


def test_who_begins_anew_gets_everything_again():
    sender, screen = ExactSender(WIDTH, HEIGHT), noise()
    sender.video_shown([WHOLE], 10, now=0.0)
    earlier = Page()
    earlier.see(screen, 10)
    refined(sender, earlier, screen, 11)
    newcomer = Page()
    newcomer.see(screen, 100)
    sender.begin_anew(100, now=1.0)
    refined(sender, newcomer, screen, 101)
    assert np.array_equal(newcomer.picture, screen)


def test_pixels_with_padding_between_their_rows_are_sent_without_it():
    rows = bytes(range(8)) + b"pad!" + bytes(range(8, 16)) + b"pad!"
    patch = Patch(Region(0, 0, 2, 2), bytearray(rows), 12)
    assert zlib.decompress(deflated([patch]), -15) == bytes(range(16))


def settle(picture: ExactPicture, page: Page, screen: Pixels) -> None:
    while not picture.is_complete:
        region = picture.next_refinement(4 * CELL_PX**2)
        tiles = [] if region is None else [patch_of(screen, region)]
        page.compose(picture.compose(tiles, deflated(tiles), 1000))


@st.composite
def regions(draw: st.DrawFn) -> Region:
    x, y = draw(st.integers(0, WIDTH - 2)), draw(st.integers(0, HEIGHT - 2))
    return Region(x, y, draw(st.integers(1, WIDTH - x)), draw(st.integers(1, HEIGHT - y)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(regions(), st.booleans(), st.booleans()), max_size=12))
def test_whatever_is_brought_by_video_or_exactly_the_page_ends_with_the_screen(
    changes: Sequence[tuple[Region, bool, bool]],
):
    picture, page, screen = ExactPicture(WIDTH, HEIGHT), Page(), noise()
    page.see(screen, 1)
    picture.video_shown([WHOLE], 1)
    for number, (region, is_exact, is_settling) in enumerate(changes, start=1):
        part(screen, region)[:] = number
        if is_exact:
            patch = patch_of(screen, region)
            page.compose(picture.compose([patch], deflated([patch]), 10 * number))
        else:
            page.see(screen, 10 * number)
            picture.video_shown([region], 10 * number)
        if is_settling:
            picture.recognise(lambda region: [patch_of(screen, region)])
            settle(picture, page, screen)
    picture.recognise(lambda region: [patch_of(screen, region)])
    settle(picture, page, screen)
    assert np.array_equal(page.picture, screen)
