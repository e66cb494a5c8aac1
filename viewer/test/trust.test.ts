import { describe, expect, it } from "vitest";

import { ViewerSession, type Effect } from "../src/session/machine";
import { fromBase64Url, knockProof, toBase64Url, type LinkSecret } from "../src/signaling/secret";
import { Binding } from "../src/trust/binding";
import { answer } from "../src/trust/knock";
import { Exchange } from "../src/trust/pake";
import { Seal } from "../src/trust/seal";

const CODE: LinkSecret = { kind: "code", text: "9130571" };
const LINK: LinkSecret = { kind: "link", text: "AAECAwQFBgcICQoLDA0ODw" };
const digits = new TextEncoder().encode("9130571");

describe("a knock", () => {
  it("by a link is sealed so that only who knows the link opens it", () => {
    const knock = answer({ room: "r", nonce: "n", share: null, resume: null }, LINK);
    if (!knock) throw new Error("no knock");
    expect(knock.prove.proof).toBe(knockProof(LINK, "r", "n"));
    const nonces = { host: "n", viewer: knock.prove.nonce };
    const known = new Binding(fromBase64Url(LINK.text), "r", nonces);
    const box = knock.seal.close("text");
    expect(new Seal("host", known.key, "r").open(box)).toBe("text");
    const guessed = new Binding(new Uint8Array(16), "r", nonces);
    expect(new Seal("host", guessed.key, "r").open(box)).toBeNull();
  });

  it("has another nonce each time", () => {
    const nonces = [1, 2, 3].map(() => answer({ room: "r", nonce: "n", share: null, resume: null }, LINK)?.prove.nonce);
    expect(new Set(nonces).size).toBe(3);
  });

  it("by a code agrees with the host on a key, and shows nothing to try the digits on", () => {
    const host = new Exchange("host", digits, "code|482");
    const knock = answer({ room: "482", nonce: "n", share: toBase64Url(host.share), resume: null }, CODE);
    if (!knock) throw new Error("no knock");
    const agreed = host.finish(fromBase64Url(knock.prove.share ?? ""));
    expect(knock.prove.proof).toBe(agreed?.confirmation("viewer"));
    expect(knock.prove.proof).not.toBe(knockProof(CODE, "482", "n"));
    const binding = new Binding(agreed?.secret ?? digits, "482", { host: "n", viewer: knock.prove.nonce });
    expect(new Seal("host", binding.key, "482").open(knock.seal.close("text"))).toBe("text");
  });

  it.each([null, "", "AAAA", toBase64Url(new Uint8Array(32))])("by a code is not made for a host who offers %s", (share) => {
    expect(answer({ room: "482", nonce: "n", share, resume: null }, CODE)).toBeNull();
  });

  it("of who comes back after a code hangs on the token alone", () => {
    const knock = answer({ room: "r", nonce: "n", share: null, resume: "token" }, CODE);
    expect(knock?.prove.proof).toBe(knock?.prove.resume);
    expect(knock?.prove.proof).not.toBe(knockProof(CODE, "r", "n"));
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
  const challenged = { type: "knock.challenged", version: 3, nonce: "n", share: "s" } as const;

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
