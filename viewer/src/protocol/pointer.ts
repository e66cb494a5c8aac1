/** A pointer move in nine bytes, big-endian: it is the one message that goes by the hundred. */

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
