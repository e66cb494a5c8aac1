import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { PROTOCOL_VERSION } from "../src/protocol/decode";
import { SignalingSocket } from "../src/signaling/socket";

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  readonly sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly address: string) {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  hear(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
  close(): void {
    this.readyState = 3;
  }
}

const CHALLENGE = { type: "knock.challenged", version: PROTOCOL_VERSION, nonce: "n" };
const enter = (room: string) => ({ type: "room.enter", version: PROTOCOL_VERSION, room }) as const;

const loadEarly = async (hash: string, pathname = "/j/room") => {
  vi.stubGlobal("location", { origin: "https://server", pathname, hash });
  vi.resetModules();
  await import("../src/signaling/early");
};
/** The page's own scripts, which enter ``room`` as soon as there is a socket. */
const page = (room = "room") => {
  const told: string[] = [];
  const socket: SignalingSocket = new SignalingSocket({
    opened: () => socket.send(enter(room)),
    received: (signal) => told.push(signal.type),
    carrierRefused: (code) => told.push(code),
    altered: () => told.push("altered"),
    closed: () => told.push("closed"),
  });
  return told;
};
const settle = () => new Promise((resolve) => setTimeout(resolve));
const first = (): FakeSocket => FakeSocket.all[0] as FakeSocket;

beforeEach(() => {
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
});
afterEach(() => {
  vi.unstubAllGlobals();
  globalThis.early = undefined;
});

describe("the first script", () => {
  it("enters the link's room by the address it dials, and says nothing of the secret", async () => {
    await loadEarly("#k=c2VjcmV0");
    first().open();
    const address = new URL(first().address);
    expect(`${address.protocol}//${address.host}${address.pathname}`).toBe("wss://server/v1/ws");
    expect([...address.searchParams]).toEqual([["first", JSON.stringify(enter("room"))]]);
    expect(first().sent).toEqual([]);
  });

  it.each([
    ["#u=address", "/j/room"],
    ["#c=1234567", "/j/482"],
    ["", "/j/room"],
    ["#k=c2VjcmV0", "/elsewhere"],
  ])("leaves %s at %s to the page", async (hash, path) => {
    await loadEarly(hash, path);
    expect(FakeSocket.all).toEqual([]);
  });

  it("has its answer heard by the page, which does not enter again", async () => {
    await loadEarly("#k=c2VjcmV0");
    first().open();
    first().hear(CHALLENGE);
    const told = page();
    await settle();
    expect(told).toEqual(["knock.challenged"]);
    expect(first().sent).toEqual([]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("leaves what comes later to the page", async () => {
    await loadEarly("#k=c2VjcmV0");
    first().open();
    const told = page();
    await settle();
    first().hear(CHALLENGE);
    expect(told).toEqual(["knock.challenged"]);
  });

  it("has entered also where its socket is open only when the page is there", async () => {
    await loadEarly("#k=c2VjcmV0");
    const told = page();
    first().open();
    await settle();
    expect(first().sent).toEqual([]);
    first().hear(CHALLENGE);
    expect(told).toEqual(["knock.challenged"]);
  });

  it("that entered another room than the page wants is given up", async () => {
    await loadEarly("#k=c2VjcmV0");
    first().open();
    const told = page("way-back");
    await settle();
    expect(told).toEqual(["closed"]);
    expect(first().readyState).toBe(3);
  });
});
