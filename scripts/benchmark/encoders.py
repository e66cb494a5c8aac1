"""Encoders side by side on the bench's scenes, without a screen or a network.

    .venv/bin/python scripts/benchmark/encoders.py                    every candidate, every scene
    .venv/bin/python scripts/benchmark/encoders.py --only now,hex --scenes scroll
    .venv/bin/python scripts/benchmark/encoders.py --modes auto,sharp      as the product encodes

The scenes are drawn as rdbench/target.py draws them, 30 steps a second at 1080p.
Columns: kbit/s at 30 fps without the keyframe; its size; CPU of all threads and wall
time to encode a frame; CPU to decode it; PSNR of luma as decoded. With --modes, below it: what each
refinement of the picture at rest gives, seconds after the last change, kilobytes and PSNR.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parent))
from rdbench import marker
from rdbench.target import desktop_image, tall_page, video_frames

from screenshare.media import Patch, Region
from screenshare.video.convert import Planes, choose_converter, plane_arrays
from screenshare.video.encoder import EncoderSettings, Tuning
from screenshare.video.quality import MODES, Quality
from screenshare.video.rendition import Rendition

Image = npt.NDArray[np.uint8]
FPS = 30
SCENES = ("typing", "scroll", "drag", "video", "full")

_SCREEN = (
    "scenecut=0:keyint=infinite:aq-mode=0:weightp=0:ref=1:"
    "colormatrix=smpte170m:colorprim=bt709:transfer=bt709:range=tv"
)
_VPX = {"deadline": "realtime", "error-resilient": "default", "lag-in-frames": "0", "crf": "12", "b": "20M"}


def x264(extra: str = "", **options: str) -> tuple[str, dict[str, str]]:
    usual = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline", "crf": "24"}
    return "libx264", usual | options | {"x264-params": f"{_SCREEN}:sliced-threads=1{extra}"}


CANDIDATES: dict[str, tuple[str, dict[str, str]]] = {
    "now": x264(),
    "crf28": x264(crf="28"),
    "subme1": x264(":subme=1"),
    "hex": x264(":subme=2:me=hex"),
    "hex crf26": x264(":subme=2:me=hex", crf="26"),
    "hex crf28": x264(":subme=2:me=hex", crf="28"),
    "hex crf30": x264(":subme=2:me=hex", crf="30"),
    "dia2 crf28": x264(":subme=2:me=dia", crf="28"),
    "sub1hex crf28": x264(":subme=1:me=hex", crf="28"),
    "hex+i4x4 crf28": x264(":subme=2:me=hex:analyse=i4x4", crf="28"),
    "hex cabac": x264(":subme=2:me=hex:cabac=1", profile="main"),
    "hex vbv": x264(":subme=2:me=hex:vbv-maxrate=100000:vbv-bufsize=100000"),
    "hex deblock": x264(":subme=2:me=hex:no-deblock=0"),
    "superfast": x264(preset="superfast"),
    "veryfast crf28": x264(preset="veryfast", crf="28"),
    "vp8 -8": ("libvpx", _VPX | {"cpu-used": "-8"}),
    "vp8 -12": ("libvpx", _VPX | {"cpu-used": "-12"}),
    "vp8 -16 screen": ("libvpx", _VPX | {"cpu-used": "-16"}),
}


def bgrx(image: object) -> Image:
    rgb = np.asarray(image)
    out = np.zeros((*rgb.shape[:2], 4), np.uint8)
    out[..., :3] = rgb[..., ::-1]
    return out


class Scenes:
    """Draws what target.py draws; its one picture is painted on from step to step."""

    def __init__(self, cache: Path) -> None:
        self._desk, self._tall = bgrx(desktop_image()), bgrx(tall_page())
        if not cache.exists():
            np.save(cache, np.stack(list(video_frames())))
        self._videos: Image = np.load(cache, mmap_mode="r")

    def play(self, name: str, steps: int) -> Iterator[Image]:
        picture = self._desk.copy()
        picture[: marker.STRIP_H] = 96
        for step in range(steps):
            self._draw(picture, name, step)
            yield picture

    def _draw(self, picture: Image, name: str, step: int) -> None:
        film = self._videos[step % len(self._videos)]
        if name == "typing":
            x, from_x, from_y = 30 + step % 80 * 10, 960 + step * 37 % 700, 100 + step % 20 * 16
            picture[110:128, x : x + 10] = self._desk[from_y : from_y + 18, from_x : from_x + 10]
        elif name == "scroll":
            top = step * 16 % (4096 - 900)
            picture[100:1000, 400:1500] = self._tall[top : top + 900]
        elif name == "drag":
            angle = 2 * math.pi * step / 240
            x, y = int(640 + 560 * math.sin(angle)), int(330 + 230 * math.sin(2 * angle))
            picture[marker.STRIP_H :] = self._desk[marker.STRIP_H :]
            picture[y : y + 480, x : x + 640] = self._tall[100:580, :640]
        elif name == "video":
            picture[200:920, 320:1600] = film[200:920, 320:1600]
        else:
            picture[marker.STRIP_H :] = film[marker.STRIP_H :]


def encoder(codec: str, options: dict[str, str], pix_fmt: str) -> av.VideoCodecContext:
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = marker.W, marker.H, pix_fmt
    context.framerate, context.time_base = Fraction(FPS), Fraction(1, FPS)
    context.thread_count = 2
    options = dict(options)
    context.bit_rate = 20_000_000 if options.pop("b", None) else 0
    context.options = options
    context.open()
    return context


def psnr(seen: Image, wanted: Image) -> float:
    error = float(np.square(seen.astype(np.int16) - wanted.astype(np.int16), dtype=np.int32).mean())
    return 99.0 if error == 0 else 10 * math.log10(255**2 / error)


def measure(scenes: Scenes, scene: str, codec: str, options: dict[str, str], steps: int) -> str:
    context = encoder(codec, options, "yuv420p")
    decoder = av.CodecContext.create("h264" if codec == "libx264" else "vp8", "r")
    decoder.thread_count = 1
    converter, picture = choose_converter(), av.VideoFrame(marker.W, marker.H, "yuv420p")
    planes = Planes(*plane_arrays(picture))
    sizes, walls, psnrs, encode_s, decode_s = [], [], [], 0.0, 0.0
    for step, image in enumerate(scenes.play(scene, steps)):
        converter.convert(
            Patch(Region(0, 0, marker.W, marker.H), memoryview(image).cast("B"), marker.W * 4), planes
        )
        picture.pts = step
        wall, cpu = time.perf_counter(), time.process_time()
        packets = context.encode(picture)
        walls.append(time.perf_counter() - wall)
        encode_s += time.process_time() - cpu if step else 0
        sizes.append(sum(packet.size for packet in packets))
        cpu = time.process_time()
        frames = [frame for packet in packets for frame in decoder.decode(packet)]
        decode_s += time.process_time() - cpu
        if frames and step % 5 == 4:
            psnrs.append(psnr(plane_arrays(frames[-1])[0], planes.y))
    kbps = sum(sizes[1:]) * 8 * FPS / (steps - 1) / 1000
    quickest = sorted(walls[1:])
    return (
        f"{kbps:7.0f} {sizes[0] / 1000:6.0f} {1000 * encode_s / (steps - 1):6.1f}"
        f" {1000 * quickest[len(quickest) // 2]:6.1f} {1000 * decode_s / steps:6.1f} {np.mean(psnrs):6.1f}"
    )


def measure_mode(scenes: Scenes, scene: str, name: str, steps: int, limit_kbps: int | None) -> Iterator[str]:
    """Encode as the feed does: motion, then the refinements of what it leaves."""
    mode = MODES[name]
    quality = Quality(mode)
    quality.limit(limit_kbps)
    settings = EncoderSettings(format=mode.formats[0], max_width=mode.max_width, max_fps=mode.max_fps)
    rendition, converter = Rendition(marker.W, marker.H, settings), choose_converter()
    wanted = np.zeros((rendition.height, rendition.width), np.uint8)
    decoder = av.CodecContext.create("h264", "r")
    now, sizes = 0.0, []

    def encode(tuning: Tuning, *, keyframe: bool = False) -> tuple[int, float]:
        rendition.tune(tuning)
        frame = rendition.encode(pts=int(now * 90_000), keyframe=keyframe, captured_at=now)
        quality.encoded(len(frame.data), is_keyframe=frame.is_keyframe, now=now)
        seen = plane_arrays(decoder.decode(av.Packet(frame.data))[-1])[0]
        return len(frame.data), psnr(seen, wanted)

    # The luma that a viewer should see, at the rendition's size.
    picture = av.VideoFrame(marker.W, marker.H, "yuv420p")
    planes = Planes(*plane_arrays(picture))
    for step, image in enumerate(scenes.play(scene, steps)):
        patch = Patch(Region(0, 0, marker.W, marker.H), memoryview(image).cast("B"), marker.W * 4)
        converter.convert(patch, planes)
        converter.shrink(planes.y, wanted)
        rendition.paint(patch)
        size, luma = encode(quality.moving(now), keyframe=step == 0)
        sizes.append(size)
        now += 1 / FPS
    kbps = sum(sizes[1:]) * 8 * FPS / (steps - 1) / 1000
    yield f"{scene} {name}: {kbps:.0f} kbit/s, keyframe {sizes[0] / 1000:.0f} kB, {luma:.1f} dB"
    moved_at = now - 1 / FPS
    while quality.due_at is not None:
        now = quality.due_at
        size, luma = encode(quality.still(now))
        yield f"  {now - moved_at:5.2f} s {size / 1000:6.0f} kB {luma:6.1f} dB"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(CANDIDATES))
    parser.add_argument("--scenes", default=",".join(SCENES))
    parser.add_argument("--modes", help="the product's modes instead of candidates")
    parser.add_argument("--limit-kbps", type=int)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/rdbench-video.npy"))
    arguments = parser.parse_args()
    scenes = Scenes(arguments.cache)
    for scene in arguments.scenes.split(","):
        if arguments.modes:
            for name in arguments.modes.split(","):
                for line in measure_mode(scenes, scene, name, arguments.steps, arguments.limit_kbps):
                    print(line, flush=True)
            continue
        print(f"{scene:<18}  kbit/s  key kB   cpu   wall decode   psnr", flush=True)
        for name in arguments.only.split(","):
            print(f"  {name:<16} {measure(scenes, scene, *CANDIDATES[name], arguments.steps)}", flush=True)


if __name__ == "__main__":
    main()
