/** What the log says of each thing that happens. */

import type { ConsoleEvent } from "../protocol/wire";
import { isSignInProblem } from "../signaling/denial";
import { bytes, hostSays, minutes, words } from "../words/language";
import { CAPABILITY_WORDS } from "./words";

/** Return one sentence, null for what belongs to no log; ``names`` learns who is who. */
export function logWords(event: ConsoleEvent, names: Map<string, string>): string | null {
  const { logged, aGuest, recordingSaved } = words().console;
  const called = (id: string): string => names.get(id) || aGuest;
  switch (event.event) {
    case "viewer.knocked":
      names.set(event.id, event.name);
      return logged.knocked(called(event.id));
    case "viewer.joined":
      names.set(event.id, event.name);
      return logged.joined(called(event.id));
    case "viewer.left":
      return leftWords(event.reason, called(event.id));
    case "control.requested":
      return logged.asksControl(called(event.id));
    case "capability.requested":
      return logged.asksRight(called(event.id), CAPABILITY_WORDS[event.capability]);
    case "control.queued":
      return logged.queued(called(event.id));
    case "control.locked":
      return logged.locked;
    case "control.unlocked":
      return logged.unlocked;
    case "control.granted":
      return logged.controls(called(event.id));
    case "control.lasts":
      return logged.controlsFor(called(event.id), minutes(Math.round(event.for_s / 60)));
    case "control.revoked":
      return logged.controlsNot(called(event.id));
    case "clipboard.passed": {
      const size = bytes(Object.values(event.bytes).reduce((sum, each) => sum + each, 0));
      return event.toward === "host" ? logged.gaveClip(called(event.id), size) : logged.tookClip(called(event.id), size);
    }
    case "recording.started":
      return logged.recording;
    case "recording.stopped":
      return recordingSaved(event.path);
    case "share.paused":
      return logged.paused;
    case "share.resumed":
      return logged.resumed;
    case "code.changed":
      return logged.newCode;
    case "code.revoked":
      return logged.noCode;
    case "unattended.changed":
      return logged.unattended(event.is_on, event.devices);
    case "sign-in.failed":
      return isSignInProblem(event.reason) ? logged.noSignIn[event.reason](event.address) : null;
    case "server.reached":
      return logged.serverReached;
    case "warning":
    case "error":
      return hostSays(event.code, event.message);
    default:
      return null;
  }
}

function leftWords(reason: string, name: string): string {
  const { logged } = words().console;
  switch (reason) {
    case "denied":
    case "timeout":
      return logged.turnedAway(name);
    case "removed":
      return logged.removed(name);
    case "path-lost":
      return logged.lost(name);
    default:
      return logged.left(name);
  }
}
