import { hexToBytes } from "@noble/hashes/utils.js";
import { afterEach, describe, expect, it, vi } from "vitest";

import vectors from "../../tests/vectors/trust.json";
import type { SignInOffered } from "../src/protocol/wire";
import { ViewerSession, type Effect } from "../src/session/machine";
import { fromBase64Url, knockProof, toBase64Url, type LinkSecret } from "../src/signaling/secret";
import { SignalingSocket } from "../src/signaling/socket";
import { Binding } from "../src/trust/binding";
import { answer } from "../src/trust/knock";
import * as pake from "../src/trust/pake";
import { Seal } from "../src/trust/seal";
import { SignIn } from "../src/trust/sign-in";

const CODE: LinkSecret = { kind: "code", text: "9130571" };
const LINK: LinkSecret = { kind: "link", text: "AAECAwQFBgcICQoLDA0ODw" };
const { commitment, Exchange } = pake;
const digits = new TextEncoder().encode("9130571");

describe("a knock", () => {
  it("by a link is sealed so that only who knows the link opens it", () => {
    const knock = answer({ room: "r", nonce: "n", share: null, commitment: null, resume: null }, LINK, null);
    if (!knock || !("keys" in knock)) throw new Error("no knock");
    expect(knock.prove.proof).toBe(knockProof(LINK, "r", "n"));
    const nonces = { host: "n", viewer: knock.prove.nonce };
    const known = new Binding(fromBase64Url(LINK.text), "r", nonces);
    const box = knock.keys.seal.close("text");
    expect(new Seal("host", known.key, "r").open(box)).toBe("text");
    const guessed = new Binding(new Uint8Array(16), "r", nonces);
    expect(new Seal("host", guessed.key, "r").open(box)).toBeNull();
  });

  it("has another nonce each time", () => {
    const nonces = [1, 2, 3].map(() => answer({ room: "r", nonce: "n", share: null, commitment: null, resume: null }, LINK, null)?.prove.nonce);
    expect(new Set(nonces).size).toBe(3);
  });

  it("by a code agrees with the host on a key, and shows nothing to try the digits on", () => {
    const host = new Exchange("host", digits, "code|482");
    const knock = answer({ room: "482", nonce: "n", share: toBase64Url(host.share), commitment: null, resume: null }, CODE, pake);
    if (!knock || !("keys" in knock)) throw new Error("no knock");
    const agreed = host.finish(fromBase64Url(knock.prove.share ?? ""));
    expect(knock.prove.proof).toBe(agreed?.confirmation("viewer"));
    expect(knock.prove.proof).not.toBe(knockProof(CODE, "482", "n"));
    const binding = new Binding(agreed?.secret ?? digits, "482", { host: "n", viewer: knock.prove.nonce });
    expect(new Seal("host", binding.key, "482").open(knock.keys.seal.close("text"))).toBe("text");
  });

  it.each([null, "", "AAAA", toBase64Url(new Uint8Array(32))])("by a code is not made for a host who offers %s", (share) => {
    expect(answer({ room: "482", nonce: "n", share, commitment: null, resume: null }, CODE, pake)).toBeNull();
  });

  it("of who comes back after a code hangs on the token alone", () => {
    const knock = answer({ room: "r", nonce: "n", share: null, commitment: null, resume: "token" }, CODE, pake);
    expect(knock?.prove.proof).toBe(knock?.prove.resume);
    expect(knock?.prove.proof).not.toBe(knockProof(CODE, "r", "n"));
  });
});

describe("a knock without a secret", () => {
  const NONE: LinkSecret = { kind: "digits", text: "" };
  const challengeBy = (host: pake.Exchange) => ({ room: "ask", nonce: "n", share: null, commitment: toBase64Url(commitment(host.share)), resume: null });

  it("shows both sides the same six digits, and seals the rest", () => {
    const host = new Exchange("host", new Uint8Array(), "ask");
    const knock = answer(challengeBy(host), NONE, pake);
    if (!knock || !("reveal" in knock)) throw new Error("nothing to compare");
    const agreed = host.finish(fromBase64Url(knock.prove.share ?? ""));
    const keys = knock.reveal(toBase64Url(host.share));
    expect(keys?.digits).toMatch(/^[0-9]{6}$/);
    expect(keys?.digits).toBe(agreed?.digits);
    const binding = new Binding(agreed?.secret ?? digits, "ask", { host: "n", viewer: knock.prove.nonce });
    expect(new Seal("host", binding.key, "ask").open(keys?.seal.close("text") ?? "")).toBe("text");
  });

  it("takes no share but the one that was committed to", () => {
    const host = new Exchange("host", new Uint8Array(), "ask");
    const knock = answer(challengeBy(host), NONE, pake);
    if (!knock || !("reveal" in knock)) throw new Error("nothing to compare");
    expect(knock.reveal(toBase64Url(new Exchange("host", new Uint8Array(), "ask").share))).toBeNull();
  });

  it("is not made for a host who commits himself to nothing", () => {
    expect(answer({ room: "ask", nonce: "n", share: null, commitment: null, resume: null }, NONE, pake)).toBeNull();
  });

  it("shows different digits when somebody is between", () => {
    const pairs = Array.from({ length: 20 }, () => {
      const host = new Exchange("host", new Uint8Array(), "ask");
      const between = new Exchange("host", new Uint8Array(), "ask");
      const towardsHost = new Exchange("viewer", new Uint8Array(), "ask");
      const knock = answer(challengeBy(between), NONE, pake);
      if (!knock || !("reveal" in knock)) throw new Error("nothing to compare");
      return [knock.reveal(toBase64Url(between.share))?.digits, host.finish(towardsHost.share)?.digits];
    });
    expect(pairs.filter(([viewer, host]) => viewer === host)).toEqual([]);
  });
});

describe("a seal", () => {
  const pair = (): [Seal, Seal] => [new Seal("host", digits, "r"), new Seal("viewer", digits, "r")];
  const flipped = (box: string): string => (box.startsWith("A") ? "B" : "A") + box.slice(1);

  it.each([
    ["altered", (boxes: string[]) => boxes.map(flipped)],
    ["repeated", ([first = ""]: string[]) => [first, first]],
    ["left out", ([, second = ""]: string[]) => [second]],
    ["turned round", (boxes: string[]) => [...boxes].reverse()],
    ["no base64", () => ["*"]],
  ])("opens nothing after a frame that was %s", (_, attack) => {
    const [host, viewer] = pair();
    const boxes = [host.close("one"), host.close("two")];
    const attacked = attack(boxes).map((box) => viewer.open(box));
    expect(attacked.at(-1)).toBeNull();
    expect(boxes.map((box) => viewer.open(box))).toEqual([null, null]);
  });

  it("does not open its own frames", () => {
    const [host] = pair();
    expect(host.open(host.close("one"))).toBeNull();
  });
});

describe("the page", () => {
  const dialOf = (effects: Effect[]): number => {
    const opened = effects.find((effect) => effect.type === "open-socket");
    if (opened?.type !== "open-socket") throw new Error("no socket was opened");
    return opened.dial;
  };
  const challenged = { type: "knock.challenged", version: 4, nonce: "n", share: "s" } as const;

  it("says a code three times, however often the server asks", () => {
    const session = new ViewerSession("482");
    let now = 0;
    let dial = dialOf(session.receive({ type: "start", resume: null }, now));
    for (let tries = 0; tries < 3; tries += 1) {
      const knocks = session.receive({ type: "signal", dial, signal: challenged }, now);
      expect(knocks.map((effect) => effect.type)).toEqual(["knock"]);
      session.receive({ type: "socket.closed", dial }, now);
      now = session.deadline ?? now;
      dial = dialOf(session.expire(now));
    }
    session.receive({ type: "signal", dial, signal: challenged }, now);
    expect(session.view).toMatchObject({ state: "denied", denial: "wrong-secret" });
  });

  it("keeps a path that stands when somebody on the way wants it to end", () => {
    const session = new ViewerSession("r");
    const dial = dialOf(session.receive({ type: "start", resume: null }, 0));
    session.receive({ type: "signal", dial, signal: { type: "knock.admitted", participant: "a", host: "Bob", room: "r", resume: "t", granted: ["view"], ice_servers: [] } }, 0);
    session.receive({ type: "peer.opened", attempt: 1 }, 1);
    session.receive({ type: "picture.shown", attempt: 1 }, 1);
    expect(session.receive({ type: "carrier.refused", dial, code: "altered" }, 2)).toEqual([]);
    expect(session.view.state).toBe("live");
  });

  it("says so when somebody on the way alters what the host said", () => {
    const session = new ViewerSession("r");
    const dial = dialOf(session.receive({ type: "start", resume: null }, 0));
    session.receive({ type: "signal.altered", dial }, 0);
    expect(session.view).toMatchObject({ state: "denied", denial: "altered" });
  });
});

describe("the page's socket", () => {
  class FakeSocket {
    static readonly OPEN = 1;
    static last: FakeSocket;
    readonly readyState = 0;
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose: (() => void) | null = null;
    constructor() {
      FakeSocket.last = this;
    }
    send(): void {}
    close(): void {}
  }

  afterEach(() => vi.unstubAllGlobals());

  const open = () => {
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.stubGlobal("location", { origin: "https://server" });
    const heard: string[] = [];
    const socket = new SignalingSocket({
      opened: () => undefined,
      received: (signal) => heard.push(signal.type),
      carrierRefused: () => heard.push("carrier"),
      altered: () => heard.push("altered"),
      closed: () => undefined,
    });
    const server = FakeSocket.last;
    server.onopen?.();
    socket.sealWith(new Seal("viewer", digits, "r"));
    return { heard, hear: (frame: object) => server.onmessage?.({ data: JSON.stringify(frame) }) };
  };
  const sealed = (host: Seal, type: string): object => ({ type: "sealed", box: host.close(JSON.stringify({ type })) });
  const types = ["knock.waiting", "knock.admitted", "peer.answered", "share.ended"];
  const dice = (seed: number) => (below: number): number => Math.floor(Math.abs(Math.sin(seed * 99.7 + below) * 1e4)) % below;

  it("hears the host in order", () => {
    const { heard, hear } = open();
    const host = new Seal("host", digits, "r");
    for (const type of types) hear(sealed(host, type));
    expect(heard).toEqual(types);
  });

  it.each(["swap", "flip", "repeat", "drop", "reorder", "own words"])("takes nothing after a %s, two hundred times", (attack) => {
    for (let run = 0; run < 200; run += 1) {
      const { heard, hear } = open();
      const pick = dice(run);
      const host = new Seal("host", digits, "r");
      const frames = types.map((type) => sealed(host, type));
      const at = pick(frames.length - 1);
      const foreign = sealed(new Seal("host", new Uint8Array(32), "r"), "peer.answered");
      const box = (frames[at] as { box: string }).box;
      const place = pick(box.length - 1);
      const changed = box.slice(0, place) + (box[place] === "A" ? "B" : "A") + box.slice(place + 1);
      if (attack === "swap") frames[at] = foreign;
      if (attack === "flip") frames[at] = { type: "sealed", box: changed };
      if (attack === "repeat") frames.splice(at + 1, 0, frames[at] as object);
      if (attack === "drop") frames.splice(at, 1);
      if (attack === "reorder") frames.splice(at, 2, frames[at + 1] as object, frames[at] as object);
      if (attack === "own words") frames.splice(at, 0, { type: "knock.challenged", version: 4, nonce: "n" });
      for (const frame of frames) hear(frame);
      const before = attack === "repeat" ? at + 1 : at;
      expect(heard.slice(0, before + 1)).toEqual([...types.slice(0, before), "altered"]);
      if (attack !== "own words") expect(heard.slice(before)).toEqual(frames.slice(before).map(() => "altered"));
    }
  });

  it("takes a refusal in the clear only from a host who has no key yet", () => {
    const early = open();
    early.hear({ type: "knock.denied", reason: "wrong-secret" });
    expect(early.heard).toEqual(["knock.denied"]);
    const late = open();
    late.hear(sealed(new Seal("host", digits, "r"), "knock.waiting"));
    late.hear({ type: "knock.denied", reason: "denied" });
    expect(late.heard).toEqual(["knock.waiting", "altered"]);
  });

  it("ignores what only the host may say when it comes in the clear", () => {
    const { heard, hear } = open();
    hear({ type: "knock.admitted", participant: "a", host: "Eve", room: "r", resume: "t", granted: [], ice_servers: [] });
    hear({ type: "peer.answered", attempt: 1, sdp: "v=0", mac: "" });
    expect(heard).toEqual([]);
  });
});

describe("a sign-in", () => {
  function offered(change: Partial<SignInOffered> = {}, vector = vectors.password[0]!): SignInOffered {
    const salt = toBase64Url(hexToBytes(vector.salt_hex));
    const { memory_kib, passes } = vector;
    return { type: "sign-in.offered", host: "Studio", salt, memory_kib, passes, remembers: true, ...change };
  }

  it.each(vectors.password)("comes to the same keys as the host for $text", async (vector) => {
    const host = new Exchange("host", hexToBytes(vector.key_hex), "unattended|home");
    const signIn = SignIn.at("home", offered({}, vector), { kind: "password", text: vector.text, remembers: false });
    const prove = await signIn?.prove(toBase64Url(host.share));
    const agreed = host.finish(fromBase64Url(prove?.share ?? ""));
    expect(prove?.proof).toBe(agreed?.confirmation("viewer"));
    const done = { type: "sign-in.done", proof: agreed?.confirmation("host") ?? "" } as const;
    expect(signIn?.finish(done)?.secret).toEqual(agreed?.secret);
  });

  it("takes nobody for the host who does not know the password", async () => {
    const other = new Exchange("host", hexToBytes("00".repeat(32)), "unattended|home");
    const signIn = SignIn.at("home", offered(), { kind: "password", text: "horse", remembers: false });
    const prove = await signIn?.prove(toBase64Url(other.share));
    const agreed = other.finish(fromBase64Url(prove?.share ?? ""));
    expect(signIn?.finish({ type: "sign-in.done", proof: agreed?.confirmation("host") ?? "" })).toBeNull();
  });

  it.each([
    { memory_kib: 19_455 },
    { memory_kib: 65_537 },
    { passes: 1 },
    { passes: 5 },
  ])("stretches no password too little nor too long: %o", (change) => {
    expect(SignIn.at("home", offered(change), { kind: "password", text: "horse", remembers: false })).toBeNull();
  });

  it("signs both shares by the key of a remembered browser", async () => {
    const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    const pin = "7".repeat(43);
    const host = new Exchange("host", fromBase64Url(pin), "unattended|home");
    const share = toBase64Url(host.share);
    const signIn = SignIn.at("home", offered(), { kind: "device", device: { id: "0a1b2c3d", pin, key: pair.privateKey } });
    expect(signIn?.begin()).toEqual({ type: "sign-in.begin", device: "0a1b2c3d" });
    const prove = await signIn?.prove(share);
    const signed = new TextEncoder().encode(`screenshare device v1|home|${share}|${prove?.share}`);
    const signature = fromBase64Url(prove?.signature ?? "") as BufferSource;
    expect(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, signature, signed)).toBe(true);
  });
});
