/** The frozen messages of tests/vectors hold both languages to the same bytes. */

import { describe, expect, test } from "vitest";

import trust from "../../tests/vectors/trust.json";
import vectors from "../../tests/vectors/wire.json";
import { packPointer, unpackPlace } from "../src/protocol/pointer";
import { knockProof, toBase64Url, type LinkSecret } from "../src/signaling/secret";
import { Binding } from "../src/trust/binding";
import { commitment, Exchange, type Role } from "../src/trust/pake";
import { Seal } from "../src/trust/seal";

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const hexOf = (bytes: ArrayBuffer | Uint8Array): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

describe("frozen vectors", () => {
  test.each(vectors.proof)("the proof for room $room is the host's", (vector) => {
    const secret: LinkSecret =
      vector.secret_hex === undefined
        ? { kind: "code", text: vector.secret_text }
        : { kind: "link", text: toBase64Url(bytesOf(vector.secret_hex)) };
    expect(knockProof(secret, vector.room, vector.nonce)).toBe(vector.proof);
  });

  test.each(trust.binding)("offer and answer of room $room are bound as at the host", (vector) => {
    const binding = new Binding(bytesOf(vector.secret_hex), vector.room, {
      host: vector.host_nonce,
      viewer: vector.viewer_nonce,
    });
    expect(hexOf(binding.key)).toBe(vector.key_hex);
    expect(binding.offerMac(vector.attempt, vector.offer)).toBe(vector.offer_mac);
    expect(binding.answerMac(vector.attempt, vector.offer, vector.answer)).toBe(vector.answer_mac);
  });

  test.each(trust.seal)("frames of room $room are sealed as at the host", (vector) => {
    const [host, viewer] = (["host", "viewer"] as const).map(
      (role) => new Seal(role, bytesOf(vector.key_hex), vector.room),
    ) as [Seal, Seal];
    expect(vector.viewer_boxes.map((box) => host.open(box))).toEqual(vector.texts);
    expect(vector.host_boxes.map((box) => viewer.open(box))).toEqual(vector.texts);
    expect(vector.texts.map((text) => viewer.close(text))).toEqual(vector.viewer_boxes);
  });

  test.each(trust.pake)("both sides agree at $place on the host's key", (vector) => {
    const exchange = (role: Role): Exchange => {
      const dice = bytesOf(role === "host" ? vector.host_dice_hex : vector.viewer_dice_hex);
      return new Exchange(role, bytesOf(vector.weak_hex), vector.place, (count) => dice.slice(0, count));
    };
    const [host, viewer] = [exchange("host"), exchange("viewer")];
    expect(hexOf(host.share)).toBe(vector.host_share_hex);
    expect(hexOf(viewer.share)).toBe(vector.viewer_share_hex);
    expect(hexOf(commitment(host.share))).toBe(vector.host_commitment_hex);
    for (const agreed of [host.finish(viewer.share), viewer.finish(host.share)]) {
      expect(hexOf(agreed?.secret ?? new Uint8Array())).toBe(vector.secret_hex);
      expect(agreed?.digits).toBe(vector.digits);
      expect(agreed?.confirmation("host")).toBe(vector.host_confirmation);
      expect(agreed?.confirmation("viewer")).toBe(vector.viewer_confirmation);
    }
  });

  test.each(trust.pake_refused)("a share that is $why is refused", ({ hex }) => {
    expect(new Exchange("viewer", new Uint8Array([49]), "code|1").finish(bytesOf(hex))).toBeNull();
  });

  test("a share sent back is refused", () => {
    const exchange = new Exchange("viewer", new Uint8Array([49]), "code|1");
    expect(exchange.finish(exchange.share)).toBeNull();
  });

  test.each(vectors.places)("a place of the host's pointer is $hex", ({ hex, ...place }) => {
    expect(unpackPlace(bytesOf(hex).buffer)).toEqual(place);
  });

  test.each(vectors.pointer)("a pointer move is $hex", ({ hex, ...move }) => {
    expect(hexOf(packPointer(move))).toBe(hex);
  });
});
