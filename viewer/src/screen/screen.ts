/** The element that shows the host's monitor, and the still that stands in for it when the path is lost. */

import { offsetOf, pictureBox, positionOver, type Box, type Size } from "../input/geometry";
import type { Position } from "../input/pacer";
import { View } from "../touch/view";
import { HostCursor } from "./cursor";

/** Told by the stage when another part of the picture is seen. */
export const VIEW_CHANGED = "viewchanged";

export class Screen {
  readonly stage = document.createElement("div");
  readonly video = document.createElement("video");
  readonly cursor = new HostCursor(this.video);
  /** Which part of the fitted picture is seen; fingers change it. */
  readonly view = new View();
  private readonly still = document.createElement("canvas");

  constructor() {
    this.stage.className = "stage";
    this.video.id = "screen";
    this.video.autoplay = this.video.muted = this.video.playsInline = true;
    this.video.disablePictureInPicture = true;
    this.video.tabIndex = 0;
    this.still.className = "still";
    this.still.hidden = true;
    this.still.setAttribute("aria-hidden", "true");
    this.stage.append(this.video, this.still, this.cursor.layer);
    this.video.addEventListener("resize", () => this.layOut());
    addEventListener("resize", () => this.layOut());
  }

  /** Show ``stream``; ``shown`` is called once, when its first picture is really on the screen. */
  play(stream: MediaStream, shown: () => void): void {
    this.video.srcObject = stream;
    this.showNext(shown);
    this.video.play().catch((error: unknown) => {
      // A newer stream took over before this one began.
      if (!(error instanceof DOMException)) throw error;
    });
  }

  /** Show what still plays in place of the picture that was kept; ``shown`` is called with its next picture. */
  goOn(shown: () => void): void {
    if (this.canWatch) this.showNext(shown);
    else {
      this.still.hidden = true;
      shown();
    }
  }

  private showNext(shown: () => void): void {
    const first = (): void => {
      this.still.hidden = true;
      this.layOut();
      shown();
    };
    if ("requestVideoFrameCallback" in this.video) this.video.requestVideoFrameCallback(first);
    else (this.video as HTMLVideoElement).addEventListener("loadeddata", first, { once: true });
  }

  /** Whether this browser tells of each picture. */
  get canWatch(): boolean {
    return "requestVideoFrameCallback" in this.video;
  }

  /** Call ``shown`` for each picture from now on, with what the browser knows of it; returns how to stop. */
  watch(shown: (metadata: VideoFrameCallbackMetadata) => void): () => void {
    let handle = 0;
    const next = (_: number, metadata: VideoFrameCallbackMetadata): void => {
      handle = this.video.requestVideoFrameCallback(next);
      shown(metadata);
    };
    handle = this.video.requestVideoFrameCallback(next);
    return () => this.video.cancelVideoFrameCallback(handle);
  }

  /** Keep the last picture: the video element goes blank when the next stream is set. */
  keepPicture(): void {
    const { videoWidth, videoHeight } = this.video;
    if (videoWidth === 0) return;
    this.still.width = videoWidth;
    this.still.height = videoHeight;
    this.still.getContext("2d")?.drawImage(this.video, 0, 0);
    this.still.hidden = false;
    this.layOut();
  }

  clear(): void {
    this.video.srcObject = null;
    this.cursor.forgetPlace();
    this.still.hidden = true;
  }

  /** Fit the picture into the window, or show it pixel by pixel and let it scroll. */
  setFit(fit: boolean): void {
    this.stage.classList.toggle("actual", !fit);
    this.view.reset();
    this.layOut();
  }

  layOut(): void {
    const isActual = this.stage.classList.contains("actual") && this.video.videoWidth > 0;
    for (const element of [this.video, this.still]) {
      element.style.width = isActual ? `${this.video.videoWidth / devicePixelRatio}px` : "";
      element.style.height = isActual ? `${this.video.videoHeight / devicePixelRatio}px` : "";
    }
    this.view.clamp(this.stageSize);
    this.showView();
  }

  zoomBy(factor: number, clientX: number, clientY: number): void {
    if (this.stage.classList.contains("actual")) return;
    const { left, top } = this.stage.getBoundingClientRect();
    this.view.zoomBy(factor, clientX - left, clientY - top, this.stageSize);
    this.showView();
  }

  panBy(dx: number, dy: number): void {
    if (this.stage.classList.contains("actual")) this.stage.scrollBy(-dx, -dy);
    else this.view.panBy(dx, dy, this.stageSize);
    this.showView();
  }

  /** See this place of ``monitor``, if it is outside what is seen. */
  follow(position: Position, monitor: Size): void {
    const { left, top } = this.stage.getBoundingClientRect();
    const { box } = this;
    const x = box.left - left + offsetOf(position.x, box.width, monitor.width);
    const y = box.top - top + offsetOf(position.y, box.height, monitor.height);
    // Most moves leave the view where it is.
    if (this.view.follow(x, y, this.stageSize)) this.showView();
  }

  /** Whether there is more of the picture than is seen. */
  get isZoomed(): boolean {
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = this.stage;
    return this.view.zoom > 1 || (this.stage.classList.contains("actual") && (scrollWidth > clientWidth || scrollHeight > clientHeight));
  }

  private get stageSize(): Size {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  private showView(): void {
    const { zoom, x, y } = this.view;
    const transform = zoom === 1 ? "" : `translate(${x}px, ${y}px) scale(${zoom})`;
    for (const element of [this.video, this.still]) element.style.transform = transform;
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = this.video;
    this.cursor.layOut(this.view.shown(pictureBox({ left, top, width, height }, this.size)));
    this.stage.dispatchEvent(new Event(VIEW_CHANGED));
  }

  /** The picture on the page, letterbox excluded; CSS pixels of the client area. */
  get box(): Box {
    return pictureBox(this.video.getBoundingClientRect(), this.size);
  }

  get size(): Size {
    return { width: this.video.videoWidth, height: this.video.videoHeight };
  }

  /** Where ``event`` points, over ``monitor`` in physical pixels. */
  position(event: { clientX: number; clientY: number }, monitor: Size): Position {
    return positionOver(event.clientX, event.clientY, this.box, monitor, 1 / devicePixelRatio);
  }
}
