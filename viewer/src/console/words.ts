/** What the console says about people and rights. */

import type { Capability, PathDescription, ViewerDescription } from "../protocol/wire";
import { QUALITY_WORDS, rateWords } from "../ui/figure-words";

export const nameOf = (viewer: ViewerDescription): string => viewer.name || "A guest";

/** What a person may do, as a toggle says it. */
export const CAPABILITY_WORDS: Record<Capability, string> = {
  view: "See the screen",
  control: "Control without asking",
  clipboard: "Clipboard",
  files: "Files",
  listen: "Hear the sound",
  talk: "Talk",
  draw: "Draw",
  chat: "Chat",
  notes: "Notes",
  record: "Keep a recording",
};

const ORDER = Object.keys(CAPABILITY_WORDS) as Capability[];

/** Return ``capabilities`` in the order in which people think of them. */
export const inOrder = (capabilities: readonly Capability[]): Capability[] =>
  ORDER.filter((capability) => capabilities.includes(capability));

/** How somebody got here: what was proved, not who he is. */
export const SECRET_WORDS: Record<ViewerDescription["secret"], string> = {
  link: "verified by link",
  "view-link": "verified by view-only link",
  code: "verified by code",
};

/** What goes to a viewer and how it arrives, in one line. */
export function pathWords({ kbps, format, mode, rtt_ms, loss, limit_kbps }: PathDescription): string {
  const words = [
    FORMAT_WORDS[format],
    QUALITY_WORDS[mode].title.toLowerCase(),
    limit_kbps == null ? rateWords(kbps) : `${rateWords(kbps)} of ${rateWords(limit_kbps)}`,
  ];
  if (rtt_ms != null) words.push(`${rtt_ms.toFixed(0)} ms`);
  if (loss) words.push(`${(loss * 100).toFixed(1)} % lost`);
  return words.join(" · ");
}

const FORMAT_WORDS: Record<PathDescription["format"], string> = {
  h264: "H264",
  "h264-444": "H264 4:4:4",
  vp8: "VP8",
};

export const PHASE_WORDS: Record<ViewerDescription["phase"], string> = {
  knocking: "asks to come in",
  connecting: "connecting",
  live: "watching",
  reconnecting: "connection lost, coming back",
};
