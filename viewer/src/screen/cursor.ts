/**
 * The host's pointer, drawn here and not in the video: as this page's own pointer while it controls, so that
 * it sticks to the hand, and as an image over the picture while somebody else moves it.
 */

import { offsetOf, type Box, type Size } from "../input/geometry";
import { isNewer, type PointerPlace } from "../protocol/pointer";
import type { CursorShaped } from "../protocol/wire";

/** A picture shrunk to a phone's width must not make the pointer too small to find. */
const LEAST_SCALE = 0.5;
/** Beyond this browsers refuse an image as pointer. */
const MOST_CSS_PX = 128;

export class HostCursor {
  /** Covers the picture and clips what leaves it. */
  readonly layer = document.createElement("div");
  private readonly pointer = document.createElement("div");
  private readonly image = document.createElement("img");
  private readonly name = document.createElement("span");
  private shaped: CursorShaped | null = null;
  private place: PointerPlace | null = null;
  private box: Box = { left: 0, top: 0, width: 0, height: 0 };
  private monitor: Size & { monitor: number } = { monitor: 1, width: 0, height: 0 };
  private isHeld = false;
  private isLocked = false;
  private isInPicture = false;

  constructor(private readonly surface: HTMLElement) {
    this.layer.className = "pointer-layer";
    this.layer.setAttribute("aria-hidden", "true");
    this.pointer.className = "host-pointer";
    this.image.alt = "";
    this.name.className = "pointer-name";
    this.pointer.append(this.image, this.name);
    this.layer.append(this.pointer);
    this.image.addEventListener("load", () => this.drawOwn());
    this.move();
  }

  /** The host's pointer looks like this from now on. */
  shape(shape: CursorShaped): void {
    this.shaped = shape;
    if (shape.png) this.image.src = `data:image/png;base64,${shape.png}`;
    else this.image.removeAttribute("src");
    this.drawOwn();
    this.move();
  }

  /** The host's pointer is there now; a place that was overtaken is ignored. */
  moved(place: PointerPlace): void {
    if (this.place && !isNewer(place.seq, this.place.seq)) return;
    this.place = place;
    this.move();
  }

  /** This page has moved it there; the host will say so, too. */
  guess(monitor: number, { x, y }: { x: number; y: number }): void {
    this.place = { seq: this.place?.seq ?? 0, monitor, x, y };
    this.move();
  }

  /** Where it was last, over the monitor that is shown; null where it is not known. */
  get at(): { x: number; y: number } | null {
    return this.place?.monitor === this.monitor.monitor ? this.place : null;
  }

  /** A new connection counts its places from the start. */
  forgetPlace(): void {
    this.place = null;
    this.move();
  }

  /** What is shown, who moves the pointer (nobody: this page, or the host itself), and whether the video has it. */
  describe(monitor: Size & { monitor: number }, mover: string | null, isInPicture: boolean): void {
    this.monitor = monitor;
    this.isInPicture = isInPicture;
    this.name.textContent = mover;
    this.name.hidden = mover === null;
    this.drawOwn();
    this.move();
  }

  /** This page controls: its own pointer is the host's. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
    this.drawOwn();
    this.move();
  }

  /** This page's pointer is away, and the host's own is seen moving. */
  lock(isLocked: boolean): void {
    this.isLocked = isLocked;
    this.drawOwn();
    this.move();
  }

  /** The picture stands here, within the stage. */
  layOut(box: Box): void {
    this.box = box;
    const { style } = this.layer;
    style.transform = `translate(${box.left}px, ${box.top}px)`;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    this.drawOwn();
    this.move();
  }

  private get scale(): number {
    const scale = this.monitor.width > 0 ? this.box.width / this.monitor.width : 1;
    return Math.max(scale, LEAST_SCALE);
  }

  /** A finger leaves no pointer of its own. */
  private get isOwn(): boolean {
    return this.isHeld && !this.isLocked && !matchMedia("(hover: none)").matches;
  }

  private move(): void {
    const { place, shaped } = this;
    const isSeen = place?.monitor === this.monitor.monitor && !!shaped?.png && !this.isOwn && !this.isInPicture;
    this.layer.hidden = !isSeen;
    if (!isSeen) return;
    const { scale } = this;
    const x = offsetOf(place.x, this.box.width, this.monitor.width) - (shaped.x ?? 0) * scale;
    const y = offsetOf(place.y, this.box.height, this.monitor.height) - (shaped.y ?? 0) * scale;
    this.pointer.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    this.image.style.width = `${(shaped.width ?? 0) * scale}px`;
    this.image.style.height = `${(shaped.height ?? 0) * scale}px`;
    this.pointer.classList.toggle("at-right", place.x > 49_152);
  }

  /** Give this page's pointer the host's shape. */
  private drawOwn(): void {
    const { style } = this.surface;
    if (!this.isOwn) style.cursor = "";
    // A host that tells no shape has its pointer in the video.
    else if (this.isInPicture || !this.shaped?.png) style.cursor = "none";
    else this.drawShape(this.shaped);
  }

  private drawShape({ width = 0, height = 0, x = 0, y = 0 }: CursorShaped): void {
    if (!this.image.complete || this.image.naturalWidth === 0) return;
    const scale = Math.min(this.scale, MOST_CSS_PX / Math.max(width, height, 1));
    const hot = `${Math.round(x * scale)} ${Math.round(y * scale)}, default`;
    const { style } = this.surface;
    style.cursor = `url(${this.drawn(width * scale, height * scale)}) ${hot}`;
    if (devicePixelRatio === 1) return;
    const fine = this.drawn(width * scale * devicePixelRatio, height * scale * devicePixelRatio);
    // Where a browser does not know this it keeps the coarse one.
    style.cursor = `image-set(url(${fine}) ${devicePixelRatio}x) ${hot}`;
  }

  private drawn(width: number, height: number): string {
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width));
    canvas.height = Math.max(1, Math.round(height));
    const context = canvas.getContext("2d");
    if (!context) return this.image.src;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL();
  }
}
