/** Tries what a session needs, with the browser's own means, and leaves nothing open. */

import { plain } from "../peer/connection";
import type { IceServer } from "../protocol/wire";
import { socketAddress } from "../signaling/dial";
import { eachAddress, type Finding } from "./findings";

const LIMIT_MS = 5000;

/** Make all checks at once; takes ``LIMIT_MS`` at most. */
export async function examine(servers: readonly IceServer[]): Promise<Finding[]> {
  const hasPeers = typeof RTCPeerConnection === "function";
  const webrtc: Finding = { check: "webrtc", way: null, isGood: hasPeers };
  const socket = opens(socketAddress()).then((isGood): Finding => ({ check: "socket", way: null, isGood }));
  if (!hasPeers) return [webrtc, await socket];
  const codec: Finding = { check: "codec", way: null, isGood: decodes() };
  const candidates = gathers({ iceServers: [] }, "host").then((isGood): Finding => ({ check: "candidates", way: null, isGood }));
  const asked = eachAddress(servers).map(async ({ check, way, server }): Promise<Finding> => {
    const iceServers = [plain(server)];
    const isGood = await (check === "turn" ? gathers({ iceServers, iceTransportPolicy: "relay" }, "relay") : gathers({ iceServers }, "srflx"));
    return { check, way, isGood };
  });
  return [webrtc, codec, ...(await Promise.all([socket, candidates, ...asked]))];
}

function decodes(): boolean {
  const codecs = RTCRtpReceiver.getCapabilities("video")?.codecs ?? [];
  return codecs.some(({ mimeType }) => /^video\/(h264|vp8)$/i.test(mimeType));
}

/** Tell whether a connection of this kind finds a candidate of the ``wanted`` type. */
function gathers(configuration: RTCConfiguration, wanted: RTCIceCandidateType): Promise<boolean> {
  return new Promise((resolve) => {
    let connection: RTCPeerConnection;
    try {
      connection = new RTCPeerConnection(configuration);
    } catch {
      return resolve(false); // an address or credentials that this browser does not take
    }
    let hasFailed = false;
    const end = (isGood: boolean): void => {
      clearTimeout(timer);
      connection.onicecandidate = connection.onicecandidateerror = null;
      connection.close();
      resolve(isGood);
    };
    const timer = setTimeout(() => end(false), LIMIT_MS);
    connection.onicecandidateerror = () => (hasFailed = true);
    connection.onicecandidate = ({ candidate }) => {
      if (candidate?.type === wanted) end(true);
      // A computer without NAT hears from STUN what it knows already: no candidate, and no error either.
      else if (candidate === null) end(wanted === "srflx" && !hasFailed);
    };
    connection.createDataChannel("probe");
    connection.setLocalDescription().catch(() => end(false));
  });
}

function opens(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address);
    const end = (isGood: boolean): void => {
      clearTimeout(timer);
      socket.onopen = socket.onclose = null;
      socket.close();
      resolve(isGood);
    };
    const timer = setTimeout(() => end(false), LIMIT_MS);
    socket.onopen = () => end(true);
    socket.onclose = () => end(false);
  });
}
