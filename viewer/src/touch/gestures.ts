/**
 * Sans-DOM: fingers on the picture -> what the pointer, the wheel and the view do.
 *
 * *Direct*: the pointer is where the finger is. *Trackpad*: the finger moves the pointer from where it is, as
 * on a laptop. In both, a tap clicks, two fingers tap the right button and three the middle one, two fingers
 * that go together scroll, two that part zoom the view, and a finger that rests clicks right when it is lifted,
 * or drags when it moves. Without control fingers move the view alone.
 */

export const TOUCH_MODES = ["direct", "trackpad"] as const;
export type TouchMode = (typeof TOUCH_MODES)[number];

export interface Surroundings {
  mode: TouchMode;
  isControlling: boolean;
  /** Whether there is more of the picture than is seen: then one finger moves the view in direct mode. */
  isZoomed: boolean;
}

export type TouchEffect =
  /** The pointer is at this client point. */
  | { type: "point"; x: number; y: number }
  /** The pointer moves by so many CSS pixels. */
  | { type: "nudge"; dx: number; dy: number }
  | { type: "button"; button: number; isDown: boolean }
  /** The content moves by so many CSS pixels. */
  | { type: "scroll"; dx: number; dy: number }
  | { type: "zoom"; factor: number; x: number; y: number }
  | { type: "pan"; dx: number; dy: number }
  /** Something began that is not to be seen yet: a phone may buzz. */
  | { type: "felt" };

const LEFT = 0;
/** By the number of fingers that tapped: left, right, middle. */
const BUTTON_OF_FINGERS = [LEFT, LEFT, 2, 1] as const;
/** A finger is never quite still. */
const SLOP_PX = 10;
const TAP_S = 0.3;
const REST_S = 0.5;
/** A second touch within this time after a tap holds the button on: it drags, or makes a double click. */
const HOLD_ON_S = 0.18;
/** Two fingers part or close by this much before they zoom. */
const PINCH = 0.12;
/** A quick finger moves the pointer further. */
const SLOW_PX_PER_S = 400;
const MOST_GAIN = 3;

interface Point {
  x: number;
  y: number;
}

interface Finger extends Point {
  start: Point;
}

type Phase = "none" | "one" | "rested" | "dragging" | "gliding" | "two" | "zooming" | "scrolling" | "over";

export class Gestures {
  private readonly fingers = new Map<number, Finger>();
  private phase: Phase = "none";
  private since = 0;
  private movedAt = 0;
  private most = 0;
  /** Since a tap: until when its button stays down. */
  private holdsUntil: number | null = null;
  private isHolding = false;
  private spread = 0;
  private centre: Point = { x: 0, y: 0 };

  constructor(private readonly around: () => Surroundings) {}

  get deadline(): number | null {
    return this.phase === "one" && this.around().isControlling ? this.since + REST_S : this.holdsUntil;
  }

  down(id: number, at: Point, now: number): TouchEffect[] {
    this.fingers.set(id, { ...at, start: at });
    this.most = Math.max(this.most, this.fingers.size);
    if (this.fingers.size === 1) return this.first(now);
    const effects = this.letGo();
    this.phase = this.fingers.size === 2 || this.phase === "two" ? "two" : "over";
    this.spread = this.spreadNow;
    this.centre = this.centreNow;
    return effects;
  }

  move(id: number, at: Point, now: number): TouchEffect[] {
    const finger = this.fingers.get(id);
    if (!finger) return [];
    const by = { x: at.x - finger.x, y: at.y - finger.y };
    const isSlight = distance(at, finger.start) <= SLOP_PX;
    const start = finger.start;
    Object.assign(finger, at);
    switch (this.phase) {
      case "one":
        return isSlight ? [] : [...this.begin(start), ...this.go(at, { x: at.x - start.x, y: at.y - start.y }, now)];
      case "rested":
        return isSlight ? [] : [...this.drag(start), ...this.go(at, { x: at.x - start.x, y: at.y - start.y }, now)];
      case "dragging":
      case "gliding":
        return this.go(at, by, now);
      case "two":
      case "zooming":
      case "scrolling":
        return this.together();
      default:
        return [];
    }
  }

  up(id: number, now: number): TouchEffect[] {
    const finger = this.fingers.get(id);
    if (!finger) return [];
    this.fingers.delete(id);
    if (this.fingers.size > 0) {
      // The fingers of a tap are lifted one after the other.
      if (this.phase !== "two") this.phase = "over";
      return [];
    }
    return this.last(finger, now);
  }

  /** The system took the fingers away. */
  cancel(): TouchEffect[] {
    const effects = this.letGo();
    this.fingers.clear();
    this.phase = "none";
    this.most = 0;
    return effects;
  }

  expire(now: number): TouchEffect[] {
    if (this.holdsUntil !== null && now >= this.holdsUntil) return this.letGo();
    if (this.phase !== "one" || now < this.since + REST_S || !this.around().isControlling) return [];
    this.phase = "rested";
    return [{ type: "felt" }];
  }

  private first(now: number): TouchEffect[] {
    this.phase = "one";
    this.since = this.movedAt = now;
    this.most = 1;
    // A touch right after a tap holds the button of the tap on.
    this.holdsUntil = null;
    return [];
  }

  private begin(start: Point): TouchEffect[] {
    const { mode, isControlling, isZoomed } = this.around();
    if (this.isHolding) {
      this.phase = "dragging";
      return [];
    }
    if (isControlling && mode === "direct" && !isZoomed) return this.drag(start);
    this.phase = "gliding";
    return [];
  }

  private drag(start: Point): TouchEffect[] {
    this.phase = "dragging";
    this.isHolding = true;
    return [...this.pointTo(start), { type: "button", button: LEFT, isDown: true }];
  }

  private go(at: Point, by: Point, now: number): TouchEffect[] {
    const { mode, isControlling } = this.around();
    if (!isControlling || (mode === "direct" && this.phase === "gliding")) return [{ type: "pan", dx: by.x, dy: by.y }];
    if (mode === "direct") return this.pointTo(at);
    const speed = Math.hypot(by.x, by.y) / Math.max(now - this.movedAt, 0.001);
    this.movedAt = now;
    const gain = Math.min(Math.max(speed / SLOW_PX_PER_S, 1), MOST_GAIN);
    return [{ type: "nudge", dx: by.x * gain, dy: by.y * gain }];
  }

  private together(): TouchEffect[] {
    const [spread, centre] = [this.spreadNow, this.centreNow];
    const by = { x: centre.x - this.centre.x, y: centre.y - this.centre.y };
    const factor = this.spread > 0 ? spread / this.spread : 1;
    if (this.phase === "two") {
      if (this.fingers.size !== 2) return [];
      const parts = Math.abs(factor - 1) > PINCH;
      if (!parts && Math.hypot(by.x, by.y) <= SLOP_PX) return [];
      this.phase = parts ? "zooming" : "scrolling";
    }
    this.spread = spread;
    this.centre = centre;
    const pan: TouchEffect = { type: "pan", dx: by.x, dy: by.y };
    if (this.phase === "zooming") return [{ type: "zoom", factor, ...centre }, pan];
    return [this.around().isControlling ? { type: "scroll", dx: by.x, dy: by.y } : pan];
  }

  private last(finger: Finger, now: number): TouchEffect[] {
    const { phase, most } = this;
    this.phase = "none";
    this.most = 0;
    if (!this.around().isControlling) return this.letGo();
    const isTap = (phase === "one" || phase === "two") && now - this.since <= TAP_S;
    if (isTap && most === 1) return this.tap(finger, now);
    const button = phase === "rested" ? 2 : isTap ? BUTTON_OF_FINGERS[most] : undefined;
    const effects = this.letGo();
    return button === undefined ? effects : [...effects, ...this.pointTo(finger.start), ...click(button)];
  }

  private tap(finger: Finger, now: number): TouchEffect[] {
    const effects = [...this.letGo(), ...this.pointTo(finger.start), { type: "button", button: LEFT, isDown: true } as const];
    if (this.around().mode === "direct") return [...effects, { type: "button", button: LEFT, isDown: false }];
    this.isHolding = true;
    this.holdsUntil = now + HOLD_ON_S;
    return effects;
  }

  private pointTo({ x, y }: Point): TouchEffect[] {
    return this.around().mode === "direct" ? [{ type: "point", x, y }] : [];
  }

  private letGo(): TouchEffect[] {
    this.holdsUntil = null;
    if (!this.isHolding) return [];
    this.isHolding = false;
    return [{ type: "button", button: LEFT, isDown: false }];
  }

  private get spreadNow(): number {
    const [a, b] = [...this.fingers.values()];
    return a && b ? distance(a, b) : 0;
  }

  private get centreNow(): Point {
    const points = [...this.fingers.values()].slice(0, 2);
    const sum = points.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 });
    return { x: sum.x / points.length, y: sum.y / points.length };
  }
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

const click = (button: number): TouchEffect[] => [
  { type: "button", button, isDown: true },
  { type: "button", button, isDown: false },
];
