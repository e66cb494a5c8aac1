"""Every form of video is decoded by a real browser, and shows what the screen shows."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.e2e

VIDEO_ALONE = "delete window.MediaStreamTrackGenerator;"
# As Firefox is before it has fetched its H.264 plug-in.
WITHOUT_H264 = (
    VIDEO_ALONE
    + """
const known = RTCRtpReceiver.getCapabilities.bind(RTCRtpReceiver);
RTCRtpReceiver.getCapabilities = (kind) => {
  const {codecs, ...rest} = known(kind);
  return {...rest, codecs: codecs.filter((codec) => !/h264/i.test(codec.mimeType))};
};
const add = RTCPeerConnection.prototype.addTransceiver;
RTCPeerConnection.prototype.addTransceiver = function (...given) {
  const transceiver = add.apply(this, given);
  transceiver.setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs);
  return transceiver;
};
"""
)


def choose_quality(viewer, words: str) -> None:
    viewer.press_button("Quality")
    viewer.page.get_by_text(words, exact=True).click()


def test_a_browser_without_h264_gets_vp8(start_host, open_viewer, paint):
    paint("#c03020")
    viewer = open_viewer(start_host("--allow", "view").ready["link"], script=WITHOUT_H264)
    viewer.wait_state("live")
    for colour in ("#2060c0", "#208040"):
        paint(colour)
        viewer.wait_colour(colour)
    assert viewer.stats()["codec"] == "VP8"


def test_video_alone_becomes_sharp_when_it_stands_still(start_host, open_viewer, x_desktop, screen_pixels):
    viewer = open_viewer(start_host("--allow", "view").ready["link"], script=VIDEO_ALONE)
    viewer.wait_state("live")

    def psnr_db() -> float:
        shown, real = viewer.picture().astype(float), screen_pixels(x_desktop.display).astype(float)
        luma = np.array([0.299, 0.587, 0.114])
        error = np.mean(((shown - real) @ luma) ** 2)
        return float(10 * np.log10(255**2 / max(error, 1e-9)))

    viewer.wait(lambda: psnr_db() > 45, "text at 45 dB")
    assert viewer.stats()["chroma"] == "4:2:0"


def test_sharp_shows_coloured_text_also_as_video(start_host, open_viewer, x_desktop, screen_pixels):
    import subprocess

    text = "for i in $(seq 20); do echo the quick brown fox; done; tput civis; sleep 99"
    red_on_blue = ("xterm", "-bg", "#000080", "-fg", "#ff3c3c", "-geometry", "80x24+700+40")
    xterm = subprocess.Popen((*red_on_blue, "-e", "bash", "-c", text), env=x_desktop.env)
    try:
        viewer = open_viewer(start_host("--allow", "view").ready["link"], script=VIDEO_ALONE)
        viewer.wait_state("live")
        choose_quality(viewer, "Sharp")
        viewer.wait(lambda: viewer.stats()["chroma"] == "4:4:4", "full chroma")

        def worst_error() -> float:
            area = (slice(100, 260), slice(720, 1000))
            shown, real = viewer.picture()[area], screen_pixels(x_desktop.display)[area]
            return float(np.sqrt(np.mean((shown.astype(float) - real.astype(float)) ** 2)))

        viewer.wait(lambda: worst_error() < 6, "red text on blue")
    finally:
        xterm.kill()
        xterm.wait()


def test_saving_data_sends_a_smaller_picture(start_host, open_viewer, paint):
    viewer = open_viewer(start_host("--allow", "view").ready["link"], script=VIDEO_ALONE)
    viewer.wait_state("live")
    choose_quality(viewer, "Save data")
    paint("#2060c0")
    viewer.wait_colour("#2060c0")
    viewer.wait(lambda: viewer.picture().shape[1] <= 1280, "at most 1280 pixels")
