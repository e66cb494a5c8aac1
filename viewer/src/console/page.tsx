/** The host console: who watches, who controls, how to invite, how to stop. */

import { useEffect, useRef } from "preact/hooks";
import type { HostDescribed } from "../protocol/wire";
import { rateWords } from "../ui/figure-words";
import type { IconName } from "../ui/icon-nodes";
import { Icon, useSeconds } from "../ui/pieces";
import { clock } from "../ui/words";
import { Invite } from "./invite";
import { openQuestion, type Question } from "./mirror";
import { People } from "./people";
import { QuestionDialog } from "./question";
import type { Console } from "./store";
import { nameOf } from "./words";

export function ConsolePage({ console }: { console: Console }) {
  const view = console.view.value;
  const question = view.phase === "open" && view.host ? openQuestion(view.host.viewers) : null;
  useTitle(view.host, question);
  switch (view.phase) {
    case "refused":
      return (
        <Message icon="lock" title="This console address has been used">
          It works once and only on this computer. The terminal in which <code>screenshare host</code> runs shows a
          fresh one when you start sharing again.
        </Message>
      );
    case "stopped":
      return (
        <Message icon="circle-stop" title="Sharing has stopped">
          Nobody sees this screen any more. {view.stopReason && <span class="quiet">({view.stopReason})</span>}
        </Message>
      );
    case "entering":
    case "away":
    case "open":
      if (!view.host) return <Message icon="monitor-up" title="Opening the console" />;
      return <Board console={console} host={view.host} toldAt={view.toldAt} isAway={view.phase !== "open"} question={question} />;
  }
}

interface BoardProps {
  console: Console;
  host: HostDescribed;
  toldAt: number;
  isAway: boolean;
  question: Question | null;
}

function Board({ console, host, toldAt, isAway, question }: BoardProps) {
  const controller = host.viewers.find((viewer) => viewer.controls);
  return (
    <div class="console">
      <p role="status" class="only-heard">
        {statusWords(host, isAway)}
      </p>
      <Head console={console} host={host} toldAt={toldAt} />
      <main>
        {isAway && (
          <p class="banner trouble">
            <Icon name="wifi-off" />
            The host does not answer – trying again
          </p>
        )}
        {host.paused && (
          <p class="banner calm">
            <Icon name="circle-pause" />
            Sharing is paused: nobody sees this screen now
          </p>
        )}
        {controller && (
          <div class="banner amber">
            <Icon name="mouse-pointer-2" />
            <span>
              <b>{nameOf(controller)}</b> controls this computer
            </span>
          </div>
        )}
        <Invite host={host} toldAt={toldAt} />
        <People console={console} host={host} toldAt={toldAt} />
      </main>
      <ul class="notes" aria-live="polite">
        {console.notes.value.map((note) => (
          <li class={`card ${note.tone}`} key={note.id}>
            <Icon name={note.tone === "trouble" ? "triangle-alert" : "info"} />
            {note.text}
          </li>
        ))}
      </ul>
      {question && (
        <QuestionDialog
          key={`${question.kind}:${question.viewer.id}`}
          console={console}
          host={host}
          toldAt={toldAt}
          question={question}
        />
      )}
    </div>
  );
}

function Head({ console, host, toldAt }: Pick<BoardProps, "console" | "host" | "toldAt">) {
  const confirm = useRef<HTMLDialogElement>(null);
  const watching = host.viewers.filter((viewer) => viewer.phase !== "knocking").length;
  const { width, height, fps, kbps } = host.media;
  const isControlled = host.viewers.some((viewer) => viewer.controls);
  return (
    <header class="head">
      <div class="what">
        <h1>
          {host.paused ? "Paused" : "Sharing"} “{host.name}”
        </h1>
        <p class="facts numbers">
          <span class={watching > 0 ? "watching" : ""}>
            <Icon name="eye" />
            {watching} watching
          </span>
          {host.recording && <RecordingClock since={toldAt - host.recording.duration_s} />}
          {(host.monitors ?? []).length > 1 && <MonitorChoice console={console} host={host} />}
          {width > 0 && (
            <span class="quiet">
              {width} × {height} · {fps < 0.5 ? "nothing moves" : `${fps.toFixed(0)} fps · ${rateWords(kbps)}`}
            </span>
          )}
        </p>
      </div>
      <div class="acts">
        <button
          type="button"
          class={`button ${isControlled ? "amber" : ""}`}
          disabled={!isControlled}
          aria-label="Stop control"
          onClick={() => console.tell({ do: "control.revoke" })}
        >
          <Icon name="hand" />
          <span>Stop control</span>
        </button>
        {host.paused === true && (
          <button type="button" class="button primary" aria-label="Resume sharing" onClick={() => console.tell({ do: "share.resume" })}>
            <Icon name="circle-play" />
            <span>Resume sharing</span>
          </button>
        )}
        {host.paused === false && (
          <button type="button" class="button" aria-label="Pause sharing" onClick={() => console.tell({ do: "share.pause" })}>
            <Icon name="circle-pause" />
            <span>Pause sharing</span>
          </button>
        )}
        {host.recording ? (
          <button type="button" class="button" aria-label="Stop recording" onClick={() => console.tell({ do: "recording.stop" })}>
            <Icon name="circle-stop" />
            <span>Stop recording</span>
          </button>
        ) : (
          <button type="button" class="button" aria-label="Record" onClick={() => console.tell({ do: "recording.start" })}>
            <span class="record-dot" />
            <span>Record</span>
          </button>
        )}
        <button type="button" class="button danger" aria-label="Stop sharing" onClick={() => confirm.current?.showModal()}>
          <Icon name="x" />
          <span>Stop sharing</span>
        </button>
      </div>
      <dialog ref={confirm} class="question" aria-labelledby="stop-title">
        <h2 id="stop-title">Stop sharing this screen?</h2>
        <p>
          {watching === 0
            ? "Link and code will no longer work."
            : `${watching === 1 ? "One person is" : `${watching} people are`} sent away; link and code will no longer work.`}
        </p>
        <div class="answers">
          <button type="button" class="button" onClick={() => confirm.current?.close()}>
            Go on sharing
          </button>
          <button
            type="button"
            class="button danger"
            onClick={() => {
              confirm.current?.close();
              console.tell({ do: "stop" });
            }}
          >
            Stop now
          </button>
        </div>
      </dialog>
    </header>
  );
}

function MonitorChoice({ console, host }: Pick<BoardProps, "console" | "host">) {
  return (
    <select
      class="field monitors"
      aria-label="Monitor that is shown"
      value={host.showing ?? ""}
      onChange={(event) => console.tell({ do: "screen.choose", monitor: Number(event.currentTarget.value) })}
    >
      {host.monitors?.map(({ id, name }) => (
        <option key={id} value={id}>
          {id} · {name}
        </option>
      ))}
      <option value={0}>All monitors</option>
    </select>
  );
}

function RecordingClock({ since }: { since: number }) {
  const now = useSeconds();
  return (
    <span class="recording">
      <i class="record-dot" />
      Recording {clock(now - since)}
    </span>
  );
}

function Message({ icon, title, children }: { icon: IconName; title: string; children?: preact.ComponentChildren }) {
  return (
    <main class="message">
      <section class="card">
        <span class="emblem">
          <Icon name={icon} />
        </span>
        <h1>{title}</h1>
        <p role="status">{children}</p>
      </section>
    </main>
  );
}

function statusWords(host: HostDescribed, isAway: boolean): string {
  if (isAway) return "The host does not answer, trying again";
  const watching = host.viewers.filter((viewer) => viewer.phase !== "knocking").length;
  const controller = host.viewers.find((viewer) => viewer.controls);
  return `${host.paused ? "Sharing is paused" : "Sharing"}. ${watching} watching.${controller ? ` ${nameOf(controller)} controls this computer.` : ""}${host.recording ? " Recording." : ""}`;
}

/** An open question must be seen from another tab. */
function useTitle(host: HostDescribed | null, question: Question | null): void {
  useEffect(() => {
    if (question) {
      const wish = question.kind === "knock" ? "wants to see your screen" : "wants to control";
      document.title = `(!) ${nameOf(question.viewer)} ${wish}`;
    } else {
      document.title = host ? `Sharing ${host.name} – Screenshare` : "Console – Screenshare";
    }
  });
}
