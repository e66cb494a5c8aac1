import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type * as Dialling from "../src/signaling/dial";

let Dial: typeof Dialling.Dial;
let SECOND_DIAL_MS: number;

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  constructor(readonly address = "") {
    FakeSocket.all.push(this);
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  close(): void {
    this.readyState = 3;
  }
  fail(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const dial = () => {
  const told: unknown[] = [];
  const dialled = new Dial(
    (socket) => told.push(FakeSocket.all.indexOf(socket as unknown as FakeSocket)),
    () => told.push("failed"),
  );
  return { told, dialled };
};
const dialEarly = (): FakeSocket => {
  const early = new FakeSocket();
  globalThis.early = { socket: early as unknown as WebSocket, dialledAt: performance.now(), said: "", heard: [] };
  return early;
};
const socket = (index: number): FakeSocket => FakeSocket.all[index] as FakeSocket;

beforeEach(async () => {
  // What one dial learned, the next one knows.
  vi.resetModules();
  ({ Dial, SECOND_DIAL_MS } = await import("../src/signaling/dial"));
  vi.useFakeTimers();
  FakeSocket.all = [];
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("location", { origin: "https://server" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  globalThis.early = undefined;
});

describe("a dial", () => {
  it("takes the one socket where the way is good", () => {
    const { told } = dial();
    socket(0).open();
    vi.advanceTimersByTime(SECOND_DIAL_MS * 2);
    expect(told).toEqual([0]);
    expect(FakeSocket.all.map(({ address }) => address)).toEqual(["wss://server/v1/ws"]);
  });

  it("is made once more where it takes long, and takes what opens first", () => {
    const { told } = dial();
    vi.advanceTimersByTime(SECOND_DIAL_MS);
    socket(1).open();
    expect(told).toEqual([1]);
    expect(socket(0).readyState).toBe(3);
    socket(0).onopen?.();
    expect(told).toEqual([1]);
  });

  it("fails once, when all that was dialled failed", () => {
    const { told } = dial();
    vi.advanceTimersByTime(SECOND_DIAL_MS);
    socket(0).fail();
    expect(told).toEqual([]);
    socket(1).fail();
    expect(told).toEqual(["failed"]);
  });

  it("fails at once where nobody answers, and dials no more", () => {
    const { told } = dial();
    socket(0).fail();
    vi.advanceTimersByTime(SECOND_DIAL_MS * 2);
    expect(told).toEqual(["failed"]);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("asks by a plain request first, after one that nobody answered, until somebody does", async () => {
    const answers = [() => Promise.reject(new TypeError("refused")), () => Promise.resolve(new Response("ok"))];
    const asked = vi.fn(() => answers.shift()?.());
    vi.stubGlobal("fetch", asked);
    dial();
    socket(0).fail();
    const { told } = dial();
    await vi.advanceTimersByTimeAsync(0);
    expect([told, FakeSocket.all.length]).toEqual([["failed"], 1]);
    const again = dial();
    await vi.advanceTimersByTimeAsync(0);
    socket(1).open();
    expect(again.told).toEqual([1]);
    dial();
    expect([asked.mock.calls.length, FakeSocket.all.length]).toEqual([2, 3]);
  });

  it("says nothing after it was given up", () => {
    const { told, dialled } = dial();
    dialled.cancel();
    vi.advanceTimersByTime(SECOND_DIAL_MS * 2);
    expect(told).toEqual([]);
    expect(FakeSocket.all.map(({ readyState }) => readyState)).toEqual([3]);
  });

  it("goes on with what was dialled before, once", async () => {
    dialEarly().open();
    const { told } = dial();
    await Promise.resolve();
    expect(told).toEqual([0]);
    dial();
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("is made once more as soon as what was dialled before has taken long", () => {
    dialEarly();
    vi.advanceTimersByTime(SECOND_DIAL_MS - 10);
    dial();
    vi.advanceTimersByTime(9);
    expect(FakeSocket.all).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it("does not go on with what was closed meanwhile", () => {
    dialEarly().fail();
    dial();
    expect(FakeSocket.all).toHaveLength(2);
  });
});
