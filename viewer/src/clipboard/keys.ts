/** Sans-DOM: the keys that copy and paste, here and at the host. */

import type { KeyLike } from "../input/keyboard";

export function isPasteKey(event: KeyLike): boolean {
  if (event.altKey || event.repeat) return false;
  if (event.code === "Insert") return event.shiftKey && !event.ctrlKey && !event.metaKey;
  return (event.ctrlKey || event.metaKey) && isLetter(event, "v");
}

export function isCopyKey(event: KeyLike): boolean {
  if (event.altKey || !(event.ctrlKey || event.metaKey)) return false;
  return event.code === "Insert" || isLetter(event, "c") || isLetter(event, "x");
}

/** By what the key means; where it means no Latin letter (Cyrillic, Greek, Hebrew), by its place, as browsers do. */
function isLetter({ code, key }: KeyLike, letter: string): boolean {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() === letter : code === `Key${letter.toUpperCase()}`;
}
