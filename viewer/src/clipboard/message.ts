/** Contents of a clipboard on channel ``clipboard``, either way, in pieces, big-endian: protocol/clip.py tells more. */

import type { ClipPart } from "../protocol/wire";

export type ClipFormat = ClipPart["format"];
/** Text and HTML in UTF-8. */
export type Clip = ReadonlyMap<ClipFormat, Uint8Array>;

export type ClipMessage =
  | { type: "begun"; id: number; parts: readonly ClipPart[] }
  | { type: "piece"; id: number; data: Uint8Array };

export const MAX_CLIP_BYTES = 8192;
const FORMATS: readonly ClipFormat[] = ["text", "html", "png"];
const BEGUN = 1;
const PIECE = 2;
const HEAD_BYTES = 5;
const PART_BYTES = 5;
const PIECE_BYTES = MAX_CLIP_BYTES - HEAD_BYTES;

export const sizeOf = (clip: Clip): number => [...clip.values()].reduce((sum, data) => sum + data.length, 0);

/** Browsers clean HTML on its way through the clipboard: where both have text, that tells. */
export function isSame(one: Clip, other: Clip): boolean {
  const formats: ClipFormat[] = one.has("text") && other.has("text") ? ["text"] : ["text", "html", "png"];
  return formats.every((format) => {
    const [a, b] = [one.get(format), other.get(format)];
    return a === b || (a?.length === b?.length && a?.every((byte, index) => byte === b?.[index]) === true);
  });
}

/** Yield the messages that bring ``clip`` under the number ``id``. */
export function* packClip(id: number, clip: Clip): Generator<ArrayBuffer> {
  yield packBegun(id, [...clip].map(([format, data]) => ({ format, bytes: data.length })));
  for (const data of clip.values()) {
    for (let start = 0; start < data.length; start += PIECE_BYTES) yield packPiece(id, data.subarray(start, start + PIECE_BYTES));
  }
}

export function packBegun(id: number, parts: readonly ClipPart[]): ArrayBuffer {
  const view = head(BEGUN, id, parts.length * PART_BYTES);
  parts.forEach(({ format, bytes }, index) => {
    view.setUint8(HEAD_BYTES + index * PART_BYTES, 1 + FORMATS.indexOf(format));
    view.setUint32(HEAD_BYTES + index * PART_BYTES + 1, bytes);
  });
  return view.buffer;
}

export function packPiece(id: number, data: Uint8Array): ArrayBuffer {
  const { buffer } = head(PIECE, id, data.length);
  new Uint8Array(buffer, HEAD_BYTES).set(data);
  return buffer;
}

/** Return the message in ``data``, or null for what is none. */
export function unpackClip(data: unknown): ClipMessage | null {
  if (!(data instanceof ArrayBuffer) || data.byteLength <= HEAD_BYTES || data.byteLength > MAX_CLIP_BYTES) return null;
  const view = new DataView(data);
  const [kind, id] = [view.getUint8(0), view.getUint32(1)];
  if (kind === PIECE) return { type: "piece", id, data: new Uint8Array(data, HEAD_BYTES) };
  const parts = kind === BEGUN ? partsIn(view) : null;
  return parts && { type: "begun", id, parts };
}

function partsIn(view: DataView): ClipPart[] | null {
  const parts: ClipPart[] = [];
  for (let at = HEAD_BYTES; at < view.byteLength; at += PART_BYTES) {
    if (at + PART_BYTES > view.byteLength) return null;
    const [format, bytes] = [FORMATS[view.getUint8(at) - 1], view.getUint32(at + 1)];
    if (!format || bytes === 0 || parts.some((part) => part.format === format)) return null;
    parts.push({ format, bytes });
  }
  return parts;
}

function head(kind: number, id: number, rest: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(HEAD_BYTES + rest));
  view.setUint8(0, kind);
  view.setUint32(1, id);
  return view;
}
