/** Which of the host's candidates are tried first. Sans-IO. */

/** An answer with some of its candidates, and the others. */
export interface Ordered {
  readonly sdp: string;
  readonly later: RTCIceCandidateInit[];
}

/**
 * Take all candidates but the relayed ones out of an answer, if it has relayed ones.
 *
 * Browsers begin one check each 48 ms, the most direct ones first, and those meet NATs that are closed yet. The
 * relay is open, and a better path is taken as soon as it is found.
 */
export function relayedFirst(sdp: string): Ordered {
  if (!/^a=candidate:.* typ relay/m.test(sdp)) return { sdp, later: [] };
  const kept: string[] = [];
  const later: RTCIceCandidateInit[] = [];
  let section = -1;
  for (const line of sdp.split("\r\n")) {
    if (line.startsWith("m=")) section += 1;
    if (!/^a=candidate:/.test(line) || / typ relay/.test(line)) kept.push(line);
    else later.push({ candidate: line.slice("a=".length), sdpMLineIndex: section });
  }
  return { sdp: kept.join("\r\n"), later };
}
