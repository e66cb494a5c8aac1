/** getStats() reports -> the figures people and tests read. Sans-IO. */

/** The counters of one moment; totals count from the start of the connection. */
export interface Sample {
  at: number;
  width: number;
  height: number;
  framesDecoded: number;
  bytesReceived: number;
  jitter_s: number;
  lost: number;
  received: number;
  codec: string;
  path: string;
  pathRtt_s: number | null;
}

export interface Figures {
  width: number;
  height: number;
  fps: number;
  kbps: number;
  rtt_ms: number | null;
  jitter_ms: number;
  lost: number;
  /** Fraction of the packets of the span that were lost. */
  loss: number;
  codec: string;
  path: string;
}

type Entry = Record<string, unknown> & { type: string; id: string };

const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Read one report; ``at`` is in monotonic seconds. */
export function sampleOf(entries: Iterable<unknown>, at: number): Sample {
  const byId = new Map<string, Entry>();
  for (const entry of entries as Iterable<Entry>) byId.set(entry.id, entry);
  const all = [...byId.values()];
  const video = all.find((entry) => entry.type === "inbound-rtp" && entry.kind === "video");
  const picture = all.find((entry) => entry.type === "data-channel" && entry.label === "picture");
  const transport = all.find((entry) => entry.type === "transport");
  const pair =
    byId.get(text(transport?.selectedCandidatePairId)) ??
    all.find((entry) => entry.type === "candidate-pair" && entry.nominated === true && entry.state === "succeeded");
  const rtt = pair?.currentRoundTripTime;
  return {
    at,
    width: number(video?.frameWidth),
    height: number(video?.frameHeight),
    framesDecoded: number(video?.framesDecoded),
    bytesReceived: number(video?.bytesReceived) + number(picture?.bytesReceived),
    jitter_s: number(video?.jitter),
    lost: number(video?.packetsLost),
    received: number(video?.packetsReceived),
    codec: text(byId.get(text(video?.codecId))?.mimeType).replace(/^video\//i, ""),
    path: pathOf(byId.get(text(pair?.localCandidateId)), byId.get(text(pair?.remoteCandidateId))),
    pathRtt_s: typeof rtt === "number" ? rtt : null,
  };
}

function pathOf(local: Entry | undefined, remote: Entry | undefined): string {
  if (!local || !remote) return "";
  const isRelayed = local.candidateType === "relay" || remote.candidateType === "relay";
  const protocol = text(local.relayProtocol) || text(local.protocol);
  return `${isRelayed ? "relay" : "direct"}${protocol ? ` ${protocol}` : ""}`;
}

/** Return the figures between two samples; ``rtt_s`` is the heartbeat's, which knows the host's own delay too. */
export function figuresBetween(before: Sample, after: Sample, rtt_s: number | null): Figures {
  const span_s = after.at - before.at;
  // A new connection counts from zero again.
  const isSame = span_s > 0 && after.framesDecoded >= before.framesDecoded && after.bytesReceived >= before.bytesReceived;
  const rate = (from: number, to: number): number => (isSame ? (to - from) / span_s : 0);
  const rtt = rtt_s ?? after.pathRtt_s;
  return {
    width: after.width,
    height: after.height,
    fps: rounded(rate(before.framesDecoded, after.framesDecoded), 1),
    kbps: rounded((rate(before.bytesReceived, after.bytesReceived) * 8) / 1000, 1),
    rtt_ms: rtt === null ? null : rounded(rtt * 1000, 1),
    jitter_ms: rounded(after.jitter_s * 1000, 1),
    lost: after.lost,
    loss: isSame ? rounded(lossBetween(before, after), 4) : 0,
    codec: after.codec,
    path: after.path,
  };
}

function lossBetween(before: Sample, after: Sample): number {
  // What was sent again and came in the end is taken off the count of the lost: it may fall.
  const lost = Math.max(0, after.lost - before.lost);
  const sent = lost + Math.max(0, after.received - before.received);
  return sent > 0 ? lost / sent : 0;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
