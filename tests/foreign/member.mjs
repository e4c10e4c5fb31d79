// A member of a circle whose MLS is ts-mls: enrols by a link, joins by its Welcome, reads, writes, follows.
//
// Environment: SERVER (https://host:port), LINK, MICROS (the server's time), NODE_EXTRA_CA_CERTS. It prints one
// JSON object a line; each line on standard input is a text to send; it leaves when that ends. A failure ends
// it with a stack.
import { createInterface } from "node:readline";
import { ed25519 } from "@noble/curves/ed25519.js";
import * as mls from "ts-mls";
import WebSocket from "ws";
import * as wire from "./wire.mjs";

const POLICY = 0xf0c1;
const server = new URL(process.env.SERVER);
const micros = Number(process.env.MICROS);
const tell = (line) => console.log(JSON.stringify(line));
const cipherSuite = await mls.getCiphersuiteImpl("MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519");
const context = {
  cipherSuite,
  // Whom to trust is the judge's question, which this member leaves to the others.
  authService: mls.unsafeTestingAuthenticationService,
  clientConfig: {
    keyRetentionConfig: mls.defaultKeyRetentionConfig,
    // The story's clock stands still on another day.
    lifetimeConfig: { ...mls.defaultLifetimeConfig, validateLifetimeOnReceive: false },
    keyPackageEqualityConfig: mls.defaultKeyPackageEqualityConfig,
    paddingConfig: { kind: "padUntilLength", padUntilLength: 256 },
  },
};

let cookie;
async function ask(method, path, body) {
  const headers = { ...(cookie && { cookie }), ...(body && { "content-type": "application/json" }) };
  const answer = await fetch(new URL(path, server), { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  for (const set of answer.headers.getSetCookie()) cookie = set.split(";")[0];
  const json = answer.headers.get("content-type")?.includes("json");
  return json ? answer.json() : new Uint8Array(await answer.arrayBuffer());
}

const message = (framed) => mls.encode(mls.mlsMessageEncoder, { version: mls.protocolVersions.mls10, ...framed });

/** Keys made here, the account's first; a certificate; one-time key packages. */
async function enrol(link) {
  const [secret, fingerprint] = link.split("/").at(-1).split(".");
  const found = await ask("POST", "/v1/invitations/look-up", { secret });
  const key = wire.fromBase64url(found.agency.key);
  if (wire.base64url(wire.sha256(key)) !== fingerprint) throw new Error("another agency");
  const aik = ed25519.utils.randomSecretKey();
  const dsk = ed25519.utils.randomSecretKey();
  const publicKey = ed25519.getPublicKey(dsk);
  const device = wire.uuid7(micros);
  const certificate = wire.deviceCertificate({ aik, account: found.account, device, dsk: publicKey, micros });
  await ask("POST", "/v1/invitations/redeem", {
    op_id: wire.uuid7(micros),
    secret,
    aik: wire.base64url(ed25519.getPublicKey(aik)),
    certificate: wire.base64url(certificate),
  });
  const packages = [];
  for (let made = 0; made < 4; made++) packages.push(await keyPackage(certificate, { signKey: dsk, publicKey }));
  const bytes = packages.map(({ publicPackage }) =>
    wire.base64url(message({ wireformat: mls.wireformats.mls_key_package, keyPackage: publicPackage })),
  );
  await ask("PUT", "/v1/key-packages", { one_time: bytes, last_resort: null });
  return { device, dsk, packages };
}

function keyPackage(certificate, signatureKeyPair) {
  const now = BigInt(Math.floor(Date.now() / 1000));
  return mls.generateKeyPackageWithKey({
    credential: { credentialType: mls.defaultCredentialTypes.basic, identity: certificate },
    capabilities: {
      versions: [mls.protocolVersions.mls10],
      ciphersuites: [cipherSuite.id],
      extensions: [POLICY],
      proposals: [],
      credentials: [mls.defaultCredentialTypes.basic],
    },
    lifetime: { notBefore: now - 3600n, notAfter: now + 84n * 86400n },
    // Without it the library adds a random one, which the capabilities above do not announce.
    extensions: [],
    signatureKeyPair,
    cipherSuite,
  });
}

/** The Welcome names one of our key packages by its reference. */
async function join({ packages }, bytes) {
  const { wireformat, welcome } = mls.decode(mls.mlsMessageDecoder, bytes);
  if (wireformat !== mls.wireformats.mls_welcome) throw new Error("not a Welcome");
  for (const { publicPackage, privatePackage } of packages) {
    const reference = wire.hex(await mls.makeKeyPackageRef(publicPackage, cipherSuite.hash));
    if (!welcome.secrets.some((secret) => wire.hex(secret.newMember) === reference)) continue;
    return mls.joinGroup({ context, welcome, keyPackage: publicPackage, privateKeys: privatePackage });
  }
  throw new Error("a Welcome for somebody else");
}

const me = await enrol(process.env.LINK);
tell({ event: "enrolled", device: me.device });
const { ticket } = await ask("POST", "/v1/tickets", {});
const socket = new WebSocket(new URL("/v1/ws", server), "carecircle.v1", { origin: server.origin });
let state;
let circle;
let generation;
let seq;
let era;
let counter = 0;
const sent = new Set();

const where = () => ({
  epoch: Number(state.groupContext.epoch),
  tree_hash: wire.hex(state.groupContext.treeHash),
  members: mls.getGroupMembers(state).length,
});

async function notice(fields) {
  const [kind, [welcome]] = fields.get(2);
  if (kind === 1 && !state) {
    circle = fields.get(1);
    const id = wire.hex(welcome.get(0)).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    state = await join(me, await ask("GET", `/v1/welcomes/${id}`));
    [generation, seq] = [welcome.get(1), welcome.get(2)];
    tell({ event: "joined", ...where() });
    socket.send(wire.fetchLog(wire.cursor(circle, generation, seq)));
  }
  socket.send(wire.ack([], fields.get(0)));
}

async function entry(fields) {
  if (fields.get(0) <= seq) return;
  if (fields.get(0) !== seq + 1) throw new Error(`a gap after ${seq}`);
  seq = fields.get(0);
  const [kind, device, opId] = [fields.get(1), wire.hex(fields.get(3)), wire.hex(fields.get(4))];
  if (sent.delete(opId)) return;
  const result = await mls.processMessage({
    context,
    state,
    message: mls.decode(mls.mlsMessageDecoder, fields.get(5)),
    callback: mls.acceptAll,
  });
  state = result.newState;
  if (result.kind === "newState") return tell({ event: "commit", kind, ...where() });
  const payload = wire.readPayload(result.message);
  if (payload.era) {
    era = payload.era;
    return tell({ event: "era", number: era.number });
  }
  const body = wire.open(payload.key, { body: fields.get(6), wrap: fields.get(7) }, era);
  if (wire.hex(body.device) !== device || body.epoch !== fields.get(2)) throw new Error("a body of another place");
  tell({ event: "text", device, text: body.text });
}

async function say(text) {
  const epoch = Number(state.groupContext.epoch);
  const { body, payload, wrap } = wire.seal({ device: me.device, circle, epoch, micros, text, era });
  const made = await mls.createApplicationMessage({ context, state, message: payload });
  state = made.newState;
  const opId = wire.random(16);
  sent.add(wire.hex(opId));
  counter += 1;
  const bytes = mls.encode(mls.mlsMessageEncoder, made.message);
  socket.send(wire.append({ opId, circle, mls: bytes, body, wrap, era: era.number, counter }));
}

async function frame(bytes) {
  const [kind, [fields]] = wire.read(bytes);
  if (kind === 0) return tell({ event: "ready" });
  if (kind === 1) return tell({ event: "accepted", seq: fields.get(1) });
  if (kind === 3) {
    for (const each of fields.get(2)) await entry(each);
    return socket.send(wire.ack([wire.cursor(circle, generation, seq)]));
  }
  if (kind === 4) for (const each of fields.get(0)) await notice(each);
  if (kind === 2 || kind === 6) throw new Error(`the server refuses: ${JSON.stringify([...fields])}`);
}

// One thing after another, in the order in which it came.
let turn = Promise.resolve();
const inTurn = (work) => (turn = turn.then(work).catch((error) => (console.error(error), process.exit(1))));
const serverName = server.host;
socket.on("open", () =>
  socket.send(wire.hello({ ticket: wire.fromBase64url(ticket), device: me.device, dsk: me.dsk, serverName })),
);
socket.on("message", (bytes) => inTurn(() => frame(new Uint8Array(bytes))));
socket.on("error", (error) => inTurn(() => Promise.reject(error)));
const lines = createInterface({ input: process.stdin });
lines.on("line", (text) => inTurn(() => say(text)));
lines.on("close", () => inTurn(() => socket.close()));
