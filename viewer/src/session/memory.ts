/** What outlives a reload of the page, by room. Storage may be closed to us: then nothing is remembered. */

import type { LinkSecret } from "../signaling/secret";
import type { Resume } from "./machine";

const NAME_KEY = "screenshare.name";
const LANGUAGE_KEY = "screenshare.language";
const secretKey = (room: string): string => `screenshare.secret.${room}`;
const stayKey = (room: string): string => `screenshare.stay.${room}`;
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

export const keep = (key: string, value: string): void => attempt(() => localStorage.setItem(key, value), undefined);
export const kept = (key: string): string | null => attempt(() => localStorage.getItem(key), null);

export function rememberSecret(room: string, secret: LinkSecret): void {
  attempt(() => sessionStorage.setItem(secretKey(room), `${secret.kind}:${secret.text}`), undefined);
}

export function recallSecret(room: string): LinkSecret | null {
  const stored = attempt(() => sessionStorage.getItem(secretKey(room)), null);
  const match = stored === null ? null : /^(link|code|address):(.+)$/.exec(stored);
  return match ? { kind: match[1] as "link" | "code" | "address", text: match[2] ?? "" } : null;
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

/** A way back that nobody handed over, and the name of the stay that it belongs to. */
export interface Stay {
  readonly name: string;
  readonly resume: Resume;
}

/** Keep the way back for the tab of a page that is killed; null: there is none any more. */
export function keepStay(pageRoom: string, stay: Stay | null): void {
  attempt(() => {
    if (stay) sessionStorage.setItem(stayKey(pageRoom), `${stay.name} ${stay.resume.room} ${stay.resume.token}`);
    else sessionStorage.removeItem(stayKey(pageRoom));
  }, undefined);
}

export function recallStay(pageRoom: string): Stay | null {
  const stored = attempt(() => sessionStorage.getItem(stayKey(pageRoom)), null);
  const [name, room, token] = stored?.split(" ") ?? [];
  return name && room && token ? { name, resume: { room, token } } : null;
}

export function rememberName(name: string): void {
  keep(NAME_KEY, name);
}

export function recallName(): string {
  return kept(NAME_KEY) ?? "";
}

export function rememberLanguage(language: string): void {
  keep(LANGUAGE_KEY, language);
}

export function recallLanguage(): string {
  return kept(LANGUAGE_KEY) ?? "";
}
