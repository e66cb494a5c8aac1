/** Exact pixels beside the video, where the browser can compose them (Chromium); else the video alone. */

import workerUrl from "./worker.ts?worker&url";
import type { FromWorker, ToWorker } from "./worker";

/** What `lib.dom` does not know: mediacapture-transform as Chromium has it. */
interface TrackProcessor {
  readonly readable: ReadableStream<VideoFrame>;
}
interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}
interface Transform {
  MediaStreamTrackProcessor?: new (init: { track: MediaStreamTrack; maxBufferSize?: number }) => TrackProcessor;
  MediaStreamTrackGenerator?: new (init: { kind: "video" }) => TrackGenerator;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}
/** The page's policy lets it start one script from a text: this one. */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("picture-worker", {
  createScriptURL: () => workerUrl,
});

/** Frames that may wait for a busy worker; each that is left out is a base that messages wait for. */
const MAX_FRAMES = 8;

export interface ExactEvents {
  /** Exact pixels can be composed from now on; said again when the host shall begin anew. */
  ready(): void;
  /** A frame with this RTP timestamp went to the screen as `timestamp` µs. */
  shown(rtp: number, timestamp: number): void;
}

/** A picture composed of a received track and channel `picture`. */
export class ExactPicture {
  private readonly worker: Worker;

  private constructor(
    readonly track: MediaStreamTrack,
    readable: ReadableStream<VideoFrame>,
    writable: WritableStream<VideoFrame>,
    channel: RTCDataChannel,
    events: ExactEvents,
  ) {
    this.worker = new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: "module" });
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === "ready") events.ready();
      else events.shown(data.rtp, data.timestamp);
    };
    try {
      // The messages then never pass this thread, however busy the page is.
      const given = channel as unknown as Transferable;
      this.post({ type: "begin", frames: readable, shown: writable, channel }, [readable, writable, given]);
    } catch {
      this.forward(channel, events);
      this.post({ type: "begin", frames: readable, shown: writable, channel: null }, [readable, writable]);
    }
  }

  /** Begin to compose; null where this browser cannot. */
  static of(track: MediaStreamTrack, channel: RTCDataChannel, events: ExactEvents): ExactPicture | null {
    const { MediaStreamTrackProcessor, MediaStreamTrackGenerator } = globalThis as Transform;
    if (!MediaStreamTrackProcessor || !MediaStreamTrackGenerator || !("DecompressionStream" in globalThis)) return null;
    if (!("metadata" in VideoFrame.prototype)) return null;
    const generator = new MediaStreamTrackGenerator({ kind: "video" });
    const processor = new MediaStreamTrackProcessor({ track, maxBufferSize: MAX_FRAMES });
    return new ExactPicture(generator, processor.readable, generator.writable, channel, events);
  }

  close(): void {
    this.worker.terminate();
    this.track.stop();
  }

  /** Pass each message on, where a channel cannot be given to a worker. */
  private forward(channel: RTCDataChannel, events: ExactEvents): void {
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }) => this.post({ type: "message", data: data as ArrayBuffer }, [data as ArrayBuffer]);
    channel.onopen = () => events.ready();
  }

  private post(message: ToWorker, transfer: Transferable[]): void {
    this.worker.postMessage(message, transfer);
  }
}
