import { render, type ComponentChildren } from "preact";
import { knownHost } from "../hosts/known";
import { recallSecret, rememberSecret } from "../session/memory";
import type { ViewerState } from "../session/machine";
import { ASK_ROOM, roomFromPath, secretFromFragment, type LinkSecret } from "../signaling/secret";
import { startLanguage, words } from "../words/language";
import { Page } from "./page";
import { StateCard } from "./state-card";
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
// A link that is opened once more in the same tab changes nothing but the fragment.
addEventListener("hashchange", () => location.reload());

startLanguage();
const place = document.getElementById("app") as HTMLElement;
const room = roomFromPath(location.pathname);
const brought = room ? broughtSecret(room) : null;
// Whoever comes by a link does not wait for what this browser remembers.
const known = room && (!brought || brought.kind === "address") ? await knownHost(room) : null;
const secret: LinkSecret | null = brought ?? (known && { kind: "address", text: known.address });

// A browser that leaves WebRTC out, or whose owner switched it off.
if (typeof RTCPeerConnection !== "function") {
  render(<Simple {...words().oldBrowser} />, place);
} else if (room && secret) {
  rememberSecret(room, secret);
  const viewer = new Viewer(room, secret);
  viewer.store.knownName.value = known?.name ?? "";
  window.screenshare = {
    get state() {
      return viewer.session.view.state;
    },
    stats: () => viewer.figures(),
  };
  render(<Page viewer={viewer} />, place);
  viewer.start(known?.device);
} else {
  render(
    <Simple {...deniedWords("no-secret", "")}>
      <a class="button primary" href="/">
        {words().common.enterCode}
      </a>
    </Simple>,
    place,
  );
}

function broughtSecret(room: string): LinkSecret | null {
  return room === ASK_ROOM ? { kind: "digits", text: "" } : (fromLink ?? recallSecret(room));
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
