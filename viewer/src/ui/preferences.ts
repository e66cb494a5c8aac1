/** How this browser's owner likes the page, for all hosts. */

import { KEY_MODES, type KeyMode } from "../input/keyboard";
import { keep, kept } from "../session/memory";
import { TOUCH_MODES, type TouchMode } from "../touch/gestures";

const KEY_MODE_KEY = "screenshare.keys";
const TOUCH_MODE_KEY = "screenshare.touch";
const BAR_PLACE_KEY = "screenshare.bar";
const PANEL_WIDTH_KEY = "screenshare.panel";
const BAR_AWAY_KEY = "screenshare.bar-away";

export function rememberKeyMode(mode: KeyMode): void {
  keep(KEY_MODE_KEY, mode);
}

export function recallKeyMode(): KeyMode {
  return oneOf(KEY_MODES, kept(KEY_MODE_KEY)) ?? "auto";
}

export function rememberTouchMode(mode: TouchMode): void {
  keep(TOUCH_MODE_KEY, mode);
}

export function recallTouchMode(): TouchMode {
  return oneOf(TOUCH_MODES, kept(TOUCH_MODE_KEY)) ?? "direct";
}

/** The place of the controls, as it is written down. */
export function rememberBarPlace(place: string): void {
  keep(BAR_PLACE_KEY, place);
}

export function recallBarPlace(): string | null {
  return kept(BAR_PLACE_KEY);
}

/** Whether the controls were put away for good. */
export function rememberBarAway(isAway: boolean): void {
  keep(BAR_AWAY_KEY, String(isAway));
}

export function recallBarAway(): boolean {
  return kept(BAR_AWAY_KEY) === "true";
}

export function rememberPanelWidth(width: number): void {
  keep(PANEL_WIDTH_KEY, String(width));
}

/** NaN where none was remembered. */
export function recallPanelWidth(): number {
  return Number(kept(PANEL_WIDTH_KEY) ?? Number.NaN);
}

function oneOf<Known extends string>(known: readonly Known[], text: string | null): Known | undefined {
  return known.find((each) => each === text);
}
