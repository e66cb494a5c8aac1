/** What the page says of the session, in the language of the page. */

import type { Denial, EndReason, Notice, View } from "../session/machine";
import type { Capability } from "../protocol/wire";
import type { Said } from "../words/en";
import { hostSays, list, words } from "../words/language";

export { timeOfDay } from "../words/language";

/** ``3 s``, ``2:05``, ``1:02:05``. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  if (hours > 0) return `${hours}:${two(minutes)}:${two(rest)}`;
  return minutes > 0 ? `${minutes}:${two(rest)}` : `${rest} s`;
}

/** ``00:12``, ``01:02:05``: a running clock keeps its width. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  if (whole >= 3600) parts.unshift(Math.floor(whole / 3600));
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

export const deniedWords = (reason: Denial, host: string): Said => known(words().denied, reason, "denied")(host);

export function endedWords(reason: EndReason, host: string, duration_s: number | null): Said {
  const { title, text } = known(words().ended, reason, "failed")(host);
  const isSession = reason !== "unreachable" && reason !== "degraded" && reason !== "gone";
  if (duration_s === null || !isSession) return { title, text };
  return { title, text: `${text} ${words().viewer.lasted(duration(duration_s))}` };
}

/** Return what a table has for a key that came from outside, which a later version may have given a name to. */
function known<Key extends string, Value>(table: Readonly<Record<Key, Value>>, key: Key, otherwise: Key): Value {
  return Object.hasOwn(table, key) ? table[key] : table[otherwise];
}

export function noticeWords(notice: Notice, host: string): string {
  const { notices } = words();
  switch (notice.kind) {
    case "control-granted":
      if (notice.window !== "") return notices.controlWindow(notice.window, host);
      if (notice.reach !== "all") return notices.controlHalf[notice.reach](host);
      return notice.asked ? notices.controlGranted(host) : notices.controlGiven(host);
    case "control-waited-for":
      return words().viewer.waitsForControl(notice.name || words().common.guest);
    case "control-refused":
      return notices.controlRefused[notice.reason];
    case "control-revoked":
      return notices.controlRevoked[notice.reason];
    case "right-refused":
      return notices.rightRefused[notice.reason];
    case "control-returned":
      return notices.controlReturned;
    case "reconnected":
      return notices.reconnected;
    case "input-too-late":
      return notices.inputTooLate;
    case "recording-started":
      return notices.recordingStarted;
    case "recording-stopped":
      return notices.recordingStopped;
    case "rights-gained":
      return notices.rightsGained(capabilityNames(notice.capabilities));
    case "rights-lost":
      return notices.rightsLost(capabilityNames(notice.capabilities));
    case "refused":
      return notices.refused(hostSays(notice.code, notice.message));
  }
}

const capabilityNames = (capabilities: readonly Capability[]): string =>
  list(capabilities.map((capability) => words().capabilities[capability]));

/** Whether contents of clipboards may go this way now: ``in`` to the host. */
export function clipboardOpens({ described }: View, way: "in" | "out"): boolean {
  const direction = described?.clipboard?.direction ?? "off";
  return described?.granted.includes("clipboard") === true && !described.paused && (direction === "both" || direction === way);
}

/** What is controlled: the computer, one half of it, or one of its windows. */
export function controllingWords({ host, described }: View): string {
  const { status } = words();
  if (described?.control_window) return status.controllingWindow(described.control_window);
  const reach = described?.control_reach ?? "all";
  return reach === "all" ? status.controlling(host) : status.controllingHalf[reach](host);
}

/** One sentence for the status region. */
export function statusWords(view: View): string {
  const { status } = words();
  switch (view.state) {
    case "sign-in":
      return status.signIn;
    case "connecting":
      return status.connecting(view.host);
    case "waiting":
      return status.waitingFor(view.host);
    case "live":
      if (view.described?.paused) return status.hasPaused(view.host);
      if (view.control === "held") return view.described?.hand ? status.handMoves(view.host) : controllingWords(view);
      return view.control === "asking" ? status.viewingAndAsking(view.host) : status.viewing(view.host);
    case "reconnecting":
      return status.reconnecting;
    case "denied":
      return view.denial ? deniedWords(view.denial, view.host).title : status.notLetIn;
    case "ended":
      return view.end ? endedWords(view.end.reason, view.host, view.end.duration_s).title : status.ended;
  }
}
