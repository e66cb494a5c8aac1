/** What the page says, in plain words. No codes here, and the same words as the console and the terminal. */

import type { Denial, EndReason, Notice, View } from "../session/machine";

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

/** ``14:02:11`` of the viewer's own day. */
export function timeOfDay(wallTime: Date): string {
  return [wallTime.getHours(), wallTime.getMinutes(), wallTime.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

export interface Said {
  title: string;
  text: string;
}

export function deniedWords(reason: Denial, host: string): Said {
  const who = host || "The host";
  switch (reason) {
    case "denied":
      return { title: `${who} did not let you in`, text: "If that was a mistake, talk to them and knock again." };
    case "timeout":
      return { title: "Nobody answered", text: `${who} may be away from the computer. You can knock again.` };
    case "full":
      return { title: "No place left", text: "As many people are watching as the host allows. Try again when somebody has left." };
    case "wrong-secret":
      return {
        title: "This link or code does not work",
        text: "It may be incomplete, used up or too old. Ask the host for a new one.",
      };
    case "rate-limited":
      return { title: "Too many tries", text: "For safety the host takes no more knocks from here for a while. Wait a minute, then try again." };
    case "room-not-found":
      return { title: "Nobody is sharing here", text: "The share is over, or the link is not complete. Ask the host for a new one." };
    case "no-secret":
      return { title: "A part of the link is missing", text: "Open the whole link as you got it, with everything after the # sign, or type the spoken code." };
    case "unsupported":
      return { title: "This page is out of date", text: "The host runs another version. Reload the page; if that does not help, update Screenshare." };
  }
}

export function endedWords(reason: EndReason, host: string, duration_s: number | null): Said {
  const who = host || "The host";
  const lasted = duration_s === null ? "" : ` It lasted ${duration(duration_s)}.`;
  switch (reason) {
    case "left":
      return { title: "You have left", text: `You no longer see ${host ? `the screen of ${host}` : "the screen"}.${lasted}` };
    case "stopped":
      return { title: `${who} has stopped sharing`, text: `The session is over.${lasted}` };
    case "removed":
      return { title: "The host has sent you away", text: `You no longer see the screen.${lasted}` };
    case "capture-lost":
      return { title: "The screen is gone", text: `The display that was shared is no longer there.${lasted}` };
    case "failed":
      return { title: "Sharing broke off", text: `Something went wrong at the host; they can start again.${lasted}` };
    case "unreachable":
      return { title: "The host cannot be reached", text: "The computer may be off or asleep, or the network between you blocks the way." };
    case "gone":
      return { title: "This share is over", text: "The host is there, but no longer shares under this link. Ask for a new one." };
  }
}

export function noticeWords(notice: Notice, host: string): string {
  const who = host || "the host";
  switch (notice.kind) {
    case "control-granted":
      return notice.asked ? `You can now control ${who}` : `The host has given you control of ${who}`;
    case "control-refused":
      return {
        denied: "The host did not allow control",
        timeout: "The host did not answer; you can ask again",
        "not-granted": "Control is not allowed with this link",
      }[notice.reason];
    case "control-revoked":
      return {
        host: "Control was taken back by the host",
        ended: "Control ended",
        released: "You no longer control",
        "path-lost": "Control ended because the connection was lost",
        left: "Control ended",
        expired: "Your time of control is over; you can ask again",
        "given-to-other": "The host gave control to somebody else",
        capability: "The host no longer allows you to control",
      }[notice.reason];
    case "reconnected":
      return "Connected again";
    case "recording-started":
      return "The host records this session";
    case "recording-stopped":
      return "The recording has stopped";
    case "refused":
      return `The host refused that: ${notice.message}`;
  }
}

/** One sentence for the status region. */
export function statusWords(view: View): string {
  const host = view.host || "the host";
  switch (view.state) {
    case "connecting":
      return view.host ? `Connecting to ${view.host}` : "Connecting";
    case "waiting":
      return `Waiting for ${host} to let you in`;
    case "live":
      if (view.described?.paused) return `${host} has paused sharing`;
      if (view.control === "held") return `Controlling ${host}`;
      return view.control === "asking" ? `Viewing ${host}. Asking for control` : `Viewing ${host}`;
    case "reconnecting":
      return "Connection lost, trying again";
    case "denied":
      return view.denial ? deniedWords(view.denial, view.host).title : "Not let in";
    case "ended":
      return view.end ? endedWords(view.end.reason, view.host, view.end.duration_s).title : "Ended";
  }
}
