import { describe, expect, it } from "vitest";
import { eachAddress, reportOf, verdictOf, type Check, type Finding } from "../src/doctor/findings";

const found = (check: Check, isGood = true, way: Finding["way"] = null): Finding => ({ check, way, isGood });
const FINE = [found("webrtc"), found("codec"), found("socket"), found("candidates")];

describe("why a page cannot connect", () => {
  it("asks each address of each server apart, and knows how it is reached", () => {
    const servers = [
      { urls: ["stun:a"] },
      { urls: ["turn:a", "turn:a?transport=tcp", "turns:a:443?transport=tcp"], username: "u", credential: "c" },
    ];
    expect(eachAddress(servers).map(({ check, way }) => [check, way])).toEqual([
      ["stun", null],
      ["turn", "udp"],
      ["turn", "tcp"],
      ["turn", "tls"],
    ]);
    expect(eachAddress(servers)[3]?.server).toEqual({ urls: ["turns:a:443?transport=tcp"], username: "u", credential: "c" });
  });

  it("asks a dozen addresses at most", () => {
    expect(eachAddress([{ urls: Array.from({ length: 50 }, (_, at) => `stun:${at}`) }])).toHaveLength(12);
  });

  it("names the browser first, the server next, and the network after them", () => {
    expect(verdictOf([found("webrtc", false), found("socket", false)])).toBe("browser");
    expect(verdictOf([found("webrtc"), found("codec", false), found("socket", false)])).toBe("browser");
    expect(verdictOf([found("webrtc"), found("socket", false), found("candidates", false)])).toBe("server");
    expect(verdictOf([...FINE.slice(0, 3), found("candidates", false), found("turn", true, "udp")])).toBe("blocked");
  });

  it("finds the network to blame when no server answers, and the host when one way works", () => {
    expect(verdictOf([...FINE, found("stun", false), found("turn", false, "udp"), found("turn", false, "tls")])).toBe("blocked");
    expect(verdictOf([...FINE, found("stun", false), found("turn", false, "udp"), found("turn", true, "tls")])).toBe("host");
  });

  it("says that both must be in one network when the host names no server", () => {
    expect(verdictOf(FINE)).toBe("same-network");
  });

  it("reports without addresses, names or secrets", () => {
    expect(reportOf([found("stun", false), found("turn", true, "tls")], "Browser 1")).toBe(
      ["screenshare page report", "browser  Browser 1", "verdict  host", "fail  stun", "ok    turn/tls"].join("\n"),
    );
  });
});
