/** The element that shows the host's monitor, and the still that stands in for it when the path is lost. */

import { pictureBox, positionOver, type Box, type Size } from "../input/geometry";
import type { Position } from "../input/pacer";
import { HostCursor } from "./cursor";

export class Screen {
  readonly stage = document.createElement("div");
  readonly video = document.createElement("video");
  readonly cursor = new HostCursor(this.video);
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
    const first = (): void => {
      this.still.hidden = true;
      this.layOut();
      shown();
    };
    if ("requestVideoFrameCallback" in this.video) this.video.requestVideoFrameCallback(first);
    else (this.video as HTMLVideoElement).addEventListener("loadeddata", first, { once: true });
    this.video.play().catch((error: unknown) => {
      // A newer stream took over before this one began.
      if (!(error instanceof DOMException)) throw error;
    });
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
    this.layOut();
  }

  layOut(): void {
    const isActual = this.stage.classList.contains("actual") && this.video.videoWidth > 0;
    for (const element of [this.video, this.still]) {
      element.style.width = isActual ? `${this.video.videoWidth / devicePixelRatio}px` : "";
      element.style.height = isActual ? `${this.video.videoHeight / devicePixelRatio}px` : "";
    }
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = this.video;
    this.cursor.layOut(pictureBox({ left, top, width, height }, this.size));
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
    return positionOver(event.clientX, event.clientY, this.box, monitor);
  }
}
