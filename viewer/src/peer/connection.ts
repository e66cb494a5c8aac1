/**
 * One RTCPeerConnection with its channels; disposable: a lost path means a new one.
 *
 * The viewer offers, before it is let in, and the host answers with all its candidates inside.
 */

import { decodeSessionMessage } from "../protocol/decode";
import { unpackPlace, type PointerPlace } from "../protocol/pointer";
import { ExactPicture } from "../picture/exact";
import { relayedFirst } from "./candidates";
import type { IceServer, InputFromViewer, SessionFromViewer, SessionToViewer } from "../protocol/wire";

const SESSION_CHANNEL = 0;
const INPUT_CHANNEL = 1;
const POINTER_CHANNEL = 2;
const PICTURE_CHANNEL = 3;
const CLIPBOARD_CHANNEL = 4;
const BUNDLE = "max-bundle" as const;
/** What a goodbye needs to leave before the connection closes. */
const GOODBYE_MS = 200;

/** Which servers help to find a way, and whether only a relay may be one. */
export interface Ways {
  iceServers: IceServer[];
  relayOnly: boolean;
}

export interface PeerEvents {
  offered(sdp: string): void;
  candidate(candidate: string | null, mid: string | null): void;
  opened(): void;
  received(message: SessionToViewer): void;
  track(stream: MediaStream): void;
  /** A picture of this RTP timestamp was composed and goes to the screen. */
  composed(rtp: number): void;
  pointerAt(place: PointerPlace): void;
  failed(): void;
}

export class PeerConnection {
  readonly input: RTCDataChannel;
  readonly pointer: RTCDataChannel;
  readonly clipboard: RTCDataChannel;
  private readonly session: RTCDataChannel;
  private readonly exact: ExactPicture | null;
  private readonly connection = new RTCPeerConnection({ bundlePolicy: BUNDLE });
  private readonly offer: Promise<RTCSessionDescriptionInit | null>;
  private isClosed = false;

  constructor(private readonly events: PeerEvents) {
    this.session = this.channel("session", SESSION_CHANNEL, {});
    this.input = this.channel("input", INPUT_CHANNEL, {});
    this.pointer = this.channel("pointer", POINTER_CHANNEL, { ordered: false, maxRetransmits: 0 });
    this.pointer.binaryType = "arraybuffer";
    this.pointer.onmessage = ({ data }) => {
      const place = unpackPlace(data);
      if (place) events.pointerAt(place);
    };
    this.clipboard = this.channel("clipboard", CLIPBOARD_CHANNEL, {});
    this.session.onopen = () => events.opened();
    this.session.onmessage = (message) => {
      const decoded = decodeSessionMessage(message.data);
      if (decoded) events.received(decoded);
    };
    this.session.onclose = () => this.fail();
    this.connection.onconnectionstatechange = () => {
      if (this.connection.connectionState === "failed" || this.connection.connectionState === "closed") this.fail();
    };
    const { receiver } = this.receiveVideo();
    const picture = this.channel("picture", PICTURE_CHANNEL, {});
    // Made at once: its worker starts while the connection does.
    this.exact = ExactPicture.of(receiver.track, picture, {
      ready: () => this.send({ type: "picture.accept", exact: true }),
      shown: (rtp) => events.composed(rtp),
    });
    this.connection.ontrack = () => events.track(new MediaStream([this.exact?.track ?? receiver.track]));
    this.connection.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate !== "") events.candidate(candidate?.candidate ?? null, candidate?.sdpMid ?? null);
    };
    this.offer = this.makeOffer();
  }

  /** The offer names no candidate: nothing is asked of the network before ``open``. */
  private async makeOffer(): Promise<RTCSessionDescriptionInit | null> {
    const offer = await this.connection.createOffer().catch(() => null);
    if (this.isClosed) return null;
    if (offer) this.events.offered(offer.sdp ?? "");
    else this.fail();
    return offer;
  }

  /** Look for ways to the host; they are told behind the offer. */
  async open({ iceServers, relayOnly }: Ways): Promise<void> {
    const offer = await this.offer;
    if (!offer || this.isClosed) return;
    try {
      this.connection.setConfiguration({
        iceServers: iceServers.map(plain),
        iceTransportPolicy: relayOnly ? "relay" : "all",
        bundlePolicy: BUNDLE,
      });
      await this.connection.setLocalDescription(offer);
    } catch {
      this.fail();
    }
  }

  async accept(answer: string): Promise<void> {
    const { sdp, later } = relayedFirst(answer);
    try {
      await this.connection.setRemoteDescription({ type: "answer", sdp });
      for (const candidate of later) await this.connection.addIceCandidate(candidate);
    } catch {
      this.fail();
    }
  }

  send(message: SessionFromViewer): void {
    if (this.session.readyState === "open") this.session.send(JSON.stringify(message));
  }

  /** Go on after a silence; on the channel of the keys, behind whatever is stuck there. */
  resume(hostTicks: number): void {
    const message: InputFromViewer = { type: "path.resume", host_ticks: hostTicks };
    if (this.input.readyState === "open") this.input.send(JSON.stringify(message));
  }

  stats(): Promise<RTCStatsReport> {
    return this.connection.getStats();
  }

  close(gracefully = false): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.exact?.close();
    if (gracefully) setTimeout(() => this.connection.close(), GOODBYE_MS);
    else this.connection.close();
  }

  private fail(): void {
    if (this.isClosed) return;
    this.close();
    this.events.failed();
  }

  private channel(label: string, id: number, options: RTCDataChannelInit): RTCDataChannel {
    return this.connection.createDataChannel(label, { ...options, negotiated: true, id });
  }

  private receiveVideo(): RTCRtpTransceiver {
    const transceiver = this.connection.addTransceiver("video", { direction: "recvonly" });
    const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
    const isH264 = (codec: RTCRtpCodec): boolean => codec.mimeType.toLowerCase() === "video/h264";
    if (codecs.some(isH264)) {
      transceiver.setCodecPreferences([...codecs.filter(isH264), ...codecs.filter((codec) => !isH264(codec))]);
    }
    // A screen under the viewer's own hand is worth more now than smooth.
    if ("jitterBufferTarget" in transceiver.receiver) transceiver.receiver.jitterBufferTarget = 0;
    return transceiver;
  }
}

export function plain(server: IceServer): RTCIceServer {
  const { urls, username, credential } = server;
  return username && credential ? { urls, username, credential } : { urls };
}
