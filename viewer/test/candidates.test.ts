import { describe, expect, it } from "vitest";

import { relayedFirst } from "../src/peer/candidates";

const HOST = "candidate:1 1 udp 2130706431 10.1.0.2 5000 typ host";
const MAPPED = "candidate:2 1 udp 1694498815 198.51.100.2 5000 typ srflx raddr 10.1.0.2 rport 5000";
const RELAYED = "candidate:3 1 udp 16777215 203.0.113.11 6000 typ relay raddr 198.51.100.2 rport 5000";
const answer = (...candidates: string[]): string =>
  ["v=0", "m=video 9 UDP/TLS/RTP/SAVPF 96", ...candidates.map((each) => `a=${each}`), "a=mid:0", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:1", ""].join("\r\n");

describe("candidates of an answer", () => {
  it("are tried later where they are not relayed, when there are relayed ones", () => {
    const { sdp, later } = relayedFirst(answer(HOST, MAPPED, RELAYED));
    expect(sdp).toBe(answer(RELAYED));
    expect(later).toEqual([
      { candidate: HOST, sdpMLineIndex: 0 },
      { candidate: MAPPED, sdpMLineIndex: 0 },
    ]);
  });

  it("stay where they are when none is relayed", () => {
    expect(relayedFirst(answer(HOST, MAPPED))).toEqual({ sdp: answer(HOST, MAPPED), later: [] });
  });
});
