/** What is seen of the stay, and the hand that reaches from here to the host: screen, controls, input. */

import { now_s } from "../alarm";
import type { KeyMode } from "../input/keyboard";
import { InputSender } from "../input/sender";
import type { PeerConnection } from "../peer/connection";
import { figuresBetween, sampleOf, type Figures, type Sample } from "../peer/figures";
import type { PointerPlace } from "../protocol/pointer";
import type { VideoDescribed } from "../protocol/wire";
import { Hand } from "../screen/hand";
import { Screen } from "../screen/screen";
import { TouchHand } from "../screen/touch-hand";
import type { Conductor, Stage, StageEffect } from "../session/conductor";
import { ShownFrames, type ShownFigures } from "../session/latency";
import type { Event, View, ViewerSession, ViewerState } from "../session/machine";
import { rememberName } from "../session/memory";
import type { LinkSecret } from "../signaling/secret";
import type { TouchMode } from "../touch/gestures";
import { words } from "../words/language";
import { Clips } from "./clips";
import { touches, writePlace, type BarPlace } from "./placing";
import { rememberBarPlace, rememberKeyMode, rememberPanelWidth, rememberTouchMode } from "./preferences";
import { Store } from "./store";
import { clipboardOpens, noticeWords } from "./words";

export type ViewerFigures = Figures &
  ShownFigures & {
    state: ViewerState;
    /** ``exact``: the very pixels of the host; empty before the host has said. */
    chroma: VideoDescribed["chroma"] | "";
  };

/** How this page knows that it talks to the host, and how far the page itself is to be trusted. */
export interface Protection {
  kind: LinkSecret["kind"];
  page: {
    name: string;
    /** From the viewer's own computer, which no server can exchange. */
    isOwn: boolean;
    /** Over plain http: whoever is on the way may have altered it. */
    isOpen: boolean;
  };
}

const TUCK_MS = 3000;
/** Pictures are looked at for as long as somebody asks for figures: each look costs the page a little. */
const WATCH_MS = 10_000;
/** Figures want a span: long enough to mean something, short enough to be of now. */
const SPAN_S = { least: 0.25, wanted: 0.5, most: 5 } as const;

export class Viewer implements Stage {
  readonly store: Store;
  readonly screen = new Screen();
  readonly hand: Hand;
  readonly clips: Clips;
  private lastSample: Sample | null = null;
  private tuckTimer = 0;
  private shown: ShownFrames | null = null;
  private stopWatching: () => void = () => undefined;
  private watchTimer = 0;

  constructor(readonly conductor: Conductor) {
    this.store = new Store(conductor.session.view);
    this.hand = new Hand(this.screen, {
      keyboardMoved: (isAtHost) => this.keyboardMoved(isAtHost),
      keyboardLeft: () => this.focusControls(),
      hovered: (x, y) => {
        const page = { width: innerWidth, height: innerHeight };
        if (touches(this.store.barPlace.peek().edge, x, y, page)) this.showControls();
      },
      takesClipboard: () => clipboardOpens(this.session.view, "in") && !this.clips.isAtHost(),
      copyPressed: () => this.clips.copyPressed(),
      pasted: (data) => this.paste(data),
      stickyChanged: (held) => {
        this.store.sticky.value = held;
      },
      lockChanged: (isHeld) => {
        this.store.isPointerLocked.value = isHeld;
        this.showControls();
      },
      lockRefused: () => this.store.toast(words().notices.noPointerLock),
      pasteTooLate: () => this.store.toast(words().clipboard.trouble.lost),
    });
    new TouchHand(this.screen, this.hand, () => this.store.touchMode.peek());
    this.clips = new Clips(this.hand.keys, {
      send: (message) => this.peer?.send(message),
      waits: () => this.store.toast(words().clipboard.waitsForClick),
    });
    this.hand.setKeyMode(this.store.keyMode.peek());
    document.addEventListener("fullscreenchange", () => this.fullScreenChanged());
  }

  get session(): ViewerSession {
    return this.conductor.session;
  }

  private get peer(): PeerConnection | null {
    return this.conductor.peer;
  }

  receive(event: Event): void {
    this.conductor.receive(event);
  }

  rename(name: string): void {
    rememberName(name);
    this.receive({ type: "name.changed", name });
  }

  get protection(): Protection {
    const isOwn = /^(127\.|localhost$|\[::1\]$)/.test(location.hostname);
    return { kind: this.conductor.secret.kind, page: { name: location.hostname, isOwn, isOpen: !isSecureContext } };
  }

  async figures(): Promise<ViewerFigures> {
    this.watchFrames();
    const before = this.lastSample;
    const age_s = before ? now_s() - before.at : Number.POSITIVE_INFINITY;
    if (before && age_s >= SPAN_S.least && age_s <= SPAN_S.most) {
      return this.figuresSince(before);
    }
    const first = await this.sample();
    await new Promise((resolve) => setTimeout(resolve, SPAN_S.wanted * 1000));
    return this.figuresSince(first);
  }

  setFit(fit: boolean): void {
    this.store.isFit.value = fit;
    this.screen.setFit(fit);
  }

  setBarPlace(place: BarPlace): void {
    this.store.barPlace.value = place;
    rememberBarPlace(writePlace(place));
  }

  setPanelWidth(width: number): void {
    this.store.panelWidth.value = width;
    rememberPanelWidth(width);
  }

  setTouchMode(mode: TouchMode): void {
    this.store.touchMode.value = mode;
    rememberTouchMode(mode);
  }

  toggleVirtualKeyboard(): void {
    const isShown = !this.store.hasKeyBar.peek();
    this.store.hasKeyBar.value = isShown;
    this.hand.showVirtualKeyboard(isShown);
  }

  setKeyMode(mode: KeyMode): void {
    this.hand.setKeyMode(mode);
    this.store.keyMode.value = mode;
    rememberKeyMode(mode);
  }

  async toggleFullScreen(): Promise<void> {
    if (document.fullscreenElement) return document.exitFullscreen();
    try {
      await document.documentElement.requestFullscreen({ navigationUI: "hide" });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.store.toast(words().notices.noFullScreen);
    }
  }

  /** Show the controls, and put them away again when nobody reaches for them. */
  showControls(): void {
    this.store.isTucked.value = false;
    clearTimeout(this.tuckTimer);
    if (this.hand.isHolding) this.tuckTimer = window.setTimeout(() => this.tuckControls(), TUCK_MS);
  }

  /** Lead who left the host's keyboard to the controls: to the bar itself, where no key does anything by mistake. */
  private focusControls(): void {
    // Controls that were away are there with the next picture of the page.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(".toolbar")?.focus());
  }

  private tuckControls(): void {
    const isInUse = document.querySelector(".toolbar:hover, .toolbar:focus-within") !== null;
    if (!this.hand.isHolding) return;
    if (isInUse || this.store.panel.value || !this.store.hasKeyboard.value) this.showControls();
    else this.store.isTucked.value = true;
  }

  private keyboardMoved(isAtHost: boolean): void {
    this.store.hasKeyboard.value = isAtHost;
    this.showControls();
  }

  private fullScreenChanged(): void {
    this.store.isFullScreen.value = document.fullscreenElement !== null;
    // Secure pages in Chromium may also take Esc, Alt+Tab and the like; Esc held still leaves.
    const { keyboard } = navigator as Navigator & { keyboard?: { lock?(): Promise<void>; unlock?(): void } };
    if (document.fullscreenElement) void keyboard?.lock?.().catch(() => this.store.toast(words().notices.escLeavesFullScreen));
    else keyboard?.unlock?.();
    this.screen.layOut();
  }

  show(view: View): void {
    const isOver = view.state === "denied" || view.state === "ended";
    if (view.lost === null) this.store.lostAt.value = null;
    else this.store.lostAt.value ??= new Date();
    if (isOver) {
      this.screen.clear();
      this.store.panel.value = null;
      if (document.fullscreenElement) void document.exitFullscreen();
    }
    this.describeCursor(view);
    this.clips.receive({ type: "limited", limit_bytes: view.described?.clipboard?.limit_bytes ?? 0 });
    this.store.view.value = view;
    document.title = view.host ? `${view.host} – Screenshare` : "Screenshare";
  }

  private describeCursor({ described, control }: View): void {
    if (!described) return;
    const mover = described.participants.find((participant) => participant.controls && !participant.is_you);
    const isInPicture = typeof described.recording_s === "number";
    this.screen.cursor.describe(described.screen, control === "held" ? null : (mover?.name ?? null), isInPicture);
  }

  act(effect: StageEffect): void {
    switch (effect.type) {
      case "keep-picture":
        return this.screen.keepPicture();
      case "resume-path":
        return this.screen.goOn(() => this.receive({ type: "picture.shown", attempt: effect.attempt }));
      case "clipboard-told":
        return this.clips.receive({ type: "told", message: effect.message });
      case "shape-cursor":
        return this.screen.cursor.shape(effect.shape);
      case "control-began":
        return this.takeControl();
      case "control-ended":
        this.store.hasKeyBar.value = false;
        this.hand.drop();
        return this.showControls();
      case "notice": {
        const tone = effect.notice.kind.startsWith("control") ? "control" : effect.notice.kind === "recording-started" ? "record" : "plain";
        return this.store.toast(noticeWords(effect.notice, this.session.view.host), tone);
      }
    }
  }

  meet(peer: PeerConnection | null): void {
    this.clips.meet(peer?.clipboard ?? null);
    this.lastSample = null;
    this.unwatchFrames();
    this.screen.cursor.forgetPlace();
  }

  play(stream: MediaStream, shown: () => void): void {
    this.screen.play(stream, shown);
  }

  composed(rtp: number): void {
    this.shown?.compose(rtp);
  }

  pointerAt(place: PointerPlace): void {
    this.screen.cursor.moved(place);
  }

  compare(digits: string): void {
    this.store.digits.value = digits;
  }

  private takeControl(): void {
    if (!this.peer) return;
    const screen = () => this.session.view.described?.screen;
    const sender = new InputSender(
      this.peer.input,
      this.peer.pointer,
      () => screen()?.monitor ?? 1,
      () => this.session.view.described?.control_reach,
      () => this.session.hostClock?.ticksAt(now_s()) ?? null,
    );
    this.hand.take(sender, () => screen() ?? { ...this.screen.size, monitor: 1 });
    this.showControls();
  }

  /** Bring what was pasted to the host; tell whether it is there. */
  private async paste(data: DataTransfer): Promise<boolean> {
    const trouble = await this.clips.sendPasted(data);
    if (trouble) this.store.toast(words().clipboard.trouble[trouble]);
    // What this browser has is nothing that travels: the host pastes what it has itself.
    return !trouble;
  }

  private async sample(): Promise<Sample> {
    const report = await this.peer?.stats();
    const sample = sampleOf(report?.values() ?? [], now_s());
    this.lastSample = sample;
    return sample;
  }

  private async figuresSince(before: Sample): Promise<ViewerFigures> {
    const { state, video } = this.session.view;
    const figures = figuresBetween(before, await this.sample(), this.session.rtt_s);
    const shown = this.shown?.figures(now_s()) ?? { fps: figures.fps, latency_ms: null, latency_p95_ms: null };
    return { state, ...figures, ...shown, chroma: video?.chroma ?? "" };
  }

  private watchFrames(): void {
    clearTimeout(this.watchTimer);
    this.watchTimer = window.setTimeout(() => this.unwatchFrames(), WATCH_MS);
    const clock = this.session.hostClock;
    if (this.shown || !clock || !this.screen.canWatch) return;
    const shown = new ShownFrames(clock, now_s());
    this.shown = shown;
    this.stopWatching = this.screen.watch(({ rtpTimestamp }) => shown.show(rtpTimestamp ?? null, now_s()));
  }

  private unwatchFrames(): void {
    clearTimeout(this.watchTimer);
    this.stopWatching();
    this.shown = null;
  }
}
