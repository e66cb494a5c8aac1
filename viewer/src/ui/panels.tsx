/** What slides in at the right: who is here, and the figures. One at a time; Esc closes. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./pieces";
import type { Viewer, ViewerFigures } from "./viewer";

const STATISTICS_MS = 1000;

export function Panel({ viewer }: { viewer: Viewer }) {
  switch (viewer.store.panel.value) {
    case "people":
      return (
        <Frame viewer={viewer} title="People">
          <People viewer={viewer} />
        </Frame>
      );
    case "statistics":
      return (
        <Frame viewer={viewer} title="Statistics">
          <Statistics viewer={viewer} />
        </Frame>
      );
    case null:
      return null;
  }
}

function Frame({ viewer, title, children }: { viewer: Viewer; title: string; children: ComponentChildren }) {
  const closeButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    closeButton.current?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, [title]);
  const close = (): void => {
    viewer.store.panel.value = null;
  };
  return (
    <aside
      class="panel"
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <header>
        <h2>{title}</h2>
        <button ref={closeButton} type="button" class="button plain" aria-label={`Close ${title.toLowerCase()}`} onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      {children}
    </aside>
  );
}

function People({ viewer }: { viewer: Viewer }) {
  const { described, host } = viewer.store.view.value;
  return (
    <ul class="rows">
      <li class="row">
        <span>{host}</span>
        <span class="tag hosts">
          <Icon name="monitor-up" />
          shares
        </span>
      </li>
      {described?.participants.map((participant) => (
        <li class="row" key={participant.id}>
          <span>
            {participant.name || "Guest"}
            {participant.is_you && <span class="quiet"> (you)</span>}
          </span>
          <span class={`tag ${participant.controls ? "controls" : "views"}`}>
            <Icon name={participant.controls ? "mouse-pointer-2" : "eye"} />
            {participant.controls ? "controls" : "views"}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Statistics({ viewer }: { viewer: Viewer }) {
  const [figures, setFigures] = useState<ViewerFigures | null>(null);
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
  const rows: [string, string][] = figures
    ? [
        ["Picture", figures.width ? `${figures.width} × ${figures.height}` : "–"],
        ["Frames", `${figures.fps.toFixed(1)} per second`],
        ["Data", figures.kbps >= 1000 ? `${(figures.kbps / 1000).toFixed(2)} Mbit/s` : `${figures.kbps.toFixed(0)} kbit/s`],
        ["Round trip", figures.rtt_ms === null ? "–" : `${figures.rtt_ms.toFixed(0)} ms`],
        ["Jitter", `${figures.jitter_ms.toFixed(1)} ms`],
        ["Lost packets", String(figures.lost)],
        ["Codec", figures.codec || "–"],
        ["Path", pathWords(figures.path)],
      ]
    : [];
  return (
    <>
      <dl class="rows">
        {rows.map(([name, value]) => (
          <div class="row" key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {!figures && <p class="quiet">Measuring …</p>}
    </>
  );
}

function pathWords(path: string): string {
  if (path === "") return "–";
  const [kind, protocol] = path.split(" ");
  return `${kind === "relay" ? "through a relay" : "direct"}${protocol ? `, ${protocol.toUpperCase()}` : ""}`;
}
