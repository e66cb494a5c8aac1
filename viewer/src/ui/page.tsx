/** The viewer page: the screen, and what floats over it. */

import { useEffect, useRef } from "preact/hooks";
import { VIEW_CHANGED } from "../screen/screen";
import { KeyBar } from "./key-bar";
import { Panel } from "./panels";
import { Icon, useSeconds } from "./pieces";
import { StateScreen } from "./state-screens";
import { Toolbar } from "./toolbar";
import type { Viewer } from "./viewer";
import { words } from "../words/language";
import { clock, controllingWords, duration, statusWords } from "./words";

export function Page({ viewer }: { viewer: Viewer }) {
  const { store } = viewer;
  const view = store.view.value;
  const isLive = view.state === "live";
  const latest = store.toasts.value.at(-1);
  return (
    <main class="viewer">
      {isLive && !view.described?.paused && <h1 class="only-heard">{view.host}</h1>}
      <p role="status" class="only-heard">
        {statusWords(view)}
      </p>
      {/* Apart: a message that goes must not have the state read out again. */}
      <p role="status" class="only-heard">
        {latest?.text}
      </p>
      <Stage viewer={viewer} />
      {isLive && view.control === "held" && <Frame viewer={viewer} />}
      <StateScreen viewer={viewer} />
      {isLive && (
        <>
          <Pills viewer={viewer} />
          <Panel viewer={viewer} />
          <Toolbar viewer={viewer} />
          {store.hasKeyBar.value && <KeyBar viewer={viewer} />}
        </>
      )}
      <ul class="toasts" aria-hidden="true">
        {store.toasts.value.map((toast) => (
          <li class={`toast ${toast.tone}`} key={toast.id}>
            <Icon name={toast.tone === "control" ? "mouse-pointer-2" : toast.tone === "record" ? "video" : "info"} />
            {toast.text}
          </li>
        ))}
      </ul>
    </main>
  );
}

/** Holds the one video element of the page, which outlives every render. */
function Stage({ viewer }: { viewer: Viewer }) {
  const place = useRef<HTMLDivElement>(null);
  const { state, described } = viewer.store.view.value;
  const isDimmed = state === "reconnecting" || described?.paused === true;
  useEffect(() => {
    place.current?.append(viewer.screen.stage, viewer.hand.keys);
  }, [viewer]);
  const { screenOfHost, keyboardOfHost, howToLeave } = words().viewer;
  useEffect(() => {
    viewer.screen.video.setAttribute("aria-label", screenOfHost);
    viewer.hand.keys.setAttribute("aria-label", keyboardOfHost);
    viewer.hand.keys.setAttribute("aria-description", howToLeave);
  }, [viewer, screenOfHost, keyboardOfHost, howToLeave]);
  useEffect(() => {
    viewer.screen.stage.classList.toggle("dimmed", isDimmed);
    viewer.screen.stage.classList.toggle("off", state === "denied" || state === "ended" || state === "waiting");
  }, [viewer, state, isDimmed]);
  return <div ref={place} />;
}

/** The amber frame round the picture while this viewer controls. */
function Frame({ viewer }: { viewer: Viewer }) {
  const frame = useRef<HTMLDivElement>(null);
  const isFit = viewer.store.isFit.value;
  useEffect(() => {
    const place = (): void => {
      const element = frame.current;
      if (!element) return;
      const whole = viewer.screen.stage.getBoundingClientRect();
      const { left, top, width, height } = isFit ? viewer.screen.box : whole;
      Object.assign(element.style, {
        left: `${Math.max(0, left)}px`,
        top: `${Math.max(0, top)}px`,
        right: `${Math.max(0, whole.width - left - width)}px`,
        bottom: `${Math.max(0, whole.height - top - height)}px`,
      });
    };
    place();
    addEventListener("resize", place);
    viewer.screen.stage.addEventListener(VIEW_CHANGED, place);
    return () => {
      removeEventListener("resize", place);
      viewer.screen.stage.removeEventListener(VIEW_CHANGED, place);
    };
  }, [viewer, isFit]);
  return <div ref={frame} class="frame" />;
}

function wayOut({ store }: Viewer): string {
  const said = words().viewer;
  if (store.isPointerLocked.value) return said.howToFree;
  if (store.view.value.described?.control_reach === "pointer") return said.mouseOnly;
  return store.hasKeyboard.value ? said.howToLeave : said.howToType;
}

function Pills({ viewer }: { viewer: Viewer }) {
  const { store } = viewer;
  const view = store.view.value;
  const isControlling = view.control === "held";
  const isPaused = view.described?.paused === true;
  const hasHand = isControlling && view.described?.hand === true;
  const said = words();
  const place = view.described?.participants.find((participant) => participant.is_you)?.place;
  return (
    <div class={`pills${store.isTucked.value ? " tucked" : ""}`}>
      <span class={`pill state-pill ${isControlling ? "controlling" : "viewing"}`}>
        <Icon name={isPaused ? "circle-pause" : hasHand ? "hand" : isControlling ? "mouse-pointer-2" : "eye"} />
        <b>
          {isPaused
            ? said.status.pausedBy(view.host)
            : hasHand
              ? said.status.handMoves(view.host)
              : isControlling
                ? controllingWords(view)
                : said.status.viewing(view.host)}
        </b>
        {isControlling && view.controlExpiresAt !== null && <TimeLeft until={view.controlExpiresAt} />}
        {view.control === "asking" && <span class="way-out">{place ? said.viewer.inLine(place) : said.viewer.beingAsked}</span>}
        {isControlling && (
          <span class="way-out">
            {wayOut(viewer)}
          </span>
        )}
      </span>
      {typeof view.described?.recording_s === "number" && (
        <Recording since={view.describedAt - view.described.recording_s} />
      )}
    </div>
  );
}

function TimeLeft({ until }: { until: number }) {
  const now = useSeconds();
  return <span class="numbers">{words().common.timeLeft(duration(until - now))}</span>;
}

function Recording({ since }: { since: number }) {
  const now = useSeconds();
  return (
    <span class="pill">
      <i class="dot" />
      <span class="numbers">{words().common.recordingFor(clock(now - since))}</span>
    </span>
  );
}
