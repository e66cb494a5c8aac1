/**
 * The viewer page's own script: finds the way to the host, while what is to be seen is still on its way.
 *
 * It draws nothing and imports nothing that does. ``surface`` does.
 */

import { Conductor } from "../session/conductor";
import type { ViewerState } from "../session/machine";
import { recallSecret, rememberSecret } from "../session/memory";
import { ASK_ROOM, roomFromPath, secretFromFragment, type LinkSecret } from "../signaling/secret";
import type { ViewerFigures } from "./viewer";
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

const surface = import("./surface");
const room = roomFromPath(location.pathname);
const brought = room ? broughtSecret(room) : null;
// Whoever comes by a link does not wait for what this browser remembers.
const known = room && (!brought || brought.kind === "address") ? await knownHost(room) : null;
const secret: LinkSecret | null = brought ?? (known && { kind: "address", text: known.address });

// A browser that leaves WebRTC out, or whose owner switched it off.
if (typeof RTCPeerConnection !== "function") (await surface).showOldBrowser();
else if (room && secret) visit(room, secret);
else (await surface).showNoSecret();

function broughtSecret(room: string): LinkSecret | null {
  return room === ASK_ROOM ? { kind: "digits", text: "" } : (fromLink ?? recallSecret(room));
}

async function knownHost(room: string) {
  const hosts = await import("../hosts/known");
  return hosts.knownHost(room);
}

function visit(room: string, secret: LinkSecret): void {
  rememberSecret(room, secret);
  const conductor = new Conductor(room, secret);
  const viewer = surface.then(({ showViewer }) => showViewer(conductor, known?.name ?? ""));
  window.screenshare = {
    get state() {
      return conductor.session.view.state;
    },
    stats: async () => (await viewer).figures(),
  };
  addEventListener("pagehide", () => conductor.pageHidden());
  addEventListener("pageshow", (event) => {
    if (event.persisted) conductor.receive({ type: "page.restored" });
  });
  watchNetwork(() => conductor.receive({ type: "network.changed" }));
  conductor.start(known?.device);
}

/** Dial at once when there is reason to think that it will work now. */
function watchNetwork(changed: () => void): void {
  addEventListener("online", changed);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") changed();
  });
  const { connection } = navigator as Navigator & { connection?: EventTarget };
  connection?.addEventListener("change", changed);
}
