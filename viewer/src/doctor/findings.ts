/** What the page found out about this browser and its network, and what follows from it. Sans-IO. */

import type { IceServer } from "../protocol/wire";

export type Way = "udp" | "tcp" | "tls";
export type Check = "webrtc" | "codec" | "socket" | "candidates" | "stun" | "turn";

export interface Finding {
  readonly check: Check;
  /** How a relay was asked; null for everything else. */
  readonly way: Way | null;
  readonly isGood: boolean;
}

/** One server under one address: browsers do not tell which of several answered. */
export interface Asked {
  readonly check: "stun" | "turn";
  readonly way: Way | null;
  readonly server: IceServer;
}

const MOST_ASKED = 12;

/** Return each address of each server apart, the first dozen of them. */
export function eachAddress(servers: readonly IceServer[]): Asked[] {
  return servers
    .flatMap((server) => server.urls.map((url) => ({ ...server, urls: [url] })))
    .slice(0, MOST_ASKED)
    .map((server): Asked => {
      const [url = ""] = server.urls;
      const isTurn = url.startsWith("turn");
      return { check: isTurn ? "turn" : "stun", way: isTurn ? wayOf(url) : null, server };
    });
}

export type Verdict = "browser" | "server" | "same-network" | "blocked" | "host";

/** Return the one thing that most likely keeps this browser from connecting. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const isBad = (check: Check): boolean => findings.some((each) => each.check === check && !each.isGood);
  const helpers = findings.filter(({ check }) => check === "stun" || check === "turn");
  if (isBad("webrtc") || isBad("codec")) return "browser";
  if (isBad("socket")) return "server";
  if (isBad("candidates")) return "blocked";
  if (helpers.length === 0) return "same-network";
  return helpers.every(({ isGood }) => !isGood) ? "blocked" : "host";
}

/** Return a text to pass on: no addresses and no names, in English for whoever helps. */
export function reportOf(findings: readonly Finding[], browser: string): string {
  const lines = findings.map(({ check, way, isGood }) => `${isGood ? "ok  " : "fail"}  ${way ? `${check}/${way}` : check}`);
  return ["screenshare page report", `browser  ${browser}`, `verdict  ${verdictOf(findings)}`, ...lines].join("\n");
}

function wayOf(url: string): Way {
  if (url.startsWith("turns:")) return "tls";
  return url.endsWith("?transport=tcp") ? "tcp" : "udp";
}
