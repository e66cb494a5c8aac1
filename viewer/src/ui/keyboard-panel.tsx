/** Keys that the browser keeps for itself, how keys find their meaning, and text typed as keystrokes. */

import { useState } from "preact/hooks";
import { KEY_MODES } from "../input/keyboard";
import { FUNCTION_KEYS, MEDIA_KEYS, SHORTCUTS, type Shortcut } from "../input/shortcuts";
import { words } from "../words/language";
import { ModeChoice } from "./panels";
import type { Viewer } from "./viewer";

/** Twenty messages: more would fill what waits at the host. */
const MOST_TEXT = 20_000;

export function KeyboardPanel({ viewer }: { viewer: Viewer }) {
  const { keys: said } = words();
  const isControlling = viewer.store.view.value.control === "held";
  return (
    <>
      {!isControlling && <p class="quiet">{said.onlyWhileControlling}</p>}
      <Keys viewer={viewer} title={said.special} keys={Object.entries(SHORTCUTS)} />
      <Keys viewer={viewer} title={said.functionKeys} keys={FUNCTION_KEYS} />
      <Keys
        viewer={viewer}
        title={said.media}
        keys={Object.entries(MEDIA_KEYS).map(([word, shortcut]) => [said.mediaKeys[word as keyof typeof MEDIA_KEYS], shortcut] as const)}
      />
      <Modes viewer={viewer} />
      <TypeText viewer={viewer} isControlling={isControlling} />
    </>
  );
}

function Keys({ viewer, title, keys }: { viewer: Viewer; title: string; keys: readonly (readonly [string, Shortcut])[] }) {
  const isOff = viewer.store.view.value.control !== "held";
  return (
    <section class="keys-to-send" aria-label={title}>
      <h3>{title}</h3>
      <div>
        {keys.map(([name, shortcut]) => (
          <button key={name} type="button" class="button" disabled={isOff} onClick={() => viewer.hand.tap(shortcut)}>
            {name}
          </button>
        ))}
      </div>
    </section>
  );
}

function Modes({ viewer }: { viewer: Viewer }) {
  const { keys: said } = words();
  return (
    <ModeChoice
      name="key-mode"
      legend={said.howKeysWork}
      isLegendSeen
      modes={KEY_MODES}
      said={said.modes}
      chosen={viewer.store.keyMode.value}
      choose={(mode) => viewer.setKeyMode(mode)}
    />
  );
}

function TypeText({ viewer, isControlling }: { viewer: Viewer; isControlling: boolean }) {
  const { keys: said } = words();
  const [text, setText] = useState("");
  const [isUnreadable, setUnreadable] = useState(false);
  const paste = async (): Promise<void> => {
    try {
      setText((await navigator.clipboard.readText()).slice(0, MOST_TEXT));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      setUnreadable(true);
    }
  };
  return (
    <form
      class="type-text"
      onSubmit={(event) => {
        event.preventDefault();
        viewer.hand.type(text);
        setText("");
      }}
    >
      <label for="text-to-type">{said.typeText}</label>
      <textarea
        id="text-to-type"
        class="field"
        rows={4}
        maxLength={MOST_TEXT}
        placeholder={said.pasteHere}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {isUnreadable && <p class="quiet" role="status">{said.clipboardClosed}</p>}
      <div class="actions">
        {"clipboard" in navigator && (
          <button type="button" class="button" onClick={() => void paste()}>
            {said.paste}
          </button>
        )}
        <button type="submit" class="button primary" disabled={!isControlling || text === ""}>
          {said.typeNow}
        </button>
      </div>
    </form>
  );
}
