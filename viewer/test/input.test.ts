import { describe, expect, it } from "vitest";
import { buttonChanges } from "../src/input/buttons";
import { fraction16, offsetOf, pictureBox, positionOver } from "../src/input/geometry";
import { Keyboard, type KeyLike } from "../src/input/keyboard";
import { MovePacer, StepPacer } from "../src/input/pacer";
import { InputSender, type Channel } from "../src/input/sender";
import { WheelCounter } from "../src/input/wheel";
import { packPointer } from "../src/protocol/pointer";

const key = (code: string, value: string, change: Partial<KeyLike> = {}): KeyLike => ({
  code,
  key: value,
  repeat: false,
  isComposing: false,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  getModifierState: () => false,
  ...change,
});

describe("positions", () => {
  it("hit exactly the monitor pixel under the pointer, at any zoom", () => {
    for (const shown of [1920, 1280, 960.5, 333, 3000]) {
      for (const pixel of [0, 1, 2, 959, 960, 1918, 1919]) {
        const middle = 100 + ((pixel + 0.5) / 1920) * shown;
        const fraction = fraction16(middle, 100, shown, 1920);
        expect(Math.round((fraction * 1919) / 65_535)).toBe(pixel);
      }
    }
  });

  it("are those of the pixel of this screen, though the browser's number is a hair too small", () => {
    const picture = { left: 0, top: 0, width: 1024, height: 576 };
    // 426 pixels of a screen with 1.25 for each CSS pixel, as Chromium tells it.
    const clientX = Math.fround(426 / 1.25);
    expect(clientX * 1.25).toBeLessThan(426);
    const { x } = positionOver(clientX, 0, picture, { width: 1280, height: 720 }, 1 / 1.25);
    expect(Math.round((x * 1279) / 65_535)).toBe(426);
  });

  it.each([320, 500, 1279])("reach both edges and stay on what is seen, where %i pixels here show 1280 there", (width) => {
    const picture = { left: 10, top: 0, width, height: 100 };
    const pixels = Array.from({ length: width }, (_, at) => {
      const { x } = positionOver(10 + at, 0, picture, { width: 1280, height: 100 }, 1);
      return Math.round((x * 1279) / 65_535);
    });
    expect([pixels[0], pixels.at(-1)]).toEqual([0, 1279]);
    for (const [at, pixel] of pixels.entries()) {
      expect(pixel).toBeGreaterThan((at / width) * 1280 - 1);
      expect(pixel).toBeLessThan(((at + 1) / width) * 1280);
    }
  });

  it("lead back to the middle of that pixel", () => {
    for (const pixel of [0, 1, 959, 1918, 1919]) {
      const middle = ((pixel + 0.5) / 1920) * 333;
      expect(offsetOf(fraction16(middle, 0, 333, 1920), 333, 1920)).toBeCloseTo(middle, 9);
    }
  });

  it("run from 0 at the first pixel to 65535 at the last, and stop there", () => {
    expect(fraction16(100, 100, 640, 1280)).toBe(0);
    expect(fraction16(739.99, 100, 640, 1280)).toBe(65_535);
    expect(fraction16(-50, 100, 640, 1280)).toBe(0);
    expect(fraction16(5000, 100, 640, 1280)).toBe(65_535);
    expect(fraction16(5, 0, 10, 1)).toBe(0);
    expect(offsetOf(40_000, 0, 0)).toBe(0);
  });

  it("leave the letterbox out", () => {
    const box = pictureBox({ left: 0, top: 0, width: 1000, height: 1000 }, { width: 1600, height: 800 });
    expect(box).toEqual({ left: 0, top: 250, width: 1000, height: 500 });
    expect(positionOver(0, 250, box, { width: 1600, height: 800 }, 1)).toEqual({ x: 0, y: 0 });
    expect(positionOver(999.9, 749.9, box, { width: 1600, height: 800 }, 1)).toEqual({ x: 65_535, y: 65_535 });
  });
});

describe("moves", () => {
  it("go at once, then at most one in 8 ms, and the last one always goes", () => {
    const pacer = new MovePacer();
    expect(pacer.receive({ x: 1, y: 1 }, 0)).toEqual({ x: 1, y: 1 });
    expect(pacer.receive({ x: 2, y: 2 }, 0.002)).toBeNull();
    expect(pacer.receive({ x: 3, y: 3 }, 0.004)).toBeNull();
    expect(pacer.deadline).toBeCloseTo(0.008);
    expect(pacer.expire(0.0081)).toEqual({ x: 3, y: 3 });
  });

  it("are told once more where they come to rest, since what is lost has no successor", () => {
    const pacer = new MovePacer();
    pacer.receive({ x: 1, y: 1 }, 0);
    expect(pacer.expire(0.05)).toBeNull();
    pacer.receive({ x: 2, y: 2 }, 0.09);
    expect(pacer.deadline).toBeCloseTo(0.19);
    expect(pacer.expire(0.1)).toBeNull();
    expect(pacer.expire(0.2)).toEqual({ x: 2, y: 2 });
    expect(pacer.deadline).toBeNull();
  });

  it("are not told again after a button that brought its place along", () => {
    const pacer = new MovePacer();
    pacer.receive({ x: 1, y: 1 }, 0);
    pacer.placed({ x: 1, y: 1 }, 0.05);
    expect(pacer.deadline).toBeNull();
  });

  it("do not repeat a position, nor follow a button with an older one", () => {
    const pacer = new MovePacer();
    pacer.receive({ x: 1, y: 1 }, 0);
    expect(pacer.receive({ x: 1, y: 1 }, 0.05)).toBeNull();
    pacer.receive({ x: 2, y: 2 }, 1);
    pacer.receive({ x: 3, y: 3 }, 1.001);
    pacer.placed({ x: 4, y: 4 }, 1.002);
    expect(pacer.expire(2)).toBeNull();
  });

  it("are nine bytes, big-endian, as the host reads them", () => {
    const bytes = [...new Uint8Array(packPointer({ seq: 0x01020304, monitor: 2, x: 0xabcd, y: 65_535 }))];
    expect(bytes).toEqual([1, 2, 3, 4, 2, 0xab, 0xcd, 0xff, 0xff]);
  });
});

describe("steps of a locked pointer", () => {
  it("add up, and parts of a pixel go with a later one", () => {
    const pacer = new StepPacer();
    expect(pacer.receive({ dx: 1.75, dy: -0.5 }, 0)).toEqual({ dx: 1, dy: 0 });
    expect(pacer.deadline).toBeNull();
    expect(pacer.receive({ dx: 2, dy: -0.25 }, 0.002)).toBeNull();
    expect(pacer.receive({ dx: 3, dy: -0.25 }, 0.004)).toBeNull();
    expect(pacer.deadline).toBeCloseTo(0.008);
    expect(pacer.expire(0.0081)).toEqual({ dx: 5, dy: -1 });
    expect(pacer.deadline).toBeNull();
  });

  it("go before a click, however short the time", () => {
    const pacer = new StepPacer();
    pacer.receive({ dx: 5, dy: 0 }, 0);
    pacer.receive({ dx: 0, dy: 7 }, 0.001);
    expect(pacer.flush(0.002)).toEqual({ dx: 0, dy: 7 });
    expect(pacer.flush(0.002)).toBeNull();
  });

  it("are no longer than a message tells", () => {
    expect(new StepPacer().receive({ dx: -1e9, dy: 1e9 }, 0)).toEqual({ dx: -4096, dy: 4096 });
  });

  it("are forgotten when the pointer is free again", () => {
    const pacer = new StepPacer();
    pacer.receive({ dx: 0.9, dy: 0.9 }, 0);
    pacer.reset();
    expect(pacer.receive({ dx: 0.9, dy: 0.9 }, 1)).toBeNull();
  });
});

describe("buttons", () => {
  it("are told by their change, also when one goes down while another is held", () => {
    expect(buttonChanges(0, 1)).toEqual([{ button: 0, isDown: true }]);
    expect(buttonChanges(1, 3)).toEqual([{ button: 2, isDown: true }]);
    expect(buttonChanges(3, 4)).toEqual([
      { button: 0, isDown: false },
      { button: 2, isDown: false },
      { button: 1, isDown: true },
    ]);
    expect(buttonChanges(0, 24).map(({ button }) => button)).toEqual([3, 4]);
  });
});

describe("the wheel", () => {
  it("counts 120 for one notch in pixels, lines and pages", () => {
    expect(new WheelCounter().turn({ deltaX: 0, deltaY: 100, deltaMode: 0 })).toEqual({ dx: 0, dy: 120 });
    expect(new WheelCounter().turn({ deltaX: 0, deltaY: -3, deltaMode: 1 })).toEqual({ dx: 0, dy: -120 });
    expect(new WheelCounter().turn({ deltaX: 1, deltaY: 0, deltaMode: 2 })).toEqual({ dx: 120, dy: 0 });
  });

  it("takes the device's own count where the browser tells it", () => {
    const event = { deltaX: 0, deltaY: 53, deltaMode: 0, wheelDeltaX: 0, wheelDeltaY: -120 };
    expect(new WheelCounter().turn(event)).toEqual({ dx: 0, dy: 120 });
  });

  it("carries the rest of a slow touchpad instead of losing it", () => {
    const wheel = new WheelCounter();
    const turns = Array.from({ length: 10 }, () => wheel.turn({ deltaX: 0, deltaY: 0.3125, deltaMode: 0 }));
    expect(turns.filter((turn) => turn === null).length).toBeGreaterThan(5);
    expect(turns.reduce((sum, turn) => sum + (turn?.dy ?? 0), 0)).toBe(3);
  });

  it("stays within what the host accepts", () => {
    expect(new WheelCounter().turn({ deltaX: 0, deltaY: 1e9, deltaMode: 0 })).toEqual({ dx: 0, dy: 12_000 });
  });
});

describe("the keyboard", () => {
  it("sends the place and the meaning of a key, and marks repeats", () => {
    const keyboard = new Keyboard();
    expect(keyboard.pressed(key("KeyA", "a"), 0)).toEqual({
      effects: [{ type: "press", code: "KeyA", key: "a", repeat: false }],
      consumed: true,
    });
    expect(keyboard.pressed(key("KeyA", "a", { repeat: true }), 0).effects).toEqual([
      { type: "press", code: "KeyA", key: "a", repeat: true },
    ]);
    expect(keyboard.released({ code: "KeyA" })).toEqual({ effects: [{ type: "release", code: "KeyA" }], consumed: true });
  });

  it("leaves a key that went down elsewhere alone", () => {
    expect(new Keyboard().released({ code: "Enter" })).toEqual({ effects: [], consumed: false });
  });

  it("leaves composition to the browser and sends its text", () => {
    const keyboard = new Keyboard();
    for (const event of [key("KeyA", "Process"), key("Quote", "Dead"), key("KeyK", "k", { isComposing: true })]) {
      expect(keyboard.pressed(event, 0)).toEqual({ effects: [], consumed: false });
    }
    expect(keyboard.composed("é漢")).toEqual([{ type: "text", text: "é漢" }]);
    expect(keyboard.composed("😀".repeat(1500)).map((effect) => effect.type === "text" && Array.from(effect.text).length)).toEqual([
      1000, 500,
    ]);
  });

  it("lets go of a modifier that went up while another window had the keyboard", () => {
    const keyboard = new Keyboard();
    keyboard.pressed(key("ControlLeft", "Control", { ctrlKey: true }), 0);
    keyboard.pressed(key("KeyC", "c", { ctrlKey: true }), 0);
    expect(keyboard.pressed(key("KeyA", "a"), 5).effects).toEqual([
      { type: "release", code: "ControlLeft" },
      { type: "press", code: "KeyA", key: "a", repeat: false },
    ]);
  });

  it("keeps AltGr down, whatever the browser calls it", () => {
    const keyboard = new Keyboard();
    const getModifierState = (name: string): boolean => name === "AltGraph";
    keyboard.pressed(key("AltRight", "AltGraph", { getModifierState }), 0);
    expect(keyboard.pressed(key("KeyQ", "@", { getModifierState }), 0).effects).toHaveLength(1);
  });

  it("lifts the Control that is only a part of AltGr, and keeps the one that is held with it", () => {
    const getModifierState = (name: string): boolean => name === "AltGraph";
    const sign = (said: Partial<KeyLike>): unknown[] => {
      const keyboard = new Keyboard();
      keyboard.pressed(key("ControlLeft", "Control", { ctrlKey: true }), 0);
      keyboard.pressed(key("AltRight", "AltGraph", { ...said, getModifierState }), 0);
      return keyboard.pressed(key("Digit8", "[", { ...said, getModifierState }), 0).effects;
    };
    const press = { type: "press", code: "Digit8", key: "[", repeat: false };
    const keyboard = new Keyboard();
    keyboard.pressed(key("ControlLeft", "Control", { ctrlKey: true }), 0);
    // Browsers on Windows: Control goes down first, and no event with AltGr says that it is down.
    expect(keyboard.pressed(key("AltRight", "AltGraph", { getModifierState }), 0).effects[0]).toEqual({ type: "release", code: "ControlLeft" });
    expect(sign({})).toEqual([press]);
    expect(sign({ ctrlKey: true, altKey: true })).toEqual([press]);
    keyboard.pressed(key("ControlLeft", "Control", { ctrlKey: true, getModifierState }), 0);
    expect(keyboard.pressed(key("Digit8", "[", { ctrlKey: true, getModifierState }), 0).effects).toEqual([press]);
    expect(keyboard.released({ code: "ControlLeft" }).effects).toEqual([{ type: "release", code: "ControlLeft" }]);
  });

  it("means the place alone where that is wanted", () => {
    const keyboard = new Keyboard();
    keyboard.mode = "place";
    expect(keyboard.pressed(key("KeyZ", "y"), 0).effects).toEqual([{ type: "press", code: "KeyZ", key: "KeyZ", repeat: false }]);
  });

  it("types characters as text where that is wanted, and still presses commands", () => {
    const keyboard = new Keyboard();
    keyboard.mode = "text";
    const getModifierState = (name: string): boolean => name === "AltGraph";
    expect(keyboard.pressed(key("KeyA", "ä"), 0).effects).toEqual([{ type: "text", text: "ä" }]);
    expect(keyboard.pressed(key("KeyA", "ä", { repeat: true }), 0).effects).toEqual([{ type: "text", text: "ä" }]);
    expect(keyboard.released({ code: "KeyA" }).effects).toEqual([]);
    expect(keyboard.pressed(key("KeyE", "€", { ctrlKey: true, altKey: true, getModifierState }), 0).effects).toEqual([{ type: "text", text: "€" }]);
    expect(keyboard.pressed(key("KeyC", "c", { ctrlKey: true }), 0).effects[0]).toMatchObject({ type: "press", key: "c" });
    expect(keyboard.pressed(key("Enter", "Enter"), 0).effects[0]).toMatchObject({ type: "press", key: "Enter" });
  });

  it("types what a virtual keyboard sends without a place", () => {
    const keyboard = new Keyboard();
    expect(keyboard.pressed(key("", "ß"), 0).effects).toEqual([{ type: "text", text: "ß" }]);
    expect(keyboard.pressed(key("", "Enter"), 0).effects).toEqual([
      { type: "press", code: "Enter", key: "Enter", repeat: false },
      { type: "release", code: "Enter" },
    ]);
  });

  it("comes back after Esc was held for two seconds, not before", () => {
    const keyboard = new Keyboard();
    keyboard.pressed(key("Escape", "Escape"), 10);
    keyboard.pressed(key("Escape", "Escape", { repeat: true }), 11);
    expect(keyboard.expire(11.9)).toEqual([]);
    expect(keyboard.expire(12)).toEqual([{ type: "leave" }]);
  });

  it("stays with the host when Esc is only tapped", () => {
    const keyboard = new Keyboard();
    keyboard.pressed(key("Escape", "Escape"), 10);
    keyboard.released({ code: "Escape" });
    expect(keyboard.deadline).toBeNull();
  });

  it("comes back with Right Ctrl alone, but not with Right Ctrl and a letter", () => {
    const keyboard = new Keyboard();
    keyboard.pressed(key("ControlRight", "Control"), 0);
    expect(keyboard.released({ code: "ControlRight" }).effects).toEqual([
      { type: "release", code: "ControlRight" },
      { type: "leave" },
    ]);
    keyboard.pressed(key("ControlRight", "Control"), 1);
    keyboard.pressed(key("KeyC", "c", { ctrlKey: true }), 1);
    keyboard.released({ code: "KeyC" });
    expect(keyboard.released({ code: "ControlRight" }).effects).toEqual([{ type: "release", code: "ControlRight" }]);
  });

  it("lets go of keys whose release macOS hides behind Command", () => {
    const keyboard = new Keyboard();
    keyboard.pressed(key("MetaLeft", "Meta"), 0);
    keyboard.pressed(key("ShiftLeft", "Shift", { metaKey: true, shiftKey: true }), 0);
    keyboard.pressed(key("KeyC", "c", { metaKey: true, shiftKey: true }), 0);
    expect(keyboard.released({ code: "MetaLeft" }).effects).toEqual([
      { type: "release", code: "MetaLeft" },
      { type: "release", code: "KeyC" },
    ]);
    expect(keyboard.reset()).toBe(true);
    expect(keyboard.reset()).toBe(false);
  });
});

describe("sending", () => {
  class Wire implements Channel {
    readyState = "open";
    bufferedAmount = 0;
    readonly sent: (string | ArrayBuffer)[] = [];
    send(data: string | ArrayBuffer): void {
      this.sent.push(data);
    }
  }

  it("counts one sequence over both channels", () => {
    const [input, pointer] = [new Wire(), new Wire()];
    const sender = new InputSender(input, pointer, () => 1, () => "all", () => 90_000);
    sender.key({ type: "press", code: "KeyA", key: "a", repeat: false });
    sender.move({ x: 1, y: 2 });
    sender.button(0, true, { x: 1, y: 2 });
    expect(input.sent.map((text) => JSON.parse(text as string))).toEqual([
      { type: "key.press", seq: 1, code: "KeyA", key: "a", made: 90_000 },
      { type: "button.press", seq: 3, button: 0, monitor: 1, x: 1, y: 2, made: 90_000 },
    ]);
    expect(new DataView(pointer.sent[0] as ArrayBuffer).getUint32(0)).toBe(2);
  });

  it("tells no place with what happens where a locked pointer has come to", () => {
    const [input, pointer] = [new Wire(), new Wire()];
    const sender = new InputSender(input, pointer, () => 2, () => "all", () => 90_000);
    sender.shift({ dx: 3, dy: -4 });
    sender.button(2, true, null);
    sender.wheel({ dx: 0, dy: 120 }, null);
    expect(input.sent.map((text) => JSON.parse(text as string))).toEqual([
      { type: "pointer.shift", seq: 1, monitor: 2, dx: 3, dy: -4 },
      { type: "button.press", seq: 2, button: 2, monitor: 2, made: 90_000 },
      { type: "wheel.turn", seq: 3, dx: 0, dy: 120, monitor: 2, made: 90_000 },
    ]);
  });

  it("drops moves, steps and wheel turns that cannot leave, but never a release", () => {
    const [input, pointer] = [new Wire(), new Wire()];
    input.bufferedAmount = pointer.bufferedAmount = 1_000_000;
    const sender = new InputSender(input, pointer, () => 1, () => "all", () => 90_000);
    sender.move({ x: 1, y: 2 });
    sender.shift({ dx: 1, dy: 2 });
    sender.wheel({ dx: 0, dy: 120 }, { x: 1, y: 2 });
    sender.key({ type: "release", code: "KeyA" });
    expect(pointer.sent).toEqual([]);
    expect(input.sent).toHaveLength(1);
  });

  it.each(["keyboard", "pointer"] as const)("sends nothing but what belongs to the %s when that alone was granted", (reach) => {
    const [input, pointer] = [new Wire(), new Wire()];
    const sender = new InputSender(input, pointer, () => 1, () => reach, () => 90_000);
    sender.key({ type: "press", code: "KeyA", key: "a", repeat: false });
    sender.move({ x: 1, y: 2 });
    sender.shift({ dx: 1, dy: 2 });
    sender.button(0, true, { x: 1, y: 2 });
    sender.wheel({ dx: 0, dy: 120 }, { x: 1, y: 2 });
    sender.releaseAll();
    const types = input.sent.map((text) => (JSON.parse(text as string) as { type: string }).type);
    expect(types).toEqual([...(reach === "keyboard" ? ["key.press"] : ["pointer.shift", "button.press", "wheel.turn"]), "input.release"]);
    expect(pointer.sent).toHaveLength(reach === "pointer" ? 1 : 0);
  });
});
