/** What outlives a reload of the page, by room. Storage may be closed to us: then nothing is remembered. */

import { KEY_MODES, type KeyMode } from "../input/keyboard";
import { TOUCH_MODES, type TouchMode } from "../touch/gestures";
import type { LinkSecret } from "../signaling/secret";
import type { Resume } from "./machine";

const NAME_KEY = "screenshare.name";
const KEY_MODE_KEY = "screenshare.keys";
const TOUCH_MODE_KEY = "screenshare.touch";
const BAR_PLACE_KEY = "screenshare.bar";
const PANEL_WIDTH_KEY = "screenshare.panel";
const LANGUAGE_KEY = "screenshare.language";
const secretKey = (room: string): string => `screenshare.secret.${room}`;
const resumeKey = (room: string): string => `screenshare.resume.${room}`;

function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch (error) {
    // SecurityError: the browser blocks storage. QuotaExceededError: it is full. The session works without.
    if (error instanceof DOMException) return otherwise;
    throw error;
  }
}

export function rememberSecret(room: string, secret: LinkSecret): void {
  attempt(() => sessionStorage.setItem(secretKey(room), `${secret.kind}:${secret.text}`), undefined);
}

export function recallSecret(room: string): LinkSecret | null {
  const stored = attempt(() => sessionStorage.getItem(secretKey(room)), null);
  const match = stored === null ? null : /^(link|code):(.+)$/.exec(stored);
  return match ? { kind: match[1] as LinkSecret["kind"], text: match[2] ?? "" } : null;
}

/** Keep the way back while the page is away. */
export function leaveResume(pageRoom: string, { room, token }: Resume): void {
  attempt(() => sessionStorage.setItem(resumeKey(pageRoom), `${room} ${token}`), undefined);
}

/** Take the way back out: a duplicated tab, which copies the storage, must not find it too. */
export function takeResume(pageRoom: string): Resume | null {
  const stored = attempt(() => {
    const text = sessionStorage.getItem(resumeKey(pageRoom));
    sessionStorage.removeItem(resumeKey(pageRoom));
    return text;
  }, null);
  const [room, token] = stored?.split(" ") ?? [];
  return room && token ? { room, token } : null;
}

export function rememberName(name: string): void {
  attempt(() => localStorage.setItem(NAME_KEY, name), undefined);
}

export function recallName(): string {
  return attempt(() => localStorage.getItem(NAME_KEY), null) ?? "";
}

export function rememberLanguage(language: string): void {
  attempt(() => localStorage.setItem(LANGUAGE_KEY, language), undefined);
}

export function recallLanguage(): string {
  return attempt(() => localStorage.getItem(LANGUAGE_KEY), null) ?? "";
}

export function rememberKeyMode(mode: KeyMode): void {
  attempt(() => localStorage.setItem(KEY_MODE_KEY, mode), undefined);
}

export function recallKeyMode(): KeyMode {
  const stored = attempt(() => localStorage.getItem(KEY_MODE_KEY), null);
  return KEY_MODES.find((mode) => mode === stored) ?? "auto";
}

export function rememberTouchMode(mode: TouchMode): void {
  attempt(() => localStorage.setItem(TOUCH_MODE_KEY, mode), undefined);
}

export function recallTouchMode(): TouchMode {
  const stored = attempt(() => localStorage.getItem(TOUCH_MODE_KEY), null);
  return TOUCH_MODES.find((mode) => mode === stored) ?? "direct";
}

/** The place of the controls, as it is written down. */
export function rememberBarPlace(place: string): void {
  attempt(() => localStorage.setItem(BAR_PLACE_KEY, place), undefined);
}

export function recallBarPlace(): string | null {
  return attempt(() => localStorage.getItem(BAR_PLACE_KEY), null);
}

export function rememberPanelWidth(width: number): void {
  attempt(() => localStorage.setItem(PANEL_WIDTH_KEY, String(width)), undefined);
}

/** NaN where none was remembered. */
export function recallPanelWidth(): number {
  return Number(attempt(() => localStorage.getItem(PANEL_WIDTH_KEY), null) ?? Number.NaN);
}
