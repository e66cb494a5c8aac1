/** The worker that composes the picture: decoded frames and messages in, a track generator's frames out. */

import { Composer } from "./composer";

/** Set the worker up. The channel comes with it, or its messages one by one where it cannot be given away. */
export interface Begin {
  type: "begin";
  frames: ReadableStream<VideoFrame>;
  shown: WritableStream<VideoFrame>;
  channel: RTCDataChannel | null;
}
export interface PictureMessage {
  type: "message";
  data: ArrayBuffer;
}
export type ToWorker = Begin | PictureMessage;
/** `ready`: exact pixels can be composed from now on, or from anew. */
export type FromWorker = { type: "ready" } | { type: "shown"; rtp: number; timestamp: number };

type Scope = { onmessage: ((event: MessageEvent<ToWorker>) => void) | null; postMessage(message: FromWorker): void };
const scope = self as unknown as Scope;
let composer: Composer | null = null;

scope.onmessage = ({ data }) => {
  if (data.type === "message") composer?.message(data.data);
  else void begin(data);
};

async function begin({ frames, shown, channel }: Begin): Promise<void> {
  const writer = shown.getWriter();
  composer = new Composer({
    show: (frame, rtp) => {
      scope.postMessage({ type: "shown", rtp, timestamp: frame.timestamp });
      writer.write(frame).catch(() => frame.close());
    },
    lost: () => scope.postMessage({ type: "ready" }),
  });
  if (channel) {
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }) => composer?.message(data as ArrayBuffer);
    if (channel.readyState === "open") scope.postMessage({ type: "ready" });
    else channel.onopen = () => scope.postMessage({ type: "ready" });
  }
  const reader = frames.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    composer.video(value, rtpOf(value));
  }
  composer.close();
}

function rtpOf(frame: VideoFrame): number {
  return (frame as VideoFrame & { metadata(): { rtpTimestamp?: number } }).metadata().rtpTimestamp ?? 0;
}
