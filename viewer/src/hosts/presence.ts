/** Whether a host is there: it alone can answer to the proof that its address is known. */

import { SignalingSocket } from "../signaling/socket";
import { PROTOCOL_VERSION } from "../protocol/decode";
import { answer } from "../trust/knock";
import type { KnownHost } from "./known";

/** ``unknown``: the server does not answer, or wants to be asked less often. */
export type Presence = { readonly kind: "online"; readonly name: string } | { readonly kind: "offline" | "unknown" };

const LIMIT_MS = 6000;

/** Ask once; never takes longer than some seconds. */
export function presenceOf(host: Pick<KnownHost, "room" | "address">): Promise<Presence> {
  return new Promise<Presence>((resolve) => {
    const told = (presence: Presence): void => {
      clearTimeout(timer);
      socket.close();
      resolve(presence);
    };
    const timer = setTimeout(() => told({ kind: "unknown" }), LIMIT_MS);
    const socket: SignalingSocket = new SignalingSocket({
      opened: () => socket.send({ type: "room.enter", version: PROTOCOL_VERSION, room: host.room }),
      received: (signal) => {
        if (signal.type === "sign-in.offered") return told({ kind: "online", name: signal.host });
        if (signal.type === "knock.denied") return told({ kind: "offline" });
        if (signal.type !== "knock.challenged") return told({ kind: "unknown" });
        const challenge = { room: host.room, nonce: signal.nonce, share: null, commitment: null, resume: null };
        const knock = answer(challenge, { kind: "address", text: host.address }, null);
        if (!knock || !("keys" in knock)) return told({ kind: "unknown" });
        socket.send(knock.prove);
        socket.sealWith(knock.keys.seal);
      },
      carrierRefused: (code) => told({ kind: code === "room-not-found" ? "offline" : "unknown" }),
      altered: () => told({ kind: "unknown" }),
      closed: () => told({ kind: "unknown" }),
    });
  });
}
