/** Who is here, and what each may do. */

import { useEffect, useState } from "preact/hooks";
import type { HostDescribed, ViewerDescription } from "../protocol/wire";
import { Icon, useSeconds } from "../ui/pieces";
import type { Reach } from "../session/machine";
import { duration, timeOfDay } from "../ui/words";
import { minutes, words } from "../words/language";
import { ReceiptsButton } from "./receipts";
import type { Console } from "./store";
import { CAPABILITY_WORDS, inOrder, nameOf, pathWords, PHASE_WORDS, SECRET_WORDS } from "./words";

export function People({ console, host, toldAt }: { console: Console; host: HostDescribed; toldAt: number }) {
  const { common, console: said } = words();
  const here = host.viewers.filter((viewer) => viewer.phase !== "knocking");
  return (
    <section class="people" aria-labelledby="people-title">
      <div class="people-head">
        <h2 id="people-title">{common.people}</h2>
        {host.available.includes("control") && here.length > 1 && (
          <label class="switch" title={said.lockMore}>
            <input
              type="checkbox"
              role="switch"
              aria-description={said.lockMore}
              checked={host.control_locked}
              onChange={(event) => console.tell({ do: "control.lock", on: event.currentTarget.checked })}
            />
            <i aria-hidden="true" />
            {said.lock}
          </label>
        )}
        <ReceiptsButton console={console} host={host} />
      </div>
      {here.length === 0 ? (
        <p class="card nobody">
          <Icon name="users" />
          {said.nobody}
        </p>
      ) : (
        <ul>
          {here.map((viewer) => (
            <Person key={viewer.id} console={console} host={host} viewer={viewer} toldAt={toldAt} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface PersonProps {
  console: Console;
  host: HostDescribed;
  viewer: ViewerDescription;
  toldAt: number;
}

function Person({ console, host, viewer, toldAt }: PersonProps) {
  const now = useSeconds();
  const passed_s = Math.max(0, now - toldAt);
  const name = nameOf(viewer);
  const said = words().console;
  const facts = [viewer.address, viewer.browser, SECRET_WORDS[viewer.secret], said.since(timeAgo(viewer.since_s + passed_s))];
  return (
    <li class={`card person${viewer.controls ? " controls" : ""}`}>
      <div class="who">
        <h3>{name}</h3>
        <Standing viewer={viewer} passed_s={passed_s} />
        <p class="quiet numbers">{facts.filter(Boolean).join(" · ")}</p>
        {viewer.path && (
          <p class="quiet numbers">
            <span class="only-heard">{said.pathLabel} </span>
            {pathWords(viewer.path)}
          </p>
        )}
      </div>
      <div class="acts">
        {viewer.controls && (
          <button type="button" class="button amber" onClick={() => console.tell({ do: "control.revoke" })}>
            <Icon name="hand" />
            {said.takeBack}
          </button>
        )}
        <button type="button" class="button plain" aria-label={said.removeWho(name)} onClick={() => console.tell({ do: "viewer.remove", id: viewer.id })}>
          <Icon name="user-x" />
          {said.remove}
        </button>
      </div>
      {!viewer.controls && host.available.includes("control") && <GrantControl console={console} viewer={viewer} />}
      <div class="rights">
        {inOrder(host.available).map((capability) => (
          <label class="switch" key={capability}>
            <input
              type="checkbox"
              role="switch"
              checked={viewer.granted.includes(capability)}
              onChange={(event) =>
                console.tell({ do: "capability.set", id: viewer.id, capability, granted: event.currentTarget.checked })
              }
            />
            <i aria-hidden="true" />
            {CAPABILITY_WORDS[capability]}
          </label>
        ))}
      </div>
    </li>
  );
}

/** The time of day ``ago_s`` seconds ago, as ``14:01``. */
function timeAgo(ago_s: number): string {
  return timeOfDay(new Date(Date.now() - ago_s * 1000), { seconds: false });
}

function Standing({ viewer, passed_s }: { viewer: ViewerDescription; passed_s: number }) {
  if (viewer.phase !== "live") return <span class="tag">{PHASE_WORDS[viewer.phase]}</span>;
  if (viewer.place) {
    return (
      <span class="tag numbers">
        <Icon name="hourglass" />
        {words().panels.waits(viewer.place)}
      </span>
    );
  }
  if (!viewer.controls) {
    return (
      <span class="tag views">
        <Icon name="eye" />
        {words().console.watchingTag}
      </span>
    );
  }
  const left_s = viewer.control_expires_s == null ? null : viewer.control_expires_s - passed_s;
  return (
    <span class="tag controls numbers">
      <Icon name="mouse-pointer-2" />
      {[controlsWords(viewer.control_reach ?? "all"), viewer.control_window && words().console.onlyWindow(viewer.control_window), left_s !== null && words().common.timeLeft(duration(left_s))].filter(Boolean).join(" · ")}
    </span>
  );
}

function controlsWords(reach: Reach): string {
  const said = words().console;
  return reach === "all" ? said.controlsTag : said.controlsHalf[reach];
}

/** What control is given for: which half of it, over which window, and for how long. */
export interface Terms {
  reach: Reach;
  window: number | null;
  for_s: number | null;
}

interface TermsProps {
  console: Console;
  terms: Terms;
  choose(terms: Terms): void;
  labels: Readonly<Record<keyof Terms, string>>;
}

export function TermsChoice({ console, terms, choose, labels }: TermsProps) {
  const said = words().console;
  const ask = (): void => console.tell({ do: "window.list" });
  useEffect(ask, []);
  const windows = console.view.value.windows.map(({ id, title }): Option => [id, said.onlyWindow(title)]);
  const limits = LIMITS_S.map((for_s): Option => [for_s, said.forMinutes(minutes(for_s / 60))]);
  return (
    <>
      <select class="field" aria-label={labels.reach} value={terms.reach} onChange={(event) => choose({ ...terms, reach: event.currentTarget.value as Reach })}>
        {REACHES.map((reach) => (
          <option key={reach} value={reach}>
            {said.reaches[reach]}
          </option>
        ))}
      </select>
      <NumberChoice
        label={labels.window}
        value={terms.window}
        options={[[null, said.anyWindow], ...windows]}
        choose={(window) => choose({ ...terms, window })}
        opened={ask}
      />
      <NumberChoice
        label={labels.for_s}
        value={terms.for_s}
        options={[...limits, [null, said.withoutLimit]]}
        choose={(for_s) => choose({ ...terms, for_s })}
      />
    </>
  );
}

const REACHES: readonly Reach[] = ["all", "keyboard", "pointer"];
const LIMITS_S = [300, 900, 1800];

type Option = readonly [value: number | null, text: string];

interface NumberChoiceProps {
  label: string;
  value: number | null;
  options: readonly Option[];
  choose(value: number | null): void;
  opened?(): void;
}

function NumberChoice({ label, value, options, choose, opened }: NumberChoiceProps) {
  return (
    <select
      class="field"
      aria-label={label}
      value={value ?? ""}
      onFocus={opened}
      onChange={(event) => choose(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}
    >
      {options.map(([number, text]) => (
        <option key={number} value={number ?? ""}>
          {text}
        </option>
      ))}
    </select>
  );
}

function GrantControl({ console, viewer }: { console: Console; viewer: ViewerDescription }) {
  const [terms, setTerms] = useState<Terms>({ reach: "all", window: null, for_s: 300 });
  const said = words().console;
  const name = nameOf(viewer);
  return (
    <div class="grant">
      <button type="button" class="button" onClick={() => console.tell({ do: "control.grant", id: viewer.id, ...terms })}>
        <Icon name="mouse-pointer-2" />
        {said.giveControl}
      </button>
      <TermsChoice
        {...{ console, terms }}
        choose={setTerms}
        labels={{ reach: said.reachOf(name), window: said.windowOf(name), for_s: said.howLong(name) }}
      />
    </div>
  );
}
