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

/** Return the position of a client point over the monitor; points outside are moved to its edge. */
export function positionOver(clientX: number, clientY: number, picture: Box, monitor: Size): { x: number; y: number } {
  return {
    x: fraction16(clientX, picture.left, picture.width, monitor.width),
    y: fraction16(clientY, picture.top, picture.height, monitor.height),
  };
}
