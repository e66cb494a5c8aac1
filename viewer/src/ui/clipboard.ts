/** This browser's clipboard: read from paste events, written on secure pages and on plain http ones. */

import type { Clip, ClipFormat } from "../clipboard/message";

const TYPES = { text: "text/plain", html: "text/html", png: "image/png" } as const satisfies Record<ClipFormat, string>;
const FORMATS = Object.keys(TYPES) as ClipFormat[];
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Return what a paste event brings, of the formats that travel. */
export async function pastedClip(data: DataTransfer): Promise<Clip> {
  const clip = new Map<ClipFormat, Uint8Array>();
  // Read before the first pause: the event's data are gone then.
  const image = [...data.files].find((file) => file.type === TYPES.png);
  for (const format of ["text", "html"] as const) {
    // Browsers on Windows end lines in two characters; the same text is to be known again.
    const text = data.getData(TYPES[format]).replaceAll("\r\n", "\n");
    if (text) clip.set(format, encoder.encode(text));
  }
  if (image) clip.set("png", new Uint8Array(await image.arrayBuffer()));
  return clip;
}

/** Read this browser's clipboard; the browser may ask first. Null where it does not allow that. */
export async function readClip(): Promise<Clip | null> {
  const clip = new Map<ClipFormat, Uint8Array>();
  try {
    for (const item of await navigator.clipboard.read()) {
      for (const format of FORMATS.filter((format) => !clip.has(format) && item.types.includes(TYPES[format]))) {
        clip.set(format, new Uint8Array(await (await item.getType(TYPES[format])).arrayBuffer()));
      }
    }
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) return null;
    throw error;
  }
  return clip;
}

export const textClip = (text: string): Clip => new Map([["text", encoder.encode(text)]]);
export const textOf = (clip: Clip): string | null => (clip.has("text") ? decoder.decode(clip.get("text")) : null);
export const pictureOf = (clip: Clip): Blob | null => (clip.has("png") ? blobOf(clip, "png") : null);

/** Put ``clip`` on this browser's clipboard; false where that needs a click first, or cannot be. */
export async function copyClip(clip: Clip): Promise<boolean> {
  // Undefined on plain http.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard) {
    const formats = FORMATS.filter((format) => clip.has(format));
    try {
      await clipboard.write([new ClipboardItem(Object.fromEntries(formats.map((format) => [TYPES[format], blobOf(clip, format)])))]);
      return true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
  return copyByCommand(clip);
}

export const copyText = (text: string): Promise<boolean> => copyClip(textClip(text));

const blobOf = (clip: Clip, format: ClipFormat): Blob => new Blob([clip.get(format) as Uint8Array<ArrayBuffer>], { type: TYPES[format] });

/** The old way, which works on plain http too; it knows no pictures, and only shortly after a click or a key. */
function copyByCommand(clip: Clip): boolean {
  if (!clip.has("text") && !clip.has("html")) return false;
  const fill = (event: ClipboardEvent): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    for (const format of ["text", "html"] as const) {
      if (clip.has(format)) event.clipboardData?.setData(TYPES[format], decoder.decode(clip.get(format)));
    }
  };
  document.addEventListener("copy", fill, { capture: true });
  try {
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", fill, { capture: true });
  }
}
