import { render } from "preact";
import { recallSecret, rememberSecret } from "../session/memory";
import type { ViewerState } from "../session/machine";
import { ASK_ROOM, roomFromPath, secretFromFragment, type LinkSecret } from "../signaling/secret";
import { startLanguage, words } from "../words/language";
import { Page } from "./page";
import { StateCard } from "./state-screens";
import { Viewer, type ViewerFigures } from "./viewer";
import { deniedWords } from "./words";
import "./viewer.css";

/** For tests and for pages that embed this one. */
interface Outside {
  readonly state: ViewerState;
  stats(): Promise<ViewerFigures>;
}

declare global {
  interface Window {
    screenshare: Outside;
  }
}

// The secret leaves the address bar and the history before anything else happens.
const fromLink = secretFromFragment(location.hash);
history.replaceState(null, "", location.pathname);

startLanguage();
const place = document.getElementById("app") as HTMLElement;
const room = roomFromPath(location.pathname);
const secret: LinkSecret | null =
  room === ASK_ROOM ? { kind: "digits", text: "" } : (fromLink ?? (room ? recallSecret(room) : null));

if (room && secret) {
  rememberSecret(room, secret);
  const viewer = new Viewer(room, secret);
  window.screenshare = {
    get state() {
      return viewer.session.view.state;
    },
    stats: () => viewer.figures(),
  };
  render(<Page viewer={viewer} />, place);
  viewer.start();
} else {
  render(<NoSecret />, place);
}

function NoSecret() {
  const { title, text } = deniedWords("no-secret", "");
  return (
    <main>
      <StateCard icon="link" tone="calm" title={title}>
        <p role="status">{text}</p>
        <div class="actions">
          <a class="button primary" href="/">
            {words().common.enterCode}
          </a>
        </div>
      </StateCard>
    </main>
  );
}
