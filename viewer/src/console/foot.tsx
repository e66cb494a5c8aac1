/** What must be in reach at any moment: control back, recording, and what has happened. */

import { useState } from "preact/hooks";
import type { HostDescribed } from "../protocol/wire";
import { Icon } from "../ui/pieces";
import { timeOfDay } from "../ui/words";
import { words } from "../words/language";
import type { LogEntry } from "./mirror";
import type { Console } from "./store";

interface FootProps {
  console: Console;
  host: HostDescribed;
  log: readonly LogEntry[];
}

export function Foot({ console, host, log }: FootProps) {
  const [isOpen, setOpen] = useState(false);
  const said = words().console;
  const isControlled = host.viewers.some((viewer) => viewer.controls);
  return (
    <footer class="foot">
      {isOpen && <Log entries={log} />}
      <div class="foot-bar">
        <button
          type="button"
          class={`button ${isControlled ? "amber" : ""}`}
          disabled={!isControlled}
          aria-label={said.stopControl}
          onClick={() => console.tell({ do: "control.revoke" })}
        >
          <Icon name="hand" />
          <span>{said.stopControl}</span>
        </button>
        {host.panic_key && <span class="quiet panic">{said.panicKey(KEY_WORDS[host.panic_key] ?? host.panic_key)}</span>}
        <span class="gap" />
        {host.recording ? (
          <button type="button" class="button" aria-label={said.stopRecording} onClick={() => console.tell({ do: "recording.stop" })}>
            <Icon name="circle-stop" />
            <span>{said.stopRecording}</span>
          </button>
        ) : (
          <button type="button" class="button" aria-label={said.record} onClick={() => console.tell({ do: "recording.start" })}>
            <span class="record-dot" />
            <span>{said.record}</span>
          </button>
        )}
        <button type="button" class="button" aria-expanded={isOpen} aria-controls="log" onClick={() => setOpen(!isOpen)}>
          <Icon name={isOpen ? "chevron-down" : "chevron-up"} />
          <span>{said.log}</span>
        </button>
      </div>
    </footer>
  );
}

/** Keys as their caps say it. */
const KEY_WORDS: Readonly<Record<string, string>> = { Escape: "Esc" };

function Log({ entries }: { entries: readonly LogEntry[] }) {
  const said = words().console;
  // What scrolls must be reached by keyboard.
  return (
    <section id="log" class="log card" aria-label={said.log} tabIndex={0}>
      {entries.length === 0 ? (
        <p class="quiet">{said.logEmpty}</p>
      ) : (
        <ol>
          {entries.toReversed().map(({ at, text }) => (
            <li key={`${at}:${text}`}>
              <time class="quiet numbers">{timeOfDay(new Date(Date.now() - (performance.now() / 1000 - at) * 1000), { seconds: true })}</time>
              <span>{text}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
