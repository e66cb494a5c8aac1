/**
 * Video frames and exact pixels in, one picture out.
 *
 * Frames pass through as they come. A message is applied to a picture of our own once the frame it
 * builds on is here, and that picture is shown instead of the frame. Runs in a worker: no DOM.
 */

import { isNotOlder, KEEP_BIT, unpack, type Composed, type Rectangle } from "./message";

/** Beyond this the video must have been lost for seconds; the host is asked to begin anew. */
const MAX_WAITING = 256;
const OPAQUE = 0xff000000;
const PIXEL_BYTES = 4;

export interface ComposerEvents {
  /** Show this frame, now; it is given away. */
  show(frame: VideoFrame, rtp: number): void;
  /** What was sent is of no use any more: begin anew. */
  lost(): void;
}

export class Composer {
  private base: VideoFrame | null = null;
  private baseRtp = 0;
  /** The picture is whole: it began with all of a video frame. */
  private isOn = false;
  private picture = new Uint32Array(0);
  private waiting: Composed[] = [];
  private isApplying = false;

  constructor(private readonly events: ComposerEvents) {}

  /** Take a decoded video frame; it is given away. */
  video(frame: VideoFrame, rtp: number): void {
    if (this.isOn && this.isNothingNew(frame, rtp)) return frame.close();
    if (!this.isSizeOf(frame)) {
      this.picture = new Uint32Array(frame.codedWidth * frame.codedHeight);
      this.isOn = false;
    }
    this.base?.close();
    this.base = frame.clone();
    this.baseRtp = rtp;
    this.events.show(frame, rtp);
    void this.apply();
  }

  /** Take a message of channel `picture`. */
  message(data: ArrayBuffer): void {
    const message = unpack(data);
    if (message === null) return;
    if (message === "suspended") {
      this.isOn = false;
      this.waiting = [];
      return;
    }
    this.waiting.push(message);
    if (this.waiting.length > MAX_WAITING) this.lose();
    void this.apply();
  }

  close(): void {
    this.base?.close();
    this.base = null;
    this.waiting = [];
  }

  private isNothingNew(frame: VideoFrame, rtp: number): boolean {
    // A message that waits is proof that an earlier frame did not come: this one has all of it.
    const isMissed = this.waiting.some((message) => !isNotOlder(this.baseRtp, message.after));
    return (rtp & KEEP_BIT) !== 0 && this.base !== null && this.isSizeOf(frame) && !isMissed;
  }

  private isSizeOf(frame: VideoFrame): boolean {
    return this.base?.codedWidth === frame.codedWidth && this.base.codedHeight === frame.codedHeight;
  }

  private get isNextReady(): boolean {
    const next = this.waiting[0];
    return next !== undefined && this.base !== null && isNotOlder(this.baseRtp, next.after);
  }

  /** Apply what can be applied, one after the other, and show the last of it. */
  private async apply(): Promise<void> {
    if (this.isApplying) return;
    this.isApplying = true;
    try {
      while (this.isNextReady) {
        const message = this.waiting.shift() as Composed;
        await this.compose(message);
        if (this.isOn && !this.isNextReady) this.showPicture(message.at);
      }
    } catch {
      this.lose();
    } finally {
      this.isApplying = false;
    }
  }

  /** What follows builds on what is missing here. */
  private lose(): void {
    this.waiting = [];
    this.isOn = false;
    this.events.lost();
  }

  private async compose(message: Composed): Promise<void> {
    const base = this.base?.clone();
    if (!base) return;
    try {
      const { codedWidth: width, codedHeight: height } = base;
      const picture = this.picture;
      // Messages to those who were here before us build on what we never had.
      this.isOn ||= message.stale.some((rectangle) => rectangle.width === width && rectangle.height === height);
      if (!this.isOn) return;
      if (![...message.stale, ...message.tiles].every((rectangle) => isInside(rectangle, width, height))) return;
      for (const rectangle of message.stale) await copy(base, rectangle, picture);
      if (message.tiles.length > 0) write(message.tiles, await inflated(message.pixels), picture, width);
    } finally {
      base.close();
    }
  }

  private showPicture(at: number): void {
    // The video was quicker: a frame that is newer stands already.
    if (!this.base || !isNotOlder(at, this.baseRtp)) return;
    const { codedWidth, codedHeight, timestamp } = this.base;
    const age_us = ((((at - this.baseRtp) | 0) * 100) / 9) | 0;
    this.events.show(
      new VideoFrame(this.picture, { format: "BGRX", codedWidth, codedHeight, timestamp: timestamp + age_us }),
      at,
    );
  }
}

function isInside({ x, y, width, height }: Rectangle, pictureWidth: number, pictureHeight: number): boolean {
  return x + width <= pictureWidth && y + height <= pictureHeight;
}

function copy(frame: VideoFrame, rectangle: Rectangle, picture: Uint32Array<ArrayBuffer>): Promise<PlaneLayout[]> {
  const stride = frame.codedWidth * PIXEL_BYTES;
  const layout = [{ offset: rectangle.y * stride + rectangle.x * PIXEL_BYTES, stride }];
  return frame.copyTo(picture, { rect: rectangle, format: "BGRX", layout });
}

function write(tiles: Rectangle[], pixels: Uint32Array, picture: Uint32Array, pictureWidth: number): void {
  let from = 0;
  for (const { x, y, width, height } of tiles) {
    for (let row = y; row < y + height; row++) {
      const to = row * pictureWidth + x;
      for (let column = 0; column < width; column++) {
        picture[to + column] = (pixels[from + column] as number) | OPAQUE;
      }
      from += width;
    }
  }
}

async function inflated(pixels: Uint8Array<ArrayBuffer>): Promise<Uint32Array> {
  const stream = new Blob([pixels]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = await new Response(stream).arrayBuffer();
  return new Uint32Array(bytes, 0, bytes.byteLength >> 2);
}
