/** The host console: who watches, who controls, how to invite, how to stop. */

import { useEffect, useRef } from "preact/hooks";
import type { HostDescribed } from "../protocol/wire";
import { rateWords } from "../ui/figure-words";
import type { IconName } from "../ui/icon-nodes";
import { Icon, LanguageChoice, Sentence, useSeconds } from "../ui/pieces";
import { clock } from "../ui/words";
import { words } from "../words/language";
import { Foot } from "./foot";
import { Invite } from "./invite";
import { openQuestion, type Question } from "./mirror";
import { People } from "./people";
import { Preview } from "./preview";
import { QuestionDialog } from "./question";
import { Receipts } from "./receipts";
import type { Console } from "./store";
import { nameOf } from "./words";

export function ConsolePage({ console }: { console: Console }) {
  const view = console.view.value;
  const question = view.phase === "open" && view.host ? openQuestion(view.host.viewers) : null;
  useTitle(view.host, question);
  const said = words().console;
  switch (view.phase) {
    case "refused":
      return (
        <Message icon="lock" title={said.used}>
          <Sentence text={said.usedText} />
        </Message>
      );
    case "stopped":
      return (
        <Message icon="circle-stop" title={said.stopped} below={<LastReceipts console={console} />}>
          {said.stoppedText} {view.stopReason === "capture-lost" && words().ended["capture-lost"]("").text}
        </Message>
      );
    case "entering":
    case "away":
    case "open":
      if (!view.host) return <Message icon="monitor-up" title={said.opening} />;
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
  const said = words().console;
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
            {said.noAnswer}
          </p>
        )}
        {host.server && !host.server.is_reached && (
          <p class="banner trouble">
            <Icon name="wifi-off" />
            {said.serverAway(new URL(host.server.url).host)}
          </p>
        )}
        {host.paused && (
          <p class="banner calm">
            <Icon name="circle-pause" />
            {said.pausedNow}
          </p>
        )}
        {controller && (
          <div class="banner amber">
            <Icon name="mouse-pointer-2" />
            <b>{said.controlsThis(nameOf(controller))}</b>
          </div>
        )}
        <div class="first">
          <Preview console={console} host={host} />
          <Invite console={console} host={host} toldAt={toldAt} />
        </div>
        <People console={console} host={host} toldAt={toldAt} />
        <LanguageChoice />
      </main>
      <Foot console={console} host={host} log={console.view.value.log} />
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
  const said = words().console;
  return (
    <header class="head">
      <div class="what">
        <h1>{host.paused ? said.paused(host.name) : said.sharing(host.name)}</h1>
        <p class="facts numbers">
          <span class={watching > 0 ? "watching" : ""}>
            <Icon name="eye" />
            {said.watching(watching)}
          </span>
          {host.recording && <RecordingClock since={toldAt - host.recording.duration_s} />}
          {(host.monitors ?? []).length > 1 && <MonitorChoice console={console} host={host} />}
          {width > 0 && (
            <span class="quiet">
              {width} × {height} · {fps < 0.5 ? said.nothingMoves : `${said.fps(fps.toFixed(0))} · ${rateWords(kbps)}`}
            </span>
          )}
        </p>
      </div>
      <div class="acts">
        {host.paused === true && (
          <button type="button" class="button primary" aria-label={said.resume} onClick={() => console.tell({ do: "share.resume" })}>
            <Icon name="circle-play" />
            <span>{said.resume}</span>
          </button>
        )}
        {host.paused === false && (
          <button type="button" class="button" aria-label={said.pause} onClick={() => console.tell({ do: "share.pause" })}>
            <Icon name="circle-pause" />
            <span>{said.pause}</span>
          </button>
        )}
        <button type="button" class="button danger" aria-label={said.stop} onClick={() => confirm.current?.showModal()}>
          <Icon name="x" />
          <span>{said.stop}</span>
        </button>
      </div>
      <dialog ref={confirm} class="question" aria-labelledby="stop-title">
        <h2 id="stop-title">{said.stopQuestion}</h2>
        <p>
          {watching === 0 ? said.stopWithNobody : said.stopWithPeople(watching)}
        </p>
        <div class="answers">
          <button type="button" class="button" onClick={() => confirm.current?.close()}>
            {said.goOn}
          </button>
          <button
            type="button"
            class="button danger"
            onClick={() => {
              confirm.current?.close();
              console.tell({ do: "stop" });
            }}
          >
            {said.stopNow}
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
      aria-label={words().console.monitorShown}
      value={host.showing ?? ""}
      onChange={(event) => console.tell({ do: "screen.choose", monitor: Number(event.currentTarget.value) })}
    >
      {host.monitors?.map(({ id, name }) => (
        <option key={id} value={id}>
          {id} · {name}
        </option>
      ))}
      <option value={0}>{words().common.allMonitors}</option>
    </select>
  );
}

function RecordingClock({ since }: { since: number }) {
  const now = useSeconds();
  return (
    <span class="recording">
      <i class="record-dot" />
      {words().common.recordingFor(clock(now - since))}
    </span>
  );
}

function LastReceipts({ console }: { console: Console }) {
  const { receipts } = console.view.value;
  if (receipts.length === 0) return null;
  return (
    <section class="card last-receipts" aria-labelledby="last-receipts">
      <h2 id="last-receipts">{words().console.receipts.title}</h2>
      <Receipts receipts={receipts} />
    </section>
  );
}

interface MessageProps {
  icon: IconName;
  title: string;
  children?: preact.ComponentChildren;
  below?: preact.ComponentChildren;
}

function Message({ icon, title, children, below }: MessageProps) {
  return (
    <main class="message">
      <section class="card">
        <span class="emblem">
          <Icon name={icon} />
        </span>
        <h1>{title}</h1>
        <p role="status">{children}</p>
      </section>
      {below}
      <LanguageChoice />
    </main>
  );
}

function statusWords(host: HostDescribed, isAway: boolean): string {
  const { console: said, common } = words();
  if (isAway) return said.noAnswer;
  const watching = host.viewers.filter((viewer) => viewer.phase !== "knocking").length;
  const controller = host.viewers.find((viewer) => viewer.controls);
  const facts = [
    host.paused ? said.statusPaused : said.statusSharing,
    said.watching(watching),
    controller && said.controlsThis(nameOf(controller)),
    host.recording && common.recording,
  ];
  return `${facts.filter(Boolean).join(". ")}.`;
}

/** An open question must be seen from another tab. */
function useTitle(host: HostDescribed | null, question: Question | null): void {
  const said = words().console;
  useEffect(() => {
    if (question) {
      const wish = { knock: said.wantsToSee, control: said.tabWantsControl, right: said.tabWantsRight }[question.kind];
      document.title = `(!) ${wish(nameOf(question.viewer))}`;
    } else {
      document.title = host ? said.tabSharing(host.name) : said.tabConsole;
    }
  });
}
