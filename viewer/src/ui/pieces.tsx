/** Small pieces that all pages share. */

import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { chooseLanguage, language, LANGUAGE_NAMES, LANGUAGES, words, type Language } from "../words/language";
import { ICON_NODES, type IconName } from "./icon-nodes";

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {ICON_NODES[name].map(([element, attributes]) => h(element, attributes))}
    </svg>
  );
}

/** Return monotonic seconds, new each second while the caller is on the page. */
export function useSeconds(): number {
  const [now, setNow] = useState(() => performance.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** A text of the catalogue: what stands between `backticks` is for typing. */
export function Sentence({ text }: { text: string }) {
  return <>{text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}

/** The visible choice of the page's language. */
export function LanguageChoice() {
  return (
    <label class="language">
      <Icon name="languages" />
      <span class="only-heard">{words().common.language}</span>
      <select value={language()} onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}>
        {LANGUAGES.map((value) => (
          <option key={value} value={value} lang={value}>
            {LANGUAGE_NAMES[value]}
          </option>
        ))}
      </select>
    </label>
  );
}
