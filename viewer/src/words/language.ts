/**
 * The language of the pages: what the browser asks for, until somebody chooses another.
 *
 * Whoever calls ``words()`` or a format while rendering is rendered again when the language changes.
 */

import { effect, signal } from "@preact/signals";
import { recallLanguage, rememberLanguage } from "../session/memory";
import { de } from "./de";
import { en, type Words } from "./en";
import { fr } from "./fr";

const CATALOGUES = { en, de, fr } as const satisfies Record<string, Words>;

export type Language = keyof typeof CATALOGUES;

/** Each by its own name: who cannot read the page must still find his language. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch", fr: "Français" };

const current = signal<Language>("en");
/** The regional form the browser prefers: ``en-GB`` writes times otherwise than ``en-US``. */
const region = signal("en");

export const LANGUAGES = Object.keys(LANGUAGE_NAMES) as Language[];

export const language = (): Language => current.value;

/** All texts in the language chosen now. */
export const words = (): Words => CATALOGUES[current.value];

/** What went wrong, in the page's language where the host's code tells enough; else in the host's own words. */
export function hostSays(code: string, message: string): string {
  const { refusals } = words();
  return Object.hasOwn(refusals, code) ? (refusals[code] ?? message) : message;
}

const isLanguage = (name: string): name is Language => Object.hasOwn(CATALOGUES, name);

/** Return the first language that we speak in the order of preference; English when there is none. */
export function languageFor(preferred: readonly string[]): Language {
  return preferred.map(baseOf).find(isLanguage) ?? "en";
}

const baseOf = (tag: string): string => tag.toLowerCase().split("-")[0] ?? "";

/** Speak what was chosen here before, else what the browser asks for, and say so to screen readers. */
export function startLanguage(): void {
  const remembered = recallLanguage();
  speak(isLanguage(remembered) ? remembered : languageFor(navigator.languages));
  effect(() => {
    document.documentElement.lang = current.value;
  });
}

export function chooseLanguage(chosen: Language): void {
  rememberLanguage(chosen);
  speak(chosen);
}

function speak(chosen: Language): void {
  region.value = navigator.languages.find((tag) => baseOf(tag) === chosen) ?? chosen;
  current.value = chosen;
}

/**
 * A record of texts that reads in the language chosen now; it has the keys of ``source``.
 *
 * For what pages keep as a constant; read while rendering, it counts as a call of ``words()``.
 */
export function inLanguage<Texts extends object>(source: (words: Words) => Texts): Readonly<Texts> {
  return new Proxy(source(en), { get: (_, key) => Reflect.get(source(words()), key) as unknown });
}

const numberFormats = new Map<string, Intl.NumberFormat>();

/** ``1.8`` with one digit, ``1,8`` where a comma is written. */
export function decimal(value: number, digits: number): string {
  return numberFormat(String(digits), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** ``0.2 %``, ``0,2 %``: ``share`` is of one. */
export const percent = (share: number): string => `${decimal(share * 100, 1)} %`;

/** ``Files, Chat, Notes`` */
export const list = (parts: readonly string[]): string => new Intl.ListFormat(current.value, { type: "unit" }).format(parts);

/** ``5 min``, ``5 Min.`` */
export function minutes(count: number): string {
  return numberFormat("minutes", { style: "unit", unit: "minute", unitDisplay: "short" }).format(count);
}

/** ``832 kB``, ``3.2 MB``, ``3,2 Mo``: decimal units. */
export function bytes(count: number): string {
  const unit = count < 1e6 ? "kilobyte" : "megabyte";
  const value = count < 1e6 ? Math.max(1, count / 1e3) : count / 1e6;
  const digits = count < 1e6 ? 0 : 1;
  return numberFormat(unit, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
}

/** ``14:02:11``, or ``14:02``, of the viewer's own day. */
export function timeOfDay(wallTime: Date, { seconds = true } = {}): string {
  return new Intl.DateTimeFormat(region.value, {
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
  }).format(wallTime);
}

function numberFormat(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${current.value} ${name}`;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(current.value, options);
    numberFormats.set(key, format);
  }
  return format;
}
