/**
 * Where a pointer is, in nine bytes, big-endian: the one message that goes by the hundred.
 *
 * A viewer tells where he moves (``PointerMove``), the host where its own pointer is (``PointerPlace``).
 */

export interface PointerMove {
  /** u32, shared with all other input of this viewer. */
  seq: number;
  monitor: number;
  /** 0 (first pixel) to 65535 (last pixel) of the monitor. */
  x: number;
  y: number;
}

/** Pack seq u32, monitor u8, x u16, y u16. */
export function packPointer(move: PointerMove): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(9));
  view.setUint32(0, move.seq);
  view.setUint8(4, move.monitor);
  view.setUint16(5, move.x);
  view.setUint16(7, move.y);
  return view.buffer;
}

export interface PointerPlace {
  /** u32, counts up with each place and wraps: they may overtake each other. */
  seq: number;
  /** Null: on no monitor that is shown, or nowhere to be seen. */
  monitor: number | null;
  x: number;
  y: number;
}

const PLACE_BYTES = 9;
const NOWHERE = 255;

/** Read a place of the host's pointer; null for what is none. */
export function unpackPlace(data: unknown): PointerPlace | null {
  if (!(data instanceof ArrayBuffer) || data.byteLength !== PLACE_BYTES) return null;
  const view = new DataView(data);
  const monitor = view.getUint8(4);
  return { seq: view.getUint32(0), monitor: monitor === NOWHERE ? null : monitor, x: view.getUint16(5), y: view.getUint16(7) };
}

/** Tell whether ``seq`` comes after ``before``; they wrap (RFC 1982). */
export function isNewer(seq: number, before: number): boolean {
  return ((seq - before) | 0) > 0;
}
