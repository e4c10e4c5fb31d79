// What stands in server/protocol and web-client/device/src/content.rs, written a second time: CBOR of frames,
// certificates and payloads; sealing of bodies; what a key signs outside MLS.
import { createHash, randomBytes } from "node:crypto";
import { chacha20poly1305, xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { decode, encode } from "cborg";

const PADDING = 256;
const concat = (...parts) => new Uint8Array(Buffer.concat(parts));
const utf8 = (text) => new TextEncoder().encode(text);
export const sha256 = (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest());
export const random = (length) => new Uint8Array(randomBytes(length));
export const hex = (bytes) => Buffer.from(bytes).toString("hex");
export const base64url = (bytes) => Buffer.from(bytes).toString("base64url");
export const fromBase64url = (text) => new Uint8Array(Buffer.from(text, "base64url"));
export const uuidBytes = (text) => new Uint8Array(Buffer.from(text.replaceAll("-", ""), "hex"));

/** A struct: a map from field numbers; absent fields are left out. */
const struct = (...fields) => new Map(fields.map((value, at) => [at, value]).filter(([, value]) => value !== undefined));
/** A variant of an enum with one field. */
const variant = (kind, field) => encode([kind, [field]]);
export const read = (bytes) => decode(bytes, { useMaps: true });
/** A UUID of version 7, as text: the server's time and 74 random bits. */
export function uuid7(micros) {
  const bytes = random(16);
  bytes.set(Buffer.from(Math.floor(micros / 1000).toString(16).padStart(12, "0"), "hex"));
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** `label || SHA-256(content)` signed by an identity or device key. */
const sign = (key, label, content) => ed25519.sign(concat(utf8(label), sha256(content)), key);

export function deviceCertificate({ aik, account, device, dsk, micros }) {
  const notAfter = micros + 400 * 86_400 * 1_000_000;
  // The last one is what others seal to this device; it keeps nothing that could be sealed to it.
  const sealKey = random(32);
  const content = encode(struct(uuidBytes(account), uuidBytes(device), dsk, micros, notAfter, sealKey));
  return encode(struct(content, sign(aik, "carecircle/device-cert/v1", content)));
}

export function hello({ ticket, device, dsk, serverName }) {
  const nonce = random(32);
  const signature = sign(dsk, "carecircle/hello/v1", concat(ticket, nonce, utf8(serverName)));
  return variant(0, struct(ticket, uuidBytes(device), nonce, signature, []));
}

export const append = ({ opId, circle, mls, body, wrap, era, counter }) =>
  variant(1, struct(opId, circle, mls, body, wrap, era, counter, 0));
export const fetchLog = (cursor) => variant(2, cursor);
export const ack = (cursors, inbox) => variant(3, struct(cursors, inbox));
export const cursor = (circle, generation, seq) => struct(circle, generation, seq);

/** A body under a fresh content key, with what MLS carries and what the archive keeps. */
export function seal({ device, circle, epoch, micros, text, era }) {
  const message = random(16);
  const content = encode(struct(uuidBytes(device), circle, message, epoch, micros, text));
  const padded = new Uint8Array(Math.ceil((4 + content.length) / PADDING) * PADDING);
  new DataView(padded.buffer).setUint32(0, content.length);
  padded.set(content, 4);
  const key = random(32);
  const body = chacha20poly1305(key, new Uint8Array(12)).encrypt(padded);
  const hash = sha256(body);
  const nonce = random(24);
  const wrapped = xchacha20poly1305(era.key, nonce).encrypt(concat(key, message, hash));
  const payload = variant(1, struct(message, [...key], [...hash]));
  return { body, payload, wrap: concat(nonce, wrapped) };
}

/** What an application message carries: `{ era }` or `{ key }`. */
export function readPayload(bytes) {
  const [kind, [field]] = read(bytes);
  const array = (at) => Uint8Array.from(field.get(at));
  if (kind === 0) return { era: { number: field.get(0), key: array(1) } };
  if (kind === 1) return { key: { message: field.get(0), key: array(1), hash: array(2) } };
  throw new Error(`a payload of kind ${kind}`);
}

/** Opens a body; its wrap must answer for the same key under the era that holds. */
export function open({ key, message, hash }, { body, wrap }, era) {
  const same = (a, b) => Buffer.compare(a, b) === 0;
  if (!same(sha256(body), hash)) throw new Error("another body");
  const archived = xchacha20poly1305(era.key, wrap.slice(0, 24)).decrypt(wrap.slice(24));
  if (!same(archived, concat(key, message, hash))) throw new Error("not archived as sent");
  const padded = chacha20poly1305(key, new Uint8Array(12)).decrypt(body);
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  const fields = read(padded.slice(4, 4 + length));
  if (!same(fields.get(2), message)) throw new Error("a body of another message");
  return { device: fields.get(0), circle: fields.get(1), epoch: fields.get(3), text: fields.get(5) };
}
