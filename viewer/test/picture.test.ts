/** Video frames and exact pixels become one picture, whatever the order they come in. */

import { beforeEach, expect, test, vi } from "vitest";
import { Composer } from "../src/picture/composer";
import { isNotOlder, unpack, type Rectangle } from "../src/picture/message";

const WIDTH = 4;
const HEIGHT = 2;
const WHOLE: Rectangle = { x: 0, y: 0, width: WIDTH, height: HEIGHT };

/** As much of a VideoFrame as the composer uses; every pixel of a video frame has its `shade`. */
class FakeFrame {
  static open = 0;
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly timestamp: number;
  readonly pixels: number[];

  constructor(data: Uint32Array | number[], options: { codedWidth: number; codedHeight: number; timestamp: number }) {
    this.pixels = [...data];
    this.codedWidth = options.codedWidth;
    this.codedHeight = options.codedHeight;
    this.timestamp = options.timestamp;
    FakeFrame.open += 1;
  }

  clone(): FakeFrame {
    return new FakeFrame(this.pixels, this);
  }

  copyTo(target: Uint32Array, { rect, layout }: { rect: Rectangle; layout: { offset: number; stride: number }[] }): Promise<void> {
    const { offset, stride } = layout[0] as { offset: number; stride: number };
    for (let row = 0; row < rect.height; row++) {
      for (let column = 0; column < rect.width; column++) {
        target[(offset + row * stride) / 4 + column] = this.pixels[(rect.y + row) * this.codedWidth + rect.x + column] as number;
      }
    }
    return Promise.resolve();
  }

  close(): void {
    FakeFrame.open -= 1;
  }
}

function video(shade: number, width = WIDTH, height = HEIGHT): VideoFrame {
  const options = { codedWidth: width, codedHeight: height, timestamp: 0 };
  return new FakeFrame(new Array<number>(width * height).fill(shade), options) as unknown as VideoFrame;
}

/** Raw deflate that stores its bytes (RFC 1951 §3.2.4). */
function stored(bytes: Uint8Array): Uint8Array {
  const { length } = bytes;
  return Uint8Array.of(1, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255, ...bytes);
}

function message(after: number, at: number, stale: Rectangle[], tiles: Rectangle[], shade = 0): ArrayBuffer {
  const size = tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0);
  const pixels = tiles.length ? stored(new Uint8Array(new Uint32Array(size).fill(shade).buffer)) : new Uint8Array();
  const data = new ArrayBuffer(11 + 8 * (stale.length + tiles.length) + pixels.length);
  const view = new DataView(data);
  view.setUint8(0, 1);
  view.setUint32(1, after);
  view.setUint32(5, at);
  view.setUint8(9, stale.length);
  view.setUint8(10, tiles.length);
  [...stale, ...tiles].forEach(({ x, y, width, height }, index) => {
    [x, y, width, height].forEach((value, field) => view.setUint16(11 + index * 8 + field * 2, value));
  });
  new Uint8Array(data, data.byteLength - pixels.length).set(pixels);
  return data;
}

class Page {
  readonly shown: { rtp: number; pixels: number[] }[] = [];
  lost = 0;
  readonly composer = new Composer({
    show: (frame, rtp) => {
      this.shown.push({ rtp, pixels: (frame as unknown as FakeFrame).pixels });
      frame.close();
    },
    lost: () => {
      this.lost += 1;
    },
  });

  get last(): { rtp: number; pixels: number[] } | undefined {
    return this.shown.at(-1);
  }
}

const OPAQUE = 0xff000000;
const opaque = (shade: number): number => (shade | OPAQUE) >>> 0;
let page: Page;

beforeEach(() => {
  vi.stubGlobal("VideoFrame", FakeFrame);
  FakeFrame.open = 0;
  page = new Page();
});

test("without messages every frame is shown as it comes, also one that says keep", () => {
  page.composer.video(video(1), 10);
  page.composer.video(video(2), 21);
  expect(page.shown.map((shown) => shown.rtp)).toEqual([10, 21]);
});

test("exact pixels are laid over what the video shows, and opaque", async () => {
  page.composer.video(video(opaque(1)), 10);
  page.composer.message(message(10, 20, [WHOLE], [{ x: 1, y: 0, width: 2, height: 1 }], 7));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(20));
  expect(page.last?.pixels).toEqual([1, 7, 7, 1, 1, 1, 1, 1].map(opaque));
});

test("messages to those who were here before are not laid over nothing", async () => {
  page.composer.video(video(opaque(1)), 10);
  page.composer.message(message(10, 20, [], [{ x: 1, y: 0, width: 2, height: 1 }], 7));
  page.composer.message(message(10, 30, [WHOLE], []));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(30));
  expect(page.shown.map((shown) => shown.rtp)).toEqual([10, 30]);
  expect(page.last?.pixels).toEqual(Array(8).fill(opaque(1)));
});

test("a message waits for the frame it builds on", async () => {
  page.composer.video(video(1), 10);
  page.composer.message(message(30, 40, [WHOLE], []));
  await Promise.resolve();
  expect(page.last?.rtp).toBe(10);
  page.composer.video(video(opaque(2)), 30);
  await vi.waitFor(() => expect(page.last?.rtp).toBe(40));
  expect(page.last?.pixels[0]).toBe(opaque(2));
});

test("a frame that shows nothing new does not blur an exact picture", async () => {
  page.composer.video(video(1), 10);
  page.composer.message(message(10, 20, [WHOLE], [WHOLE], 7));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(20));
  page.composer.video(video(1), 31);
  expect(page.last?.rtp).toBe(20);
});

test("a picture that is older than the video on the screen is kept for later, not shown", async () => {
  page.composer.video(video(1), 10);
  page.composer.video(video(2), 50);
  page.composer.message(message(10, 20, [WHOLE], [{ x: 0, y: 0, width: 1, height: 1 }], 7));
  page.composer.message(message(50, 60, [], []));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(60));
  expect(page.shown.map((shown) => shown.rtp)).not.toContain(20);
  expect(page.last?.pixels[0]).toBe(opaque(7));
});

test("where the awaited frame was lost, the next one does, whatever it says", async () => {
  page.composer.video(video(1), 10);
  page.composer.message(message(10, 12, [WHOLE], []));
  page.composer.message(message(30, 40, [WHOLE], []));
  page.composer.video(video(opaque(3)), 51);
  expect(page.last?.rtp).toBe(51);
  page.composer.message(message(30, 60, [], []));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(60));
  expect(page.last?.pixels[0]).toBe(opaque(3));
});

test("after suspended every frame is shown again", async () => {
  page.composer.video(video(1), 10);
  page.composer.message(message(10, 20, [WHOLE], []));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(20));
  page.composer.message(Uint8Array.of(2).buffer);
  page.composer.video(video(2), 31);
  expect(page.last?.rtp).toBe(31);
});

test("a frame of another size begins a picture of that size", async () => {
  page.composer.video(video(1), 10);
  page.composer.message(message(10, 20, [WHOLE], []));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(20));
  page.composer.video(video(opaque(5), 2, 2), 31);
  page.composer.message(message(31, 40, [{ x: 0, y: 0, width: 2, height: 2 }], []));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(40));
  expect(page.last?.pixels).toEqual([5, 5, 5, 5].map(opaque));
});

test("rectangles that reach outside the picture change nothing", async () => {
  page.composer.video(video(1), 10);
  page.composer.message(message(10, 20, [{ x: 3, y: 0, width: 9, height: 1 }], []));
  page.composer.message(message(10, 30, [WHOLE], []));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(30));
  expect(page.lost).toBe(0);
});

test("broken pixels make the host begin anew", async () => {
  page.composer.video(video(1), 10);
  const broken = message(10, 20, [WHOLE], [WHOLE], 7);
  new Uint8Array(broken).fill(255, 27);
  page.composer.message(broken);
  await vi.waitFor(() => expect(page.lost).toBe(1));
});

test("more messages than anybody waits for make the host begin anew", () => {
  for (let number = 0; number < 300; number++) page.composer.message(message(10, 20, [], []));
  expect(page.lost).toBe(1);
});

test("every frame that was taken is given back", async () => {
  page.composer.video(video(1), 10);
  page.composer.message(message(10, 20, [WHOLE], [WHOLE], 7));
  await vi.waitFor(() => expect(page.last?.rtp).toBe(20));
  page.composer.video(video(1), 31);
  page.composer.close();
  expect(FakeFrame.open).toBe(0);
});

test.each([[new ArrayBuffer(0)], [Uint8Array.of(9).buffer], [new ArrayBuffer(11)], [message(1, 2, [WHOLE], []).slice(0, 15)]])(
  "a message that makes no sense is nothing",
  (data) => expect(unpack(data)).toBeNull(),
);

test("timestamps wrap", () => {
  expect(isNotOlder(3, 2 ** 32 - 3)).toBe(true);
  expect(isNotOlder(2 ** 32 - 3, 3)).toBe(false);
});
