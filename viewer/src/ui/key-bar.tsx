/** The keys that a virtual keyboard lacks, above it: modifiers that one finger holds, Esc, Tab, arrows. */

import { useEffect, useRef } from "preact/hooks";
import { BAR_KEYS } from "../input/shortcuts";
import { STICKY_KEYS, type StickyName } from "../touch/sticky";
import { words } from "../words/language";
import { Icon } from "./pieces";
import type { Viewer } from "./viewer";

export function KeyBar({ viewer }: { viewer: Viewer }) {
  const bar = useRef<HTMLDivElement>(null);
  const said = words().keys;
  const sticky = viewer.store.sticky.value;
  useEffect(() => keepAbove(bar.current), []);
  return (
    // The virtual keyboard goes when a button takes the focus.
    <div ref={bar} class="key-bar" role="toolbar" aria-label={said.bar} onPointerDown={(event) => event.preventDefault()}>
      {(Object.keys(STICKY_KEYS) as StickyName[]).map((name) => (
        <button
          key={name}
          type="button"
          class={`button sticky ${sticky.get(name) ?? ""}`}
          aria-pressed={sticky.has(name)}
          aria-description={sticky.get(name) === "locked" ? said.locked : said.forNextKey}
          onClick={() => viewer.hand.stick(name)}
        >
          {name}
        </button>
      ))}
      {BAR_KEYS.map(([sign, name]) => (
        <button key={name} type="button" class="button" aria-label={isWord(sign) ? undefined : name} onClick={() => viewer.hand.press(name)}>
          {sign}
        </button>
      ))}
      <button type="button" class="button" aria-label={said.hideKeyboard} onClick={() => viewer.toggleVirtualKeyboard()}>
        <Icon name="chevron-down" />
      </button>
    </div>
  );
}

/** An arrow needs a name; a word is one. */
const isWord = (sign: string): boolean => /[a-z]/i.test(sign);

/** Keep the bar at the lower edge of what is seen: the virtual keyboard covers the page. */
function keepAbove(bar: HTMLElement | null): (() => void) | undefined {
  const { visualViewport } = window;
  if (!bar || !visualViewport) return undefined;
  const place = (): void => {
    bar.style.bottom = `${Math.max(0, innerHeight - visualViewport.height - visualViewport.offsetTop)}px`;
  };
  place();
  visualViewport.addEventListener("resize", place);
  visualViewport.addEventListener("scroll", place);
  return () => {
    visualViewport.removeEventListener("resize", place);
    visualViewport.removeEventListener("scroll", place);
  };
}
