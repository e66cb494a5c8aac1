/** The states without a live picture: one emblem, one sentence, one button. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { recallName } from "../session/memory";
import type { Denial, View } from "../session/machine";
import { DoctorCard } from "./doctor-card";
import type { IconName } from "./icon-nodes";
import { Icon, Sentence, useSeconds } from "./pieces";
import { SignInCard } from "./sign-in-card";
import { StateCard } from "./state-card";
import type { Viewer } from "./viewer";
import { words } from "../words/language";
import { deniedWords, duration, endedWords, timeOfDay } from "./words";

/** After so long without a path it is worth to ask why. */
const PATIENCE_S = 10;

export function StateScreen({ viewer }: { viewer: Viewer }) {
  const view = viewer.store.view.value;
  if (viewer.store.isExamining.value && view.state !== "live") return <DoctorCard viewer={viewer} />;
  switch (view.state) {
    case "sign-in":
      return <SignInCard viewer={viewer} view={view} />;
    case "live":
      return view.described?.paused ? <Paused viewer={viewer} view={view} /> : null;
    case "connecting":
      // Who comes while sharing is paused gets no picture, but the facts.
      if (view.described?.paused) return <Paused viewer={viewer} view={view} />;
      return <Connecting viewer={viewer} view={view} />;
    case "waiting":
      return <Waiting viewer={viewer} view={view} />;
    case "reconnecting":
      return <Reconnecting viewer={viewer} view={view} />;
    case "denied":
      return <Denied viewer={viewer} view={view} />;
    case "ended":
      return <Ended viewer={viewer} view={view} />;
  }
}

interface StateProps {
  viewer: Viewer;
  view: View;
}

/** The way out of a card. */
function Leave({ viewer, word, children }: { viewer: Viewer; word: string; children?: ComponentChildren }) {
  return (
    <div class="actions">
      {children}
      <button type="button" class="button" onClick={() => viewer.receive({ type: "left" })}>
        {word}
      </button>
    </div>
  );
}

function AskWhy({ viewer }: { viewer: Viewer }) {
  return (
    <button type="button" class="button" onClick={() => (viewer.store.isExamining.value = true)}>
      {words().doctor.why}
    </button>
  );
}

function Connecting({ viewer, view }: StateProps) {
  return (
    <StateCard icon="monitor-up" title={words().status.connecting(view.host)}>
      <p>{view.lost ? words().viewer.noAnswerYet : words().viewer.pictureComes}</p>
      <Leave viewer={viewer} word={words().common.cancel}>
        {view.lost && <AskWhy viewer={viewer} />}
      </Leave>
    </StateCard>
  );
}

function Paused({ viewer, view }: StateProps) {
  return (
    <StateCard icon="circle-pause" tone="calm" isOverPicture={view.state === "live"} title={words().status.hasPaused(view.host)}>
      <p>{words().viewer.whilePaused}</p>
      {view.state === "connecting" && <Leave viewer={viewer} word={words().toolbar.disconnect} />}
    </StateCard>
  );
}

function Waiting({ viewer, view }: StateProps) {
  const now = useSeconds();
  const { sinceAt, limit_s } = view.waiting ?? { sinceAt: now, limit_s: 0 };
  const elapsed_s = Math.max(0, now - sinceAt);
  const left = limit_s > 0 ? Math.max(0, 1 - elapsed_s / limit_s) : 1;
  return (
    <StateCard icon="lock" title={words().status.waitingFor(view.host)}>
      <p class="numbers">{words().viewer.asked(duration(elapsed_s))}</p>
      <div class="bar" aria-hidden="true">
        <i style={{ transform: `scaleX(${left.toFixed(3)})` }} />
      </div>
      {viewer.store.digits.value && <Digits digits={viewer.store.digits.value} />}
      <Protected viewer={viewer} />
      <NameForm viewer={viewer} />
      <Leave viewer={viewer} word={words().common.cancel} />
    </StateCard>
  );
}

/** What two people read to each other who have no secret in common. */
function Digits({ digits }: { digits: string }) {
  const said = words().protection;
  return (
    <section class="digits" aria-label={said.yourDigits}>
      <output class="mono">{`${digits.slice(0, 3)} ${digits.slice(3)}`}</output>
      <p>{said.compare}</p>
    </section>
  );
}

/** What keeps others out, or what may not. */
function Protected({ viewer }: { viewer: Viewer }) {
  const { kind, page } = viewer.protection;
  const said = words().protection;
  if (page.isOpen) {
    return (
      <p class="protected open">
        <Icon name="info" />
        <span>
          <Sentence text={said.openPage} />
        </span>
      </p>
    );
  }
  if (kind === "digits") return null;
  return (
    <p class="protected">
      <Icon name="shield-check" />
      {said.sealed[kind]}
    </p>
  );
}

function NameForm({ viewer }: { viewer: Viewer }) {
  const [told, setTold] = useState(recallName());
  const [name, setName] = useState(told);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setTold(name.trim());
    viewer.rename(name.trim());
  };
  return (
    <form class="name-form" onSubmit={submit}>
      <label for="name">{words().viewer.yourName}</label>
      <div>
        <input
          id="name"
          class="field"
          maxLength={40}
          autocomplete="name"
          placeholder={words().common.guest}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={name.trim() === told}>
          {words().viewer.tell}
        </button>
      </div>
    </form>
  );
}

function Reconnecting({ viewer, view }: StateProps) {
  const now = useSeconds();
  const lostAt = viewer.store.lostAt.value;
  const said = words().viewer;
  const since_s = view.lost ? Math.max(0, now - view.lost.at) : 0;
  return (
    <StateCard icon="wifi-off" tone="lost" isOverPicture title={lostAt ? said.lostAt(timeOfDay(lostAt)) : said.lost}>
      <p class="numbers">{said.lostFor(duration(since_s))}</p>
      {view.lost?.isHostAway && <p>{said.hostAway(view.host)}</p>}
      <Leave viewer={viewer} word={words().toolbar.disconnect}>
        {since_s >= PATIENCE_S && <AskWhy viewer={viewer} />}
      </Leave>
    </StateCard>
  );
}

/** Nothing is wrong there: somebody is away. */
const CALM_DENIALS: Partial<Record<Denial, { icon: IconName; tone: "calm" }>> = {
  timeout: { icon: "clock", tone: "calm" },
  offline: { icon: "unplug", tone: "calm" },
};

function Denied({ viewer, view }: StateProps) {
  const reason = view.denial ?? "denied";
  const { title, text } = deniedWords(reason, view.host || viewer.store.knownName.value);
  const look = CALM_DENIALS[reason] ?? { icon: "circle-x", tone: "trouble" };
  const isFinal = reason === "wrong-secret" || reason === "room-not-found" || reason === "no-secret";
  return (
    <StateCard {...look} title={title}>
      <p>{text}</p>
      <div class="actions">
        {isFinal ? (
          <a class="button primary" href="/">
            {words().common.enterCode}
          </a>
        ) : (
          <button type="button" class="button primary" onClick={() => viewer.receive({ type: "retry" })}>
            {reason === "denied" || reason === "timeout" ? words().viewer.knockAgain : words().viewer.tryAgain}
          </button>
        )}
      </div>
    </StateCard>
  );
}

function Ended({ viewer, view }: StateProps) {
  const reason = view.end?.reason ?? "left";
  const { title, text } = endedWords(reason, view.host, view.end?.duration_s ?? null);
  const isTrouble = reason === "failed" || reason === "capture-lost" || reason === "unreachable" || reason === "degraded";
  const said = words().viewer;
  const again = { left: said.openAgain, unreachable: said.tryAgain, degraded: said.tryAgain, failed: said.tryAgain }[reason as string];
  return (
    <StateCard icon={reason === "unreachable" ? "unplug" : isTrouble ? "triangle-alert" : "log-out"} tone={isTrouble ? "trouble" : "calm"} title={title}>
      <p>{text}</p>
      <div class="actions">
        {again ? (
          <button type="button" class="button primary" onClick={() => viewer.receive({ type: "retry" })}>
            {again}
          </button>
        ) : (
          <a class="button" href="/">
            {words().common.enterCode}
          </a>
        )}
        {reason === "unreachable" && <AskWhy viewer={viewer} />}
      </div>
    </StateCard>
  );
}
