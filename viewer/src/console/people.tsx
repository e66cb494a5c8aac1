/** Who is here, and what each may do. */

import { useEffect, useState } from "preact/hooks";
import type { HostDescribed, ViewerDescription } from "../protocol/wire";
import { Icon, useSeconds } from "../ui/pieces";
import type { Reach } from "../session/machine";
import { duration, timeOfDay } from "../ui/words";
import { minutes, words } from "../words/language";
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

const REACHES: readonly Reach[] = ["all", "keyboard", "pointer"];

/** Choose the half of control that is given, or the whole. */
export function ReachChoice({ value, choose, label }: { value: Reach; choose(reach: Reach): void; label: string }) {
  return (
    <select class="field" aria-label={label} value={value} onChange={(event) => choose(event.currentTarget.value as Reach)}>
      {REACHES.map((reach) => (
        <option key={reach} value={reach}>
          {words().console.reaches[reach]}
        </option>
      ))}
    </select>
  );
}

/** Choose the one window that control is for, or all. */
export function WindowChoice({ console, value, choose, label }: { console: Console; value: number | null; choose(window: number | null): void; label: string }) {
  const ask = (): void => console.tell({ do: "window.list" });
  useEffect(ask, []);
  const said = words().console;
  return (
    <select
      class="field"
      aria-label={label}
      value={value ?? ""}
      onFocus={ask}
      onChange={(event) => choose(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}
    >
      <option value="">{said.anyWindow}</option>
      {console.view.value.windows.map(({ id, title }) => (
        <option key={id} value={id}>
          {said.onlyWindow(title)}
        </option>
      ))}
    </select>
  );
}

const LIMITS_S = [300, 900, 1800, null];

/** Choose how long control may last. */
export function LimitChoice({ value, choose, label }: { value: number | null; choose(for_s: number | null): void; label: string }) {
  return (
    <select
      class="field"
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => choose(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))}
    >
      {LIMITS_S.map((for_s) => (
        <option key={for_s} value={for_s ?? ""}>
          {for_s === null ? words().console.withoutLimit : words().console.forMinutes(minutes(for_s / 60))}
        </option>
      ))}
    </select>
  );
}

function GrantControl({ console, viewer }: { console: Console; viewer: ViewerDescription }) {
  const [for_s, setFor] = useState<number | null>(300);
  const [reach, setReach] = useState<Reach>("all");
  const [window, setWindow] = useState<number | null>(null);
  return (
    <div class="grant">
      <button type="button" class="button" onClick={() => console.tell({ do: "control.grant", id: viewer.id, for_s, reach, window })}>
        <Icon name="mouse-pointer-2" />
        {words().console.giveControl}
      </button>
      <ReachChoice value={reach} choose={setReach} label={words().console.reachOf(nameOf(viewer))} />
      <WindowChoice console={console} value={window} choose={setWindow} label={words().console.windowOf(nameOf(viewer))} />
      <LimitChoice value={for_s} choose={setFor} label={words().console.howLong(nameOf(viewer))} />
    </div>
  );
}
