"""Two pictures compared: boxes around what differs."""

from __future__ import annotations

import numpy as np

from screenshare.capture.backends.polling import changed_regions
from screenshare.media import Region


def test_equal_pictures_differ_nowhere():
    picture = np.zeros((1080, 1920), np.uint32)
    assert changed_regions(picture, picture.copy()) == []


def test_each_change_gets_a_box_of_its_own_size():
    before = np.zeros((200, 400), np.uint32)
    after = before.copy()
    after[10:20, 30:45] = 1
    after[12:14, 300:301] = 1
    after[199, 399] = 1
    assert changed_regions(before, after) == [
        Region(30, 10, 15, 10),
        Region(300, 12, 1, 2),
        Region(399, 199, 1, 1),
    ]
