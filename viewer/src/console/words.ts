/** What the console says about people and rights. */

import type { Capability, PathDescription, ViewerDescription } from "../protocol/wire";
import { rateWords } from "../ui/figure-words";
import { decimal, inLanguage, percent, words } from "../words/language";

export const nameOf = (viewer: ViewerDescription): string => viewer.name || words().console.aGuest;

/** What a person may do, as a toggle says it. */
export const CAPABILITY_WORDS: Readonly<Record<Capability, string>> = inLanguage((words) => words.capabilities);

const ORDER = Object.keys(CAPABILITY_WORDS) as Capability[];

/** Return ``capabilities`` in the order in which people think of them. */
export const inOrder = (capabilities: readonly Capability[]): Capability[] =>
  ORDER.filter((capability) => capabilities.includes(capability));

/** How somebody got here: what was proved, not who he is. */
export const SECRET_WORDS: Readonly<Record<ViewerDescription["secret"], string>> = inLanguage((words) => words.console.secret);

/** What goes to a viewer and how it arrives, in one line. */
export function pathWords({ kbps, format, mode, rtt_ms, loss, limit_kbps, way }: PathDescription): string {
  const said = words().console;
  const parts = [
    FORMAT_WORDS[format],
    said.mode[mode],
    limit_kbps == null ? rateWords(kbps) : said.rateOf(rateWords(kbps), rateWords(limit_kbps)),
  ];
  if (rtt_ms != null) parts.push(`${decimal(rtt_ms, 0)} ms`);
  if (loss) parts.push(said.lost(percent(loss)));
  if (way) parts.push(said.way[way]);
  return parts.join(" · ");
}

const FORMAT_WORDS: Record<PathDescription["format"], string> = {
  h264: "H264",
  "h264-444": "H264 4:4:4",
  vp8: "VP8",
};

export const PHASE_WORDS: Readonly<Record<ViewerDescription["phase"], string>> = inLanguage((words) => words.console.phase);
