"""What a flood of moves costs a host that shows a picture, and how long a key takes beside a clipboard.

    .venv/bin/python scripts/benchmark/flood.py                      1,000 moves a second for 10 s, then 64 MB
    .venv/bin/python scripts/benchmark/flood.py --seconds 3 --megabytes 8

Three processes on one machine: the host, whose event loop is asked each 5 ms how late it is; a viewer without
a browser, which controls it; and the desktop's program, which repaints the whole Xvfb 30 times a second and
notes when keys come. The viewer sends the clipboard as the page does: never more than 16 kB ahead of the path.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import select
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from Xlib import X
from Xlib.display import Display

from conftest import x_server
from integration.peers import AiortcViewer, Share
from screenshare.protocol.clip import ClipBegun, pack_begun, pack_pieces

MOVES_HZ = 1000
PAINTS_HZ = 30
PROBE_S = 0.005
KEY_EACH_S = 0.05
# Like MOST_UNSENT_BYTES of the page.
UNSENT_BYTES = 16_384
TRANSFER_LIMIT_S = 300.0


def desktop(name: str, pipe: Pipe) -> None:
    """Repaint the display; when asked, tell when keys came and how often the pointer moved; None ends it."""
    display = Display(name)
    screen = display.screen()
    window = screen.root.create_window(
        *(0, 0, screen.width_in_pixels, screen.height_in_pixels, 0, screen.root_depth),
        override_redirect=True,
        event_mask=X.KeyPressMask | X.PointerMotionMask | X.ExposureMask,
    )
    window.map()
    while display.next_event().type != X.Expose:
        pass
    window.set_input_focus(X.RevertToParent, X.CurrentTime)
    paint = window.create_gc()
    keys: list[float] = []
    moves = 0
    next_paint, colour = time.monotonic(), 0
    pipe.send("ready")
    while True:
        wait_s = max(0.0, next_paint - time.monotonic())
        select.select([display.fileno(), pipe], [], [], wait_s)
        for _ in range(display.pending_events()):
            kind = display.next_event().type
            moves += kind == X.MotionNotify
            keys += [time.monotonic()] * (kind == X.KeyPress)
        if pipe.poll():
            if pipe.recv() is None:
                return
            pipe.send((keys, moves))
            keys, moves = [], 0
        if time.monotonic() >= next_paint:
            next_paint += 1 / PAINTS_HZ
            colour = (colour + 0x030507) & 0xFFFFFF
            paint.change(foreground=colour)
            window.fill_rectangle(paint, 0, 0, screen.width_in_pixels, screen.height_in_pixels)
            display.flush()


def viewer(link: str, pipe: Pipe) -> None:
    asyncio.run(control(link, pipe))


async def control(link: str, pipe: Pipe) -> None:
    """Be the viewer: do what comes through the pipe, and answer with frames a second and key times."""
    helper = await AiortcViewer(link).join()
    await helper.take_control()
    pipe.send("ready")
    deeds: dict[str, Callable[[float], Awaitable[list[float]]]] = {
        "rest": lambda seconds: rest(seconds),
        "flood": lambda seconds: flood(helper, seconds),
        "keys": lambda seconds: keys_for(helper, seconds),
        "clip": lambda megabytes: transfer(helper, round(megabytes * 2**20)),
    }
    while (deed := await asyncio.to_thread(pipe.recv)) is not None:
        name, amount = deed
        frames, began = helper.frame_count, time.monotonic()
        pressed = await deeds[name](amount)
        took_s = time.monotonic() - began
        pipe.send(((helper.frame_count - frames) / took_s, took_s, pressed))
    await helper.close()


async def rest(seconds: float) -> list[float]:
    await asyncio.sleep(seconds)
    return []


async def flood(helper: AiortcViewer, seconds: float) -> list[float]:
    """Move ``MOVES_HZ`` times a second: what the loop was late for it catches up with."""
    began = time.monotonic()
    sent = 0
    while (passed_s := time.monotonic() - began) < seconds:
        while sent < passed_s * MOVES_HZ:
            helper.move(sent * 37 % 65_536, sent * 91 % 65_536)
            sent += 1
        await asyncio.sleep(0.001)
    return []


async def keys_for(helper: AiortcViewer, seconds: float) -> list[float]:
    pressed: list[float] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await strike(helper, pressed)
    return pressed


async def strike(helper: AiortcViewer, pressed: list[float]) -> None:
    while True:
        pressed.append(time.monotonic())
        helper.press("KeyA", "a")
        helper.release("KeyA")
        await asyncio.sleep(KEY_EACH_S)


async def transfer(helper: AiortcViewer, size_bytes: int) -> list[float]:
    """Send a clipboard while keys go on; return when the host has it."""
    pressed: list[float] = []
    keys = asyncio.create_task(strike(helper, pressed))
    channel = helper.channels["clipboard"]
    data = b"flood of text. " * (size_bytes // 15)
    channel.send(pack_begun(ClipBegun(id=1, parts=(("text", len(data)),))))
    for piece in pack_pieces(1, data):
        while channel.bufferedAmount > UNSENT_BYTES:  # noqa: ASYNC110 - as one polls a channel
            await asyncio.sleep(0.001)
        channel.send(piece)
    await helper.said.expect("clipboard.taken", limit_s=TRANSFER_LIMIT_S)
    keys.cancel()
    return pressed


async def probe(lags_ms: list[float]) -> None:
    while True:
        due = time.monotonic() + PROBE_S
        await asyncio.sleep(PROBE_S)
        lags_ms.append(1000 * (time.monotonic() - due))


def told(values: list[float]) -> str:
    if not values:
        return "none"
    ordered = sorted(values)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return f"p50 {statistics.median(ordered):.1f}  p95 {p95:.1f}  max {ordered[-1]:.1f} ms  ({len(ordered)})"


async def measure(name: str, amount: float, viewers: Pipe, desktops: Pipe) -> None:
    """Let the viewer do ``name``, and print what the loop, the picture and the keys did meanwhile."""
    await ask(desktops, "what came before")
    lags_ms: list[float] = []
    probing = asyncio.create_task(probe(lags_ms))
    fps, took_s, pressed = await ask(viewers, (name, amount))
    probing.cancel()
    await asyncio.sleep(0.5)
    came, moves = await ask(desktops, "what came")
    print(f"{name:6} {took_s:5.1f} s  {fps:4.1f} frames/s  loop late: {told(lags_ms)}")
    if moves:
        print(f"       {moves} moves came to the program")
    if pressed:
        lost = len(pressed) - len(came)
        key_ms = [1000 * (there - here) for here, there in zip(pressed, came, strict=False)]
        print(f"       key to program: {told(key_ms)}" + (f", {lost} lost" if lost else ""))


async def ask(pipe: Pipe, question: object) -> tuple:
    pipe.send(question)
    return await asyncio.to_thread(pipe.recv)


async def run(seconds: float, megabytes: float) -> None:
    spawn = multiprocessing.get_context("spawn")
    with x_server() as (name, _):
        desktops, desktops_end = spawn.Pipe()
        painter = spawn.Process(target=desktop, args=(name, desktops_end))
        painter.start()
        await asyncio.to_thread(desktops.recv)
        limit_bytes = round(megabytes * 2**20)
        share = Share(name, allow="view,control,clipboard", clipboard_limit=limit_bytes)
        await share.start()
        viewers, viewers_end = spawn.Pipe()
        helper = spawn.Process(target=viewer, args=(share.link, viewers_end))
        helper.start()
        await asyncio.to_thread(viewers.recv)
        for deed in ("rest", "flood", "keys"):
            await measure(deed, seconds, viewers, desktops)
        await measure("clip", megabytes, viewers, desktops)
        for pipe, process in ((viewers, helper), (desktops, painter)):
            pipe.send(None)
            await asyncio.to_thread(process.join)
        await share.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--megabytes", type=float, default=64, help="64 is the largest that a host allows")
    options = parser.parse_args()
    asyncio.run(run(options.seconds, options.megabytes))


if __name__ == "__main__":
    main()
