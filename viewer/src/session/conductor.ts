/**
 * Carries out what the session decides: socket, proof, peer connection, and the clock.
 *
 * It is what the page needs to find its way to the host, and no more: what is to be seen comes in scripts of its
 * own, which may be here later than the path. That ``Stage`` is told how things stand when it comes.
 */

import { Alarm, now_s } from "../alarm";
import { PeerConnection, type Ways } from "../peer/connection";
import type { PointerPlace } from "../protocol/pointer";
import type { CursorShaped, IceServer, SignInDone, SignInOffered } from "../protocol/wire";
import type { LinkSecret } from "../signaling/secret";
import { SignalingSocket } from "../signaling/socket";
import type { Binding } from "../trust/binding";
import { answer, needsExchange, type Challenge, type Keys, type Knock } from "../trust/knock";
import type { KeptDevice, SignIn, Way } from "../trust/sign-in";
import { ViewerSession, type Effect, type Event, type Resume, type View } from "./machine";
import { keepStay, leaveResume, recallName, recallStay, takeResume } from "./memory";
import { answerFor, lives, newStayName } from "./stay";

type Of<Type extends Effect["type"]> = Extract<Effect, { type: Type }>;
/** What the stage has to carry out. */
export type StageEffect = Of<
  "keep-picture" | "resume-path" | "clipboard-told" | "shape-cursor" | "control-began" | "control-ended" | "notice"
>;

/** What shows the share, and hears what its viewer does. */
export interface Stage {
  act(effect: StageEffect): void;
  show(view: View): void;
  /** There is another connection, or none. */
  meet(peer: PeerConnection | null): void;
  /** ``shown`` is called with the first picture. */
  play(stream: MediaStream, shown: () => void): void;
  /** A picture of this RTP timestamp goes to the screen. */
  composed(rtp: number): void;
  pointerAt(place: PointerPlace): void;
  /** To be compared with the host; empty: nothing is. */
  compare(digits: string): void;
}

export class Conductor {
  readonly session: ViewerSession;
  /** The servers that the host named last: whoever asks why he cannot connect tries them. */
  iceServers: readonly IceServer[] = [];
  peer: PeerConnection | null = null;
  private stage: Stage | null = null;
  private socket: SignalingSocket | null = null;
  /** Made with each knock; what is offered and answered after it is bound by it. */
  private binding: Binding | null = null;
  private dial = 0;
  private pending: Knock | null = null;
  /** What to sign in with; a password is forgotten as soon as it was used. */
  private way: Way | null = null;
  private signIn: SignIn | null = null;
  private offered = "";
  private readonly alarm = new Alarm(() => this.carryOut(this.session.expire(now_s())));
  /** This page's stay in the share, by a name that other tabs may know it by. */
  private readonly stay = newStayName();
  private keptResume: Resume | null = null;
  private told: View | null = null;
  // For a stage that is still to come.
  private digits = "";
  private cursor: CursorShaped | null = null;
  private offeredClip: Of<"clipboard-told"> | null = null;
  private playing: { stream: MediaStream; attempt: number } | null = null;

  constructor(
    readonly room: string,
    readonly secret: LinkSecret,
  ) {
    this.session = new ViewerSession(room, secret.kind === "address");
    answerFor(() => this.stay);
  }

  /** ``device``: what this browser signs in with at a host that remembers it. */
  start(device: KeptDevice | null = null): void {
    if (device) this.signInBy({ kind: "device", device });
    void this.wayBack().then((resume) => this.receive({ type: "start", resume }));
  }

  /** Tell the stage how things stand, and from now on what happens. */
  enter(stage: Stage): void {
    this.stage = stage;
    stage.meet(this.peer);
    stage.compare(this.digits);
    stage.show(this.session.view);
    if (this.cursor) stage.act({ type: "shape-cursor", shape: this.cursor });
    if (this.offeredClip) stage.act(this.offeredClip);
    if (this.playing) this.play(this.playing.stream, this.playing.attempt);
    if (this.session.view.control === "held") stage.act({ type: "control-began" });
  }

  receive(event: Event): void {
    this.carryOut(this.session.receive(event, now_s()));
  }

  signInBy(way: Way): void {
    this.way = way;
    this.receive({ type: "sign-in.ready" });
  }

  /** The page goes, perhaps for good. */
  pageHidden(): void {
    if (this.session.resume) leaveResume(this.room, this.session.resume);
    this.peer?.close();
  }

  /** What the page before left in this tab, unless that page is still there: then the tab is a duplicate. */
  private async wayBack(): Promise<Resume | null> {
    const handedOver = takeResume(this.room);
    const left = recallStay(this.room);
    if (handedOver || !left) return handedOver;
    return (await lives(left.name)) ? null : left.resume;
  }

  private carryOut(effects: Effect[]): void {
    for (const effect of effects) this.act(effect);
    const { view, resume } = this.session;
    if (resume !== this.keptResume) {
      this.keptResume = resume;
      keepStay(this.room, resume && { name: this.stay, resume });
    }
    if (view !== this.told) {
      this.told = view;
      this.stage?.show(view);
    }
    this.alarm.set(this.session.deadline);
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
        return void this.knock(effect.challenge);
      case "compare":
        return this.compare(effect.share);
      case "sign-in":
        return void this.beginSignIn(effect.offered);
      case "prove-sign-in":
        return void this.proveSignIn(effect.share);
      case "signed-in":
        return this.signedIn(effect.done);
      case "forget-device":
        this.way = null;
        return void import("../hosts/known").then(({ forgetDevice }) => forgetDevice(this.room));
      case "send-signal":
        return this.socket?.send(effect.signal);
      case "prepare-peer":
        return this.preparePeer(effect.attempt);
      case "open-peer":
        return this.openPeer(effect.ways);
      case "send-offer":
        return this.sendOffer(effect.attempt, effect.sdp);
      case "accept-answer":
        return this.acceptAnswer(effect.attempt, effect.sdp, effect.mac);
      case "close-peer":
        return this.closePeer(effect.gracefully);
      case "send-session":
        return this.peer?.send(effect.message);
      case "resume-path":
        this.peer?.resume(effect.hostTicks);
        return this.stage?.act(effect);
      case "shape-cursor":
        this.cursor = effect.shape;
        return this.stage?.act(effect);
      case "clipboard-told":
        this.offeredClip = effect.message.type === "clipboard.offered" ? effect : this.offeredClip;
        return this.stage?.act(effect);
      case "keep-picture":
      case "control-began":
      case "control-ended":
      case "notice":
        return this.stage?.act(effect);
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

  private async knock(challenge: Challenge): Promise<void> {
    const { dial } = this;
    const pake = needsExchange(challenge, this.secret) ? await import("../trust/pake") : null;
    if (dial !== this.dial) return;
    const knock = answer(challenge, this.secret, pake);
    this.showDigits("");
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

  private async beginSignIn(offered: SignInOffered): Promise<void> {
    const { dial } = this;
    const { SignIn } = await import("../trust/sign-in");
    if (dial !== this.dial) return;
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
    void this.keep(outcome.device);
    this.ask(this.pending.keys.over(outcome.secret));
  }

  /** Remember this host, if that is wanted, and how to come in next time. */
  private async keep(device: KeptDevice | null): Promise<void> {
    const known = { room: this.room, address: this.secret.text, name: this.session.view.host, usedAt: Date.now() };
    const { way } = this;
    if (device) this.way = { kind: "device", device };
    else if (way?.kind === "password") this.forgetPassword();
    const { keepHost } = await import("../hosts/known");
    if (way?.kind === "device") void keepHost({ ...known, device: way.device });
    else if (way?.remembers) void keepHost({ ...known, device });
  }

  private forgetPassword(): void {
    this.way = null;
    this.receive({ type: "sign-in.used" });
  }

  /** Show the digits, now that the host has said to what he committed himself. */
  private compare(share: string): void {
    const keys = this.pending && "reveal" in this.pending ? this.pending.reveal(share) : null;
    this.pending = null;
    if (!keys) return this.altered();
    this.showDigits(keys.digits);
    this.ask(keys);
  }

  private showDigits(digits: string): void {
    this.digits = digits;
    this.stage?.compare(digits);
  }

  private ask({ binding, seal }: Keys): void {
    this.binding = binding;
    this.socket?.sealWith(seal);
    this.socket?.send({ type: "knock.request", name: recallName(), wants: ["view", "control", "clipboard"] });
    this.receive({ type: "knocked", dial: this.dial });
  }

  private preparePeer(attempt: number): void {
    this.peer?.close();
    this.peer = new PeerConnection({
      offered: (sdp) => this.receive({ type: "peer.offered", attempt, sdp }),
      candidate: (candidate, mid) => this.receive({ type: "peer.candidate", attempt, candidate, mid }),
      opened: () => this.receive({ type: "peer.opened", attempt }),
      received: (message) => this.receive({ type: "message", attempt, message }),
      track: (stream) => this.play(stream, attempt),
      composed: (rtp) => this.stage?.composed(rtp),
      pointerAt: (place) => this.stage?.pointerAt(place),
      failed: () => this.receive({ type: "peer.failed", attempt }),
    });
    this.stage?.meet(this.peer);
  }

  private openPeer(ways: Ways): void {
    this.iceServers = ways.iceServers;
    void this.peer?.open(ways);
  }

  private closePeer(gracefully: boolean): void {
    this.peer?.close(gracefully);
    this.peer = this.playing = null;
    this.stage?.meet(null);
  }

  private play(stream: MediaStream, attempt: number): void {
    this.playing = { stream, attempt };
    this.stage?.play(stream, () => this.receive({ type: "picture.shown", attempt }));
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
}
