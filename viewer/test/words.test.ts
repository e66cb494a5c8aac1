import { describe, expect, it } from "vitest";
import { ConsoleMirror, MOST_LOGGED, openQuestion } from "../src/console/mirror";
import { pathWords } from "../src/console/words";
import { figuresBetween, sampleOf } from "../src/peer/figures";
import { decodeClearSignal, decodeSealedSignal, decodeSessionMessage } from "../src/protocol/decode";
import type { ConsoleEvent, ViewerDescription } from "../src/protocol/wire";
import { groupSpokenCode, knockProof, readSpokenCode, roomFromPath, secretFromFragment } from "../src/signaling/secret";
import { figureGroups, figuresAsText, limitWords, protectionGroup } from "../src/ui/figure-words";
import type { ViewerFigures } from "../src/ui/viewer";
import { deniedWords, endedWords, clock, duration } from "../src/ui/words";

describe("the link", () => {
  it("holds a key or the digits of a spoken code, and nothing else counts", () => {
    expect(secretFromFragment("#k=AbC-_9")).toEqual({ kind: "link", text: "AbC-_9" });
    expect(secretFromFragment("#c=9130571")).toEqual({ kind: "code", text: "9130571" });
    for (const fragment of ["", "#", "#k=", "#k=a b", "#c=12a", "#x=1"]) expect(secretFromFragment(fragment)).toBeNull();
  });

  it("names the room in its path", () => {
    expect(roomFromPath("/j/k3n8_-A")).toBe("k3n8_-A");
    for (const path of ["/", "/j/", "/j/a/b", "/j/..%2f"]) expect(roomFromPath(path)).toBeNull();
  });

  it("is proved with the same bytes as the host computes", () => {
    // hmac.new(bytes(range(16)), b"screenshare knock v1|room|nonce", "sha256") and with b"9130571", in Python.
    expect(knockProof({ kind: "link", text: "AAECAwQFBgcICQoLDA0ODw" }, "room", "nonce")).toBe("cFyXULi0fYaXfqjGqftpUs_l0dIO8hFyQgmA7z-EwE8");
    expect(knockProof({ kind: "code", text: "9130571" }, "482", "nonce")).toBe("_Y_0xqKVtL0drg-6XIQ-p7i1gWbg8tYuwnry_3ogC6A");
  });
});

describe("a spoken code", () => {
  it("is read with any grouping: three digits of room, seven of secret", () => {
    for (const text of ["482 913 0571", "4829130571", "482-913-0571", " 482.913 0571 "]) {
      expect(readSpokenCode(text)).toEqual({ ok: true, room: "482", digits: "9130571" });
    }
  });

  it("has a longer room where a server has the short ones taken", () => {
    expect(readSpokenCode("4829 130 5716")).toEqual({ ok: true, room: "4829", digits: "1305716" });
    expect(readSpokenCode("482913 057 1648")).toEqual({ ok: true, room: "482913", digits: "0571648" });
  });

  it("is refused with what is wrong", () => {
    expect(readSpokenCode("48291305716485")).toEqual({ ok: false, problem: { kind: "length", count: 14 } });
    expect(readSpokenCode("482 913")).toEqual({ ok: false, problem: { kind: "length", count: 6 } });
    expect(readSpokenCode("hello")).toEqual({ ok: false, problem: { kind: "not-digits" } });
    expect(readSpokenCode("  ")).toEqual({ ok: false, problem: { kind: "empty" } });
  });

  it("is grouped as it is typed", () => {
    expect(["4", "4829", "482913", "4829130571"].map(groupSpokenCode)).toEqual(["4", "482 9", "482 913", "482 913 0571"]);
    expect(["48291305716", "482913057164859"].map(groupSpokenCode)).toEqual(["4829 130 5716", "482913 057 1648"]);
  });
});

describe("messages from outside", () => {
  it("are ignored when they are not JSON, no object or of no known type", () => {
    for (const text of ["", "{", "[]", "null", '{"type":5}', '{"type":"chat.said"}', new ArrayBuffer(4)]) {
      expect(decodeSessionMessage(text)).toBeNull();
      expect(decodeClearSignal(text)).toBeNull();
      expect(decodeSealedSignal(text)).toBeNull();
    }
    expect(decodeSessionMessage('{"type":"heartbeat.echoed","seq":1}')).toEqual({ type: "heartbeat.echoed", seq: 1 });
  });
});

describe("figures", () => {
  const report = (frames: number, bytes: number): object[] => [
    { id: "V", type: "inbound-rtp", kind: "video", frameWidth: 1280, frameHeight: 720, framesDecoded: frames, bytesReceived: bytes, jitter: 0.0021, packetsLost: 3, packetsReceived: frames * 4, codecId: "C" },
    { id: "C", type: "codec", mimeType: "video/H264" },
    { id: "T", type: "transport", selectedCandidatePairId: "P" },
    { id: "P", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", currentRoundTripTime: 0.004 },
    { id: "L", type: "local-candidate", candidateType: "host", protocol: "udp" },
    { id: "R", type: "remote-candidate", candidateType: "prflx", protocol: "udp" },
  ];

  it("are rates between two reports", () => {
    const figures = figuresBetween(sampleOf(report(100, 50_000), 10), sampleOf(report(160, 300_000), 12), 0.0123);
    expect(figures).toEqual({
      width: 1280,
      height: 720,
      fps: 30,
      kbps: 1000,
      rtt_ms: 12.3,
      jitter_ms: 2.1,
      lost: 3,
      loss: 0,
      codec: "H264",
      path: "direct udp",
    });
  });

  it("count exact pixels with the video, and losses against what was sent", () => {
    const [video, ...others] = report(160, 300_000);
    const channel = (bytes: number): object => ({ id: "D", type: "data-channel", label: "picture", bytesReceived: bytes });
    const before = sampleOf([...report(100, 50_000), channel(0)], 10);
    const after = sampleOf([{ ...video, packetsLost: 63 }, ...others, channel(250_000)], 12);
    expect(figuresBetween(before, after, null)).toMatchObject({ kbps: 2000, lost: 63, loss: 0.2 });
  });

  it("do not go below zero when a new connection counts from the start", () => {
    const figures = figuresBetween(sampleOf(report(100, 50_000), 10), sampleOf(report(5, 1_000), 11), null);
    expect(figures).toMatchObject({ fps: 0, kbps: 0, rtt_ms: 4 });
  });

  it("are empty before anything came", () => {
    expect(figuresBetween(sampleOf([], 1), sampleOf([], 2), null)).toMatchObject({ width: 0, fps: 0, rtt_ms: null, path: "" });
  });
});

describe("figures in words", () => {
  const figures: ViewerFigures = {
    state: "live",
    width: 1920,
    height: 1080,
    fps: 29.7,
    kbps: 1832,
    rtt_ms: 12.4,
    jitter_ms: 2.1,
    lost: 14,
    loss: 0.002,
    codec: "H264",
    path: "relay tcp",
    latency_ms: 18.2,
    latency_p95_ms: 27.4,
    chroma: "exact",
  };
  const video = { type: "video.described", format: "h264", chroma: "exact", width: 1920, height: 1080, mode: "auto" } as const;

  it("are the same on the page and as text", () => {
    const text = figuresAsText(figureGroups(figures, { ...video, limit: "path", limit_kbps: 4000 }));
    expect(text.split("\n")).toEqual([
      "Size: 1920 × 1080",
      "Coded as: H264, exact when still",
      "Frames: 29.7 per second",
      "From capture to display: 18 ms",
      "… of 95 in 100 pictures: 27 ms",
      "Round trip: 12 ms",
      "Jitter: 2.1 ms",
      "Data: 1.8 Mbit/s",
      "Limit: 4.0 Mbit/s, what the network carries",
      "Lost packets: 0.2 %, 14 in all",
      "Path: through a relay, TCP",
    ]);
  });

  it("have as many rows before anything is known", () => {
    const rows = figureGroups(null, null).flatMap((group) => group.rows);
    expect(rows.map(([name]) => name)).toEqual(figureGroups(figures, video).flatMap((group) => group.rows.map(([name]) => name)));
    expect(new Set(rows.map(([, value]) => value))).toEqual(new Set(["–"]));
  });

  it("say what holds the picture back", () => {
    expect(limitWords(video)).toBe("none");
    expect(limitWords({ ...video, limit: "cap", limit_kbps: 500 })).toBe("500 kbit/s, as chosen");
    expect(limitWords({ ...video, limit: "path" })).toBe("lowered, what the network carries");
  });
});

describe("the console", () => {
  const viewer = (change: Partial<ViewerDescription>): ViewerDescription => ({
    id: "a",
    name: "Ana",
    address: "203.0.113.7",
    browser: "Chrome",
    phase: "live",
    wants: ["view"],
    granted: ["view"],
    since_s: 1,
    secret: "link",
    ...change,
  });

  it("asks first what runs out first", () => {
    expect(openQuestion([viewer({})])).toBeNull();
    const question = openQuestion([
      viewer({ id: "a", phase: "knocking", answer_in_s: 20 }),
      viewer({ id: "b", asks: "control", answer_in_s: 5 }),
    ]);
    expect(question).toMatchObject({ kind: "control", viewer: { id: "b" }, behind: 1 });
    expect(openQuestion([viewer({ asks: "clipboard", answer_in_s: 5 })])).toMatchObject({ kind: "right" });
  });

  it("tells what goes to each viewer and how it arrives", () => {
    expect(pathWords({ format: "h264", mode: "auto", kbps: 1832 })).toBe("H264 · automatic · 1.8 Mbit/s");
    expect(pathWords({ format: "h264-444", mode: "sharp", kbps: 300, limit_kbps: 2000, rtt_ms: 41.6, loss: 0.012 })).toBe(
      "H264 4:4:4 · sharp · 300 kbit/s of 2.0 Mbit/s · 42 ms · 1.2 % lost",
    );
    expect(pathWords({ format: "h264", mode: "auto", kbps: 100, way: "relay-tls" })).toBe("H264 · automatic · 100 kbit/s · through a relay (TLS)");
  });

  it("keeps the token for a reload, and is refused with a used one", () => {
    const mirror = new ConsoleMirror();
    expect(mirror.receive({ type: "start", token: "t0" }, 0)).toEqual([{ type: "dial" }]);
    expect(mirror.receive({ type: "opened" }, 0)).toEqual([{ type: "enter", token: "t0" }]);
    expect(mirror.receive({ type: "told", event: { event: "console.entered", token: "t1" } }, 0)).toEqual([
      { type: "keep-token", token: "t1" },
      { type: "look" },
    ]);
    mirror.receive({ type: "closed" }, 1);
    expect(mirror.expire(1.2)).toEqual([{ type: "dial" }]);
    expect(mirror.receive({ type: "opened" }, 1.3)).toEqual([{ type: "enter", token: "t1" }]);
    mirror.receive({ type: "told", event: { event: "error", code: "not-permitted", message: "no" } }, 1.4);
    expect(mirror.view.phase).toBe("refused");
    expect(mirror.receive({ type: "closed" }, 1.5)).toEqual([]);
  });

  it("knows that the host it stopped will not come back", () => {
    const mirror = new ConsoleMirror();
    mirror.receive({ type: "start", token: "t0" }, 0);
    mirror.receive({ type: "told", event: { event: "console.entered", token: "t1" } }, 0);
    mirror.receive({ type: "stop_told" }, 5);
    expect(mirror.receive({ type: "closed" }, 5.1)).toEqual([]);
    expect(mirror.view.phase).toBe("stopped");
    expect(mirror.deadline).toBeNull();
  });

  it("has words for a reason that it does not know, also where an object has something of that name", () => {
    for (const reason of ["of-tomorrow", "constructor", "__proto__"]) {
      expect(endedWords(reason as "failed", "Bob", null)).toEqual(endedWords("failed", "Bob", null));
      expect(deniedWords(reason as "denied", "Bob")).toEqual(deniedWords("denied", "Bob"));
    }
  });

  it("reminds of who has controlled for long, in a note and in the log", () => {
    const mirror = new ConsoleMirror();
    mirror.receive({ type: "told", event: { event: "viewer.joined", id: "a", name: "Ana" } }, 1);
    const text = "Ana has controlled this computer for 30 min";
    const lasts = { event: "control.lasts", id: "a", for_s: 1800 } as const;
    expect(mirror.receive({ type: "told", event: lasts }, 2)).toEqual([{ type: "note", note: { tone: "plain", text } }]);
    expect(mirror.view.log.at(-1)?.text).toBe(text);
  });

  it("still says who was here when the host has stopped", () => {
    const mirror = new ConsoleMirror();
    mirror.receive({ type: "start", token: "t0" }, 0);
    const receipt = { id: "a", name: "Ana", address: "::1", proved: "link", since: 1, until: 2 };
    mirror.receive({ type: "told", event: { event: "receipts.listed", receipts: [receipt] } }, 1);
    mirror.receive({ type: "told", event: { event: "stopped", reason: "stopped" } }, 2);
    expect(mirror.view.phase).toBe("stopped");
    expect(mirror.view.receipts).toEqual([receipt]);
  });

  it("keeps a log of what happened before and after it came, told once", () => {
    const mirror = new ConsoleMirror();
    mirror.receive({ type: "start", token: "t0" }, 0);
    const tell = (event: ConsoleEvent, now: number) => mirror.receive({ type: "told", event }, now);
    const knocked = { id: "a", name: "Ana", address: "::1", browser: "", wants: [], limit_s: 30 };
    for (const now of [100, 200]) {
      // The second time after a lost connection: the host tells all of it again.
      tell({ event: "console.entered", token: "t1" }, now);
      tell({ event: "logged", ago_s: 60, happened: { event: "viewer.knocked", ...knocked } }, now);
      tell({ event: "viewer.joined", id: "a", name: "Ana" }, now + 1);
      tell({ event: "viewer.left", id: "a", reason: "removed" }, now + 2);
      expect(mirror.view.log).toEqual([
        { at: now - 60, text: "Ana asked to come in" },
        { at: now + 1, text: "Ana was let in" },
        { at: now + 2, text: "Ana was sent away" },
      ]);
    }
  });

  it("keeps no more of the log than anybody reads", () => {
    const mirror = new ConsoleMirror();
    for (let now = 0; now < 300; now += 1) mirror.receive({ type: "told", event: { event: "share.paused" } }, now);
    expect(mirror.view.log).toHaveLength(MOST_LOGGED);
    expect(mirror.view.log.at(-1)?.at).toBe(299);
  });

  it("takes a host that stays away for stopped", () => {
    const mirror = new ConsoleMirror();
    mirror.receive({ type: "start", token: "t0" }, 0);
    for (let now = 0; now <= 12; now += 1) mirror.receive({ type: "closed" }, now);
    expect(mirror.view.phase).toBe("stopped");
  });
});

it("times are written as people read them", () => {
  expect([0, 59, 125, 3725].map(duration)).toEqual(["0 s", "59 s", "2:05", "1:02:05"]);
  expect([12, 760, 3725].map(clock)).toEqual(["00:12", "12:40", "01:02:05"]);
});

describe("what protects the connection", () => {
  const page = { name: "192.168.1.20", isOwn: false, isOpen: false };
  const rows = (change: Partial<typeof page>) => protectionGroup({ kind: "code", page: { ...page, ...change } }).rows;

  it("is said with the page's origin", () => {
    expect(rows({})).toEqual([["Verified by", "your spoken code"], ["Page from", "192.168.1.20"]]);
    expect(rows({ isOwn: true })[1]).toEqual(["Page from", "this computer"]);
  });

  it("is not called safe where the page itself could be altered", () => {
    expect(rows({ isOpen: true })[1]).toEqual(["Page from", "192.168.1.20, over an open network"]);
  });
});
