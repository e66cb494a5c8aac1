/** What the console says about people and rights. */

import type { Capability, ViewerDescription } from "../protocol/wire";

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

export const PHASE_WORDS: Record<ViewerDescription["phase"], string> = {
  knocking: "asks to come in",
  connecting: "connecting",
  live: "watching",
  reconnecting: "connection lost, coming back",
};
