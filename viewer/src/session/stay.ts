/**
 * Does the page still live that is in the share by a way back which this page found?
 *
 * A page that was killed could not hand its way back over. Its tab, opened again, still has it; but so has a tab
 * that was duplicated, and there the first page is in the share.
 */

import { toBase64Url } from "../signaling/secret";

const CHANNEL = "screenshare.stay";
/** A page that lives answers between two frames; one that decodes a big picture takes longer. */
const ANSWER_LIMIT_MS = 250;

type Said = { asked: string } | { lives: string };

export function newStayName(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(16)));
}

/** Answer for the stay that this page is in now. */
export function answerFor(stay: () => string): void {
  const channel = open();
  if (!channel) return;
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if ("asked" in data && data.asked === stay()) channel.postMessage({ lives: data.asked } satisfies Said);
  };
}

/** Ask the other pages of this browser; silence means that it is gone. */
export async function lives(stay: string): Promise<boolean> {
  const channel = open();
  if (!channel) return true;
  const isHeard = await new Promise<boolean>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<Said>) => {
      if ("lives" in data && data.lives === stay) resolve(true);
    };
    setTimeout(() => resolve(false), ANSWER_LIMIT_MS);
    channel.postMessage({ asked: stay } satisfies Said);
  });
  channel.close();
  return isHeard;
}

function open(): BroadcastChannel | null {
  // Older Safari has none, and then nobody can be asked.
  return "BroadcastChannel" in window ? new BroadcastChannel(CHANNEL) : null;
}
