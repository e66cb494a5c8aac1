/** The page's own state that is not the session's: what is open, what was said last. */

import { signal } from "@preact/signals";
import type { KeyMode } from "../input/keyboard";
import type { View } from "../session/machine";
import { recallBarAway, recallBarPlace, recallKeyMode, recallPanelWidth, recallTouchMode } from "./preferences";
import type { TouchMode } from "../touch/gestures";
import type { StickyName, StickyState } from "../touch/sticky";
import { panelWidth, readPlace, USUAL_PLACE, type BarPlace } from "./placing";

export type PanelName = "people" | "statistics" | "quality" | "monitor" | "keyboard" | "clipboard" | "touch" | "language";

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "control" | "record";
}

const TOAST_MS = 6000;
const MOST_TOASTS = 2;

export class Store {
  readonly view;
  readonly panel = signal<PanelName | null>(null);
  /** What is to be compared with the host, by who came without a secret. */
  readonly digits = signal("");
  /** What a host that this browser remembers was called. */
  readonly knownName = signal("");
  readonly isFit = signal(true);
  readonly isFullScreen = signal(false);
  readonly isCollapsed = signal(recallBarAway());
  readonly barPlace = signal<BarPlace>(readPlace(recallBarPlace()) ?? USUAL_PLACE);
  readonly panelWidth = signal(panelWidth(recallPanelWidth()));
  /** Whether a phone's bar shows all controls. */
  readonly isSpread = signal(false);
  /** Whether the controls are away because the pointer works on the host's screen. */
  readonly isTucked = signal(false);
  readonly hasKeyboard = signal(false);
  readonly isPointerLocked = signal(false);
  readonly keyMode = signal<KeyMode>(recallKeyMode());
  readonly touchMode = signal<TouchMode>(recallTouchMode());
  /** The virtual keyboard is wanted, and the keys that it lacks are there. */
  readonly hasKeyBar = signal(false);
  readonly sticky = signal<ReadonlyMap<StickyName, StickyState>>(new Map());
  /** Whether the page finds out why it does not connect. */
  readonly isExamining = signal(false);
  readonly toasts = signal<readonly Toast[]>([]);
  /** Wall time at which the connection was lost, for people. */
  readonly lostAt = signal<Date | null>(null);
  private toastId = 0;

  constructor(view: View) {
    this.view = signal(view);
  }

  toast(text: string, tone: Toast["tone"] = "plain"): void {
    const id = ++this.toastId;
    // What was true of control before is not any more.
    const valid = this.toasts.value.filter((old) => tone !== "control" || old.tone !== "control");
    this.toasts.value = [...valid, { id, text, tone }].slice(-MOST_TOASTS);
    setTimeout(() => {
      this.toasts.value = this.toasts.value.filter((toast) => toast.id !== id);
    }, TOAST_MS);
  }
}
