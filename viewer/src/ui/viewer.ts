/** The viewer page put together: the session machine, its socket, its connection, the screen and the hand. */

import { Alarm, now_s } from "../alarm";
import { InputSender } from "../input/sender";
import { PeerConnection, type Ways } from "../peer/connection";
import { figuresBetween, sampleOf, type Figures, type Sample } from "../peer/figures";
import { forgetDevice, keepHost } from "../hosts/known";
import type { IceServer, SessionToViewer, SignInDone, SignInOffered, VideoDescribed } from "../protocol/wire";
import { Hand } from "../screen/hand";
import { Screen } from "../screen/screen";
import { TouchHand } from "../screen/touch-hand";
import type { TouchMode } from "../touch/gestures";
import { ViewerSession, type Effect, type Event, type Resume, type View, type ViewerState } from "../session/machine";
import { ShownFrames, type ShownFigures } from "../session/latency";
import type { KeyMode } from "../input/keyboard";
import { keepStay, leaveResume, recallName, recallStay, rememberBarPlace, rememberKeyMode, rememberName, rememberPanelWidth, rememberTouchMode, takeResume } from "../session/memory";
import { answerFor, lives, newStayName } from "../session/stay";
import type { LinkSecret } from "../signaling/secret";
import { SignalingSocket } from "../signaling/socket";
import type { Binding } from "../trust/binding";
import { answer, type Challenge, type Keys, type Knock } from "../trust/knock";
import { SignIn, type KeptDevice, type Way } from "../trust/sign-in";
import { words } from "../words/language";
import { Clips } from "./clips";
import { touches, writePlace, type BarPlace } from "./placing";
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

export class Viewer {
  readonly session: ViewerSession;
  readonly store: Store;
  readonly screen = new Screen();
  readonly hand: Hand;
  readonly clips: Clips;
  private socket: SignalingSocket | null = null;
  private peer: PeerConnection | null = null;
  /** Made with each knock; what is offered and answered after it is bound by it. */
  private binding: Binding | null = null;
  private dial = 0;
  private pending: Knock | null = null;
  /** What to sign in with; a password is forgotten as soon as it was used. */
  private way: Way | null = null;
  private signIn: SignIn | null = null;
  private offered = "";
  /** The servers that the host named last: whoever asks why he cannot connect tries them. */
  iceServers: readonly IceServer[] = [];
  private lastSample: Sample | null = null;
  private readonly alarm = new Alarm(() => this.tick());
  private tuckTimer = 0;
  private shown: ShownFrames | null = null;
  /** This page's stay in the share, by a name that other tabs may know it by. */
  private readonly stay = newStayName();
  private keptResume: Resume | null = null;
  private stopWatching: () => void = () => undefined;
  private watchTimer = 0;

  constructor(
    private readonly room: string,
    private readonly secret: LinkSecret,
  ) {
    this.session = new ViewerSession(room, secret.kind === "address");
    this.store = new Store(this.session.view);
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
    addEventListener("pagehide", () => this.pageHidden());
    addEventListener("pageshow", (event) => {
      if (event.persisted) this.receive({ type: "page.restored" });
    });
    answerFor(() => this.stay);
    this.watchNetwork();
    document.addEventListener("fullscreenchange", () => this.fullScreenChanged());
  }

  /** ``device``: what this browser signs in with at a host that remembers it. */
  start(device: KeptDevice | null = null): void {
    if (device) this.signInBy({ kind: "device", device });
    void this.wayBack().then((resume) => this.receive({ type: "start", resume }));
  }

  /** What the page before left in this tab, unless that page is still there: then the tab is a duplicate. */
  private async wayBack(): Promise<Resume | null> {
    const handedOver = takeResume(this.room);
    const left = recallStay(this.room);
    if (handedOver || !left) return handedOver;
    return (await lives(left.name)) ? null : left.resume;
  }

  signInBy(way: Way): void {
    this.way = way;
    this.receive({ type: "sign-in.ready" });
  }

  receive(event: Event): void {
    this.carryOut(this.session.receive(event, now_s()));
  }

  rename(name: string): void {
    rememberName(name);
    this.receive({ type: "name.changed", name });
  }

  get protection(): Protection {
    const isOwn = /^(127\.|localhost$|\[::1\]$)/.test(location.hostname);
    return { kind: this.secret.kind, page: { name: location.hostname, isOwn, isOpen: !isSecureContext } };
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

  /** Dial at once when there is reason to think that it will work now. */
  private watchNetwork(): void {
    const changed = (): void => this.receive({ type: "network.changed" });
    addEventListener("online", changed);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") changed();
    });
    const { connection } = navigator as Navigator & { connection?: EventTarget };
    connection?.addEventListener("change", changed);
  }

  private pageHidden(): void {
    if (this.session.resume) leaveResume(this.room, this.session.resume);
    this.peer?.close();
  }

  private tick(): void {
    this.carryOut(this.session.expire(now_s()));
  }

  private carryOut(effects: Effect[]): void {
    for (const effect of effects) this.act(effect);
    const { view, resume } = this.session;
    if (resume !== this.keptResume) {
      this.keptResume = resume;
      keepStay(this.room, resume && { name: this.stay, resume });
    }
    if (view !== this.store.view.peek()) this.publish();
    this.alarm.set(this.session.deadline);
  }

  private publish(): void {
    const { view } = this.session;
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

  private act(effect: Effect): void {
    switch (effect.type) {
      case "open-socket":
        return this.openSocket(effect.dial);
      case "close-socket":
        this.socket?.close();
        this.socket = null;
        return;
      case "knock":
        return this.knock(effect.challenge);
      case "compare":
        return this.compare(effect.share);
      case "sign-in":
        return this.beginSignIn(effect.offered);
      case "prove-sign-in":
        return void this.proveSignIn(effect.share);
      case "signed-in":
        return this.signedIn(effect.done);
      case "forget-device":
        this.way = null;
        return void forgetDevice(this.room);
      case "send-signal":
        return this.socket?.send(effect.signal);
      case "open-peer":
        return this.openPeer(effect.attempt, { iceServers: effect.iceServers, relayOnly: effect.relayOnly });
      case "send-offer":
        return this.sendOffer(effect.attempt, effect.sdp);
      case "accept-answer":
        return this.acceptAnswer(effect.attempt, effect.sdp, effect.mac);
      case "close-peer":
        this.peer?.close(effect.gracefully);
        this.peer = null;
        this.clips.meet(null);
        this.lastSample = null;
        this.unwatchFrames();
        this.screen.cursor.forgetPlace();
        return;
      case "send-session":
        return this.peer?.send(effect.message);
      case "keep-picture":
        return this.screen.keepPicture();
      case "resume-path":
        this.screen.goOn(() => this.receive({ type: "picture.shown", attempt: effect.attempt }));
        return this.peer?.resume(effect.hostTicks);
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

  private openSocket(dial: number): void {
    this.dial = dial;
    this.socket?.close();
    this.socket = new SignalingSocket({
      opened: () => this.receive({ type: "socket.opened", dial }),
      received: (signal) => this.receive({ type: "signal", dial, signal }),
      carrierRefused: (code) => this.receive({ type: "carrier.refused", dial, code }),
      altered: () => this.receive({ type: "signal.altered", dial }),
      closed: () => this.receive({ type: "socket.closed", dial }),
    });
  }

  private knock(challenge: Challenge): void {
    const knock = answer(challenge, this.secret);
    this.store.digits.value = "";
    this.pending = knock;
    if (!knock) return this.altered();
    this.socket?.send(knock.prove);
    if (!("keys" in knock)) return;
    // At a host's address its answer is an offer to sign in.
    if (this.secret.kind === "address" && challenge.resume === null) this.socket?.sealWith(knock.keys.seal);
    else this.ask(knock.keys);
  }

  private altered(): void {
    this.receive({ type: "signal.altered", dial: this.dial });
  }

  private beginSignIn(offered: SignInOffered): void {
    this.signIn = this.way && SignIn.at(this.room, offered, this.way);
    if (this.signIn) this.socket?.send(this.signIn.begin());
    else this.altered();
  }

  private async proveSignIn(share: string): Promise<void> {
    const { dial } = this;
    const prove = (await this.signIn?.prove(share)) ?? null;
    if (dial !== this.dial) return;
    if (prove) this.socket?.send(prove);
    else this.altered();
  }

  private signedIn(done: SignInDone): void {
    const outcome = this.signIn?.finish(done) ?? null;
    this.signIn = null;
    if (!outcome || !this.pending || !("keys" in this.pending)) return this.altered();
    this.keep(outcome.device);
    this.ask(this.pending.keys.over(outcome.secret));
  }

  /** Remember this host, if that is wanted, and how to come in next time. */
  private keep(device: KeptDevice | null): void {
    const known = { room: this.room, address: this.secret.text, name: this.session.view.host, usedAt: Date.now() };
    if (this.way?.kind === "device") void keepHost({ ...known, device: this.way.device });
    else if (this.way?.remembers) void keepHost({ ...known, device });
    if (device) this.way = { kind: "device", device };
    if (this.way?.kind === "device") return;
    this.way = null;
    this.receive({ type: "sign-in.used" });
  }

  /** Show the digits, now that the host has said to what he committed himself. */
  private compare(share: string): void {
    const keys = this.pending && "reveal" in this.pending ? this.pending.reveal(share) : null;
    this.pending = null;
    if (!keys) return this.altered();
    this.store.digits.value = keys.digits;
    this.ask(keys);
  }

  private ask({ binding, seal }: Keys): void {
    this.binding = binding;
    this.socket?.sealWith(seal);
    this.socket?.send({ type: "knock.request", name: recallName(), wants: ["view", "control", "clipboard"] });
  }

  private openPeer(attempt: number, ways: Ways): void {
    this.peer?.close();
    this.iceServers = ways.iceServers;
    this.peer = new PeerConnection(ways, {
      offered: (sdp) => this.receive({ type: "peer.offered", attempt, sdp }),
      candidate: (candidate, mid) => this.receive({ type: "peer.candidate", attempt, candidate, mid }),
      opened: () => this.receive({ type: "peer.opened", attempt }),
      received: (message: SessionToViewer) => this.receive({ type: "message", attempt, message }),
      track: (stream) => this.screen.play(stream, () => this.receive({ type: "picture.shown", attempt })),
      composed: (rtp) => this.shown?.compose(rtp),
      pointerAt: (place) => this.screen.cursor.moved(place),
      failed: () => this.receive({ type: "peer.failed", attempt }),
    });
    this.clips.meet(this.peer.clipboard);
    void this.peer.offer();
  }

  private sendOffer(attempt: number, sdp: string): void {
    if (!this.binding) return;
    this.offered = sdp;
    this.socket?.send({ type: "peer.offer", attempt, sdp, mac: this.binding.offerMac(attempt, sdp) });
  }

  private acceptAnswer(attempt: number, sdp: string, mac: string): void {
    if (this.binding?.answerMac(attempt, this.offered, sdp) === mac) void this.peer?.accept(sdp);
    else this.receive({ type: "answer.altered", attempt });
  }

  private takeControl(): void {
    if (!this.peer) return;
    const screen = () => this.session.view.described?.screen;
    const sender = new InputSender(this.peer.input, this.peer.pointer, () => screen()?.monitor ?? 1, () => this.session.view.described?.control_reach);
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
