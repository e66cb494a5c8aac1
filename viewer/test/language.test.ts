import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CAPABILITY_WORDS, inOrder, pathWords } from "../src/console/words";
import { rateWords } from "../src/ui/figure-words";
import { endedWords, noticeWords } from "../src/ui/words";
import { de } from "../src/words/de";
import { en } from "../src/words/en";
import { fr } from "../src/words/fr";
import { chooseLanguage, decimal, languageFor, minutes, percent, timeOfDay, words } from "../src/words/language";
import { pluralOf } from "../src/words/plural";

type Texts = { [key: string]: unknown };

/** Every text of a catalogue with its place; functions are asked with ``argument`` for each parameter. */
function textsOf(catalogue: object, argument: unknown, place = ""): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    // English has the host's own words there.
    if (key === "refusals") return [];
    const here = place ? `${place}.${key}` : key;
    if (typeof value === "string") return [[here, value]];
    if (typeof value !== "function") return textsOf(value as Texts, argument, here);
    const said = (value as (...all: unknown[]) => string | Texts)(...Array.from({ length: value.length }, () => argument));
    return typeof said === "string" ? [[here, said]] : textsOf(said, argument, here);
  });
}

beforeEach(() => {
  vi.stubGlobal("navigator", { languages: ["en-US"] });
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
});

afterEach(() => {
  chooseLanguage("en");
  vi.unstubAllGlobals();
});

describe("the catalogues", () => {
  const catalogues = Object.entries({ en, de, fr });

  it.each(catalogues)("say everything in %s, also of a host without a name", (_, catalogue) => {
    const { denied, ended, notices, status } = catalogue;
    const texts = ["1", "2", "5"].flatMap((count) => textsOf(catalogue, count));
    for (const [place, text] of [...texts, ...textsOf({ denied, ended, notices }, ""), ...textsOf(status, "")]) {
      expect(text, place).not.toBe("");
      expect(text.trimStart(), place).toBe(text);
      expect(text, place).not.toMatch(/undefined|null|NaN|\[object|\$\{| {2}/);
    }
  });

  it.each(catalogues)("use in %s every value that they are given", (_, catalogue) => {
    const english = new Map(textsOf(en, "17"));
    for (const [place, text] of textsOf(catalogue, "17")) {
      expect(text.includes("17"), place).toBe(english.get(place)?.includes("17"));
    }
  });

  it.each([["de", de], ["fr", fr]] as const)("are translated into %s: few texts read the same as in English", (_, catalogue) => {
    const english = new Map(textsOf(en, "X"));
    const texts = textsOf(catalogue, "X");
    const same = texts.filter(([place, text]) => english.get(place) === text && /[a-z]{4} [a-z]{3}/i.test(text));
    expect(same).toEqual([]);
    expect(texts.length).toBe(english.size);
  });

  it("mark what is to be typed in the same way", () => {
    const marked = (catalogue: object): string[] => textsOf(catalogue, "X").flatMap(([, text]) => text.match(/`[^`]+`/g) ?? []);
    expect(marked(de)).toEqual(marked(en));
    expect(marked(fr)).toEqual(marked(en));
  });

  it("keep French punctuation from the next line", () => {
    for (const [place, text] of textsOf(fr, "X")) expect(text, place).not.toMatch(/ [:;?!»]|« /);
  });

  it("count as each language does", () => {
    const watching = (catalogue: typeof en): string[] => [0, 1, 2].map((count) => catalogue.console.watching(count));
    expect(watching(en)).toEqual(["0 watching", "1 watching", "2 watching"]);
    expect(watching(de)).toEqual(["0 sehen zu", "1 sieht zu", "2 sehen zu"]);
    // Nought is singular in French.
    expect(watching(fr)).toEqual(["0 personne regarde", "1 personne regarde", "2 personnes regardent"]);
  });

  it("fall back to the general form where a language has more forms than were written", () => {
    expect(pluralOf("pl")(2, { one: "1 osoba", other: "osoby" })).toBe("osoby");
    expect(pluralOf("fr")(1_000_000, { one: "une", other: "des" })).toBe("des");
  });
});

describe("the language", () => {
  it("is the first of the browser's that we speak, else English", () => {
    expect(languageFor(["pt-BR", "de-AT", "fr"])).toBe("de");
    expect(languageFor(["FR-ca"])).toBe("fr");
    expect(languageFor(["pt", "constructor"])).toBe("en");
    expect(languageFor([])).toBe("en");
  });

  it("changes every text at once, also those kept as constants", () => {
    expect(CAPABILITY_WORDS.clipboard).toBe("Clipboard");
    chooseLanguage("de");
    expect(CAPABILITY_WORDS.clipboard).toBe("Zwischenablage");
    expect(inOrder(["clipboard", "view"])).toEqual(["view", "clipboard"]);
    expect(words()).toBe(de);
    expect(noticeWords({ kind: "control-granted", asked: true, reach: "all", window: "" }, "")).toBe("Sie können den Host jetzt steuern");
    expect(noticeWords({ kind: "control-granted", asked: true, reach: "pointer", window: "" }, "PC")).toBe("Sie können jetzt die Maus von PC benutzen");
    expect(endedWords("stopped", "PC", 65).text).toBe("Die Sitzung ist beendet. Dauer: 1:05.");
  });

  it("says what went wrong by the host's code, or in the host's words when it knows no better", () => {
    const refused = { kind: "refused", code: "not-permitted", message: "view may not type" } as const;
    expect(noticeWords(refused, "PC")).toBe("The host refused that: view may not type");
    chooseLanguage("de");
    expect(noticeWords(refused, "PC")).toBe("Der Host hat das abgelehnt: das ist hier nicht erlaubt");
    expect(noticeWords({ ...refused, code: "constructor" }, "PC")).toContain("view may not type");
    expect(Object.keys(fr.refusals)).toEqual(Object.keys(de.refusals));
  });

  it("writes numbers and times as they are written there", () => {
    expect([decimal(1.84, 1), percent(0.002), minutes(5), rateWords(1832)]).toEqual(["1.8", "0.2 %", "5 min", "1.8 Mbit/s"]);
    chooseLanguage("de");
    expect([decimal(1.84, 1), percent(0.002), rateWords(1832)]).toEqual(["1,8", "0,2 %", "1,8 Mbit/s"]);
    expect(minutes(5)).toMatch(/^5\sMin\.$/);
    expect(pathWords({ format: "h264", mode: "auto", kbps: 1832, loss: 0.012 })).toBe("H264 · automatisch · 1,8 Mbit/s · 1,2 % verloren");
  });

  it("writes the time of day as the browser's own country does", () => {
    const afternoon = new Date(2026, 0, 5, 14, 2, 11);
    vi.stubGlobal("navigator", { languages: ["en-GB", "en-US"] });
    chooseLanguage("en");
    expect(timeOfDay(afternoon)).toBe("14:02:11");
    vi.stubGlobal("navigator", { languages: ["en-US"] });
    chooseLanguage("en");
    expect(timeOfDay(afternoon, { seconds: false })).toMatch(/^02:02\sPM$/);
    chooseLanguage("fr");
    expect(timeOfDay(afternoon)).toBe("14:02:11");
  });
});

describe("the pages", () => {
  const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", { query: "?raw", import: "default", eager: true });
  const pages = Object.entries(sources).filter(([path]) => !path.includes("/words/") && !path.includes("/protocol/"));

  /** What stands in the page as it is written: between tags, and in the attributes that people read or hear. */
  function written(source: string): string[] {
    const code = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    const between = [...code.matchAll(/(?<![=-])>\s*([^<>{}=;()]*[A-Za-z]{2}[^<>{}=;()]*?)\s*</g)].map(([, text]) => text ?? "");
    const attributes = /\b(?:title|name|text|tip|short|label|placeholder|word|aria-label|aria-description)="([^"]*)"/g;
    return [...between, ...[...code.matchAll(attributes)].map(([, text]) => text ?? "")];
  }

  it("have no words of their own: all are in the catalogue", () => {
    const own = pages
      .filter(([path]) => path.endsWith(".tsx"))
      .flatMap(([path, source]) => written(source).filter((text) => /[A-Z][a-z]|[a-z]{3} [a-z]{2}/.test(text)).map((text) => `${path}: ${text}`))
      .filter((found) => !found.endsWith(": Screenshare"));
    expect(own).toEqual([]);
  });

  it("are read for their words", () => {
    expect(written('<p class="A b">You see\n</p><Tool name="Full screen" tip={x} />')).toEqual(["You see", "Full screen"]);
    expect(written("const f = (a: Map<Key, Value>): void => a < b;")).toEqual([]);
  });
});
