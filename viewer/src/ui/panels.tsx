/** What slides in at the right: who is here, the figures, the choices. One at a time; Esc closes. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Quality } from "../session/machine";
import { chooseLanguage, language, LANGUAGE_NAMES, LANGUAGES, words } from "../words/language";
import { TOUCH_MODES } from "../touch/gestures";
import { copyText } from "./clipboard";
import { ClipboardPanel } from "./clipboard-panel";
import { figureGroups, figuresAsText, limitWords, protectionGroup, QUALITY_WORDS, rateWords } from "./figure-words";
import { KeyboardPanel } from "./keyboard-panel";
import { Icon } from "./pieces";
import { PANEL_WIDTH, panelWidth, widthAfterKey } from "./placing";
import type { PanelName } from "./store";
import type { Viewer, ViewerFigures } from "./viewer";

const STATISTICS_MS = 1000;

export function Panel({ viewer }: { viewer: Viewer }) {
  const name = viewer.store.panel.value;
  if (name === null) return null;
  return (
    <Frame key={name} viewer={viewer} title={titleOf(name)}>
      {contentOf(name, viewer)}
    </Frame>
  );
}

function titleOf(name: PanelName): string {
  const { common, toolbar } = words();
  switch (name) {
    case "people":
      return common.people;
    case "statistics":
      return toolbar.statistics;
    case "quality":
      return toolbar.quality;
    case "monitor":
      return toolbar.monitor;
    case "keyboard":
      return toolbar.keyboard;
    case "clipboard":
      return toolbar.clipboard;
    case "touch":
      return toolbar.touch;
    case "language":
      return common.language;
  }
}

function contentOf(name: PanelName, viewer: Viewer) {
  switch (name) {
    case "people":
      return <People viewer={viewer} />;
    case "statistics":
      return <Statistics viewer={viewer} />;
    case "quality":
      return <QualityChoice viewer={viewer} />;
    case "monitor":
      return <MonitorChoice viewer={viewer} />;
    case "keyboard":
      return <KeyboardPanel viewer={viewer} />;
    case "clipboard":
      return <ClipboardPanel viewer={viewer} />;
    case "touch":
      return <TouchPanel viewer={viewer} />;
    case "language":
      return <LanguagePanel />;
  }
}

function Frame({ viewer, title, children }: { viewer: Viewer; title: string; children: ComponentChildren }) {
  const panel = useRef<HTMLElement>(null);
  const closeButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    const { current: element } = panel;
    closeButton.current?.focus();
    return () => {
      const { activeElement } = document;
      // Who went on to another control has the focus there already.
      const isFree = activeElement === null || activeElement === document.body || element?.contains(activeElement);
      if (isFree && opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  const close = (): void => {
    viewer.store.panel.value = null;
  };
  return (
    <aside
      ref={panel}
      class="panel"
      style={{ "--panel": `${viewer.store.panelWidth.value}px` }}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <WidthHandle viewer={viewer} title={title} />
      <header>
        <h2>{title}</h2>
        <button ref={closeButton} type="button" class="button plain" aria-label={words().panels.closeOf(title)} onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      <div class="content">{children}</div>
    </aside>
  );
}

/** The left edge of a panel, to be dragged or moved by arrow keys. */
function WidthHandle({ viewer, title }: { viewer: Viewer; title: string }) {
  const width = viewer.store.panelWidth.value;
  const drag = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const right = event.currentTarget.parentElement?.getBoundingClientRect().right ?? innerWidth;
    viewer.setPanelWidth(panelWidth(right - event.clientX));
  };
  return (
    <div
      class="width-handle"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={words().panels.widthOf(title)}
      aria-valuenow={width}
      aria-valuemin={PANEL_WIDTH.least}
      aria-valuemax={PANEL_WIDTH.most}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={(event) => {
        const wanted = widthAfterKey(event.key, width);
        if (wanted === null) return;
        event.preventDefault();
        viewer.setPanelWidth(wanted);
      }}
    />
  );
}

function People({ viewer }: { viewer: Viewer }) {
  const { described, host, control } = viewer.store.view.value;
  const { common, panels } = words();
  const isMine = control === "held";
  const mayTake = !isMine && !described?.control_locked && described?.granted.includes("control") === true;
  return (
    <ul class="rows">
      <li class="row">
        <span>{host}</span>
        <span class="tag">
          <Icon name="monitor-up" />
          {panels.shares}
        </span>
      </li>
      {described?.participants.map((participant) => (
        <li class="row" key={participant.id}>
          <span>
            {participant.name || common.guest}
            {participant.is_you && <span class="quiet"> {panels.you}</span>}
          </span>
          <span class="acts">
            <span class={`tag ${participant.controls ? "controls" : "views"}`}>
              <Icon name={participant.controls ? "mouse-pointer-2" : participant.place ? "hourglass" : "eye"} />
              {participant.controls ? panels.controls : participant.place ? panels.waits(participant.place) : panels.views}
            </span>
            {isMine && !participant.is_you && participant.may_control && !described.control_locked && (
              <button
                type="button"
                class="button"
                aria-label={panels.giveTo(participant.name || common.guest)}
                onClick={() => viewer.receive({ type: "control.passed_on", to: participant.id })}
              >
                {panels.give}
              </button>
            )}
            {mayTake && participant.controls && (
              <button
                type="button"
                class="button"
                aria-label={panels.takeFrom(participant.name || common.guest)}
                onClick={() => viewer.receive({ type: "control.taken_over" })}
              >
                {panels.take}
              </button>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Statistics({ viewer }: { viewer: Viewer }) {
  const [figures, setFigures] = useState<ViewerFigures | null>(null);
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => {
    let isOpen = true;
    const update = async (): Promise<void> => {
      const fresh = await viewer.figures();
      if (isOpen) setFigures(fresh);
    };
    void update();
    const timer = setInterval(() => void update(), STATISTICS_MS);
    return () => {
      isOpen = false;
      clearInterval(timer);
    };
  }, [viewer]);
  const { common, panels } = words();
  const groups = [...figureGroups(figures, viewer.store.view.value.video), protectionGroup(viewer.protection)];
  const copy = async (): Promise<void> => setCopied(await copyText(figuresAsText(groups)));
  return (
    <>
      {groups.map(({ title, rows }) => (
        <section key={title} aria-label={title}>
          <h3>{title}</h3>
          <dl class="rows">
            {rows.map(([name, value]) => (
              <div class="row" key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <button type="button" class="button copy" onClick={() => void copy()}>
        <Icon name={copied ? "check" : "copy"} />
        {copied === null ? panels.copyAsText : copied ? common.copied : panels.copyingFailed}
      </button>
    </>
  );
}

const LIMITS_KBPS = [500, 1000, 2000, 4000, 8000, 16_000];

function QualityChoice({ viewer }: { viewer: Viewer }) {
  const { quality, video } = viewer.store.view.value;
  const mode = quality?.mode ?? video?.mode ?? "auto";
  const max_kbps = quality?.max_kbps ?? null;
  const choose = (change: Partial<Quality>): void =>
    viewer.receive({ type: "quality.chosen", quality: { mode, max_kbps, ...change } });
  const { panels } = words();
  return (
    <>
      <ModeChoice
        name="quality"
        legend={panels.whatMatters}
        modes={Object.keys(QUALITY_WORDS) as Quality["mode"][]}
        said={QUALITY_WORDS}
        chosen={mode}
        choose={(value) => choose({ mode: value })}
      />
      <label class="cap">
        {panels.atMost}
        <select
          class="field"
          value={max_kbps ?? ""}
          onChange={(event) => choose({ max_kbps: Number(event.currentTarget.value) || null })}
        >
          <option value="">{panels.noLimit}</option>
          {LIMITS_KBPS.map((kbps) => (
            <option key={kbps} value={kbps}>
              {rateWords(kbps)}
            </option>
          ))}
        </select>
      </label>
      <p class="quiet now">{panels.limitNow(limitWords(video))}</p>
    </>
  );
}

function MonitorChoice({ viewer }: { viewer: Viewer }) {
  const { described } = viewer.store.view.value;
  const monitors = described?.monitors ?? [];
  const choose = (monitor: number): void => viewer.receive({ type: "screen.chosen", monitor });
  const { common, panels } = words();
  return (
    <fieldset class="choices">
      <legend class="only-heard">{panels.whichMonitor}</legend>
      {monitors.map(({ id, name, width, height, is_primary }) => (
        <Choice
          key={id}
          name="monitor"
          title={`${id} · ${name}`}
          text={is_primary ? panels.mainMonitor(`${width} × ${height}`) : `${width} × ${height}`}
          isChosen={described?.watching === id}
          choose={() => choose(id)}
        />
      ))}
      <Choice name="monitor" title={common.allMonitors} text={panels.sideBySide} isChosen={described?.watching === 0} choose={() => choose(0)} />
    </fieldset>
  );
}

function TouchPanel({ viewer }: { viewer: Viewer }) {
  const { touch: said } = words();
  const chosen = viewer.store.touchMode.value;
  return (
    <>
      <ModeChoice name="touch" legend={said.how} modes={TOUCH_MODES} said={said.modes} chosen={chosen} choose={(mode) => viewer.setTouchMode(mode)} />
      <p class="quiet now">{said.help}</p>
    </>
  );
}

function LanguagePanel() {
  return (
    <fieldset class="choices">
      <legend class="only-heard">{words().common.language}</legend>
      {LANGUAGES.map((value) => (
        <div key={value} lang={value}>
          <Choice name="language" title={LANGUAGE_NAMES[value]} isChosen={value === language()} choose={() => chooseLanguage(value)} />
        </div>
      ))}
    </fieldset>
  );
}

interface ModeChoiceProps<Mode extends string> {
  name: string;
  legend: string;
  /** Where the panel's title does not say already what is chosen. */
  isLegendSeen?: boolean;
  modes: readonly Mode[];
  said: Readonly<Record<Mode, { readonly title: string; readonly text: string }>>;
  chosen: Mode;
  choose(mode: Mode): void;
}

/** One of several ways in which something works. */
export function ModeChoice<Mode extends string>({ name, legend, isLegendSeen, modes, said, chosen, choose }: ModeChoiceProps<Mode>) {
  return (
    <fieldset class="choices">
      <legend class={isLegendSeen ? undefined : "only-heard"}>{legend}</legend>
      {modes.map((mode) => (
        <Choice key={mode} name={name} title={said[mode].title} text={said[mode].text} isChosen={mode === chosen} choose={() => choose(mode)} />
      ))}
    </fieldset>
  );
}

interface ChoiceProps {
  name: string;
  title: string;
  text?: string;
  isChosen: boolean;
  choose(): void;
}

function Choice({ name, title, text, isChosen, choose }: ChoiceProps) {
  return (
    <label class="choice">
      <input type="radio" name={name} aria-label={title} aria-description={text} checked={isChosen} onChange={choose} />
      <span>
        <b>{title}</b>
        {text && <span class="quiet">{text}</span>}
      </span>
    </label>
  );
}
