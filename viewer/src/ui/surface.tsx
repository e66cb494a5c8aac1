/** What the viewer page shows, in scripts of its own: the way to the host is sought without waiting for them. */

import { render, type ComponentChildren } from "preact";
import type { Conductor } from "../session/conductor";
import { startLanguage, words } from "../words/language";
import { Page } from "./page";
import { StateCard } from "./state-card";
import { Viewer } from "./viewer";
import { deniedWords } from "./words";

startLanguage();
const place = document.getElementById("app") as HTMLElement;

/** ``knownName``: what a host that this browser remembers was called. */
export function showViewer(conductor: Conductor, knownName: string): Viewer {
  const viewer = new Viewer(conductor);
  viewer.store.knownName.value = knownName;
  render(<Page viewer={viewer} />, place);
  conductor.enter(viewer);
  return viewer;
}

export function showOldBrowser(): void {
  render(<Simple {...words().oldBrowser} />, place);
}

export function showNoSecret(): void {
  render(
    <Simple {...deniedWords("no-secret", "")}>
      <a class="button primary" href="/">
        {words().common.enterCode}
      </a>
    </Simple>,
    place,
  );
}

/** What there is to say where nothing can be dialled. */
function Simple({ title, text, children }: { title: string; text: string; children?: ComponentChildren }) {
  return (
    <main>
      <StateCard icon={children ? "link" : "triangle-alert"} tone="calm" title={title}>
        <p role="status">{text}</p>
        {children && <div class="actions">{children}</div>}
      </StateCard>
    </main>
  );
}
