/** What comes on channel `picture`, big-endian: exact pixels beside the video (screenshare/protocol/picture.py). */

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Composed {
  /** RTP timestamp of the video frame this builds on. */
  after: number;
  /** RTP timestamp of the composed picture itself. */
  at: number;
  /** To be copied from the newest video frame. */
  stale: Rectangle[];
  /** To be written from `pixels`: raw deflate, row by row, BGRX. */
  tiles: Rectangle[];
  pixels: Uint8Array<ArrayBuffer>;
}

/** The lowest bit of a video frame's RTP timestamp: "keep the picture you have". */
export const KEEP_BIT = 1;

const COMPOSED = 1;
const SUSPENDED = 2;
const HEAD_BYTES = 11;
const RECTANGLE_BYTES = 8;

/** Read one message; null for one that makes no sense. */
export function unpack(data: ArrayBuffer): Composed | "suspended" | null {
  const view = new DataView(data);
  const kind = data.byteLength > 0 ? view.getUint8(0) : 0;
  if (kind === SUSPENDED) return "suspended";
  if (kind !== COMPOSED || data.byteLength < HEAD_BYTES) return null;
  const staleCount = view.getUint8(9);
  const count = staleCount + view.getUint8(10);
  const end = HEAD_BYTES + count * RECTANGLE_BYTES;
  if (data.byteLength < end) return null;
  const rectangles = Array.from({ length: count }, (_, index) => rectangleAt(view, HEAD_BYTES + index * RECTANGLE_BYTES));
  return {
    after: view.getUint32(1),
    at: view.getUint32(5),
    stale: rectangles.slice(0, staleCount),
    tiles: rectangles.slice(staleCount),
    pixels: new Uint8Array(data, end),
  };
}

function rectangleAt(view: DataView, offset: number): Rectangle {
  return {
    x: view.getUint16(offset),
    y: view.getUint16(offset + 2),
    width: view.getUint16(offset + 4),
    height: view.getUint16(offset + 6),
  };
}

/** Tell whether RTP timestamp `a` is not older than `b`; they wrap (RFC 1982). */
export function isNotOlder(a: number, b: number): boolean {
  return ((a - b) | 0) >= 0;
}
