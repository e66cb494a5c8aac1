/**
 * Sans-IO: the life of the viewer page, from the first knock to goodbye.
 *
 * The page is a mirror, never an authority: what is granted, and who controls, is what the host said last.
 * One path (socket, then peer connection) is dialled at a time; ``attempt`` numbers them, and whatever
 * an older attempt still has to say is ignored. A path that fell silent stays until the host has let the
 * page in anew: if it is heard again before that, it goes on.
 */

import type {
  Capability,
  CapabilityRefused,
  ClipboardOffered,
  ClipboardRefused,
  ClipboardTaken,
  ControlGranted,
  ControlRefused,
  ControlRevoked,
  CursorShaped,
  IceServer,
  KnockChallenged,
  KnockDenied,
  QualityChoose,
  SessionDescribed,
  SessionFromViewer,
  SessionToViewer,
  ShareEnded,
  SignInAsked,
  SignInDone,
  SignInOffered,
  VideoDescribed,
} from "../protocol/wire";
import { PROTOCOL_VERSION, type SignalFromViewer, type SignalToViewer } from "../protocol/decode";
import { isSignInProblem, type SignInProblem } from "../signaling/denial";
import type { Challenge } from "../trust/knock";
import { redialPause_s } from "./backoff";
import { Heartbeat } from "./heartbeat";
import type { HostClock } from "./latency";

/** From dialling to an answer of the host to the knock. */
const SOCKET_LIMIT_S = 6;
/** From the admission to an open session channel: gathering and ICE on a bad network take seconds. */
const PATH_LIMIT_S = 12;
/** How long a page that never got through, or lost its host, keeps trying. */
export const FIRST_CONTACT_LIMIT_S = 10;
/** As long as the host keeps the place of who is lost. */
export const RECONNECT_LIMIT_S = 300;
/** How long who was never in waits for a room that was there: its server may have been restarted. */
const ROOM_GONE_LIMIT_S = 20;
/** From the proof of a host's address to the end of a sign-in: a slow telephone stretches a password for seconds. */
const SIGN_IN_LIMIT_S = 50;
/** Who can sign in without being asked does so soon after a host that restarted is back. */
const ROOM_GONE_SIGN_IN_S = 1;
/** Each time a code is said, whoever answers in the host's place has one guess at it. */
const CODE_TRIES = 3;

export type Reach = NonNullable<SessionDescribed["control_reach"]>;
export type Quality = Omit<QualityChoose, "type">;

export type ViewerState = "sign-in" | "connecting" | "waiting" | "live" | "reconnecting" | "denied" | "ended";
export type Control = "none" | "asking" | "held";
export type Denial = Exclude<KnockDenied["reason"], SignInProblem> | "room-not-found" | "offline" | "no-secret" | "unsupported" | "altered";
export type EndReason = ShareEnded["reason"] | "left" | "unreachable" | "degraded" | "gone";

export interface View {
  readonly state: ViewerState;
  readonly host: string;
  /** Why the sign-in before did not work, and how long the host takes no other one (null: until somebody there says). */
  readonly signIn: { readonly problem: SignInProblem; readonly wait_s: number | null } | null;
  /** While a person at the host is asked. */
  readonly waiting: { readonly sinceAt: number; readonly limit_s: number } | null;
  readonly described: SessionDescribed | null;
  readonly describedAt: number;
  /** What the host sends to this viewer; null before it said so. */
  readonly video: VideoDescribed | null;
  /** What this viewer chose; null: he left it to the host. */
  readonly quality: Quality | null;
  readonly control: Control;
  readonly controlExpiresAt: number | null;
  /** While the path is gone: since when, when the next attempt starts (null: it runs), and whether nobody is there. */
  readonly lost: { readonly at: number; readonly nextTryAt: number | null; readonly isHostAway: boolean } | null;
  readonly denial: Denial | null;
  readonly end: { readonly reason: EndReason; readonly duration_s: number | null } | null;
}

/** Lets the same page come back without being asked again, even when its spoken code is used up. */
export interface Resume {
  readonly room: string;
  readonly token: string;
}

export type Event =
  | { type: "start"; resume: Resume | null }
  /** At a host's address there is something to sign in with now. */
  | { type: "sign-in.ready" }
  /** It was good for once: the password is forgotten. */
  | { type: "sign-in.used" }
  | { type: "socket.opened"; dial: number }
  | { type: "socket.closed"; dial: number }
  | { type: "signal"; dial: number; signal: SignalToViewer }
  /** It was said to the host that this page wants to come in. */
  | { type: "knocked"; dial: number }
  | { type: "peer.offered"; attempt: number; sdp: string }
  | { type: "peer.candidate"; attempt: number; candidate: string | null; mid: string | null }
  | { type: "peer.opened"; attempt: number }
  | { type: "peer.failed"; attempt: number }
  /** Somebody on the way, or the host before there was a key, wants no more of it. */
  | { type: "carrier.refused"; dial: number; code: string }
  | { type: "signal.altered"; dial: number }
  | { type: "answer.altered"; attempt: number }
  | { type: "message"; attempt: number; message: SessionToViewer }
  | { type: "picture.shown"; attempt: number }
  | { type: "page.restored" }
  /** The computer woke, the page is seen again, or the network is another: waiting longer is of no use. */
  | { type: "network.changed" }
  | { type: "name.changed"; name: string }
  | { type: "control.wanted" }
  | { type: "control.given_back" }
  | { type: "capability.wanted"; capability: Capability }
  | { type: "control.passed_on"; to: string }
  | { type: "control.taken_over" }
  | { type: "quality.chosen"; quality: Quality }
  | { type: "screen.chosen"; monitor: number }
  | { type: "left" }
  | { type: "retry" };

/** Refusals of input come for so long after the end of control. */
const LATE_INPUT_S = 2;

export type Notice =
  | { kind: "control-granted"; asked: boolean; reach: Reach; window: string }
  | { kind: "control-returned" }
  | { kind: "control-waited-for"; name: string }
  | { kind: "control-refused"; reason: ControlRefused["reason"] }
  | { kind: "control-revoked"; reason: ControlRevoked["reason"] }
  | { kind: "right-refused"; reason: CapabilityRefused["reason"] }
  | { kind: "reconnected" }
  | { kind: "input-too-late" }
  | { kind: "recording-started" }
  | { kind: "recording-stopped" }
  | { kind: "rights-gained"; capabilities: Capability[] }
  | { kind: "rights-lost"; capabilities: Capability[] }
  | { kind: "refused"; code: string; message: string };

export type Effect =
  | { type: "open-socket"; dial: number }
  | { type: "close-socket" }
  | { type: "knock"; challenge: Challenge }
  | { type: "compare"; share: string }
  | { type: "sign-in"; offered: SignInOffered }
  | { type: "prove-sign-in"; share: string }
  | { type: "signed-in"; done: SignInDone }
  /** The host no longer knows what this browser keeps for it. */
  | { type: "forget-device" }
  | { type: "send-signal"; signal: SignalFromViewer }
  /** Make a connection, and what it offers; it looks for no way yet. */
  | { type: "prepare-peer"; attempt: number }
  | { type: "open-peer"; attempt: number; ways: { iceServers: IceServer[]; relayOnly: boolean } }
  | { type: "send-offer"; attempt: number; sdp: string }
  | { type: "accept-answer"; attempt: number; sdp: string; mac: string }
  | { type: "close-peer"; gracefully: boolean }
  | { type: "send-session"; message: SessionFromViewer }
  | { type: "keep-picture" }
  /** The path that was silent is heard again; ``hostTicks`` came with the echo. */
  | { type: "resume-path"; attempt: number; hostTicks: number }
  | { type: "shape-cursor"; shape: CursorShaped }
  | { type: "clipboard-told"; message: ClipboardOffered | ClipboardTaken | ClipboardRefused }
  | { type: "control-began" }
  | { type: "control-ended" }
  | { type: "notice"; notice: Notice };

const AT_REST: View = {
  state: "connecting",
  host: "",
  signIn: null,
  waiting: null,
  described: null,
  describedAt: 0,
  video: null,
  quality: null,
  control: "none",
  controlExpiresAt: null,
  lost: null,
  denial: null,
  end: null,
};

export class ViewerSession {
  view: View = AT_REST;
  /** Null before the first admission, and once this page left or was sent away. */
  resume: Resume | null = null;
  private dial = 0;
  private attempt = 0;
  private requestId = 0;
  private socketOpen = false;
  private pathOpen = false;
  /** The first picture of who comes back, which is told of once, came before the channels were open. */
  private isShownEarly = false;
  /** There is a connection for this dial. */
  private isPrepared = false;
  private hasKnocked = false;
  /** What the prepared connection offers, until it is sent. */
  private offer: string | null = null;
  private controlEndedAt = Number.NEGATIVE_INFINITY;
  private hasBeenLive = false;
  /** A host answered under this link: the room is no wrong one. */
  private hasBeenHeard = false;
  private failures = 0;
  /** Over the page's whole life: starting over gives nobody more guesses. */
  private codeTries = 0;
  private roomGoneAt: number | null = null;
  /** The server said last that it does not reach the host's server. */
  private isDegraded = false;
  /** At a host's address: there is something to sign in with. */
  private canSignIn = false;
  private heartbeat: Heartbeat | null = null;
  /** The current step (socket, path) must be done by then. */
  private stepEndsAt: number | null = null;

  /** ``pageRoom`` stands in the page's address; a spoken code has its own, good for one knock only. */
  constructor(
    private readonly pageRoom: string,
    private readonly isAddress = false,
  ) {}

  private get room(): string {
    return this.resume?.room ?? this.pageRoom;
  }

  /** The host's clock, once the path stands. */
  get hostClock(): HostClock | null {
    return this.heartbeat?.clock ?? null;
  }

  get rtt_s(): number | null {
    return this.heartbeat?.rtt_s ?? null;
  }

  /** Monotonic seconds at which ``expire`` wants to be called; null: not before the next event. */
  get deadline(): number | null {
    const candidates = [this.stepEndsAt, this.view.lost?.nextTryAt ?? null, this.heartbeat?.deadline ?? null];
    const set = candidates.filter((at) => at !== null);
    return set.length === 0 ? null : Math.min(...set);
  }

  /** Take one event; return the effects to carry out, in order. */
  receive(event: Event, now: number): Effect[] {
    switch (event.type) {
      case "start":
        this.resume = event.resume;
        return this.startOver(now);
      case "retry":
        return this.startOver(now);
      case "sign-in.ready":
        this.canSignIn = true;
        return this.view.state === "sign-in" ? this.startOver(now) : [];
      case "sign-in.used":
        this.canSignIn = false;
        return [];
      case "socket.opened":
        if (event.dial !== this.dial) return [];
        this.socketOpen = true;
        return [{ type: "send-signal", signal: { type: "room.enter", version: PROTOCOL_VERSION, room: this.room } }];
      case "socket.closed":
        return event.dial === this.dial ? this.socketClosed(now) : [];
      case "signal":
        return event.dial === this.dial && !this.isOver ? this.signalled(event.signal, now) : [];
      case "knocked":
        if (event.dial !== this.dial || this.isOver) return [];
        this.hasKnocked = true;
        return this.offerIfPossible();
      case "peer.offered":
        if (event.attempt !== this.attempt) return [];
        this.offer = event.sdp;
        return this.offerIfPossible();
      case "peer.candidate":
        if (event.attempt !== this.attempt) return [];
        return [
          {
            type: "send-signal",
            signal: { type: "peer.candidate", attempt: event.attempt, candidate: event.candidate, mid: event.mid },
          },
        ];
      case "carrier.refused":
        // While the path stands, nobody on the way has a say in it.
        if (event.dial !== this.dial || this.isOver || this.pathOpen) return [];
        return this.signalRefused(event.code, "", now);
      case "signal.altered":
        return event.dial === this.dial && !this.isOver ? this.denied("altered") : [];
      case "answer.altered":
        return event.attempt === this.attempt && !this.isOver ? this.denied("altered") : [];
      case "peer.opened":
        if (event.attempt !== this.attempt || this.isOver) return [];
        this.pathOpen = true;
        this.stepEndsAt = null;
        this.heartbeat = new Heartbeat(now);
        return [...this.expire(now), ...this.qualityWanted()];
      case "peer.failed":
        return event.attempt === this.attempt && !this.isOver ? this.peerFailed(now) : [];
      case "picture.shown":
        if (event.attempt !== this.attempt || this.isOver || this.listens) return [];
        // Over a long way the channels take longer than the picture. Who came back is back with both.
        this.isShownEarly = !this.pathOpen && this.hasBeenLive;
        return this.isShownEarly ? [] : this.pictureShown();
      case "message":
        return event.attempt === this.attempt && !this.isOver ? this.told(event.message, now) : [];
      case "page.restored":
        return this.isOver ? [] : this.pathLost(now);
      case "network.changed":
        return this.isOver ? [] : this.networkChanged(now);
      case "name.changed":
        if (this.view.state !== "waiting" || !this.socketOpen) return [];
        return [{ type: "send-signal", signal: { type: "knock.rename", name: event.name } }];
      case "control.wanted":
        return this.controlWanted();
      case "control.given_back":
        return this.controlGivenBack();
      case "control.passed_on":
        if (this.view.control !== "held") return [];
        return [{ type: "send-session", message: { type: "control.give", to: event.to } }];
      case "control.taken_over":
        return this.controlWanted("control.take");
      case "capability.wanted":
        return this.capabilityWanted(event.capability);
      case "quality.chosen":
        this.update({ quality: event.quality });
        return this.qualityWanted();
      case "screen.chosen":
        if (!this.pathOpen) return [];
        return [{ type: "send-session", message: { type: "screen.choose", monitor: event.monitor } }];
      case "left":
        return this.leave(now);
    }
  }

  /** Let time pass; call when ``deadline`` is reached. */
  expire(now: number): Effect[] {
    const nextTryAt = this.view.lost?.nextTryAt ?? null;
    if (nextTryAt !== null && now >= nextTryAt) return this.dialSocket(now);
    if (this.stepEndsAt !== null && now >= this.stepEndsAt) {
      this.stepEndsAt = null;
      return this.attemptFailed(now);
    }
    const effects: Effect[] = [];
    for (const effect of this.heartbeat?.expire(now) ?? []) {
      if (effect.type === "silent") return this.pathSilent(now);
      effects.push({ type: "send-session", message: { type: "heartbeat.beat", seq: effect.seq } });
    }
    return effects;
  }

  /** Nothing runs: what was under way has nothing more to tell. */
  private get isOver(): boolean {
    return this.view.state === "denied" || this.view.state === "ended" || this.view.state === "sign-in";
  }

  private update(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
  }

  private startOver(now: number): Effect[] {
    this.view = { ...AT_REST, quality: this.view.quality };
    this.failures = 0;
    this.roomGoneAt = null;
    this.hasBeenLive = this.hasBeenHeard = this.isDegraded = false;
    return this.mustSignIn ? this.askToSignIn(null) : this.dialSocket(now);
  }

  private get mustSignIn(): boolean {
    return this.isAddress && this.resume === null && !this.canSignIn;
  }

  private askToSignIn(signIn: View["signIn"]): Effect[] {
    const effects: Effect[] = this.dropPath();
    this.canSignIn = false;
    this.finish({ state: "sign-in", signIn });
    return effects;
  }

  private dialSocket(now: number): Effect[] {
    this.dial += 1;
    this.socketOpen = false;
    this.stepEndsAt = now + SOCKET_LIMIT_S;
    this.hasKnocked = false;
    if (this.view.lost) this.update({ lost: { ...this.view.lost, nextTryAt: null } });
    // A path that fell silent keeps its connection until the host has let this page in anew.
    return [{ type: "open-socket", dial: this.dial }, ...(this.listens ? [] : this.preparePeer())];
  }

  private preparePeer(): Effect[] {
    // Whatever the connection before still says carries an old number.
    this.attempt += 1;
    this.heartbeat = null;
    this.isPrepared = true;
    this.isShownEarly = false;
    this.offer = null;
    return [{ type: "prepare-peer", attempt: this.attempt }];
  }

  private preparedPeer(): Effect[] {
    const effects = this.isPrepared ? [] : this.preparePeer();
    this.isPrepared = false;
    return effects;
  }

  /** Offer behind the knock: the host keeps it until it has let this page in, and that spares a way there and back. */
  private offerIfPossible(): Effect[] {
    const sdp = this.offer;
    if (sdp === null || !this.hasKnocked) return [];
    this.offer = null;
    return [{ type: "send-offer", attempt: this.attempt, sdp }];
  }

  private networkChanged(now: number): Effect[] {
    if (this.view.lost) return this.dialAtOnce(now);
    this.heartbeat?.doubt(now);
    return this.expire(now);
  }

  private dialAtOnce(now: number): Effect[] {
    // A path that is being made may be the good one; a socket that does not open may hang in the old network.
    const isOnItsWay = this.socketOpen || this.pathOpen;
    return isOnItsWay ? [] : this.dialSocket(now);
  }

  private socketClosed(now: number): Effect[] {
    this.socketOpen = false;
    // While the path stands the socket is only a place to hear ``share.ended``; it is dialled when needed.
    const isNeeded = this.stepEndsAt !== null || this.view.state === "waiting";
    return this.isOver || this.pathOpen || !isNeeded ? [] : this.attemptFailed(now);
  }

  private signalled(signal: SignalToViewer, now: number): Effect[] {
    if (this.pathOpen && signal.type.startsWith("knock.")) return this.knockAnswered(signal);
    switch (signal.type) {
      case "knock.challenged":
        this.hasBeenHeard = true;
        this.isDegraded = false;
        this.roomGoneAt = null;
        return signal.version === PROTOCOL_VERSION ? this.knock(signal) : this.denied("unsupported");
      case "knock.revealed":
        return [{ type: "compare", share: signal.share }];
      case "sign-in.offered":
      case "sign-in.asked":
      case "sign-in.done":
        return this.isAddress ? this.signInAnswered(signal, now) : [];
      case "knock.waiting":
        this.stepEndsAt = null;
        if (signal.room && signal.resume) this.resume = { room: signal.room, token: signal.resume };
        this.update({
          state: "waiting",
          host: signal.host,
          waiting: { sinceAt: now, limit_s: signal.limit_s },
          lost: null,
        });
        return [];
      case "knock.admitted":
        this.resume = { room: signal.room, token: signal.resume };
        this.stepEndsAt = now + PATH_LIMIT_S;
        this.update({
          state: this.view.lost ? "reconnecting" : "connecting",
          host: signal.host,
          waiting: null,
        });
        return [
          ...this.preparedPeer(),
          {
            type: "open-peer",
            attempt: this.attempt,
            ways: { iceServers: signal.ice_servers, relayOnly: signal.relay_only === true },
          },
        ];
      case "knock.denied":
        return this.knockDenied(signal, now);
      case "peer.answered":
        if (signal.attempt !== this.attempt) return [];
        return [{ type: "accept-answer", attempt: signal.attempt, sdp: signal.sdp, mac: signal.mac }];
      case "share.ended":
        return this.ended(signal.reason, signal.duration_s);
      case "error":
        return this.signalRefused(signal.code, signal.message, now);
    }
  }

  private signInAnswered(signal: SignInOffered | SignInAsked | SignInDone, now: number): Effect[] {
    switch (signal.type) {
      case "sign-in.offered":
        this.stepEndsAt = now + SIGN_IN_LIMIT_S;
        this.update({ host: signal.host });
        return [{ type: "sign-in", offered: signal }];
      case "sign-in.asked":
        return [{ type: "prove-sign-in", share: signal.share }];
      case "sign-in.done":
        this.stepEndsAt = now + SOCKET_LIMIT_S;
        return [{ type: "signed-in", done: signal }];
    }
  }

  private knockDenied({ reason, wait_s }: KnockDenied, now: number): Effect[] {
    if (isSignInProblem(reason)) {
      if (!this.isAddress) return this.denied("wrong-secret");
      const asked = this.askToSignIn({ problem: reason, wait_s: wait_s ?? null });
      return reason === "unknown-device" ? [...asked, { type: "forget-device" }] : asked;
    }
    if (reason === "wrong-secret") return this.signInAnew(now) ?? this.denied(reason);
    return this.denied(reason);
  }

  /** The stay before is forgotten at a host that restarted; null where one cannot sign in. */
  private signInAnew(now: number): Effect[] | null {
    if (!this.isAddress || this.resume === null) return null;
    this.resume = null;
    this.roomGoneAt = null;
    return this.mustSignIn ? this.askToSignIn(null) : this.dialSocket(now);
  }

  /** The old path was heard again while its successor was knocking: all that counts is the new way back. */
  private knockAnswered(signal: SignalToViewer): Effect[] {
    if (signal.type === "knock.admitted") this.resume = { room: signal.room, token: signal.resume };
    return [];
  }

  private knock(challenged: KnockChallenged): Effect[] {
    const challenge = {
      room: this.room,
      nonce: challenged.nonce,
      share: challenged.share ?? null,
      commitment: challenged.commitment ?? null,
      resume: this.resume?.token ?? null,
    };
    if (challenge.share !== null && challenge.resume === null) {
      if (this.codeTries >= CODE_TRIES) return this.denied("wrong-secret");
      this.codeTries += 1;
    }
    return [{ type: "knock", challenge }];
  }

  private signalRefused(code: string, message: string, now: number): Effect[] {
    if (code === "room-not-found") return this.pathOpen ? [] : this.roomGone(now);
    this.isDegraded = code === "rendezvous-degraded";
    if (code === "host-away" && !this.pathOpen) {
      if (this.canSignIn) return this.hostAway(now);
      this.roomGoneAt ??= now;
    }
    // Who was in has nothing to gain by asking often, and his place to lose.
    if (code === "rate-limited" && !this.hasBeenLive) return this.denied("rate-limited");
    if (code === "room-full") return this.denied("full");
    if (code === "unsupported-version") return this.denied("unsupported");
    if (code === "altered") return this.denied("altered");
    return this.pathOpen ? [{ type: "notice", notice: { kind: "refused", code, message } }] : this.attemptFailed(now);
  }

  private roomGone(now: number): Effect[] {
    // A page that has a way back was in this room: a server that was just started does not know it yet.
    const isKnown = this.hasBeenHeard || this.hasBeenLive || (this.resume !== null && !this.isAddress);
    if (!isKnown) {
      return this.signInAnew(now) ?? this.denied(this.isAddress ? "offline" : "room-not-found");
    }
    if (this.canSignIn) return this.hostAway(now);
    this.roomGoneAt ??= now;
    // A host that was killed comes back with the same room, and keeps the places of those who were in.
    const limit_s = this.hasBeenLive && !this.isAddress ? RECONNECT_LIMIT_S : ROOM_GONE_LIMIT_S;
    if (now < this.roomGoneAt + limit_s) return this.attemptFailed(now);
    return this.signInAnew(now) ?? this.ended("gone", null);
  }

  /** Who can sign in waits for the host as for a path, and soon at its address: the share may be another one. */
  private hostAway(now: number): Effect[] {
    this.roomGoneAt ??= now;
    const isLong = now >= this.roomGoneAt + ROOM_GONE_SIGN_IN_S;
    return (isLong ? this.signInAnew(now) : null) ?? this.attemptFailed(now);
  }

  private told(message: SessionToViewer, now: number): Effect[] {
    switch (message.type) {
      case "heartbeat.echoed":
        if (!this.heartbeat?.echoed(message.seq, message.host_ticks, now)) return [];
        return this.pathHeardAgain(message.host_ticks);
      case "session.described":
        return [...this.described(message, now), ...this.shownBefore()];
      case "cursor.shaped":
        return [{ type: "shape-cursor", shape: message }];
      case "video.described":
        this.update({ video: message });
        return [];
      case "control.waiting":
        this.update({ control: "asking" });
        return [];
      case "control.granted":
        return this.controlBecame("held", now, message.expires_s ?? null, this.grantSaid(message));
      case "control.refused":
        return this.controlBecame("none", now, null, { kind: "control-refused", reason: message.reason });
      case "control.revoked":
        return this.controlBecame("none", now, null, { kind: "control-revoked", reason: message.reason });
      case "capability.refused":
        return [{ type: "notice", notice: { kind: "right-refused", reason: message.reason } }];
      case "clipboard.offered":
      case "clipboard.taken":
      case "clipboard.refused":
        return [{ type: "clipboard-told", message }];
      case "session.ended":
        return this.ended(message.reason, message.duration_s);
      case "error":
        // What was on its way when control ended is refused, and that is no news.
        if (message.code === "too-late") return [{ type: "notice", notice: { kind: "input-too-late" } }];
        if (message.code === "not-permitted" && now < this.controlEndedAt + LATE_INPUT_S) return [];
        return [{ type: "notice", notice: { kind: "refused", code: message.code, message: message.message } }];
    }
  }

  private grantSaid(message: ControlGranted): Notice {
    const asked = typeof message.re === "number";
    // Nobody asked, and the path was just gone: what this page had before came back with it.
    if (this.view.lost && !asked) return { kind: "control-returned" };
    return { kind: "control-granted", asked, reach: message.reach ?? "all", window: message.window ?? "" };
  }

  private described(message: SessionDescribed, now: number): Effect[] {
    const before = this.view.described;
    const wasRecording = typeof before?.recording_s === "number";
    const isRecording = typeof message.recording_s === "number";
    this.update({ described: message, describedAt: now, host: message.host });
    const controls = message.participants.some((participant) => participant.is_you && participant.controls);
    // Nothing is to be seen while sharing is paused, so nothing is to be done blindly.
    const held = controls && !message.paused;
    const control = held ? "held" : message.control_waits ? "asking" : "none";
    const effects = this.controlBecame(control, now, held ? (message.control_expires_s ?? null) : null, null);
    if (control === "held") effects.push(...newInLine(before, message));
    if (isRecording && !wasRecording) effects.push({ type: "notice", notice: { kind: "recording-started" } });
    if (!isRecording && wasRecording) effects.push({ type: "notice", notice: { kind: "recording-stopped" } });
    return before ? [...effects, ...rightsChanged(before.granted, message.granted)] : effects;
  }

  private controlBecame(control: Control, now: number, expires_s: number | null, notice: Notice | null): Effect[] {
    const before = this.view.control;
    this.update({ control, controlExpiresAt: expires_s === null ? null : now + expires_s });
    const effects: Effect[] = [];
    if (control === "held" && before !== "held") effects.push({ type: "control-began" });
    if (control !== "held" && before === "held") {
      this.controlEndedAt = now;
      effects.push({ type: "control-ended" });
    }
    if (notice && !isOwnDeed(notice)) effects.push({ type: "notice", notice });
    return effects;
  }

  private controlWanted(type: "control.request" | "control.take" = "control.request"): Effect[] {
    const isTold = this.view.control === "asking" && type === "control.request";
    if (this.view.state !== "live" || !this.pathOpen || this.view.control === "held" || isTold) return [];
    this.requestId += 1;
    this.update({ control: "asking" });
    return [{ type: "send-session", message: { type, id: this.requestId } }];
  }

  private capabilityWanted(capability: Capability): Effect[] {
    const { state, described } = this.view;
    if (state !== "live" || described?.asks === capability || !described?.askable.includes(capability)) return [];
    this.requestId += 1;
    return [{ type: "send-session", message: { type: "capability.request", id: this.requestId, capability } }];
  }

  /** Say what was chosen; a new connection has to be told again. */
  private qualityWanted(): Effect[] {
    const { quality } = this.view;
    if (!this.pathOpen || quality === null) return [];
    return [{ type: "send-session", message: { type: "quality.choose", ...quality } }];
  }

  private controlGivenBack(): Effect[] {
    if (this.view.state !== "live" || this.view.control === "none") return [];
    const effects: Effect[] = this.view.control === "held" ? [{ type: "control-ended" }] : [];
    this.update({ control: "none", controlExpiresAt: null });
    return [...effects, { type: "send-session", message: { type: "control.release" } }];
  }

  private shownBefore(): Effect[] {
    if (!this.isShownEarly) return [];
    this.isShownEarly = false;
    return this.pictureShown();
  }

  private pictureShown(): Effect[] {
    const cameBack = this.view.lost !== null;
    this.update({ state: "live", lost: null });
    this.hasBeenLive = true;
    this.failures = 0;
    this.roomGoneAt = null;
    // That control is back says it too.
    return cameBack && this.view.control !== "held" ? [{ type: "notice", notice: { kind: "reconnected" } }] : [];
  }

  private pathLost(now: number): Effect[] {
    return [...this.letGo(), ...this.attemptFailed(now, this.dropPath())];
  }

  /** Dial another path, and listen to the old one. */
  private pathSilent(now: number): Effect[] {
    return [...this.letGo(), ...this.attemptFailed(now, this.dropDial())];
  }

  private letGo(): Effect[] {
    const effects: Effect[] = [];
    if (this.view.control === "held") effects.push({ type: "control-ended" });
    if (this.view.state === "live") effects.push({ type: "keep-picture" });
    this.update({ control: "none", controlExpiresAt: null });
    return effects;
  }

  /** Whether a path that fell silent is still there, and nothing has taken its place. */
  private get listens(): boolean {
    return this.heartbeat !== null && !this.pathOpen;
  }

  private peerFailed(now: number): Effect[] {
    if (!this.listens) return this.pathLost(now);
    // The silent path is gone for good; its successor is on the way.
    this.heartbeat = null;
    return [{ type: "close-peer", gracefully: false }];
  }

  private pathHeardAgain(hostTicks: number): Effect[] {
    this.pathOpen = true;
    this.stepEndsAt = null;
    if (this.view.lost) this.update({ lost: { ...this.view.lost, nextTryAt: null } });
    return [{ type: "resume-path", attempt: this.attempt, hostTicks }];
  }

  /** Give up the current dial and plan the next one, or end when it has lasted too long. */
  private attemptFailed(now: number, effects = this.listens ? this.dropDial() : this.dropPath()): Effect[] {
    const lostAt = this.view.lost?.at ?? now;
    if (now - lostAt >= (this.hasBeenLive ? RECONNECT_LIMIT_S : FIRST_CONTACT_LIMIT_S)) {
      if (this.listens) effects.push(...this.dropPath());
      this.finish({ state: "ended", end: { reason: this.isDegraded ? "degraded" : "unreachable", duration_s: null } });
      return effects;
    }
    const pause_s = redialPause_s(this.failures);
    this.failures += 1;
    this.update({
      state: this.hasBeenLive ? "reconnecting" : "connecting",
      waiting: null,
      lost: { at: lostAt, nextTryAt: now + pause_s, isHostAway: this.roomGoneAt !== null },
    });
    return effects;
  }

  private dropPath(): Effect[] {
    this.heartbeat = null;
    this.isPrepared = false;
    // Whatever the old connection still says carries an old number.
    this.attempt += 1;
    return [...this.dropDial(), { type: "close-peer", gracefully: false }];
  }

  private dropDial(): Effect[] {
    this.pathOpen = this.socketOpen = false;
    this.stepEndsAt = null;
    // And so does the old socket.
    this.dial += 1;
    return [{ type: "close-socket" }];
  }

  private denied(reason: Denial): Effect[] {
    const effects = this.dropPath();
    this.resume = null;
    this.finish({ state: "denied", denial: reason });
    return effects;
  }

  private ended(reason: EndReason, duration_s: number | null): Effect[] {
    const effects: Effect[] = this.view.control === "held" ? [{ type: "control-ended" }] : [];
    effects.push(...this.dropPath());
    this.resume = null;
    this.finish({ state: "ended", end: { reason, duration_s } });
    return effects;
  }

  private leave(now: number): Effect[] {
    if (this.isOver) return [];
    const effects: Effect[] = this.view.control === "held" ? [{ type: "control-ended" }] : [];
    if (this.pathOpen) effects.push({ type: "send-session", message: { type: "session.leave" } });
    if (this.socketOpen) effects.push({ type: "send-signal", signal: { type: "viewer.leave" } });
    const described = this.view.described;
    const duration_s = described ? described.age_s + now - this.view.describedAt : null;
    this.dropPath();
    this.resume = null;
    this.finish({ state: "ended", end: { reason: "left", duration_s } });
    return [...effects, { type: "close-socket" }, { type: "close-peer", gracefully: true }];
  }

  private finish(change: Partial<View>): void {
    this.update({ control: "none", controlExpiresAt: null, waiting: null, lost: null, ...change });
  }
}

/** What the viewer did himself he need not be told. */
function isOwnDeed(notice: Notice): boolean {
  return notice.kind === "control-revoked" && (notice.reason === "released" || notice.reason === "given");
}

/** Tell whoever controls who waits for it now. */
function newInLine(before: SessionDescribed | null, now: SessionDescribed): Effect[] {
  const known = new Set(before?.participants.filter(({ place }) => typeof place === "number").map(({ id }) => id));
  return now.participants
    .filter(({ id, place }) => typeof place === "number" && !known.has(id))
    .map(({ name }) => ({ type: "notice", notice: { kind: "control-waited-for", name } }));
}

/** Tell what a viewer may do now that he could not, and the other way round. */
function rightsChanged(before: readonly Capability[], now: readonly Capability[]): Effect[] {
  const gained = now.filter((capability) => !before.includes(capability));
  // That control went is told for itself, with its reason.
  const lost = before.filter((capability) => !now.includes(capability) && capability !== "control");
  const effects: Effect[] = [];
  if (gained.length > 0) effects.push({ type: "notice", notice: { kind: "rights-gained", capabilities: gained } });
  if (lost.length > 0) effects.push({ type: "notice", notice: { kind: "rights-lost", capabilities: lost } });
  return effects;
}
