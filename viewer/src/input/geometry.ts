/** Where in the picture is the pointer? Sans-DOM; all lengths are CSS pixels unless named otherwise. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

const LAST = 65_535;
/** Browsers keep places as 32-bit floats; of a pixel. */
const HAIR = 0.01;

/** Return the part of an ``object-fit: contain`` element that shows the picture (the rest is letterbox). */
export function pictureBox(element: Box, picture: Size): Box {
  if (picture.width <= 0 || picture.height <= 0) return element;
  const scale = Math.min(element.width / picture.width, element.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return {
    left: element.left + (element.width - width) / 2,
    top: element.top + (element.height - height) / 2,
    width,
    height,
  };
}

/** Return the Fraction16 of the monitor pixel under ``at``: 0 is the first of ``count`` pixels, 65535 the last. */
export function fraction16(at: number, start: number, length: number, count: number): number {
  if (count <= 1 || length <= 0) return 0;
  const pixel = Math.floor(((at - start) / length) * count);
  const inside = Math.min(Math.max(pixel, 0), count - 1);
  return Math.round((inside * LAST) / (count - 1));
}

/** Return how far from the start of ``length`` the middle of the pixel at ``fraction`` lies; undoes ``fraction16``. */
export function offsetOf(fraction: number, length: number, count: number): number {
  if (count <= 0) return 0;
  return ((Math.round((fraction * (count - 1)) / LAST) + 0.5) / count) * length;
}

/**
 * Return the position of a client point over the monitor; points outside are moved to its edge.
 *
 * A mouse points at a whole pixel of this screen, ``pixel`` wide: its middle tells which of the host's is seen there,
 * also where the browser's number is a hair too small. Where it covers several of the host's, the first one counts at
 * the first edge and the last one at the last, so that every corner can be reached.
 */
export function positionOver(clientX: number, clientY: number, picture: Box, monitor: Size, pixel: number): { x: number; y: number } {
  return {
    x: fraction16(middleOf(clientX, picture.left, picture.width, monitor.width, pixel), picture.left, picture.width, monitor.width),
    y: fraction16(middleOf(clientY, picture.top, picture.height, monitor.height, pixel), picture.top, picture.height, monitor.height),
  };
}

function middleOf(at: number, start: number, length: number, count: number, pixel: number): number {
  const edge = Math.floor(at / pixel + HAIR) * pixel;
  const covered = (pixel / length) * count;
  if (!(covered > 1) || length <= pixel) return edge + pixel / 2;
  const along = Math.min(Math.max((edge - start) / (length - pixel), 0), 1);
  return edge + ((0.5 + along * (covered - 1)) / count) * length;
}
