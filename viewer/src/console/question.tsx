/**
 * The dialog that asks the person at the host. *Deny* has the focus, *Allow* is dead for the first second,
 * and time runs out to *deny*: nobody is let in by a click or a key that was meant for something else.
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Capability, HostDescribed } from "../protocol/wire";
import { Icon, useSeconds } from "../ui/pieces";
import type { Question } from "./mirror";
import { TermsChoice, type Terms } from "./people";
import { words } from "../words/language";
import type { Console } from "./store";
import { CAPABILITY_WORDS, inOrder, nameOf, SECRET_WORDS } from "./words";

const DEAD_MS = 1000;

const DENIALS = { knock: "viewer.deny", control: "control.deny", right: "capability.deny" } as const;

function titleOf({ kind, viewer }: Question, name: string): string {
  const said = words().console;
  if (kind === "knock") return said.wantsToSee(name);
  return kind === "right" && viewer.asks ? said.wantsRight(name, words().capabilities[viewer.asks]) : said.wantsControl(name);
}

interface QuestionProps {
  console: Console;
  host: HostDescribed;
  toldAt: number;
  question: Question;
}

export function QuestionDialog({ console, host, toldAt, question }: QuestionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const denyButton = useRef<HTMLButtonElement>(null);
  const [isAwake, setAwake] = useState(false);
  const { viewer, kind } = question;
  useEffect(() => {
    dialog.current?.showModal();
    denyButton.current?.focus();
    const timer = setTimeout(() => setAwake(true), DEAD_MS);
    return () => clearTimeout(timer);
  }, []);
  const deny = (): void => console.tell({ do: DENIALS[kind], id: viewer.id });
  const name = nameOf(viewer);
  const said = words().console;
  const title = titleOf(question, name);
  return (
    <dialog
      ref={dialog}
      class="question"
      aria-labelledby="question-title"
      aria-describedby="question-facts"
      onCancel={(event) => {
        event.preventDefault();
        deny();
      }}
    >
      <div class="question-head">
        <Countdown limit_s={viewer.answer_in_s ?? null} toldAt={toldAt} />
        <div>
          <h2 id="question-title">{title}</h2>
          <p id="question-facts" class="quiet">
            {[viewer.address, viewer.browser].filter(Boolean).join(" · ")}
          </p>
          <p class={viewer.secret === "digits" ? "quiet" : "proved"}>
            {viewer.secret !== "digits" && <Icon name="shield-check" />}
            {SECRET_WORDS[viewer.secret]}
          </p>
          {viewer.digits && <Comparison digits={viewer.digits} />}
        </div>
      </div>
      {kind === "knock" && <KnockAnswer {...{ console, host, question, isAwake, deny, denyButton }} />}
      {kind === "control" && <ControlAnswer {...{ console, question, isAwake, deny, denyButton }} />}
      {kind === "right" && <RightAnswer {...{ console, question, isAwake, deny, denyButton }} />}
      <p class="warning">
        <Icon name="info" />
        {said.onlyAllow}
      </p>
      {question.behind > 0 && (
        <p class="quiet">{said.moreQuestions(question.behind)}</p>
      )}
    </dialog>
  );
}

/** Who has no link is known by the digits that he reads out. */
function Comparison({ digits }: { digits: string }) {
  return (
    <p class="compare">
      {words().console.compareDigits}
      <output class="mono">{`${digits.slice(0, 3)} ${digits.slice(3)}`}</output>
    </p>
  );
}

interface AnswerProps {
  console: Console;
  question: Question;
  isAwake: boolean;
  deny(): void;
  denyButton: { current: HTMLButtonElement | null };
}

/** Let in to see, or to see and control; each thing that was asked for has a box to tick. */
function KnockAnswer({ console, host, question, isAwake, deny, denyButton }: AnswerProps & { host: HostDescribed }) {
  const { viewer } = question;
  const said = words().console;
  const offered = inOrder(viewer.wants).filter((capability) => host.available.includes(capability));
  const [ticked, setTicked] = useState<readonly Capability[]>(["view"]);
  const admit = (grant: readonly Capability[]): void => console.tell({ do: "viewer.admit", id: viewer.id, grant: [...new Set(grant)] });
  const tick = (capability: Capability, isOn: boolean): void =>
    setTicked(isOn ? [...ticked, capability] : ticked.filter((other) => other !== capability));
  return (
    <>
      <div class="ticks">
        {offered.map((capability) => (
          <label key={capability}>
            <input
              type="checkbox"
              checked={ticked.includes(capability)}
              disabled={capability === "view"}
              onChange={(event) => tick(capability, event.currentTarget.checked)}
            />
            {capability === "control" ? said.controlBoth : CAPABILITY_WORDS[capability]}
          </label>
        ))}
      </div>
      <div class="answers">
        <button ref={denyButton} type="button" class="button" onClick={deny}>
          {said.deny}
        </button>
        <button type="button" class="button primary" disabled={!isAwake || ticked.includes("control")} onClick={() => admit(ticked)}>
          <Icon name="eye" />
          {said.allowView}
        </button>
        {offered.includes("control") && (
          <button
            type="button"
            class="button amber"
            disabled={!isAwake}
            aria-description={said.allowControlMore}
            onClick={() => admit([...ticked, "control"])}
          >
            <Icon name="mouse-pointer-2" />
            {said.allowControl}
          </button>
        )}
      </div>
    </>
  );
}

function ControlAnswer({ console, question, isAwake, deny, denyButton }: AnswerProps) {
  const [terms, setTerms] = useState<Terms>({ reach: "all", window: null, for_s: null });
  const said = words().console;
  const grant = (): void => console.tell({ do: "control.grant", id: question.viewer.id, ...terms });
  return (
    <>
      <p>{said.untilYouStop}</p>
      <div class="acts">
        <TermsChoice
          {...{ console, terms }}
          choose={setTerms}
          labels={{ reach: said.reach, window: said.window, for_s: said.howLongControl }}
        />
      </div>
      <div class="answers">
        <button ref={denyButton} type="button" class="button" onClick={deny}>
          {said.deny}
        </button>
        <button type="button" class="button amber" disabled={!isAwake} onClick={grant}>
          <Icon name="mouse-pointer-2" />
          {said.allowControl}
        </button>
      </div>
    </>
  );
}

function RightAnswer({ console, question, isAwake, deny, denyButton }: AnswerProps) {
  const { id, asks } = question.viewer;
  const said = words().console;
  return (
    <div class="answers">
      <button ref={denyButton} type="button" class="button" onClick={deny}>
        {said.deny}
      </button>
      <button
        type="button"
        class="button primary"
        disabled={!isAwake}
        onClick={() => asks && console.tell({ do: "capability.set", id, capability: asks, granted: true })}
      >
        <Icon name="check" />
        {said.allow}
      </button>
    </div>
  );
}

const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;

/** The time that is left, as a number and a ring that steps once a second. */
function Countdown({ limit_s, toldAt }: { limit_s: number | null; toldAt: number }) {
  const now = useSeconds();
  const [whole_s] = useState(limit_s ?? 0);
  if (limit_s === null) return null;
  const left_s = Math.max(0, Math.ceil(limit_s - Math.max(0, now - toldAt)));
  const gone = whole_s > 0 ? 1 - Math.min(1, left_s / whole_s) : 1;
  return (
    <div class="countdown" role="timer" aria-label={words().console.untilDenied(left_s)}>
      <svg viewBox="0 0 48 48" aria-hidden="true">
        <circle cx="24" cy="24" r={RADIUS} />
        <circle class="left" cx="24" cy="24" r={RADIUS} stroke-dasharray={ROUND} stroke-dashoffset={ROUND * gone} />
      </svg>
      <span class="numbers">{left_s}</span>
    </div>
  );
}
