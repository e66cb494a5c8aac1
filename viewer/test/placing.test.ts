import { describe, expect, it } from "vitest";

import { nearestEdge, PANEL_WIDTH, panelWidth, placeAfter, placeAt, readPlace, touches, widthAfterKey, writePlace, type Edge } from "../src/ui/placing";

const PAGE = { width: 1280, height: 720 };
const BAR = { width: 600, height: 52 };

describe("the bar", () => {
  it.each<[number, number, Edge]>([
    [640, 700, "bottom"],
    [640, 20, "top"],
    [20, 360, "left"],
    [1270, 360, "right"],
  ])("goes to the edge nearest to %i, %i", (x, y, edge) => {
    expect(nearestEdge(x, y, PAGE)).toBe(edge);
  });

  it("begins where it is held, and stays on the page", () => {
    const { along } = placeAt(200, 710, PAGE, BAR);
    const left = 12 + along * (PAGE.width - 24 - BAR.width);
    expect(left).toBeCloseTo(200);
    expect(placeAt(1200, 710, PAGE, BAR)).toEqual({ edge: "bottom", along: 1 });
    expect(placeAt(-50, 710, PAGE, BAR)).toEqual({ edge: "left", along: 1 });
  });

  it("stands in the middle of an edge that has no room to choose", () => {
    expect(placeAt(5, 100, PAGE, { width: 700, height: 52 })).toEqual({ edge: "left", along: 0.5 });
  });

  it("goes round the page, edge by edge, by keys", () => {
    let place = { edge: "bottom" as Edge, along: 0.2 };
    const edges = Array.from({ length: 4 }, () => (place = placeAfter(place)).edge);
    expect(edges).toEqual(["left", "top", "right", "bottom"]);
  });

  it("is called by touching its own edge alone", () => {
    expect(touches("bottom", 640, 717, PAGE)).toBe(true);
    expect(touches("bottom", 0, 360, PAGE)).toBe(false);
    expect(touches("left", 0, 360, PAGE)).toBe(true);
    expect(touches("top", 640, 0, PAGE)).toBe(true);
    expect(touches("right", 1279, 360, PAGE)).toBe(true);
    expect(touches("right", 640, 360, PAGE)).toBe(false);
  });

  it("is found again where it was left, and where it always is after nonsense", () => {
    for (const place of [{ edge: "left", along: 0.25 }, { edge: "top", along: 1 }, { edge: "right", along: 0 }] as const) {
      expect(readPlace(writePlace(place))).toEqual(place);
    }
    for (const text of [null, "", "left", "middle 0.5", "left 2", "left NaN", "left 0.5; x"]) expect(readPlace(text)).toBeNull();
  });
});

describe("a panel", () => {
  it("keeps a width that can be read and leaves the picture room", () => {
    expect([100, 400.4, 5000, Number.NaN].map(panelWidth)).toEqual([PANEL_WIDTH.least, 400, PANEL_WIDTH.most, PANEL_WIDTH.usual]);
  });

  it("grows to the left by keys", () => {
    expect(widthAfterKey("ArrowLeft", 360)).toBe(384);
    expect(widthAfterKey("ArrowRight", 290)).toBe(PANEL_WIDTH.least);
    expect(widthAfterKey("End", 360)).toBe(PANEL_WIDTH.most);
    expect(widthAfterKey("a", 360)).toBeNull();
  });
});
