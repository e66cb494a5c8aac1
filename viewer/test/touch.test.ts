import { describe, expect, it } from "vitest";
import { Gestures, type Surroundings, type TouchEffect } from "../src/touch/gestures";
import { Sticky } from "../src/touch/sticky";
import { MOST_ZOOM, View } from "../src/touch/view";

const words = (effects: TouchEffect[]): string[] =>
  effects.map((effect) => {
    switch (effect.type) {
      case "button":
        return `${effect.isDown ? "press" : "release"} ${effect.button}`;
      case "point":
        return `at ${effect.x},${effect.y}`;
      case "zoom":
        return `zoom ${effect.factor.toFixed(2)} at ${effect.x},${effect.y}`;
      case "felt":
        return "felt";
      default:
        return `${effect.type} ${Math.round(effect.dx)},${Math.round(effect.dy)}`;
    }
  });

function fingers(around: Partial<Surroundings> = {}) {
  const gestures = new Gestures(() => ({ mode: "direct", isControlling: true, isZoomed: false, ...around }));
  return {
    gestures,
    down: (x: number, y: number, now: number, id = 1) => words(gestures.down(id, { x, y }, now)),
    move: (x: number, y: number, now: number, id = 1) => words(gestures.move(id, { x, y }, now)),
    up: (now: number, id = 1) => words(gestures.up(id, now)),
    expire: (now: number) => words(gestures.expire(now)),
  };
}

describe("fingers in direct mode", () => {
  it("click where they tap", () => {
    const { down, up } = fingers();
    expect(down(10, 20, 0)).toEqual([]);
    expect(up(0.1)).toEqual(["at 10,20", "press 0", "release 0"]);
  });

  it("forgive a finger that trembles", () => {
    const { down, move, up } = fingers();
    down(10, 20, 0);
    expect(move(14, 24, 0.05)).toEqual([]);
    expect(up(0.1)).toEqual(["at 10,20", "press 0", "release 0"]);
  });

  it("drag from where they began", () => {
    const { down, move, up } = fingers();
    down(10, 20, 0);
    expect(move(40, 20, 0.1)).toEqual(["at 10,20", "press 0", "at 40,20"]);
    expect(move(50, 30, 0.2)).toEqual(["at 50,30"]);
    expect(up(0.3)).toEqual(["release 0"]);
  });

  it("click right after a rest, and drag when they move then", () => {
    const resting = fingers();
    resting.down(10, 20, 0);
    expect(resting.gestures.deadline).toBe(0.5);
    expect(resting.expire(0.5)).toEqual(["felt"]);
    expect(resting.up(0.9)).toEqual(["at 10,20", "press 2", "release 2"]);
    const moving = fingers({ isZoomed: true });
    moving.down(10, 20, 0);
    moving.expire(0.5);
    expect(moving.move(40, 20, 0.6)).toEqual(["at 10,20", "press 0", "at 40,20"]);
    expect(moving.up(0.7)).toEqual(["release 0"]);
  });

  it("move the view while there is more of it than is seen", () => {
    const { down, move, up } = fingers({ isZoomed: true });
    down(100, 100, 0);
    expect(move(70, 100, 0.05)).toEqual(["pan -30,0"]);
    expect(move(70, 90, 0.1)).toEqual(["pan 0,-10"]);
    expect(up(0.2)).toEqual([]);
  });

  it("tap the right button with two, the middle one with three", () => {
    for (const [count, button] of [[2, 2], [3, 1]] as const) {
      const { down, up } = fingers();
      for (let id = 1; id <= count; id += 1) down(10 * id, 20, 0.01 * id, id);
      for (let id = 1; id < count; id += 1) expect(up(0.1, id)).toEqual([]);
      expect(up(0.12, count)).toEqual([`at ${10 * count},20`, `press ${button}`, `release ${button}`]);
    }
  });

  it("scroll with two that go together", () => {
    const { down, move, up } = fingers();
    down(100, 100, 0, 1);
    down(200, 100, 0, 2);
    move(100, 70, 0.1, 1);
    expect(move(200, 70, 0.1, 2)).toEqual(["scroll 0,-15"]);
    expect(up(0.2, 1)).toEqual([]);
    expect(up(0.2, 2)).toEqual([]);
  });

  it("zoom with two that part, around their middle", () => {
    const { down, move } = fingers();
    down(100, 100, 0, 1);
    down(200, 100, 0, 2);
    expect(move(220, 100, 0.1, 2)).toEqual(["zoom 1.20 at 160,100", "pan 10,0"]);
    expect(move(80, 100, 0.2, 1)).toEqual(["zoom 1.17 at 150,100", "pan -10,0"]);
  });

  it("let go of what they drag when a second one comes, or the system takes them", () => {
    const second = fingers();
    second.down(10, 20, 0);
    second.move(40, 20, 0.1);
    expect(second.down(80, 20, 0.2, 2)).toEqual(["release 0"]);
    const taken = fingers();
    taken.down(10, 20, 0);
    taken.move(40, 20, 0.1);
    expect(words(taken.gestures.cancel())).toEqual(["release 0"]);
    expect(taken.up(0.3)).toEqual([]);
  });
});

describe("fingers in trackpad mode", () => {
  const trackpad = () => fingers({ mode: "trackpad" });

  it("move the pointer from where it is, quick ones further", () => {
    const { down, move } = trackpad();
    down(10, 20, 0);
    expect(move(30, 20, 0.1)).toEqual(["nudge 20,0"]);
    expect(move(40, 20, 1.1)).toEqual(["nudge 10,0"]);
    expect(move(80, 20, 1.15)).toEqual(["nudge 80,0"]);
  });

  it("click where the pointer is, once the tap is known to be no drag", () => {
    const { down, up, expire, gestures } = trackpad();
    down(10, 20, 0);
    expect(up(0.1)).toEqual(["press 0"]);
    expect(gestures.deadline).toBeCloseTo(0.28);
    expect(expire(0.3)).toEqual(["release 0"]);
    expect(gestures.deadline).toBeNull();
  });

  it("drag when they touch again right after a tap, and double-click when they tap again", () => {
    const drag = trackpad();
    drag.down(10, 20, 0);
    drag.up(0.1);
    drag.down(10, 20, 0.2);
    expect(drag.move(40, 20, 0.3)).toEqual(["nudge 30,0"]);
    expect(drag.up(0.4)).toEqual(["release 0"]);
    const twice = trackpad();
    twice.down(10, 20, 0);
    twice.up(0.1);
    twice.down(10, 20, 0.2);
    expect(twice.up(0.25)).toEqual(["release 0", "press 0"]);
    expect(twice.expire(0.5)).toEqual(["release 0"]);
  });
});

it("move the view alone without control", () => {
  const { down, move, up, gestures } = fingers({ isControlling: false });
  down(10, 20, 0);
  expect(gestures.deadline).toBeNull();
  expect(up(0.1)).toEqual([]);
  down(100, 100, 1, 1);
  expect(move(140, 100, 1.1)).toEqual(["pan 40,0"]);
  down(200, 100, 1.2, 2);
  expect(move(200, 140, 1.3, 2)).toEqual(["zoom 1.20 at 170,120", "pan 0,20"]);
});

describe("the view", () => {
  const stage = { width: 400, height: 800 };

  it("keeps the point between the fingers where it is", () => {
    const view = new View();
    view.zoomBy(2, 100, 300, stage);
    expect([100 * view.zoom + view.x, 300 * view.zoom + view.y]).toEqual([100, 300]);
    expect(view.shown({ left: 0, top: 300, width: 400, height: 200 })).toEqual({ left: -100, top: 300, width: 800, height: 400 });
  });

  it("never leaves the stage, and zooms between fit and eight times", () => {
    const view = new View();
    view.zoomBy(0.5, 0, 0, stage);
    expect(view.zoom).toBe(1);
    view.zoomBy(100, 200, 400, stage);
    expect(view.zoom).toBe(MOST_ZOOM);
    view.panBy(1e6, -1e6, stage);
    expect([view.x, view.y]).toEqual([0, stage.height * (1 - MOST_ZOOM)]);
  });

  it("follows the pointer no further than it takes", () => {
    const view = new View();
    view.zoomBy(2, 200, 400, stage);
    view.follow(200, 400, stage);
    expect([view.x, view.y]).toEqual([-200, -400]);
    view.follow(395, 400, stage);
    expect([view.x, view.y]).toEqual([-243, -400]);
  });
});

describe("sticky modifiers", () => {
  it("hold for the next key after a tap, and until the next tap after two", () => {
    const sticky = new Sticky();
    expect(sticky.tap("Ctrl", 0)).toBe(true);
    expect(sticky.used()).toEqual(["Ctrl"]);
    expect(sticky.used()).toEqual([]);
    expect(sticky.tap("Ctrl", 1)).toBe(true);
    expect(sticky.tap("Ctrl", 1.2)).toBeNull();
    expect(sticky.used()).toEqual([]);
    expect(sticky.held.get("Ctrl")).toBe("locked");
    expect(sticky.tap("Ctrl", 3)).toBe(false);
  });

  it("go up again with a late second tap", () => {
    const sticky = new Sticky();
    sticky.tap("Alt", 0);
    expect(sticky.tap("Alt", 1)).toBe(false);
    expect(sticky.held.size).toBe(0);
  });
});
